use super::prelude::*;
use super::ice_lite_without_candidate::{has_candidates, trickles};

rule! {
    /// A description with ICE has no candidate, and does not say that some will follow.
    ///
    /// ## Why it matters
    /// Candidates come with the description or, where `a=ice-options:trickle` announces it, one by
    /// one. A peer that takes this at its word waits for nothing and has nothing to check.
    /// ## How it happens
    /// The description was sent before the candidates were gathered. Many stacks trickle without
    /// announcing it, so this is advice only.
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,pass
    /// a=ice-options:trickle
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP219" "no-candidates-to-come" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8840 §4.1.1", "RFC 8839 §4.2.1.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // A lite agent has its own rule.
    if cx.sdp().session().has(Name::IceLite) || has_candidates(cx) || trickles(cx) {
        return;
    }
    let uses_ice = |media: &&Media<'_, '_>| media.is_active() && media.transport_has(Name::IceUfrag);
    if let Some(media) = cx.media().iter().find(uses_ice) {
        cx.report(
            media.head_text(),
            "nothing to check",
            format_args!("the description has no candidate and does not announce any"),
        )
        .help("wait for the candidates before sending, or add `a=ice-options:trickle`");
    }
}
