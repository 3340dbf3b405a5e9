//! What became of a stream's lost packets, in words: for the text report and the terminal UI.

use crate::analysis::Known;
use crate::analysis::model::{CaptureLoss, Stream, Verdict};

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
    match loss.still_missing(s.lost) {
        Some(n) if s.lost > 0 => parts.push(format!("{n} still missing")),
        _ => {}
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
