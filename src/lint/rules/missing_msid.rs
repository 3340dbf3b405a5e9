use super::prelude::*;
use crate::lint::sending::sends;

rule! {
    /// A section that sends media has no `a=msid`.
    ///
    /// ## Why it matters
    /// RFC 9429 has browsers say which stream and track a section carries, `-` when none. A receiver
    /// otherwise makes up a stream, and audio and video of one person are in two.
    ///
    /// Media servers may leave it out, so this is only asked for with `--profile jsep`.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=sendrecv
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=recvonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=msid:- 80336e21-2480-43c3-b385-7ae7c08046d2
    /// ```
    "SDP522" "missing-msid" {
        group: Suspicious,
        scope: Jsep,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let rtp = media.media().is_some_and(|m| m.is_rtp());
        if rtp && sends(cx, media) && !media.has(Name::Msid) {
            cx.report(
                media.head_text(),
                "no `a=msid` in this section",
                format_args!("`{}` sends, but has no `a=msid`", media.title()),
            )
            .help("add `a=msid:- ` and the id of the track");
        }
    }
}
