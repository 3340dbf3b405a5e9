use super::prelude::*;

rule! {
    /// A data channel section uses the syntax of a draft: a port as format, and `a=sctpmap`.
    ///
    /// ## Why it matters
    /// The published syntax is `UDP/DTLS/SCTP webrtc-datachannel` with `a=sctp-port`. Current
    /// browsers no longer write the old one, and new stacks do not read it.
    /// ```sdp,fail
    /// m=application 9 DTLS/SCTP 5000
    /// a=sctpmap:5000 webrtc-datachannel 1024
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    "SDP602" "legacy-sctpmap" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8841 §4.2", "RFC 8841 §4.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_sctp) else {
            continue;
        };
        let port_as_format = m.format_list.is_digits();
        // Beside the published syntax the old attribute is for old peers.
        let old_map = media.has(Name::Sctpmap) && !media.has(Name::SctpPort);
        if port_as_format || old_map {
            cx.report(
                m.proto.start()..m.format_list.end(),
                "expected `UDP/DTLS/SCTP webrtc-datachannel`",
                format_args!(
                    "`{}` uses the data channel syntax of a draft",
                    media.title()
                ),
            )
            .help("write `a=sctp-port:5000` instead of `a=sctpmap`");
        }
    }
}
