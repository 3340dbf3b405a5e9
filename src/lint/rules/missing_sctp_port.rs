use super::prelude::*;

rule! {
    /// A data channel section has no `a=sctp-port`.
    ///
    /// ## Why it matters
    /// The port is part of every SCTP packet, and the attribute has no default: a section without it
    /// is invalid. Not every stack assumes 5000, and where none is assumed no data channel opens.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    "SDP601" "missing-sctp-port" {
        group: Correctness,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8841 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_sctp) else {
            continue;
        };
        if m.format_list.is("webrtc-datachannel")
            && !media.has(Name::SctpPort)
            && !media.has(Name::Sctpmap)
        {
            let last = media.lines().iter().rfind(|l| l.name().is_some());
            let draft = cx
                .report(
                    media.head_text(),
                    "no `a=sctp-port` in this section",
                    format_args!("`{}` has no `a=sctp-port`", media.title()),
                )
                .help("add `a=sctp-port:5000`");
            if let Some(last) = last {
                draft.fix_add_line(Safety::Unsafe, last, "a=sctp-port:5000");
            }
        }
    }
}
