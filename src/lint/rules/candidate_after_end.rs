use super::prelude::*;

rule! {
    /// A candidate follows `a=end-of-candidates`.
    ///
    /// ## Why it matters
    /// The line says that no more candidates come, so a peer may give up when the ones before it
    /// fail, without trying the rest.
    /// ```sdp,fail,exact
    /// a=end-of-candidates
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=end-of-candidates
    /// ```
    "SDP221" "candidate-after-end" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8840 §8.1", "RFC 8838 §13"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut end = None;
        for line in section.lines() {
            match (line.name(), end) {
                (Some(Name::EndOfCandidates), None) => end = Some(line),
                (Some(Name::Candidate), Some(end)) => {
                    cx.report(
                        line.text(),
                        "one more",
                        format_args!("a candidate after `a=end-of-candidates`"),
                    )
                    .context(end.text(), "no more were to come")
                    .help("move `a=end-of-candidates` behind the last candidate");
                    break;
                }
                _ => {}
            }
        }
    }
}
