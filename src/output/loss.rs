//! What became of a stream's lost packets, in words: for the text report and the terminal UI.

use crate::analysis::model::{CaptureLoss, Kind, Stream, Verdict};
use crate::analysis::{Known, Unknown};

/// What became of them: `28 lost: 14 sent again by RTX, 2 made up for by FEC, 12 still missing`;
/// none where nothing was lost or came late.
pub(crate) fn became(s: &Stream) -> Option<String> {
    let loss = &s.loss;
    let ways = [
        (&loss.by_rtx, "sent again by RTX"),
        (&loss.by_red, "repeated by RED"),
        (&loss.by_fec, "made up for by FEC"),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (n, way) in ways {
        if let Known::Yes(n @ 1..) = n {
            parts.push(format!("{n} {way}"));
        }
    }
    if s.lost > 0 && (s.kind.is_media() || loss.still_missing(s.lost).is_some()) {
        parts.push(still_missing(s));
    }
    if loss.at_capture > 0 {
        let n = loss.at_capture;
        parts.push(format!(
            "about {n} lost by the capture and not by the network"
        ));
    }
    let lost =
        (s.lost > 0 && !parts.is_empty()).then(|| format!("{} lost: {}", s.lost, parts.join(", ")));
    let resent = match loss.by_resend {
        Known::Yes(n @ 1..) => Some(format!("{n} sent again on the same SSRC")),
        _ => None,
    };
    let all: Vec<String> = lost.into_iter().chain(resent).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What nothing made up for, as far as is known: `at most 14 still missing (FEC not known:
/// encrypted)`. Only for a stream that lost packets.
fn still_missing(s: &Stream) -> String {
    let text = still_missing_in_short(s);
    match (s.loss.still_missing(s.lost), redundancy(s)) {
        (Some(0), _) | (Some(_), None) => text,
        (Some(_), Some((what, why))) => format!("{text} ({what} not known: {why})"),
        (None, Some((what, why))) => format!("{text} (no RTX seen; {what}: {why})"),
        (None, None) => format!("{text} (no RTX seen)"),
    }
}

/// The same without what is not known.
pub(crate) fn still_missing_in_short(s: &Stream) -> String {
    match s.loss.still_missing(s.lost) {
        None => "repair not known".to_owned(),
        Some(0) => "none still missing".to_owned(),
        Some(n) if redundancy(s).is_some() => format!("at most {n} still missing"),
        Some(n) => format!("{n} still missing"),
    }
}

/// Which redundancy may have helped, and why that is not known. RED repeats what was sent before
/// in audio only: with video it is the wrapper of ULPFEC.
fn redundancy(s: &Stream) -> Option<(&'static str, Unknown)> {
    let fec = s.loss.by_fec.reason();
    let red = s.loss.by_red.reason().filter(|_| s.kind != Kind::Video);
    match (red, fec) {
        (Some(why), Some(_)) => Some(("RED and FEC", why)),
        (Some(why), None) => Some(("RED", why)),
        (None, Some(why)) => Some(("FEC", why)),
        (None, None) => None,
    }
}

/// How they cluster: `runs of 1 (24 times), 2 (2 times); 8 bursts of 10.1 packets, 21 % lost in
/// them`; none where no two were lost together.
pub(crate) fn clusters(s: &Stream) -> Option<String> {
    const RUNS: usize = 4;
    let loss = &s.loss;
    let longest = loss.runs.last().map_or(0, |(length, _)| *length);
    let bursts = loss.burst_gap.bursts;
    if longest < 2 && bursts == 0 {
        return None;
    }
    let times = |&(length, n): &(u64, u64)| format!("{length} ({n}x)");
    let mut runs: Vec<String> = loss.runs.iter().take(RUNS).map(times).collect();
    if loss.runs.len() > RUNS {
        runs.push(format!("... longest {longest}"));
    }
    let mut text = format!("lost in runs of {}", runs.join(", "));
    if let Known::Yes(length) = loss.burst_gap.burst_length {
        let noun = if bursts == 1 { "burst" } else { "bursts" };
        let density = loss.burst_gap.burst_density * 100.0;
        text += &format!("; {bursts} {noun} of {length:.1} packets, {density:.0} % of them lost");
    }
    Some(text)
}

/// Whether the capture lost packets, and why that is thought; none where nothing suggests it.
pub(crate) fn by_capture(loss: &CaptureLoss) -> Option<String> {
    let how = match loss.verdict {
        Verdict::None => return None,
        Verdict::Possible => "may have lost",
        Verdict::Likely => "most likely lost",
        Verdict::Certain => "lost",
    };
    let why: Vec<String> = loss.evidence.iter().map(|e| e.words()).collect();
    let many = match loss.packets {
        0 => "packets".to_owned(),
        n => format!("packets, about {n} of RTP streams"),
    };
    let why = why.join("; ");
    Some(format!("the capture itself {how} {many}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;

    /// A video stream of samples/ that lost 28 packets, with what became of them.
    fn lossy(by_rtx: Known<u64>, by_red: Known<u64>, by_fec: Known<u64>) -> Stream {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/chromium-loss.pcapng");
        let analysis = crate::analyze(path.as_ref(), &Options::default()).unwrap();
        let video = |s: &Stream| s.kind == Kind::Video;
        let mut s = analysis.streams.into_iter().find(video).unwrap();
        s.lost = 28;
        s.loss.at_capture = 0;
        s.loss.by_resend = Known::Yes(0);
        (s.loss.by_rtx, s.loss.by_red, s.loss.by_fec) = (by_rtx, by_red, by_fec);
        s
    }

    #[test]
    fn what_is_not_known_of_repair_is_said() {
        let no = |why| Known::<u64>::No(why);
        let hidden = no(Unknown::Encrypted);
        let mut s = lossy(Known::Yes(14), hidden, hidden);
        assert_eq!(
            became(&s).unwrap(),
            "28 lost: 14 sent again by RTX, at most 14 still missing (FEC not known: encrypted)"
        );
        s.loss.by_fec = Known::Yes(2);
        s.loss.by_red = Known::Yes(0);
        assert_eq!(
            became(&s).unwrap(),
            "28 lost: 14 sent again by RTX, 2 made up for by FEC, 12 still missing"
        );
        s.loss.by_rtx = Known::Yes(28);
        assert!(became(&s).unwrap().ends_with("none still missing"));
        let mut s = lossy(no(Unknown::NotSeen), hidden, hidden);
        assert_eq!(
            became(&s).unwrap(),
            "28 lost: repair not known (no RTX seen; FEC: encrypted)"
        );
        s.kind = Kind::Audio;
        assert!(became(&s).unwrap().ends_with("RED and FEC: encrypted)"));
        // Nobody repairs repairs.
        s.kind = Kind::Rtx;
        assert_eq!(became(&s), None);
    }
}
