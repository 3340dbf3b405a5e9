use super::prelude::*;

rule! {
    /// A WHIP or WHEP session does not put all its media into one BUNDLE group.
    ///
    /// ## Why it matters
    /// The protocol has one transport for everything: a server makes only one, and the sections outside of
    /// the group stay silent, or the request is refused.
    /// ## How it happens
    /// The client has a BUNDLE policy other than `max-bundle`.
    /// ```sdp,fail,as-offer
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// ```
    /// ```sdp,pass,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// ```
    "SDP801" "whip-not-bundled" {
        group: Correctness,
        scope: Whip,
        absence: true,
        since: "0.1",
        spec: ["RFC 9725 §4.4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let active: Vec<&Media<'_, '_>> = cx.media().iter().filter(|m| m.is_active()).collect();
    if active.len() < 2 {
        return;
    }
    let first = cx.bundles().next().unwrap_or_default();
    let bundled: BTreeSet<Option<usize>> = first.iter().map(|m| m.index()).collect();
    for media in active {
        if !bundled.contains(&media.index()) {
            cx.report(
                media.head_text(),
                "not in the first BUNDLE group",
                format_args!("`{}` is not bundled, as WHIP asks for", media.title()),
            )
            .help("use the BUNDLE policy `max-bundle`");
        }
    }
}
