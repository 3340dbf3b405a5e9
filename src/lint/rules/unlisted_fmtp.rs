use super::prelude::*;

rule! {
    /// An `a=fmtp` line is about a payload type that its `m=` line does not list.
    ///
    /// ## Why it matters
    /// The parameters are ignored, and the codec they were meant for runs with its defaults: mono
    /// Opus, lowest H.264 level. Nothing says so.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=fmtp:111 minptime=10
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 minptime=10
    /// ```
    "SDP109" "unlisted-fmtp" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        for line in media.all(Name::Fmtp) {
            let Some(Ok(fmtp)) = line.attribute_value().map(Fmtp::parse) else {
                continue;
            };
            if let Some(number) = fmtp.format.number::<u8>()
                && media.payloads.get(number).is_none()
            {
                cx.report(
                    fmtp.format,
                    format_args!("no payload type {number} here"),
                    format_args!(
                        "`a=fmtp` is about payload type {number}, which `{}` does not list",
                        media.title()
                    ),
                )
                .context(m.format_list, "payload types listed")
                .fix_drop_line(Safety::Unsafe, line);
            }
        }
    }
}
