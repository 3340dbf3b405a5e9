use super::prelude::*;

rule! {
    /// The description has no media section.
    ///
    /// ## Why it matters
    /// It is allowed: a browser without tracks and data channels offers just that. But nothing can flow,
    /// and in a test it mostly means that the second half was lost.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0
    /// ```
    "SDP026" "no-media-section" {
        group: Advice,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let Some(last) = cx.sdp().lines().last().filter(|_| cx.media().is_empty()) else { return };
    cx.report(
        last.text(),
        "ends here",
        format_args!("the description has no media section"),
    )
    .help("add an `m=` line unless nothing is to be sent");
}
