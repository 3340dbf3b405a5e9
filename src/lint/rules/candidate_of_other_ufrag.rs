use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A candidate names another `ufrag` than its section.
    ///
    /// ## Why it matters
    /// The candidate belongs to ICE credentials that no longer count: to those before an ICE
    /// restart, or to another peer connection. It is dropped, or checked in vain.
    /// ## How it happens
    /// Candidates that were trickled are put into a description that is younger or older than they.
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0 ufrag 9b3X
    /// ```
    /// ```sdp,pass
    /// a=ice-ufrag:F7gI
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0 ufrag F7gI
    /// ```
    "SDP233" "candidate-of-other-ufrag" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session().value(Name::IceUfrag);
    for media in cx.media() {
        let Some(ufrag) = media.value(Name::IceUfrag).or(session) else {
            continue;
        };
        for (_, c) in candidates(**media) {
            let Some(other) = c.extension("ufrag").filter(|other| *other != ufrag) else {
                continue;
            };
            cx.report(
                other,
                "other credentials",
                format_args!("a candidate for the ufrag `{other}`, which is not the section's"),
            )
            .context(ufrag, "the section's")
            .help("drop the candidate: after an ICE restart new ones are gathered");
        }
    }
}
