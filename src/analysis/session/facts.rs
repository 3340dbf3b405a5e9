//! What the descriptions of a connection say of one of its streams.
//!
//! An end *receives* on the payload types of its own description and *sends* the sources that its own
//! `a=ssrc` lines name (RFC 3264, RFC 5576), so payload types are asked of the receiver first, and
//! sources and header-extension ids of the sender. Later descriptions go before earlier ones, which
//! still explain what came before.

use super::Descriptions;
use super::bind::Ends;
use super::description::Description;
use super::section::{Format, Meaning, Media, Section};
use crate::analysis::model::{Codec, DescribedFormat, Kind, Stream};
use crate::net::Endpoint;
use std::net::SocketAddr;

/// The descriptions to ask about one stream.
pub(super) struct Facts<'d> {
    receiver: Vec<&'d Description>,
    sender: Vec<&'d Description>,
    /// By which end is not known.
    either: Vec<&'d Description>,
    /// The section that the sender says the source belongs to.
    named: Option<&'d Section>,
    mid: Option<&'d str>,
    destination: SocketAddr,
}

/// Who wrote a description, as seen from a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    Sender,
    Receiver,
    Either,
}

impl<'d> Facts<'d> {
    /// What is known of a stream that is sent on this transport, this way; none if no description
    /// is about its connection.
    pub(super) fn of(
        all: &'d Descriptions,
        ends: &Ends,
        stream: &Stream,
        reverse: bool,
    ) -> Option<Self> {
        let sender = ends.sender(stream.transport, reverse)?;
        let (root, side) = sender;
        let get = |i: &usize| all.all.get(*i);
        let written = |list: &[usize]| list.iter().filter_map(get).collect::<Vec<_>>();
        let to: Endpoint = stream.path.dst;
        let mut facts = Self {
            sender: written(ends.of(sender)),
            receiver: written(ends.of((root, !side))),
            either: ends.of_others(sender).filter_map(|i| get(&i)).collect(),
            named: None,
            mid: None,
            destination: (to.ip(), to.port()).into(),
        };
        if facts.sender.is_empty() && facts.receiver.is_empty() && facts.either.is_empty() {
            return None;
        }
        let ssrc = stream.ssrc.0;
        let who = facts.sender.iter().chain(&facts.either);
        facts.named = who.copied().find_map(|d| d.with_ssrc(ssrc));
        facts.mid = facts.named.and_then(|s| s.mid.as_deref());
        if facts.named.is_none()
            && let Some(section) = facts.only_section(stream)
            && !facts.names_others(section)
        {
            facts.mid = section.mid.as_deref();
            facts.named = Some(section);
        }
        Some(facts)
    }

    /// The section of a stream whose source no description names: the only one that has its payload
    /// types, or of several that whose socket it goes to.
    fn only_section(&self, stream: &Stream) -> Option<&'d Section> {
        let main = stream.main_payload_type()?;
        [Author::Receiver, Author::Either, Author::Sender]
            .into_iter()
            .find_map(|author| {
                let mut fitting = self
                    .written_by(author)
                    .iter()
                    .map(|d| sections(d, main, author));
                self.only_of(&fitting.find(|sections| !sections.is_empty())?)
            })
    }

    /// Whether the sender names the sources of this section, so that one that it does not name is of
    /// another: of a later negotiation.
    fn names_others(&self, section: &Section) -> bool {
        let mid = section.mid.as_deref();
        let mut its = self.sender.iter().filter_map(|d| d.with_mid(mid?));
        its.any(|section| section.ssrcs().next().is_some())
    }

    /// The only one, or the only one whose socket the stream goes to.
    fn only_of(&self, sections: &[&'d Section]) -> Option<&'d Section> {
        if let [only] = sections {
            return Some(only);
        }
        // Bundled sections all use the socket of one.
        let there = |s: &&&Section| !s.is_bundled && s.receives_at(self.destination);
        let mut there = sections.iter().filter(there);
        let first = there.next()?;
        there.next().is_none().then_some(*first)
    }

    fn written_by(&self, author: Author) -> &[&'d Description] {
        match author {
            Author::Sender => &self.sender,
            Author::Receiver => &self.receiver,
            Author::Either => &self.either,
        }
    }

    /// The `a=mid` of its section.
    pub(super) fn mid(&self) -> Option<&'d str> {
        self.mid
    }

    /// The canonical name (CNAME) of its source.
    pub(super) fn cname(&self, ssrc: u32) -> Option<&'d str> {
        self.named?.cname(ssrc)
    }

    /// How long a packet should be, in milliseconds: what the receiver asks for.
    pub(super) fn packet_time(&self) -> Option<u32> {
        self.receiver
            .iter()
            .chain(&self.either)
            .find_map(|d| d.with_mid(self.mid?)?.ptime)
            .or_else(|| self.named?.ptime)
    }

    /// What a payload type of the stream means, and the section that says so.
    pub(super) fn format(&self, number: u8) -> Option<(&'d Section, &'d Format)> {
        let found = |section: &'d Section| Some((section, section.format(number)?));
        for author in [Author::Receiver, Author::Either, Author::Sender] {
            let written = self.written_by(author);
            let of_mid = |d: &&'d Description| found(d.with_mid(self.mid?)?);
            if let Some(format) = written.iter().find_map(of_mid) {
                return Some(format);
            }
            let agreed = |d: &&'d Description| {
                let all = sections(d, number, author);
                let mut all = all.into_iter().filter_map(found);
                let (section, first) = all.next()?;
                all.all(|(s, f)| s.media == section.media && f.same_codec(first))
                    .then_some((section, first))
            };
            if let Some(format) = written.iter().find_map(agreed) {
                return Some(format);
            }
        }
        self.named.and_then(found)
    }

    /// What every payload type means that the stream may use.
    pub(super) fn formats(&self) -> Vec<DescribedFormat> {
        let all = (0..128).filter_map(|number| Some(self.format(number)?.1));
        let described = |format: &Format| DescribedFormat {
            payload_type: format.payload_type,
            codec: format.codec(),
            retransmits: format.apt,
            parameter_sets: format.parameter_sets.clone(),
        };
        all.map(described).collect()
    }

    /// The URI of a header extension id.
    pub(super) fn extension(&self, id: u8, main: Option<u8>) -> Option<&'d str> {
        let id = u16::from(id);
        // What the sender says of the source's own section.
        let mut uri = self.named.and_then(|section| section.extension(id));
        for author in [Author::Sender, Author::Either, Author::Receiver] {
            let written = self.written_by(author).iter();
            uri = uri.or_else(|| {
                written
                    .clone()
                    .find_map(|d| match self.mid.and_then(|mid| d.with_mid(mid)) {
                        Some(section) => section.extension(id),
                        None => agreed_extension(&sections(d, main?, author), id),
                    })
            });
        }
        uri
    }

    /// The stream's most telling payload type: that of most packets, but for what only accompanies
    /// media, as key presses and comfort noise do.
    fn main(&self, stream: &Stream) -> Option<(&'d Section, &'d Format)> {
        let mut types: Vec<_> = stream.payload_types.iter().collect();
        types.sort_by_key(|t| std::cmp::Reverse(t.packets));
        let formats: Vec<_> = types.iter().filter_map(|t| self.format(t.number)).collect();
        let telling = formats.iter().find(|(_, format)| !format.is_companion());
        telling.or(formats.first()).copied()
    }

    /// Codec and kind.
    pub(super) fn codec(&self, stream: &Stream) -> Option<(Codec, Kind)> {
        let (section, format) = self.main(stream)?;
        let kind = match section.media {
            _ if format.is("rtx") => Kind::Rtx,
            _ if format.is_fec() => Kind::Fec,
            Media::Audio => Kind::Audio,
            Media::Video => Kind::Video,
            Media::Other => Kind::Unknown,
        };
        Some((format.codec(), kind))
    }

    /// The source that this one repairs, by a group of the sender.
    pub(super) fn repairs(&self, ssrc: u32) -> Option<u32> {
        let groups = &self.named?.groups;
        groups.iter().find_map(|(meaning, sources)| match meaning {
            Meaning::Retransmission | Meaning::Fec => {
                let (repair, originals) = sources.split_last()?;
                let original = originals.first()?;
                (*repair == ssrc && *original != ssrc).then_some(*original)
            }
            Meaning::Simulcast => None,
        })
    }

    /// The payload types whose packets the stream's own retransmit.
    pub(super) fn retransmitted(&self, stream: &Stream) -> Vec<u8> {
        let types = stream.payload_types.iter();
        types.filter_map(|t| self.format(t.number)?.1.apt).collect()
    }

    /// The layers of its section, as its sender offers them.
    pub(super) fn layers(&self) -> &'d [String] {
        let of_mid = |d: &&'d Description| d.with_mid(self.mid?);
        let mine = self.sender.iter().chain(&self.either).find_map(of_mid);
        let theirs = self.receiver.iter().find_map(of_mid);
        let section = mine.or(theirs).or(self.named);
        section.map_or(&[][..], |section| &section.simulcast)
    }

    /// The layer, where each layer has payload types of its own.
    pub(super) fn rid(&self, stream: &Stream) -> Option<&'d str> {
        let main = stream.main_payload_type()?;
        let of_mid = |d: &&'d Description| d.with_mid(self.mid?);
        let mine = self.sender.iter().chain(&self.either).find_map(of_mid);
        let theirs = self.receiver.iter().find_map(of_mid);
        [(mine, true), (theirs, false)]
            .into_iter()
            .find_map(|(section, sends)| {
                let layers = section?.rids.iter().filter(|layer| layer.sends == sends);
                let layers: Vec<_> = layers.collect();
                let is_restricted = layers.iter().all(|l| !l.payload_types.is_empty());
                let mut its = layers.iter().filter(|l| l.payload_types.contains(&main));
                let first = its.next().filter(|_| is_restricted)?;
                its.next().is_none().then_some(first.id.as_str())
            })
    }
}

/// The sections of a description that have this payload type and whose media goes the stream's way;
/// those in use, if there are some.
fn sections(d: &Description, payload_type: u8, author: Author) -> Vec<&Section> {
    let goes = |section: &&Section| match author {
        Author::Sender => section.allows(true),
        Author::Receiver => section.allows(false),
        Author::Either => true,
    };
    let all: Vec<_> = d.with_payload_type(payload_type).filter(goes).collect();
    let in_use: Vec<_> = all.iter().copied().filter(|s| !s.is_rejected).collect();
    if in_use.is_empty() { all } else { in_use }
}

/// The URI of an id, if all these sections that have it say the same.
fn agreed_extension<'d>(sections: &[&'d Section], id: u16) -> Option<&'d str> {
    let mut uris = sections.iter().filter_map(|s| s.extension(id));
    let first = uris.next()?;
    uris.all(|uri| uri == first).then_some(first)
}
