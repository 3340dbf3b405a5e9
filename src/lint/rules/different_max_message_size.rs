use super::prelude::*;

rule! {
    /// The two ends take data channel messages of different sizes.
    ///
    /// ## Why it matters
    /// Each end may send what the other takes, and 64 KiB where the line is missing. A sender that only
    /// knows its own limit fails to send, or its channel is closed.
    /// ```sdp,fail
    /// --- offer
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:1073741823
    /// --- answer
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:16384
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:262144
    /// --- answer
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:262144
    /// ```
    "SDP724" "different-max-message-size" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8841 §6"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let (Some(offered), Some(said)) =
            (then.value(Name::MaxMessageSize), now.value(Name::MaxMessageSize))
        else {
            continue;
        };
        let (Some(theirs), Some(ours)) = (offered.number::<u64>(), said.number::<u64>()) else {
            continue;
        };
        // Zero is no limit.
        if theirs != ours && now.media().is_some_and(|m| m.is_sctp()) {
            cx.report(
                said,
                format_args!("{theirs} in the offer"),
                format_args!("one end takes messages of {theirs} bytes, the other of {ours}"),
            )
            .context_in(number, offered, "offered")
            .help("send no more than the other end takes");
        }
    }
}
