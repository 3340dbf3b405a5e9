use super::prelude::*;
use crate::lint::groups::bundled_tags;

rule! {
    /// A media section is in no BUNDLE group, although others are.
    ///
    /// ## Why it matters
    /// The section needs a transport of its own. Browsers offer everything in one group, and most
    /// media servers have one transport for each peer, so the section is rejected, or its packets
    /// go nowhere.
    /// ## How it happens
    /// A script added a section and left `a=group:BUNDLE` alone.
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    /// A group with nobody in it, and no group at all, mean that nothing is bundled.
    /// ```sdp,pass
    /// a=group:BUNDLE
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP406" "section-outside-bundle" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let bundled = bundled_tags(cx.sdp());
    // An answer leaves out what the offer had left out.
    if bundled.is_empty() || cx.role() == Some(Role::Answer) {
        return;
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let dtls = media.media().is_some_and(|m| m.is_dtls());
        let waits = media.first(Name::BundleOnly).is_some();
        let Some(mid) = media.value(Name::Mid).filter(|mid| mid.is_token()) else {
            continue;
        };
        if dtls && !waits && !bundled.contains(&mid) {
            cx.report(
                mid,
                "in no `a=group:BUNDLE`",
                format_args!("`{}` is not bundled, but other sections are", media.title()),
            )
            .help(format_args!("add `{mid}` to `a=group:BUNDLE`"));
        }
    }
}
