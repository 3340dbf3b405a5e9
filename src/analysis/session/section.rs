//! One media section (`m=` line) of a description, as far as it says something of RTP streams.

use crate::analysis::model::{Codec, Source};
use crate::analysis::static_types;
use crate::sdp::{
    self, Candidate, Extmap, Field, Fmtp, Line, MediaLine, Name, Payload, Payloads, Rid, Simulcast,
    Ssrc, SsrcGroup,
};
use data_encoding::BASE64;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Attributes of one kind kept of a section; more is noise.
const LINES_MAX: usize = 256;
/// Sources and groups of sources kept of a section: one of an SFU may list those of all its clients.
const SOURCES_MAX: usize = 4_096;
/// Bytes of a name kept; nothing that means something is longer.
const NAME_MAX: usize = 256;
/// Parameter sets kept of a payload type, and the bytes of each.
const SETS_MAX: usize = 16;
const SET_MAX: usize = 1_024;
/// Ports of one section: `m=audio 49170/2`.
const PORTS_MAX: u16 = 64;

/// What a section carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Audio,
    Video,
    Other,
}

/// Which ways a section's media goes, as its own end sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Send,
    Receive,
    Both,
    None,
}

/// One payload type of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) payload_type: u8,
    /// Its encoding name as written: `opus`.
    pub(super) name: String,
    /// In Hz.
    pub(super) clock_rate: u32,
    /// Of audio.
    pub(super) channels: Option<u8>,
    /// What it retransmits (RFC 4588).
    pub(super) apt: Option<u8>,
    /// The payload types inside, in order, of redundant audio (RFC 2198).
    pub(super) red: Vec<u8>,
    /// NAL units for the decoder (RFC 6184, RFC 7798).
    pub(super) parameter_sets: Vec<Vec<u8>>,
}

impl Format {
    /// Whether it is this encoding, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it repairs and is no media: of FEC, that which has an SSRC of its own.
    pub(super) fn is_fec(&self) -> bool {
        ["flexfec", "flexfec-03", "ulpfec", "parityfec", "raptorfec"]
            .iter()
            .any(|name| self.is(name))
    }

    /// Whether its packets repair others.
    pub(super) fn is_repair(&self) -> bool {
        self.is("rtx") || self.is_fec()
    }

    /// Whether it only accompanies other media of its stream, and does not tell what that is.
    pub(super) fn is_companion(&self) -> bool {
        ["telephone-event", "CN", "tone"]
            .iter()
            .any(|name| self.is(name))
    }

    /// The same codec: what makes two descriptions agree.
    pub(super) fn same_codec(&self, other: &Self) -> bool {
        self.is(&other.name) && self.clock_rate == other.clock_rate
    }

    /// As the model has it.
    pub(super) fn codec(&self) -> Codec {
        Codec {
            name: self.name.clone().into(),
            clock_rate: self.clock_rate,
            channels: self.channels,
            source: Source::Sdp,
        }
    }
}

/// A restriction of a layer (RFC 8851).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) id: String,
    pub(super) sends: bool,
    /// The payload types it may use; none for all.
    pub(super) payload_types: Vec<u8>,
}

/// What sources of one group are to each other (RFC 5576, RFC 5956).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The second retransmits the first.
    Retransmission,
    /// The last protects the others.
    Fec,
    /// Layers of one simulcast, lowest first.
    Simulcast,
}

/// One media section.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) media: Media,
    pub(super) direction: Direction,
    /// Port 0: refused or stopped. It still tells of streams before.
    pub(super) is_rejected: bool,
    pub(super) mid: Option<String>,
    pub(super) is_bundled: bool,
    /// In the order of the `m=` line.
    pub(super) formats: Vec<Format>,
    /// Ids with their URIs, by id; the section's own before those of the session.
    extensions: Vec<(u16, String)>,
    /// Sources that its end sends, with their canonical names.
    sources: Vec<(u32, Option<String>)>,
    pub(super) groups: Vec<(Meaning, Vec<u32>)>,
    pub(super) rids: Vec<Layer>,
    /// The `rid`s of `a=simulcast`, in order.
    pub(super) simulcast: Vec<String>,
    /// Milliseconds of media that it wants in a packet.
    pub(super) ptime: Option<u32>,
    /// Where it receives RTP (`c=` and port), unless that is left to ICE.
    pub(super) address: Option<SocketAddr>,
    /// How many such ports there are; each second one is for RTP.
    ports: u16,
    /// The addresses of its ICE candidates that are known by number.
    pub(super) candidates: Vec<SocketAddr>,
}

/// What sections take from the session part when they do not say it themselves.
pub(super) struct Inherited {
    address: Option<IpAddr>,
    direction: Option<Direction>,
    extensions: Vec<(u16, String)>,
}

impl Inherited {
    pub(super) fn of(session: &sdp::Section<'_, '_>) -> Self {
        Self {
            address: connection_address(session),
            direction: direction(session),
            extensions: extensions(session),
        }
    }
}

impl Section {
    /// Reads a section; none if it does not carry RTP.
    pub(super) fn read(
        section: sdp::Section<'_, '_>,
        inherited: &Inherited,
        bundled: &BTreeSet<&[u8]>,
    ) -> Option<Self> {
        let line = section.media().filter(MediaLine::is_rtp)?;
        let media = match line.media {
            m if m.is_ignoring_case("audio") => Media::Audio,
            m if m.is_ignoring_case("video") => Media::Video,
            _ => Media::Other,
        };
        let mid = section.value(Name::Mid).map(Field::trim);
        let mut extensions = extensions(&section);
        for (id, uri) in &inherited.extensions {
            if !extensions.iter().any(|(known, _)| known == id) {
                extensions.push((*id, uri.clone()));
            }
        }
        let ip = connection_address(&section).or(inherited.address);
        // Port 9 is what WebRTC writes for "see the candidates".
        let ip = ip.filter(|ip| !ip.is_unspecified() && !matches!(line.port, 0 | 9));
        let count = line
            .port_text
            .split_once(b'/')
            .and_then(|(_, n)| n.number());
        Some(Self {
            media,
            direction: direction(&section)
                .or(inherited.direction)
                .unwrap_or(Direction::Both),
            is_rejected: section.is_rejected(),
            is_bundled: mid.is_some_and(|mid| bundled.contains(mid.bytes())),
            mid: mid.and_then(text),
            formats: formats(section, media),
            extensions,
            sources: sources(&section),
            groups: groups(&section),
            rids: rids(&section),
            simulcast: simulcast(&section),
            ptime: number(&section, Name::Ptime),
            address: ip.map(|ip| (ip, line.port).into()),
            ports: count.unwrap_or(1).min(PORTS_MAX),
            candidates: candidates(&section),
        })
    }

    /// What it says of this payload type.
    pub(super) fn format(&self, payload_type: u8) -> Option<&Format> {
        self.formats.iter().find(|f| f.payload_type == payload_type)
    }

    /// The URI of this header extension id.
    pub(super) fn extension(&self, id: u16) -> Option<&str> {
        let found = self.extensions.iter().find(|(known, _)| *known == id);
        found.map(|(_, uri)| uri.as_str())
    }

    /// All header extension ids, with their URIs.
    pub(super) fn extensions(&self) -> impl Iterator<Item = (u16, &str)> + Clone {
        self.extensions.iter().map(|(id, uri)| (*id, uri.as_str()))
    }

    /// The sources that its end sends: those of `a=ssrc` and of groups.
    pub(super) fn ssrcs(&self) -> impl Iterator<Item = u32> + '_ {
        let grouped = self.groups.iter().flat_map(|(_, all)| all.iter().copied());
        self.sources.iter().map(|(ssrc, _)| *ssrc).chain(grouped)
    }

    /// The canonical name of a source that its end sends.
    pub(super) fn cname(&self, ssrc: u32) -> Option<&str> {
        let found = self.sources.iter().find(|(known, _)| *known == ssrc);
        found.and_then(|(_, cname)| cname.as_deref())
    }

    /// Whether its end receives media at this socket.
    pub(super) fn receives_at(&self, socket: SocketAddr) -> bool {
        let plain = self.address.is_some_and(|address| {
            let above = socket.port().wrapping_sub(address.port());
            address.ip() == socket.ip() && above.is_multiple_of(2) && above / 2 < self.ports
        });
        plain || self.candidates.contains(&socket)
    }

    /// The sockets where its end receives media.
    pub(super) fn sockets(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let plain = self.address.into_iter().flat_map(|address| {
            let port = move |i: u16| address.port().checked_add(i.checked_mul(2)?);
            (0..self.ports).filter_map(move |i| Some((address.ip(), port(i)?).into()))
        });
        plain.chain(self.candidates.iter().copied())
    }

    /// Whether media may come to its end, or go out from it.
    pub(super) fn allows(&self, sends: bool) -> bool {
        match self.direction {
            Direction::Both => true,
            Direction::Send => sends,
            Direction::Receive => !sends,
            // It may have been otherwise before.
            Direction::None => true,
        }
    }
}

fn text(field: Field<'_>) -> Option<String> {
    let text = field.as_str()?;
    // It may come to a terminal.
    let fits = (1..=NAME_MAX).contains(&text.len()) && !text.chars().any(crate::chars::steers);
    fits.then(|| text.to_owned())
}

fn number(section: &sdp::Section<'_, '_>, name: Name) -> Option<u32> {
    section.value(name)?.trim().number()
}

/// The values of the attributes `name`, as many as are kept.
fn values<'a>(
    section: &sdp::Section<'_, 'a>,
    name: Name,
    max: usize,
) -> impl Iterator<Item = Field<'a>> {
    section
        .all(name)
        .filter_map(Line::attribute_value)
        .take(max)
}

fn direction(section: &sdp::Section<'_, '_>) -> Option<Direction> {
    section.lines().iter().find_map(|line| match line.name()? {
        Name::Sendrecv => Some(Direction::Both),
        Name::Sendonly => Some(Direction::Send),
        Name::Recvonly => Some(Direction::Receive),
        Name::Inactive => Some(Direction::None),
        _ => None,
    })
}

/// `c=IN IP4 192.0.2.1`, or `233.252.0.1/127` of a group.
fn connection_address(section: &sdp::Section<'_, '_>) -> Option<IpAddr> {
    let line = section.of_type(b'c').next()?;
    let address = line.value().words().nth(2)?;
    let address = address.split_once(b'/').map_or(address, |(ip, _)| ip);
    address.as_str()?.parse().ok()
}

fn extensions(section: &sdp::Section<'_, '_>) -> Vec<(u16, String)> {
    values(section, Name::Extmap, LINES_MAX)
        .filter_map(|value| Extmap::parse(value).ok())
        .filter_map(|extmap| Some((extmap.id, text(extmap.uri)?)))
        .collect()
}

fn formats(section: sdp::Section<'_, '_>, media: Media) -> Vec<Format> {
    let payloads = Payloads::of(section);
    payloads.iter().filter_map(|p| format(p, media)).collect()
}

fn format(payload: &Payload<'_>, media: Media) -> Option<Format> {
    let number = payload.number;
    let Some(map) = payload.rtpmap else {
        let (codec, _) = static_types::lookup(number)?;
        return Some(Format {
            payload_type: number,
            name: codec.name.into_owned(),
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            apt: None,
            red: Vec::new(),
            parameter_sets: Vec::new(),
        });
    };
    let name = text(map.encoding)?;
    let channels = map.channels().and_then(|n| u8::try_from(n).ok());
    let apt = payload.fmtp.and_then(|f| f.get("apt")?.number());
    // "111/111": the types by themselves, no `key=value`.
    let red = payload.fmtp.filter(|_| name.eq_ignore_ascii_case("red"));
    let red = red.map(|f| {
        f.parameters
            .split(b'/')
            .map(|n| n.trim().number())
            .collect()
    });
    Some(Format {
        payload_type: number,
        name,
        clock_rate: map.clock_rate,
        channels: channels.filter(|_| media == Media::Audio),
        apt,
        red: red
            .flatten()
            .filter(|all: &Vec<u8>| all.len() <= 32)
            .unwrap_or_default(),
        parameter_sets: payload.fmtp.map(|f| parameter_sets(&f)).unwrap_or_default(),
    })
}

/// The NAL units of `sprop-parameter-sets` and the like, in base64, as many as are kept.
fn parameter_sets(fmtp: &Fmtp<'_>) -> Vec<Vec<u8>> {
    let names = [
        "sprop-vps",
        "sprop-sps",
        "sprop-pps",
        "sprop-parameter-sets",
    ];
    let values = names.iter().filter_map(|name| fmtp.get(name));
    values
        .flat_map(|value| value.split(b','))
        .filter_map(|set| BASE64.decode(set.trim().bytes()).ok())
        .filter(|set| (1..=SET_MAX).contains(&set.len()))
        .take(SETS_MAX)
        .collect()
}

fn sources(section: &sdp::Section<'_, '_>) -> Vec<(u32, Option<String>)> {
    let mut all: Vec<(u32, Option<String>)> = Vec::new();
    for value in values(section, Name::Ssrc, SOURCES_MAX) {
        let Ok(line) = Ssrc::parse(value) else {
            continue;
        };
        let cname = line.value.filter(|_| line.attribute.is("cname"));
        let cname = cname.and_then(text);
        // The lines of one source follow each other; where they do not, it is listed twice.
        match all.last_mut() {
            Some((ssrc, known)) if *ssrc == line.ssrc => *known = known.take().or(cname),
            _ => all.push((line.ssrc, cname)),
        }
    }
    all
}

fn groups(section: &sdp::Section<'_, '_>) -> Vec<(Meaning, Vec<u32>)> {
    let mut room = SOURCES_MAX;
    let mut all = Vec::new();
    for value in values(section, Name::SsrcGroup, SOURCES_MAX) {
        let Ok(group) = SsrcGroup::parse(value) else {
            continue;
        };
        let meaning = match group.semantics {
            s if s.is("FID") => Meaning::Retransmission,
            s if s.is("FEC-FR") || s.is("FEC") => Meaning::Fec,
            s if s.is("SIM") => Meaning::Simulcast,
            _ => continue,
        };
        let sources: Vec<u32> = group
            .sources()
            .filter_map(Field::number)
            .take(room)
            .collect();
        room -= sources.len();
        if sources.len() >= 2 {
            all.push((meaning, sources));
        }
    }
    all
}

fn rids(section: &sdp::Section<'_, '_>) -> Vec<Layer> {
    values(section, Name::Rid, LINES_MAX)
        .filter_map(|value| Rid::parse(value).ok())
        .filter_map(|rid| {
            let types = rid.payload_types.into_iter().flat_map(|l| l.split(b','));
            Some(Layer {
                id: text(rid.id)?,
                sends: rid.direction.is("send"),
                payload_types: types.filter_map(Field::number).take(128).collect(),
            })
        })
        .collect()
}

fn simulcast(section: &sdp::Section<'_, '_>) -> Vec<String> {
    let Some(Ok(line)) = section.value(Name::Simulcast).map(Simulcast::parse) else {
        return Vec::new();
    };
    let lists = [line.send, line.recv].into_iter().flatten();
    lists
        .flat_map(Simulcast::rids)
        .filter_map(text)
        .take(LINES_MAX)
        .collect()
}

fn candidates(section: &sdp::Section<'_, '_>) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    for value in values(section, Name::Candidate, LINES_MAX) {
        let Ok(candidate) = Candidate::parse(value) else {
            continue;
        };
        // A name (mDNS) hides the address; port 9 is that of TCP which only calls out.
        let ip = candidate
            .address
            .as_str()
            .and_then(|a| a.parse::<IpAddr>().ok());
        if let Some(ip) = ip.filter(|_| !matches!(candidate.port, 0 | 9)) {
            let socket = (ip, candidate.port).into();
            if !all.contains(&socket) {
                all.push(socket);
            }
        }
    }
    all
}
