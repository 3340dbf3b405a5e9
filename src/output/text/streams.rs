//! The table of a connection's streams, and the notes below it.

use super::super::printable;
use super::style::{Style, bitrate, duration};
use super::{notes, stream_lines};
use crate::analysis::model::{Connection, Kind, MediaLayer, MediaSource, Stream};
use crate::analysis::{Analysis, ENDED_EARLY, Known};
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Columns of the bitrate line.
const SPARK: usize = 20;
/// What lasted less has no bit rate worth telling: nine packets in some milliseconds are megabits.
const RATED: Span = Span::from_millis(1000);

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
        "jitter",
        "bitrate"
    );
    writeln!(out, "{}", style.dim(&header))?;
    for s in streams {
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
            rate(s),
            spark(s, analysis)
        )?;
        for line in stream_lines::of(s, connection, analysis) {
            writeln!(out, "      {}", style.dim(&line))?;
        }
    }
    for source in &connection.media_sources {
        if let Some(line) = layers(source, streams) {
            writeln!(out, "  {}", style.dim(&line))?;
        }
    }
    for line in one_way(streams, connection, analysis) {
        writeln!(out, "  {}", style.warn(&line))?;
    }
    for line in notes::of(streams) {
        writeln!(out, "  {}", style.dim(&line))?;
    }
    Ok(())
}

/// `video source of 3 layers, by bit rate: stream 3 65.2 kb/s, stream 2 155.3 kb/s, stream 6 350.7
/// kb/s (the largest)`; none of a source with one layer.
fn layers(source: &MediaSource, streams: &[&Stream]) -> Option<String> {
    let (kind, n) = (source.kind.name(), source.layers.len());
    let largest = source.layers.last().filter(|_| n > 1)?.stream;
    let layer = |l: &MediaLayer| {
        let own = streams.iter().find(|s| s.id == l.stream);
        let rate = own.and_then(|s| s.bitrate.value());
        let rate = rate.map_or_else(String::new, |b| format!(" {}", bitrate(*b)));
        let rid = l.rid.as_ref();
        let rid = rid.map_or_else(String::new, |rid| format!(" rid {}", printable(rid)));
        let largest = if l.stream == largest {
            " (the largest)"
        } else {
            ""
        };
        format!("stream {}{rid}{rate}{largest}", l.stream)
    };
    let layers: Vec<String> = source.layers.iter().map(layer).collect();
    let layers = layers.join(", ");
    Some(format!(
        "{kind} source of {n} layers, by bit rate: {layers}"
    ))
}

/// Whether media went on one way only after some time: all that came the other way had ended.
pub(super) fn one_way(
    streams: &[&Stream],
    connection: &Connection,
    analysis: &Analysis,
) -> Vec<String> {
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

/// Which way a stream runs, by the ends of the connection's main transport.
pub(super) fn direction(s: &Stream, connection: &Connection) -> &'static str {
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
    match s.pairing.repairs {
        Known::Yes((id, _)) => return format!("of #{id}"),
        Known::No(_) if matches!(s.kind, Kind::Rtx | Kind::Fec) => return "of ?".to_owned(),
        Known::No(_) => {}
    }
    match s.codec.value() {
        Some(codec) => codec.name.to_string(),
        None => {
            let main = s.main_payload_type();
            main.map_or_else(String::new, |pt| format!("pt {pt}"))
        }
    }
}

/// Whether it lasted long enough for a bit rate.
pub(super) fn is_rated(s: &Stream) -> bool {
    s.last_seen - s.first_seen >= RATED
}

fn rate(s: &Stream) -> String {
    match s.bitrate {
        Known::Yes(b) if is_rated(s) => bitrate(b),
        _ => "--".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Options, StreamId};

    fn streams() -> Vec<Stream> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/chromium-loss.pcapng");
        let analysis = crate::analyze(path.as_ref(), &Options::default()).unwrap();
        analysis.streams
    }

    #[test]
    fn what_lasted_less_than_a_second_has_no_rate() {
        let mut s = streams().remove(0);
        s.bitrate = Known::Yes(1_550_000.0);
        assert_eq!(rate(&s), "1.55 Mb/s");
        s.last_seen = s.first_seen.plus(Span::from_millis(999));
        assert_eq!(rate(&s), "--");
    }

    #[test]
    fn of_the_layers_of_a_source_the_largest_is_named() {
        let mut all = streams();
        all.truncate(3);
        let rates = [155_300.0, 350_700.0, 65_200.0];
        for (s, rate) in all.iter_mut().zip(rates) {
            s.bitrate = Known::Yes(rate);
        }
        let layer = |n: usize, rid: Option<&str>| MediaLayer {
            stream: all.get(n).map_or(StreamId(0), |s| s.id),
            rid: rid.map(Into::into),
            repaired_by: Vec::new(),
        };
        let mut source = MediaSource {
            mid: None,
            kind: Kind::Video,
            layers: vec![layer(2, Some("q")), layer(0, None), layer(1, None)],
        };
        let seen: Vec<&Stream> = all.iter().collect();
        assert_eq!(
            layers(&source, &seen).unwrap(),
            "video source of 3 layers, by bit rate: stream 3 rid q 65.2 kb/s, stream 1 155.3 kb/s, \
             stream 2 350.7 kb/s (the largest)"
        );
        source.layers.truncate(1);
        assert_eq!(layers(&source, &seen), None);
    }

    #[test]
    fn a_repair_of_nothing_known_is_of_a_question_mark() {
        let mut s = streams().remove(0);
        s.kind = Kind::Rtx;
        s.pairing = crate::analysis::model::Pairing::default();
        assert_eq!(codec(&s), "of ?");
        s.pairing.repairs = Known::Yes((StreamId(7), crate::analysis::model::Source::Inferred));
        assert_eq!(codec(&s), "of #7");
    }
}
