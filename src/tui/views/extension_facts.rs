//! What header extensions say of a stream: which stream of the session it is, how loud it is.

use super::stream_facts::source;
use crate::analysis::Known;
use crate::analysis::model::{HeaderExtension, Source, Stream};
use crate::proto::rtp::codes;
use crate::tui::format::{UNKNOWN, count, known_why};
use crate::tui::widgets::text::Line;

/// The lines that header extensions give.
pub(super) fn extension_lines(s: &Stream, out: &mut Vec<Line>) {
    let names = [
        ("MID", &s.identity.mid),
        ("RID", &s.identity.rid),
        ("repairs RID", &s.identity.repaired_rid),
    ];
    let known: Vec<String> = names
        .iter()
        .filter_map(|(what, text)| {
            let (text, from) = text.value()?;
            Some(format!(
                "{what} {} ({})",
                text.escape_debug(),
                source(*from)
            ))
        })
        .collect();
    if !known.is_empty() {
        out.push(Line::fact("identity", known.join(", ")));
    }
    if let Known::Yes(level) = &s.audio_level {
        let voice = known_why(&level.voice, |share| format!("{:.0} %", share * 100.0));
        let (mean, min, max) = (level.mean, level.min, level.max);
        let silence = level.silence * 100.0;
        out.push(Line::fact(
            "audio level",
            format!(
                "mean {mean:.0} dBov, {min:.0} to {max:.0}; voice {voice}, silence {silence:.0} %"
            ),
        ));
    }
    for (i, extension) in s.header_extensions.iter().enumerate() {
        let label = if i == 0 { "extensions" } else { "" };
        out.push(Line::fact(label, one(extension)));
    }
}

/// `4 mid (inferred), 123 x`.
fn one(e: &HeaderExtension) -> String {
    let name = match &e.uri {
        Known::Yes((uri, from)) => {
            let row = codes::extension(uri);
            let name = row.map_or(uri.as_ref(), |row| row.name).escape_debug();
            match from {
                Source::Sdp => name.to_string(),
                other => format!("{name} ({})", source(*other)),
            }
        }
        Known::No(why) => format!("{UNKNOWN} ({why})"),
    };
    format!("id {} {name}, {} x", e.id, count(e.packets))
}
