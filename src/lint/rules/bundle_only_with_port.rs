use super::prelude::*;
use crate::lint::groups::bundled_tags;

rule! {
    /// A section says `a=bundle-only` where that has no meaning: with a port, or outside BUNDLE.
    ///
    /// ## Why it matters
    /// The section has port 0 and exists only where both sides bundle it. RFC 9143 leaves open what
    /// `bundle-only` means with another port: Chrome ignores it there. In no BUNDLE group the
    /// attribute is discarded, and the section is rejected by its port. WHIP (`--profile whip`) wants the
    /// line in every section.
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fixed
    /// a=group:BUNDLE 0
    /// m=audio 0 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    "SDP407" "bundle-only-with-port" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let bundled = bundled_tags(cx.sdp());
    for media in cx.media() {
        let (Some(m), Some(line)) = (media.media(), media.first(Name::BundleOnly)) else {
            continue;
        };
        if m.port != 0 {
            // RFC 9725 §4.4.1 wants the line in each bundled section, the one with the port too.
            if cx.profile() == Profile::Whip {
                continue;
            }
            cx.report(
                m.port_text,
                "expected 0",
                format_args!("`{}` is bundle-only but has port {}", media.title(), m.port),
            )
            .context(line.text(), "exists only when bundled")
            .fix(Safety::Unsafe, "write port 0", m.port_text, "0");
        } else if media
            .value(Name::Mid)
            .is_some_and(|mid| !bundled.contains(&mid))
        {
            cx.report(
                line.text(),
                "exists only when bundled",
                format_args!("`{}` is bundle-only but in no BUNDLE group", media.title()),
            )
            .help("list its `a=mid` in `a=group:BUNDLE`");
        }
    }
}
