//! What the header extensions of a connection's streams are: by session description where it is
//! given, else concluded from what each direction shows, and from the directions together.
//!
//! With BUNDLE an identifier means the same for all streams of a direction, and an answer keeps the
//! offer's identifiers, so that both directions mostly agree (RFC 8285).

use super::{Measured, kind};
use crate::analysis::analyzer::State;
use crate::analysis::extensions::meaning::{self, Media, Seen};
use crate::analysis::extensions::names::{self, Named, Names};
use crate::analysis::extensions::{Habit, Number};
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{HeaderExtension, Identity, Kind, Source};
use crate::analysis::stream::StreamState;
use crate::chars::steers;
use crate::proto::rtp::ExtensionKind;
use crate::proto::rtp::codes::{self, ExtensionRow};
use std::collections::BTreeMap;

/// Elements below which it is said that there were too few.
const FEW: u64 = 16;
/// The longest text taken from a description, in bytes.
const TEXT_MAX: usize = 256;

/// What the identifiers of a connection stand for.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Meanings {
    /// By directed flow and identifier.
    by_flow: BTreeMap<(u32, u8), Meaning>,
}

#[derive(Clone, Copy, Debug)]
struct Meaning {
    row: &'static ExtensionRow,
    source: Source,
}

impl Meanings {
    /// The identifier of an extension on a directed flow: as it was told or shown there, else as
    /// all other flows of the connection that have it agree.
    pub(in crate::analysis) fn id_of(&self, flow: u32, kind: ExtensionKind) -> Option<u8> {
        let of_kind = self.by_flow.iter().filter(|(_, m)| m.row.kind == kind);
        let mut ids = of_kind.map(|(key, _)| *key);
        if let Some((_, id)) = ids.clone().find(|(f, _)| *f == flow) {
            return Some(id);
        }
        let (_, id) = ids.next()?;
        ids.all(|(_, other)| other == id).then_some(id)
    }

    fn get(&self, flow: u32, id: u8) -> Option<Meaning> {
        self.by_flow.get(&(flow, id)).copied()
    }
}

/// The streams of one direction.
struct Direction<'a> {
    flow: u32,
    streams: Vec<&'a StreamState>,
}

impl<'a> Direction<'a> {
    fn ids(&self) -> Vec<u8> {
        let habits = self.streams.iter().flat_map(|s| s.elements.habits());
        let mut ids: Vec<u8> = habits.map(|h| h.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn seen(&self, id: u8) -> Vec<Seen<'a>> {
        let each = |s: &&'a StreamState| {
            Some(Seen {
                habit: s.elements.habit(id)?,
                media: media(s),
                packets: s.elements.packets(),
                has_long_frames: s.elements.has_long_frames(),
            })
        };
        self.streams.iter().filter_map(each).collect()
    }

    fn names(&self, id: u8) -> Names<'a> {
        let streams = self.streams.iter().enumerate();
        let named = streams.filter_map(|(stream, s)| {
            let habit = s.elements.habit(id)?;
            Some(Named {
                stream,
                text: habit.text()?,
                elements: habit.packets,
                media: media(s),
                packets: s.packets,
            })
        });
        Names {
            id,
            named: named.collect(),
        }
    }

    /// What this direction alone shows.
    fn conclude(&self, state: &State) -> Vec<(u8, &'static ExtensionRow)> {
        let number = |id| match state.flows.get(self.flow) {
            Some(flow) => flow.lane.numbers().get(id),
            None => Number::default(),
        };
        let ids = self.ids();
        let mut found: Vec<(u8, ExtensionKind)> = Vec::new();
        let mut texts = Vec::new();
        for &id in &ids {
            let seen = self.seen(id);
            if let Some(kind) = meaning::of(&seen, number(id)) {
                found.push((id, kind));
            } else if seen.iter().all(|s| s.habit.text().is_some()) {
                texts.push(self.names(id));
            }
        }
        found.extend(names::tell(&texts));
        if found
            .iter()
            .any(|(_, k)| *k == ExtensionKind::VideoOrientation)
        {
            for &id in &ids {
                let is_open = found.iter().all(|(known, _)| *known != id);
                if is_open && meaning::is_content_type(&self.seen(id)) {
                    found.push((id, ExtensionKind::VideoContentType));
                }
            }
        }
        // Two identifiers that look the same: either may be, so neither is.
        let is_alone = |kind| found.iter().filter(|(_, k)| *k == kind).count() == 1;
        let clear = found.iter().filter(|(_, kind)| is_alone(*kind));
        clear
            .filter_map(|&(id, kind)| Some((id, row(kind, &self.seen(id))?)))
            .collect()
    }
}

/// The row of an extension. Version 2 of the transport-wide sequence numbers has longer elements.
fn row(kind: ExtensionKind, seen: &[Seen<'_>]) -> Option<&'static ExtensionRow> {
    let is_second =
        kind == ExtensionKind::TransportSequence && seen.iter().any(|s| s.habit.len_max == 4);
    let mut rows = codes::EXTENSIONS.iter().filter(|row| row.kind == kind);
    if is_second { rows.nth(1) } else { rows.next() }
}

fn media(stream: &StreamState) -> Media {
    if stream.elements.has_long_frames() {
        return Media::Video;
    }
    match kind::alone(stream) {
        Known::Yes((Kind::Audio, _)) => Media::Audio,
        Known::Yes((Kind::Video, _)) => Media::Video,
        _ => Media::Unknown,
    }
}

/// Tells what the header extensions of the streams are, and what they say of each stream.
pub(super) fn decide(state: &State, streams: &mut [Measured<'_, '_>]) -> Meanings {
    let meanings = meanings(state, streams);
    for Measured { state, stream } in streams {
        for extension in &mut stream.header_extensions {
            tell(extension, state, meanings.get(state.flow, extension.id));
        }
        let text = |kind| text(state, &stream.header_extensions, kind);
        let described = stream.described.as_deref();
        let mid = described.and_then(|d| d.mid.as_ref());
        let rid = described.and_then(|d| d.rid.as_ref());
        stream.identity = Identity {
            mid: or_described(text(ExtensionKind::Mid), mid),
            rid: or_described(text(ExtensionKind::Rid), rid),
            repaired_rid: text(ExtensionKind::RepairedRid),
        };
        stream.audio_level = match id_in(&stream.header_extensions, ExtensionKind::AudioLevel) {
            Ok((id, _)) => Known::or(
                state.elements.levels(id).map(|l| l.report()),
                Unknown::NotSeen,
            ),
            Err(why) => Known::No(why),
        };
    }
    meanings
}

/// What a description says of a stream counts where its packets do not say it.
fn or_described(
    text: Known<(Box<str>, Source)>,
    described: Option<&String>,
) -> Known<(Box<str>, Source)> {
    let harmless = |d: &&String| d.len() <= TEXT_MAX && !d.chars().any(steers);
    match (text, described.filter(harmless)) {
        (Known::No(_), Some(described)) => Known::Yes((described.as_str().into(), Source::Sdp)),
        (text, _) => text,
    }
}

fn meanings(state: &State, streams: &[Measured<'_, '_>]) -> Meanings {
    let mut directions: Vec<Direction<'_>> = Vec::new();
    let mut meanings = Meanings::default();
    for Measured { state: s, stream } in streams {
        match directions.iter_mut().find(|d| d.flow == s.flow) {
            Some(direction) => direction.streams.push(s),
            None => directions.push(Direction {
                flow: s.flow,
                streams: vec![s],
            }),
        }
        for extension in &stream.header_extensions {
            if let Known::Yes((uri, source)) = &extension.uri
                && let Some(row) = codes::extension(uri)
            {
                let (key, source) = ((s.flow, extension.id), *source);
                meanings.by_flow.insert(key, Meaning { row, source });
            }
        }
    }
    for direction in &directions {
        for (id, row) in direction.conclude(state) {
            let meaning = Meaning {
                row,
                source: Source::Inferred,
            };
            let key = (direction.flow, id);
            meanings.by_flow.entry(key).or_insert(meaning);
        }
    }
    let shown = meanings.clone();
    for direction in &directions {
        for id in direction.ids() {
            if shown.get(direction.flow, id).is_none()
                && let Some(meaning) = adopted(&shown, direction, id)
            {
                meanings.by_flow.insert((direction.flow, id), meaning);
            }
        }
    }
    meanings
}

/// What the other directions agree that an identifier is, if it may be that here too, and nothing
/// else here is.
fn adopted(shown: &Meanings, direction: &Direction<'_>, id: u8) -> Option<Meaning> {
    let others = shown.by_flow.iter().filter(|((_, other), _)| *other == id);
    let mut others = others.map(|(_, meaning)| *meaning);
    let meaning = others.next()?;
    let agreed = others.all(|other| other.row.uri == meaning.row.uri);
    let mut here = shown
        .by_flow
        .iter()
        .filter(|((f, _), _)| *f == direction.flow);
    let is_free = here.all(|(_, known)| known.row.kind != meaning.row.kind);
    let fits = || meaning::fits(meaning.row.kind, &direction.seen(id));
    (agreed && is_free && fits()).then_some(meaning)
}

fn tell(extension: &mut HeaderExtension, state: &StreamState, meaning: Option<Meaning>) {
    if extension.uri.value().is_some() {
        return;
    }
    extension.uri = match meaning {
        Some(Meaning { row, source }) => Known::Yes((row.uri.into(), source)),
        None => {
            let elements = state
                .elements
                .habit(extension.id)
                .map_or(0, |h: &Habit| h.packets);
            Known::No(if elements < FEW {
                Unknown::TooFewPackets
            } else {
                Unknown::Unclear
            })
        }
    };
}

/// The identifier of an extension among those of a stream, or why there is none.
fn id_in(all: &[HeaderExtension], kind: ExtensionKind) -> Result<(u8, Source), Unknown> {
    let mut is_open = false;
    for extension in all {
        match &extension.uri {
            Known::Yes((uri, source)) => {
                if codes::extension(uri).is_some_and(|row| row.kind == kind) {
                    return Ok((extension.id, *source));
                }
            }
            Known::No(_) => is_open = true,
        }
    }
    Err(if is_open {
        Unknown::Unclear
    } else {
        Unknown::NotSeen
    })
}

/// The text that a stream carries under an extension.
fn text(
    state: &StreamState,
    all: &[HeaderExtension],
    kind: ExtensionKind,
) -> Known<(Box<str>, Source)> {
    let (id, source) = match id_in(all, kind) {
        Ok(found) => found,
        Err(why) => return Known::No(why),
    };
    let text = state.elements.habit(id).and_then(Habit::text);
    let source = match source {
        Source::Sdp => Source::Extension,
        other => other,
    };
    Known::or(text.map(|t| (t.into(), source)), Unknown::Unclear)
}
