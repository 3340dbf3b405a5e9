use super::prelude::*;

rule! {
    /// Video has feedback, but none that asks for a key frame.
    ///
    /// ## Why it matters
    /// Whoever joins late or loses a frame needs a key frame. With neither `nack pli` nor `ccm fir`
    /// nobody may ask for one, and the picture stays black or frozen until one comes by itself. A
    /// section without any `a=rtcp-fb` is left alone: there, any feedback may be sent.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// ```
    /// An answer can only keep what was offered, and one that took a side in DTLS is an answer:
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=setup:active
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack
    /// ```
    "SDP135" "video-without-keyframe-request" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 4585 §4.2", "RFC 8834 §5.1.1", "RFC 8834 §5.1.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() == Some(Role::Answer) {
        return; // Only what was offered can be answered.
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(|m| m.media.is("video")) else {
            continue;
        };
        // The codecs of WebRTC; others may have no key frames.
        let codec = |p: &Payload<'_>| {
            ["VP8", "VP9", "H264", "H265", "AV1"].iter().any(|name| p.is(name))
        };
        let answers = media
            .value(Name::Setup)
            .is_some_and(|role| role.is("active") || role.is("passive"));
        if answers && cx.role().is_none() {
            continue;
        }
        if media.has(Name::Inactive) || !media.payloads.iter().any(codec) {
            continue;
        }
        // Feedback that cannot be read, or is misspelt, has a finding of its own.
        let asks = |line: &Line<'_>| {
            let fb = line.attribute_value().and_then(|v| RtcpFb::parse(v).ok());
            fb.is_none_or(|fb| {
                let mut words = fb.feedback.words();
                words.any(|w| w.is_ignoring_case("pli") || w.is_ignoring_case("fir"))
            })
        };
        if media.has(Name::RtcpFb) && !media.all(Name::RtcpFb).any(asks) {
            cx.report(
                m.format_list,
                "no key frame can be asked for",
                format_args!("`{}` has neither `nack pli` nor `ccm fir`", media.title()),
            )
            .help("add `a=rtcp-fb:… nack pli` and `a=rtcp-fb:… ccm fir` for each codec");
        }
    }
}
