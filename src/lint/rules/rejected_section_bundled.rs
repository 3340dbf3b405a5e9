use super::prelude::*;
use crate::lint::groups::bundles;

rule! {
    /// A BUNDLE group lists a section that has port 0.
    ///
    /// ## Why it matters
    /// Port 0 rejects a section or takes it out of the call, and what is not there cannot be
    /// bundled. When its tag comes first the two sides do not agree on whose transport to use.
    ///
    /// With `a=bundle-only` port 0 means something else: see `bundle-only-with-port`.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// ```
    "SDP419" "rejected-section-bundled" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §7.3.3", "RFC 9143 §7.5.3", "RFC 5888 §9.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut rejected = BTreeMap::new();
    for media in cx.media().iter().filter(|m| m.is_rejected()) {
        if let (Some(mid), Some(m)) = (media.value(Name::Mid), media.media()) {
            rejected.entry(mid).or_insert(m.port_text);
        }
    }
    for mid in bundles(cx.sdp()).flat_map(|group| group.mids()) {
        if let Some(port) = rejected.get(&mid) {
            cx.report(
                mid,
                "its section is not there",
                format_args!("`a=group:BUNDLE` lists `{mid}`, whose section has port 0"),
            )
            .context(*port, "rejected or disabled")
            .help("take the tag out of the group, or write `a=bundle-only` where that is meant")
            .fix(
                Safety::Unsafe,
                "take it out of the group",
                mid.start().saturating_sub(1)..mid.end(),
                "",
            );
        }
    }
}
