use super::prelude::*;

rule! {
    /// The `apt` of a retransmission payload type leads nowhere.
    ///
    /// ## Why it matters
    /// It must name a payload type of the same `m=` line that is not itself `rtx`; else loss is
    /// not repaired.
    /// ## How it happens
    /// A script removed a codec and left its `rtx` behind.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=95
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// ```
    "SDP113" "dangling-rtx-apt" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4588 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let is_rtx = |map: &Rtpmap<'_>| map.encoding.is_ignoring_case("rtx");
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        for payload in media.payloads.iter().filter(|p| p.rtpmap.is_some_and(|m| is_rtx(&m))) {
            let Some(apt) = payload.fmtp.and_then(|f| f.get("apt")) else {
                continue;
            };
            let target = apt.number().and_then(|n| media.payloads.get(n));
            match target {
                None => {
                    cx.report(
                        apt,
                        "not in this section",
                        format_args!(
                            "`rtx` payload type {} repeats {apt}, which `{}` does not list",
                            payload.number,
                            media.title()
                        ),
                    )
                    .context(m.format_list, "payload types listed");
                }
                Some(target) => {
                    if let Some(map) = target.rtpmap.filter(is_rtx) {
                        cx.report(
                            apt,
                            "this is `rtx` too",
                            format_args!("`rtx` payload type {} repeats another `rtx`", payload.number),
                        )
                        .context(map.encoding, format_args!("payload type {apt}"));
                    }
                }
            }
        }
    }
}
