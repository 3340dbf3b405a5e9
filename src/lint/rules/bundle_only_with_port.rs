use super::prelude::*;

rule! {
    /// A section says `a=bundle-only` but has a port of its own, or stands in an answer.
    ///
    /// ## Why it matters
    /// `bundle-only` is for offers: the section has port 0 and exists only if the answerer bundles
    /// it. With a port an answerer that does not know BUNDLE accepts it and sends where nobody
    /// listens.
    /// ```sdp,fail
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0
    /// m=audio 0 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=bundle-only
    /// a=rtcp-mux
    /// ```
    "SDP407" "bundle-only-with-port" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let (Some(m), Some(line)) = (media.media(), media.first(Name::BundleOnly)) else {
            continue;
        };
        if cx.role() == Some(Role::Answer) {
            cx.report(
                line.text(),
                "only for offers",
                format_args!("`a=bundle-only` in an answer"),
            )
            .fix_drop_line(Safety::Unsafe, line);
        } else if m.port != 0 {
            cx.report(
                m.port_text,
                "expected 0",
                format_args!("`{}` is bundle-only but has port {}", media.title(), m.port),
            )
            .context(line.text(), "exists only when bundled")
            .fix(Safety::Unsafe, "write port 0", m.port_text, "0");
        }
    }
}
