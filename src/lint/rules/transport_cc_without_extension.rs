use super::prelude::*;

rule! {
    /// Video asks for `transport-cc` feedback, but has no header extension for its numbers.
    ///
    /// ## Why it matters
    /// The feedback is about transport-wide sequence numbers. Without the extension that carries
    /// them there is nothing to report: the sender's bandwidth estimate stays at its start, or falls
    /// back to `goog-remb`. Audio is left alone: browsers offered it so for years.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 transport-cc
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 transport-cc
    /// ```
    "SDP136" "transport-cc-without-extension" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8285 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session: Vec<_> = cx.sdp().session().all(Name::Extmap).collect();
    let numbers = |line: &&Line<'_>| {
        let map = line.attribute_value().and_then(|v| Extmap::parse(v).ok());
        // One that cannot be read may well be the one that is missed.
        map.is_none_or(|map| {
            let uri = map.uri.bytes();
            uri.windows(WIDE.len()).any(|part| part == WIDE)
        })
    };
    if session.iter().any(numbers) {
        return;
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let video = media.media().is_some_and(|m| m.media.is("video"));
        if !video || media.all(Name::Extmap).any(|line| numbers(&line)) {
            continue;
        }
        let feedback = media.all(Name::RtcpFb).find_map(|line| {
            let fb = RtcpFb::parse(line.attribute_value()?).ok()?;
            fb.feedback.is("transport-cc").then_some(fb.feedback)
        });
        if let Some(feedback) = feedback {
            cx.report(
                feedback,
                "about which numbers?",
                format_args!(
                    "`{}` has `transport-cc` without its header extension",
                    media.title()
                ),
            )
            .help(
                "add an `a=extmap` for \
                 `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`",
            );
        }
    }
}

/// What the URIs of all versions of the extension have in common.
const WIDE: &[u8] = b"transport-wide-cc";
