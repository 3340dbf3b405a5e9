use super::prelude::*;
use crate::sdp::CodecKind;

rule! {
    /// An `a=rtpmap` of video ends in a number of channels.
    ///
    /// ## Why it matters
    /// What follows the clock rate is the number of audio channels; for video nothing is defined.
    /// Parsers that compare the whole mapping find no common codec.
    /// ## How it happens
    /// A template for audio was used for video.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000/1
    /// ```
    /// ```sdp,fixed
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 L16/44100/2
    /// ```
    "SDP105" "video-rtpmap-parameters" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        if !media.media().is_some_and(|m| m.media.is("video")) {
            continue;
        }
        for payload in &media.payloads {
            // An audio codec has other troubles here.
            let audio = payload.codec.is_some_and(|c| c.kind == CodecKind::Audio);
            let Some(map) = payload.rtpmap.filter(|_| !audio) else {
                continue;
            };
            if let Some(extra) = map.parameters {
                let clock_ends = map.clock_rate_text.end();
                cx.report(
                    extra,
                    "video has no channels",
                    format_args!("`{}` of video is mapped with `/{extra}`", map.encoding),
                )
                .fix(
                    Safety::Unsafe,
                    "end after the clock rate",
                    clock_ends..extra.end(),
                    "",
                );
            }
        }
    }
}
