use super::prelude::*;
use crate::sdp::CodecKind;

rule! {
    /// An audio codec is mapped in `m=video`, or a video codec in `m=audio`.
    ///
    /// ## Why it matters
    /// The codec is not found among those of that medium and is dropped; when it is the only one,
    /// the section is rejected.
    /// ## How it happens
    /// Lines were pasted below the wrong `m=` line.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 opus/48000/2
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96 97 98
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 red/90000
    /// a=rtpmap:98 unheard/90000
    /// ```
    "SDP149" "codec-in-wrong-section" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.14", "RFC 4855 §3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        let (other, title) = match () {
            () if m.media.is("audio") => (CodecKind::Video, "video"),
            () if m.media.is("video") => (CodecKind::Audio, "audio"),
            () => continue,
        };
        for payload in &media.payloads {
            if let Some(map) = payload.rtpmap
                && payload.codec.is_some_and(|codec| codec.kind == other)
            {
                cx.report(
                    map.encoding,
                    format_args!("for `m={title}`"),
                    format_args!("{} is {title}, but mapped in `{}`", map.encoding, media.title()),
                )
                .context(m.media, "the medium of this section");
            }
        }
    }
}
