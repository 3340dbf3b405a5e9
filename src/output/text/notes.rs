//! The notes below a table of streams: what is not known, why, and of which streams.

use super::streams::is_rated;
use crate::analysis::model::{Kind, Stream};
use crate::analysis::{Known, Unknown};
use std::collections::BTreeMap;

/// Streams named in a note; the rest is counted.
const NAMED_MAX: usize = 12;

/// One line for each thing that is not known of some streams: `-- key frames not known: encrypted
/// (streams 3, 5)`.
pub(super) fn of(streams: &[&Stream]) -> Vec<String> {
    let mut notes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for s in streams {
        let mut note = |what: String| notes.entry(what).or_default().push(s.id.to_string());
        for (what, why) in unknown(s) {
            note(format!("{what}: {why}"));
        }
        if s.bitrate.value().is_some() && !is_rated(s) {
            note("bitrate not told: it lasted less than a second".to_owned());
        }
    }
    let line = |(what, ids): (&String, &Vec<String>)| {
        let noun = if ids.len() == 1 { "stream" } else { "streams" };
        format!("-- {what} ({noun} {})", listed(ids))
    };
    notes.iter().map(line).collect()
}

/// What is not known of a stream, of what is worth telling of its kind.
fn unknown(s: &Stream) -> Vec<(&'static str, Unknown)> {
    let is_repair = matches!(s.kind, Kind::Rtx | Kind::Fec);
    let (frames, key) = match &s.frames {
        _ if s.kind != Kind::Video => (None, None),
        Known::Yes(frames) => (None, frames.key.reason()),
        Known::No(why) => (Some(*why), None),
    };
    let codec = s.codec.reason().filter(|_| s.kind.is_media());
    let feedback = s.feedback.reason().filter(|_| s.kind.is_media());
    let all = [
        ("kind not known", s.kind_source.reason()),
        ("codec not known", codec),
        ("of ?", s.pairing.repairs.reason().filter(|_| is_repair)),
        ("jitter not known", s.jitter.reason()),
        ("bitrate not known", s.bitrate.reason()),
        ("frames not known", frames),
        ("key frames not known", key),
        (
            "what RTCP reports not known",
            feedback.filter(|why| *why == Unknown::Encrypted),
        ),
    ];
    let known = all.into_iter();
    known.filter_map(|(what, why)| Some((what, why?))).collect()
}

/// `1, 2, 3`, and how many more.
fn listed(ids: &[String]) -> String {
    match ids.get(..NAMED_MAX) {
        Some(first) if ids.len() > NAMED_MAX => {
            let more = ids.len() - NAMED_MAX;
            format!("{} and {more} more", first.join(", "))
        }
        _ => ids.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_some_streams_and_counts_the_rest() {
        let ids: Vec<String> = (1..=9_000).map(|n| n.to_string()).collect();
        assert_eq!(listed(&ids[..3]), "1, 2, 3");
        assert!(listed(&ids[..12]).ends_with(", 11, 12"));
        assert!(listed(&ids).ends_with(", 11, 12 and 8988 more"));
    }
}
