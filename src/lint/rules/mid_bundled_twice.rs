use super::prelude::*;
use crate::lint::groups::bundles;

rule! {
    /// A tag stands in BUNDLE groups twice.
    ///
    /// ## Why it matters
    /// A media section uses one transport, so it can be in one BUNDLE group, once. Stacks may reject
    /// the description.
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fail
    /// a=group:BUNDLE 0 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0
    /// a=group:LS 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP405" "mid-bundled-twice" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut seen = BTreeMap::new();
    for mid in bundles(cx.sdp()).flat_map(|group| group.mids()) {
        let first: Field<'_> = *seen.entry(mid).or_insert(mid);
        if first.start() != mid.start() {
            cx.report(mid, "again here", format_args!("`{mid}` is bundled twice"))
                .context(first, "the first time");
        }
    }
}
