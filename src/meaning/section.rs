//! What one media section says.

use super::codec::{Codec, codecs};
use super::transport::Transport;
use super::{bandwidth, text};
use crate::proto::rtp::codes::extension;
use crate::sdp::{
    Content, Dcmap, Extmap, Field, Line, MaxMessageSize, Name, Rid, SctpPort, Section as Lines,
    Simulcast, Ssrc, SsrcGroup,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What one media section says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// `audio`, `video`, `application`, …
    pub kind: String,
    /// Its tag (`a=mid`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Whether it is used.
    pub state: State,
    /// Which ways media may flow, seen from who wrote it.
    pub direction: Direction,
    /// The tag of the section whose transport it uses, when that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundled_with: Option<String>,
    /// How its packets travel.
    pub transport: Transport,
    /// Its codecs, in order of preference.
    pub codecs: Vec<Codec>,
    /// Header extensions.
    pub extensions: Vec<Extension>,
    /// The streams and tracks that are sent (`a=msid`), each as `stream track`.
    pub tracks: Vec<String>,
    /// Sources that are announced (`a=ssrc`), with the groups that they are in.
    pub sources: Vec<Source>,
    /// Simulcast layers that are sent, in order.
    pub sends_layers: Vec<Layer>,
    /// Simulcast layers that are received, in order.
    pub receives_layers: Vec<Layer>,
    /// Bandwidth limits (`b=`), as type and value: `AS` in kbit/s, `TIAS` in bit/s.
    pub bandwidth: Vec<(String, u64)>,
    /// Milliseconds of media in a packet (`a=ptime`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ptime: Option<String>,
    /// What the media is (`a=content`): `main`, `slides`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
    /// Data channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

/// Whether a section is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Active,
    /// It is refused or stopped: port 0.
    Rejected,
    /// It is, if the other side bundles it; port 0 with `a=bundle-only`.
    BundleOnly,
    /// Its `m=` line cannot be read.
    Unreadable,
}

/// Which ways media may flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Both; also when nothing is written.
    Sendrecv,
    /// From who wrote it.
    Sendonly,
    /// To who wrote it.
    Recvonly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// As SDP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sendrecv => "sendrecv",
            Self::Sendonly => "sendonly",
            Self::Recvonly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// A header extension (RFC 8285).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// The identifier that packets carry.
    pub id: u16,
    /// What it is.
    pub uri: String,
    /// The short name, when it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// `sendonly`, `recvonly`, …, when it is not for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// Whether its data travels encrypted (RFC 6904).
    pub encrypted: bool,
}

/// A source (RFC 5576).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The SSRC.
    pub ssrc: u32,
    /// Its canonical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// The groups it is in: `FID 2 of 2`.
    pub groups: Vec<String>,
}

/// A simulcast layer (RFC 8853); alternatives are in one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Its identifiers, the preferred first.
    pub rids: Vec<String>,
    /// Whether it begins paused.
    pub paused: bool,
    /// What limits the preferred one (`a=rid`): `max-width=1280`.
    pub restrictions: Vec<String>,
}

/// Data channels (RFC 8841).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Data {
    /// The SCTP port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The longest message that is taken, in bytes; 0 for any. 65 536 when nothing is written.
    pub max_message_size: u64,
    /// Whether that was written.
    pub max_message_size_is_written: bool,
    /// The channels that are agreed on here (`a=dcmap`): stream and options as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

impl Section {
    pub(super) fn of(
        session: &Lines<'_, '_>,
        lines: &Lines<'_, '_>,
        tags: &BTreeMap<&str, &str>,
    ) -> Self {
        let media = lines.media();
        let mid = lines.value(Name::Mid).map(text);
        let tag = mid
            .as_deref()
            .and_then(|mid| tags.get(mid).filter(|tag| **tag != mid));
        let restrictions = restrictions(lines);
        let layers =
            |list: Option<Field<'_>>| list.map(|l| layers(&restrictions, l)).unwrap_or_default();
        let simulcast = lines
            .value(Name::Simulcast)
            .and_then(|value| Simulcast::parse(value).ok());
        Self {
            kind: media.map_or_else(|| "?".to_owned(), |m| text(m.media)),
            state: match media {
                None => State::Unreadable,
                Some(m) if m.port != 0 => State::Active,
                Some(_) if lines.has(Name::BundleOnly) => State::BundleOnly,
                Some(_) => State::Rejected,
            },
            direction: direction(lines)
                .or(direction(session))
                .unwrap_or(Direction::Sendrecv),
            bundled_with: tag.map(|&tag| tag.to_owned()),
            transport: Transport::of(session, lines, media),
            codecs: codecs(lines),
            extensions: extensions(session, lines),
            tracks: tracks(lines),
            sources: sources(lines),
            sends_layers: layers(simulcast.and_then(|s| s.send)),
            receives_layers: layers(simulcast.and_then(|s| s.recv)),
            bandwidth: bandwidth(lines),
            content: lines
                .value(Name::Content)
                .and_then(|value| Content::parse(value).ok())
                .map(|content| content.iter().map(text).collect())
                .unwrap_or_default(),
            ptime: lines.value(Name::Ptime).map(text),
            data: media.is_some_and(|m| m.is_sctp()).then(|| {
                let size = lines.value(Name::MaxMessageSize);
                let size = size.and_then(|value| MaxMessageSize::parse(value).ok());
                let port = lines.value(Name::SctpPort);
                let port = port.and_then(|value| SctpPort::parse(value).ok());
                Data {
                    port: port
                        .map(|port| port.port)
                        .or_else(|| media?.format_list.words().next()?.number()),
                    max_message_size: size.unwrap_or(MaxMessageSize::DEFAULT).bytes,
                    max_message_size_is_written: size.is_some(),
                    channels: lines
                        .all(Name::Dcmap)
                        .filter_map(Line::attribute_value)
                        .filter(|value| Dcmap::parse(*value).is_ok())
                        .map(text)
                        .collect(),
                }
            }),
            mid,
        }
    }
}

fn direction(lines: &Lines<'_, '_>) -> Option<Direction> {
    lines.lines().iter().find_map(|line| match line.name()? {
        Name::Sendrecv => Some(Direction::Sendrecv),
        Name::Sendonly => Some(Direction::Sendonly),
        Name::Recvonly => Some(Direction::Recvonly),
        Name::Inactive => Some(Direction::Inactive),
        _ => None,
    })
}

fn extensions(session: &Lines<'_, '_>, lines: &Lines<'_, '_>) -> Vec<Extension> {
    let all = session.all(Name::Extmap).chain(lines.all(Name::Extmap));
    all.filter_map(|line| Extmap::parse(line.attribute_value()?).ok())
        .map(|map| {
            let uri = map.carried();
            Extension {
                id: map.id,
                name: uri.as_str().and_then(extension).map(|row| row.name),
                uri: text(uri),
                direction: map.direction.map(text),
                encrypted: map.encrypted().is_some(),
            }
        })
        .collect()
}

fn tracks(lines: &Lines<'_, '_>) -> Vec<String> {
    let mut tracks: Vec<String> = Vec::new();
    let mut add = |track: String| {
        if !tracks.contains(&track) && tracks.len() < 256 {
            tracks.push(track);
        }
    };
    for value in lines.all(Name::Msid).filter_map(Line::attribute_value) {
        add(text(value));
    }
    for ssrc in lines
        .all(Name::Ssrc)
        .filter_map(|l| Ssrc::parse(l.attribute_value()?).ok())
    {
        if ssrc.attribute.is("msid") {
            add(ssrc.value.map(text).unwrap_or_default());
        }
    }
    tracks
}

fn sources(lines: &Lines<'_, '_>) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    let mut place = BTreeMap::new();
    for line in lines
        .all(Name::Ssrc)
        .filter_map(|l| Ssrc::parse(l.attribute_value()?).ok())
    {
        let at = *place.entry(line.ssrc).or_insert_with(|| {
            sources.push(Source {
                ssrc: line.ssrc,
                cname: None,
                groups: Vec::new(),
            });
            sources.len() - 1
        });
        if let Some(source) = sources.get_mut(at)
            && line.attribute.is("cname")
        {
            source.cname = line.value.map(text);
        }
    }
    for group in lines.all(Name::SsrcGroup).filter_map(Line::attribute_value) {
        let Ok(group) = SsrcGroup::parse(group) else {
            continue;
        };
        let count = group.sources().count();
        for (i, ssrc) in group
            .sources()
            .filter_map(|s| s.number::<u32>())
            .enumerate()
        {
            let member = place.get(&ssrc).and_then(|&at| sources.get_mut(at));
            if let Some(source) = member {
                source
                    .groups
                    .push(format!("{} {} of {count}", text(group.semantics), i + 1));
            }
        }
    }
    sources
}

/// What `a=rid` says of each layer.
fn restrictions<'a>(lines: &Lines<'_, 'a>) -> BTreeMap<Field<'a>, Vec<String>> {
    let values = lines.all(Name::Rid).filter_map(Line::attribute_value);
    values
        .filter_map(|value| Rid::parse(value).ok())
        .map(|rid| (rid.id, rid.restrictions().map(|r| text(r.text)).collect()))
        .collect()
}

/// The layers of one direction of `a=simulcast`.
fn layers(restrictions: &BTreeMap<Field<'_>, Vec<String>>, list: Field<'_>) -> Vec<Layer> {
    list.split(b';')
        .map(|stream| {
            let paused = stream.bytes().first() == Some(&b'~');
            let mut rids = Simulcast::rids(stream);
            let limits = rids.next().and_then(|rid| restrictions.get(&rid));
            Layer {
                rids: Simulcast::rids(stream).map(text).collect(),
                paused,
                restrictions: limits.cloned().unwrap_or_default(),
            }
        })
        .collect()
}
