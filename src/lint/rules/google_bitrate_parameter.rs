use super::prelude::*;

rule! {
    /// An `a=fmtp` line has a parameter that only Google's stack reads.
    ///
    /// ## Why it matters
    /// `x-google-start-bitrate` and its like are in no specification. Servers write them on purpose, but in an
    /// application they are mostly left over from editing; `setParameters` does it without.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=fmtp:96 x-google-start-bitrate=2000
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10
    /// ```
    "SDP903" "google-bitrate-parameter" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let lines = media.all(Name::Fmtp).filter_map(Line::attribute_value);
        for fmtp in lines.filter_map(|value| Fmtp::parse(value).ok()) {
            let mut keys = fmtp.pairs().map(|(key, _)| key);
            if let Some(key) = keys.find(|key| key.bytes().starts_with(b"x-google-")) {
                cx.report(
                    key,
                    "only Google's stack reads this",
                    format_args!("`{key}` is in no specification"),
                )
                .help("use `RTCRtpSender.setParameters`");
            }
        }
    }
}
