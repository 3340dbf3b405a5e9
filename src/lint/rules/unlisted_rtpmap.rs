use super::prelude::*;

rule! {
    /// An `a=rtpmap` line maps a payload type that its `m=` line does not list.
    ///
    /// ## Why it matters
    /// The codec is not offered, whatever the line says.
    /// ## How it happens
    /// A script removed a codec from `m=` only, or the number was mistyped.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=rtpmap:111 opus/48000/2
    /// a=rtpmap:112 red/48000/2
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=rtpmap:111 opus/48000/2
    /// ```
    "SDP102" "unlisted-rtpmap" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §6.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        for line in media.all(Name::Rtpmap) {
            let Some(Ok(map)) = line.attribute_value().map(Rtpmap::parse) else {
                continue;
            };
            if media.payloads.get(map.payload_type).is_none() {
                let number = map.payload_type;
                cx.report(
                    map.payload_type_text,
                    format_args!("no payload type {number} here"),
                    format_args!(
                        "`a=rtpmap` maps payload type {number}, which `{}` does not list",
                        media.title()
                    ),
                )
                .context(m.format_list, "payload types listed")
                .fix_drop_line(Safety::Unsafe, line);
            }
        }
    }
}
