use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A candidate is for a component that the section does not have.
    ///
    /// ## Why it matters
    /// RTP is component 1 and RTCP component 2; RTP that is multiplexed with RTCP in any case has
    /// component 1 only. Candidates of other components are never used, so a miscounted one is lost.
    /// ```sdp,fail
    /// a=candidate:1 3 udp 2130706429 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=rtcp-mux
    /// a=rtcp-mux-only
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:1 2 udp 2130706430 192.0.2.1 5001 typ host
    /// ```
    /// ```sdp,pass
    /// a=rtcp-mux
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:1 2 udp 2130706430 192.0.2.1 5001 typ host
    /// ```
    "SDP210" "unknown-component" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8839 §5.1", "RFC 5761 §5.1.3", "RFC 8858 §3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let Some(m) = media.media() else { continue };
        let (most, why) = match () {
            () if !m.is_rtp() => continue,
            () if media.has(Name::RtcpMuxOnly) => (1, "`a=rtcp-mux-only` leaves component 1 only"),
            () => (2, "RTP has components 1 and 2"),
        };
        for (_, c) in candidates(**media).filter(|(_, c)| c.component > most) {
            cx.report(
                c.component_text,
                why,
                format_args!("a candidate for component {}, which is not used", c.component),
            );
        }
    }
}
