//! The line that tells first what is wrong with a connection: the worst of each kind of what the
//! lines below it hold. A short round trip alone does not make a good call.

use super::path;
use super::streams::{direction, one_way};
use super::style::{duration, grouped};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, PathDelay, QueueBuildUp, Stream};
use crate::output::loss;

/// Losing more is heard and seen.
const LOSS: f64 = 0.01;

/// `trouble: stream 4 (audio B>A) lost 3.57 %, …`; none where nothing is.
pub(super) fn line(c: &Connection, streams: &[&Stream], analysis: &Analysis) -> Option<String> {
    let parts: Vec<String> = lost(c, streams)
        .into_iter()
        .chain(frozen(c, streams))
        .chain(queue(c))
        .chain(one_way(streams, c, analysis))
        .chain(by_capture(streams))
        .chain(crate::output::keys::trouble(c))
        .collect();
    (!parts.is_empty()).then(|| format!("trouble: {}", parts.join("; ")))
}

/// The stream of media that misses most, as far as is known.
fn lost(c: &Connection, streams: &[&Stream]) -> Option<String> {
    let missing = |s: &Stream| s.loss.still_missing(s.lost).unwrap_or(s.lost);
    // In parts per million: fractions have no order.
    let rank = |s: &&&Stream| {
        let part = missing(s) * 1_000_000 / s.expected.max(1);
        (part, s.lost, std::cmp::Reverse(s.id))
    };
    let all = streams.iter();
    let worst = all
        .filter(|s| s.kind.is_media() && s.loss_fraction() > LOSS)
        .max_by_key(rank)?;
    let part = worst.loss_fraction() * 100.0;
    let what = loss::still_missing_in_short(worst);
    let who = named(worst, c);
    Some(format!("{who} lost {part:.1} %, {what}"))
}

/// The stream that froze longest.
fn frozen(c: &Connection, streams: &[&Stream]) -> Option<String> {
    let freezes = streams.iter().filter_map(|s| {
        let frames = s.frames.value().filter(|f| f.freezes > 0)?;
        Some((frames.freezes_total, frames.freezes, s))
    });
    let (total, n, s) =
        freezes.max_by_key(|(total, n, s)| (*total, *n, std::cmp::Reverse(s.id)))?;
    let times = match n {
        1 => "once".to_owned(),
        n => format!("{} times", grouped(n)),
    };
    let (who, total) = (named(s, c), duration(total));
    Some(format!("{who} froze {times}, for {total}"))
}

/// The longest queue.
fn queue(c: &Connection) -> Option<String> {
    let queues = |p: &PathDelay| -> Option<QueueBuildUp> {
        let queues = p.delay.value()?.build_ups.value()?;
        queues.iter().max_by_key(|q| q.peak).copied()
    };
    let all = c.paths.iter().filter_map(|p| Some((queues(p)?, p)));
    let (longest, p) = all.max_by_key(|(q, _)| q.peak)?;
    let (way, peak) = (path::way(p, c), duration(longest.peak));
    Some(format!("a queue of {peak} {way}"))
}

/// What the capture itself lost of these streams.
fn by_capture(streams: &[&Stream]) -> Option<String> {
    let n: u64 = streams.iter().map(|s| s.loss.at_capture).sum();
    let packets = if n == 1 { "packet" } else { "packets" };
    (n > 0).then(|| format!("about {} {packets} lost by the capture itself", grouped(n)))
}

/// `stream 4 (audio B>A)`.
fn named(s: &Stream, c: &Connection) -> String {
    format!("stream {} ({} {})", s.id, s.kind.name(), direction(s, c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::analysis::model::Kind;
    use crate::time::Span;

    fn call() -> Analysis {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/chromium-loss.pcapng");
        let mut analysis = crate::analyze(path.as_ref(), &Options::default()).unwrap();
        analysis.connections[0].paths.clear();
        for s in &mut analysis.streams {
            (s.lost, s.loss.at_capture) = (0, 0);
            s.last_seen = analysis.connections[0].last_seen;
            if let crate::analysis::Known::Yes(f) = &mut s.frames {
                (f.freezes, f.freezes_total) = (0, Span::from_millis(0));
            }
        }
        analysis
    }

    fn said(analysis: &Analysis) -> Option<String> {
        let c = &analysis.connections[0];
        let own = |s: &&Stream| s.connection == c.id;
        let streams: Vec<&Stream> = analysis.streams.iter().filter(own).collect();
        line(c, &streams, analysis)
    }

    #[test]
    fn a_call_without_trouble_has_no_such_line() {
        assert_eq!(said(&call()), None);
    }

    #[test]
    fn the_worst_of_each_kind_is_named() {
        let mut analysis = call();
        let video = |s: &&mut Stream| s.kind == Kind::Video;
        let s = analysis.streams.iter_mut().find(video).unwrap();
        let id = s.id;
        s.lost = s.expected / 200;
        assert_eq!(said(&analysis), None, "half a percent is no trouble");
        let s = analysis.streams.iter_mut().find(video).unwrap();
        s.lost = s.expected / 10;
        s.loss.at_capture = 3;
        if let crate::analysis::Known::Yes(f) = &mut s.frames {
            (f.freezes, f.freezes_total) = (2, Span::from_millis(900));
        }
        let text = said(&analysis).unwrap();
        let start = format!("trouble: stream {id} (video ");
        assert!(text.starts_with(&start), "{text}");
        for part in [
            ") lost ",
            "froze 2 times, for 900.0 ms",
            "about 3 packets lost by the capture itself",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn lost_repairs_are_no_trouble() {
        let mut analysis = call();
        let rtx = |s: &&mut Stream| s.kind == Kind::Rtx;
        let s = analysis.streams.iter_mut().find(rtx).unwrap();
        s.lost = s.expected / 2;
        assert_eq!(said(&analysis), None);
    }
}
