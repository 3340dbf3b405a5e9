use super::prelude::*;
use crate::lint::fmtp::may_have;

rule! {
    /// Opus is described without `useinbandfec`.
    ///
    /// ## Why it matters
    /// It tells the sender that forward error correction inside the stream is welcome; the default
    /// is that it is not. Without it a lost packet is concealed, not restored.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// ```
    "SDP124" "opus-without-inband-fec" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 7587 §6.1", "RFC 8854 §4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for payload in media.payloads.iter().filter(|p| p.is("opus")) {
            if let Some(map) = payload.rtpmap
                && !may_have(media, payload, "useinbandfec")
            {
                cx.report(
                    map.encoding,
                    "no forward error correction wanted",
                    format_args!("Opus payload type {} is without `useinbandfec`", payload.number),
                )
                .help(format_args!("add `useinbandfec=1` to `a=fmtp:{}`", payload.number));
            }
        }
    }
}
