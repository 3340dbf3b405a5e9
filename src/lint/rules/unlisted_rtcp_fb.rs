use super::prelude::*;

rule! {
    /// An `a=rtcp-fb` line names a payload type that its `m=` line does not list.
    ///
    /// ## Why it matters
    /// The feedback is not negotiated for any codec in use: no NACK, no key frame requests, no
    /// bandwidth estimation, depending on which line it is.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 8
    /// a=rtcp-fb:111 nack
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 8
    /// a=rtcp-fb:* nack
    /// ```
    "SDP132" "unlisted-rtcp-fb" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4585 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        for line in media.all(Name::RtcpFb) {
            let Some(Ok(fb)) = line.attribute_value().map(RtcpFb::parse) else {
                continue;
            };
            if let Some(number) = fb.format.number::<u8>()
                && media.payloads.get(number).is_none()
            {
                cx.report(
                    fb.format,
                    format_args!("no payload type {number} here"),
                    format_args!(
                        "`a=rtcp-fb` names payload type {number}, which `{}` does not list",
                        media.title()
                    ),
                )
                .context(m.format_list, "payload types listed")
                .fix_drop_line(Safety::Unsafe, line);
            }
        }
    }
}
