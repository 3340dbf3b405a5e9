use super::prelude::*;

rule! {
    /// Data channel messages may not be larger than what libraries commonly send.
    ///
    /// ## Why it matters
    /// `send()` fails for a message above the other side's `a=max-message-size`. Without the
    /// attribute that is 64 KiB, and many applications cut files into pieces of 16 KiB; 0 means that
    /// any size will do. It is no mistake, but good to know before files are sent.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:1200
    /// ```
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:262144
    /// ```
    "SDP604" "small-max-message-size" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8841 §6.1", "RFC 8831 §6.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const COMMON: u64 = 16 * 1024;
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let channels = media
            .media()
            .is_some_and(|m| m.is_sctp() && m.format_list.is("webrtc-datachannel"));
        if !channels {
            continue;
        }
        if !media.has(Name::MaxMessageSize) {
            cx.report(
                media.head_text(),
                "no `a=max-message-size` in this section",
                format_args!("messages above 64 KiB cannot be sent to this side"),
            );
        } else if let Some(size) = media.value(Name::MaxMessageSize)
            && size
                .number::<u64>()
                .is_some_and(|bytes| (1..COMMON).contains(&bytes))
        {
            cx.report(
                size,
                "less than 16 KiB",
                format_args!("messages above {size} bytes cannot be sent to this side"),
            );
        }
    }
}
