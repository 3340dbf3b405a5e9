//! The table of a connection's streams, and the notes below it.

use super::super::printable;
use super::style::{Style, bitrate, duration, grouped};
use crate::analysis::model::{Connection, Gap, Kind, Leg, MediaLayer, Source, Stream};
use crate::analysis::{Analysis, ENDED_EARLY, Known};
use crate::output::loss;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Columns of the bitrate line.
const SPARK: usize = 20;
/// A silence this long gets a line.
const SILENCE: Span = Span::from_millis(2000);
/// Silences listed per stream; the rest is counted.
const SILENCES_MAX: usize = 3;
/// Streams named in a note; the rest is counted.
const NAMED_MAX: usize = 12;

pub(super) fn stream_table(
    streams: &[&Stream],
    connection: &Connection,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let header = format!(
        "  {:>3} {:3} {:<7} {:<7} {:<10} {:>8} {:>7} {:>6} {:>5} {:>5} {:>8} {:>9}  bitrate over time",
        "#",
        "dir",
        "kind",
        "codec",
        "ssrc",
        "packets",
        "lost",
        "loss%",
        "dup",
        "late",
        "mean jit",
        "bitrate"
    );
    writeln!(out, "{}", style.dim(&header))?;
    let mut notes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for s in streams {
        let mut note = |what: &str, why: Option<crate::analysis::Unknown>| {
            if let Some(why) = why {
                let entry = notes.entry(format!("{what}: {why}")).or_default();
                entry.push(s.id.to_string());
            }
        };
        note("kind not known", s.kind_source.reason());
        if matches!(s.kind, Kind::Rtx | Kind::Fec) {
            note(
                "repairs no stream that is known",
                s.pairing.repairs.reason(),
            );
        }
        note("jitter not known", s.jitter.reason());
        note("bitrate not known", s.bitrate.reason());
        let loss = format!("{:.2}", s.loss_fraction() * 100.0);
        // Pad before colouring: escape codes have no width.
        let loss = format!("{loss:>6}");
        let loss = match s.loss_fraction() {
            f if f >= 0.05 => style.bad(&loss),
            f if f >= 0.01 => style.warn(&loss),
            _ => loss,
        };
        writeln!(
            out,
            "  {:>3} {:3} {:<7} {:<7} {:<10} {:>8} {:>7} {loss} {:>5} {:>5} {:>8} {:>9}  {}",
            s.id.0,
            direction(s, connection),
            s.kind.name(),
            codec(s),
            s.ssrc.to_string(),
            s.packets,
            s.lost,
            s.duplicated,
            s.reordered,
            known(&s.jitter, |j| duration(j.mean)),
            known(&s.bitrate, |b| bitrate(*b)),
            spark(s, analysis)
        )?;
        for line in said(s)
            .into_iter()
            .chain(frames(s))
            .chain(ways(s, analysis))
            .chain(loss::became(s))
            .chain(loss::clusters(s))
            .chain(silences(s, connection, analysis))
            .chain(super::feedback::line(s))
        {
            writeln!(out, "      {}", style.dim(&line))?;
        }
    }
    for source in connection
        .media_sources
        .iter()
        .filter(|s| s.layers.len() > 1)
    {
        let layer = |l: &MediaLayer| match &l.rid {
            Some(rid) => format!("{} (rid {})", l.stream, printable(rid)),
            None => l.stream.to_string(),
        };
        let layers: Vec<String> = source.layers.iter().map(layer).collect();
        let (kind, n) = (source.kind.name(), layers.len());
        let line = format!("{kind} source of {n} layers: streams {}", layers.join(", "));
        writeln!(out, "  {}", style.dim(&line))?;
    }
    for line in one_way(streams, connection, analysis) {
        writeln!(out, "  {}", style.warn(&line))?;
    }
    for (what, ids) in &notes {
        let noun = if ids.len() == 1 { "stream" } else { "streams" };
        let list = listed(ids);
        writeln!(
            out,
            "  {}",
            style.dim(&format!("-- {what} ({noun} {list})"))
        )?;
    }
    Ok(())
}

/// Whether media went on one way only after some time: all that came the other way had ended.
fn one_way(streams: &[&Stream], connection: &Connection, analysis: &Analysis) -> Vec<String> {
    let media = streams.iter().filter(|s| s.kind.is_media());
    let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for s in media {
        let known = last.entry(direction(s, connection)).or_insert(s.last_seen);
        *known = s.last_seen.max(*known);
    }
    let is_over = |at: Timestamp| connection.last_seen - at >= ENDED_EARLY;
    let goes_on = last.values().any(|at| !is_over(*at));
    last.iter()
        .filter(|(_, at)| goes_on && is_over(**at))
        .map(|(way, at)| {
            let at = analysis.capture.seconds_at(*at);
            format!("no media {way} after {at:.3} s, while the other way it goes on")
        })
        .collect()
}

/// What its header extensions say of a stream.
fn said(s: &Stream) -> Option<String> {
    let identity = &s.identity;
    let names = [
        ("mid", &identity.mid),
        ("rid", &identity.rid),
        ("repairs rid", &identity.repaired_rid),
    ];
    let named = names.iter().filter_map(|(what, text)| {
        let (text, _) = text.value()?;
        Some(format!("{what} {}", printable(text)))
    });
    let level = s.audio_level.value().map(|level| {
        let voice = level.voice.value();
        let voice = voice.map_or(String::new(), |v| format!(", voice {:.0} %", v * 100.0));
        let (mean, min, max) = (level.mean, level.min, level.max);
        format!("audio level {mean:.0} dBov ({min:.0} to {max:.0}){voice}")
    });
    let all: Vec<String> = named.chain(level).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Where else a stream was seen than on its first leg.
fn ways(s: &Stream, analysis: &Analysis) -> Vec<String> {
    let line = |leg: &Leg| {
        let (src, dst, n) = (leg.path.src, leg.path.dst, grouped(leg.packets));
        if leg.is_copy {
            let lost = grouped(leg.lost);
            format!("also seen from {src} to {dst}: {n} packets, {lost} lost")
        } else {
            let at = analysis.capture.seconds_at(leg.first_seen);
            format!("moved at {at:.3} s to {src} - {dst}: {n} packets")
        }
    };
    s.legs.iter().skip(1).map(line).collect()
}

/// The frames of video: `frames 294 at 14.7 fps, 9 repaired, 1 freeze of 0.30 s, 2 key frames`.
fn frames(s: &Stream) -> Option<String> {
    let Known::Yes(f) = &s.frames else {
        return None;
    };
    let mut line = format!("frames {}", grouped(f.complete));
    if let Known::Yes(fps) = f.per_second {
        line += &format!(" at {fps:.1} fps");
    }
    if f.repaired > 0 {
        line += &format!(", {} repaired", grouped(f.repaired));
    }
    if f.incomplete > 0 {
        line += &format!(", {} incomplete", grouped(f.incomplete));
    }
    if f.freezes > 0 {
        let (n, total) = (f.freezes, duration(f.freezes_total));
        let noun = if n == 1 { "freeze" } else { "freezes" };
        line += &format!(", {} {noun} of together {total}", grouped(n));
    }
    if let Known::Yes(key) = f.key {
        let about = if key.source == Source::Inferred {
            " by their size"
        } else {
            ""
        };
        let noun = if key.count == 1 {
            "key frame"
        } else {
            "key frames"
        };
        line += &format!(", {} {noun}{about}", grouped(key.count));
    }
    Some(line)
}

/// When a stream of media was silent for long, and whether it ended before its connection. Streams
/// of no known kind are mostly retransmissions, which are silent most of the time.
fn silences(s: &Stream, connection: &Connection, analysis: &Analysis) -> Vec<String> {
    if !s.kind.is_media() {
        return Vec::new();
    }
    let at = |ts| analysis.capture.seconds_at(ts);
    let mut long: Vec<&Gap> = s
        .gaps
        .iter()
        .filter(|g| g.end - g.start >= SILENCE)
        .collect();
    long.sort_by_key(|g| g.start);
    let more = long.len().saturating_sub(SILENCES_MAX);
    let mut lines: Vec<String> = long
        .iter()
        .take(SILENCES_MAX)
        .map(|gap| {
            let why = match gap.lost {
                0 => "the sender was silent (no sequence numbers missing)".to_owned(),
                n => format!("{n} packets lost"),
            };
            format!(
                "no packets from {:.3} to {:.3} s: {why}",
                at(gap.start),
                at(gap.end)
            )
        })
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more times without packets"));
    }
    let early = connection.last_seen - s.last_seen;
    if early >= ENDED_EARLY {
        let last = at(s.last_seen);
        lines.push(format!(
            "ended at {last:.3} s, {} before the connection",
            duration(early)
        ));
    }
    lines
}

/// Which way a stream runs, by the ends of the connection's main transport.
fn direction(s: &Stream, connection: &Connection) -> &'static str {
    let own = connection
        .transports
        .iter()
        .find(|t| t.index == s.transport);
    match own {
        Some(t) if t.a == s.path.src => "A>B",
        _ => "B>A",
    }
}

/// The stream that it repairs, or the codec's name, or the payload type that most packets have.
fn codec(s: &Stream) -> String {
    if let Known::Yes((id, _)) = s.pairing.repairs {
        return format!("of #{id}");
    }
    match s.codec.value() {
        Some(codec) => codec.name.to_string(),
        None => {
            let main = s.main_payload_type();
            main.map_or_else(String::new, |pt| format!("pt {pt}"))
        }
    }
}

fn known<T>(value: &Known<T>, show: impl Fn(&T) -> String) -> String {
    value.value().map_or_else(|| "--".to_owned(), show)
}

/// Bit rate over the whole capture, each column scaled to the stream's own highest.
fn spark(s: &Stream, analysis: &Analysis) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some(first), Some(last)) = (analysis.capture.first, analysis.capture.last) else {
        return String::new();
    };
    let end = last.plus(Span::from_nanos(1));
    // A column narrower than a bucket would be a hole that is not in the data.
    let buckets = (end - first).nanos() / s.series.width().nanos().max(1);
    let width = SPARK.min(usize::try_from(buckets).unwrap_or(SPARK).max(1));
    let columns = s.series.columns(first, end, width);
    let top = columns
        .iter()
        .flatten()
        .map(|b| b.bytes)
        .max()
        .unwrap_or(0)
        .max(1);
    let bars = columns.iter().map(|column| match column {
        None => ' ',
        Some(b) => {
            let level = u64::from(b.bytes) * 7 / u64::from(top);
            BARS.get(level as usize).copied().unwrap_or('█')
        }
    });
    bars.collect::<String>().trim_end().to_owned()
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
