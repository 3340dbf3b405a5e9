use super::prelude::*;

rule! {
    /// Redundant audio (`red`) carries a payload type that its `m=` line does not list.
    ///
    /// ## Why it matters
    /// The receiver unwraps `red` and finds packets of a codec it does not know.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111 63
    /// a=rtpmap:111 opus/48000/2
    /// a=rtpmap:63 red/48000/2
    /// a=fmtp:63 112/112
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111 63
    /// a=rtpmap:111 opus/48000/2
    /// a=rtpmap:63 red/48000/2
    /// a=fmtp:63 111/111
    /// ```
    "SDP125" "unlisted-red-payload" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 2198 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        for payload in &media.payloads {
            let red = |m: Rtpmap<'_>| m.encoding.is_ignoring_case("red");
            let Some(fmtp) = payload.fmtp.filter(|_| payload.rtpmap.is_some_and(red)) else {
                continue;
            };
            for inner in fmtp.parameters.split(b'/') {
                if let Some(number) = inner.number::<u8>()
                    && media.payloads.get(number).is_none()
                {
                    cx.report(
                        inner,
                        "not in this section",
                        format_args!(
                            "`red` carries payload type {number}, which `{}` does not list",
                            media.title()
                        ),
                    );
                    break;
                }
            }
        }
    }
}
