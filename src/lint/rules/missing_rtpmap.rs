use super::prelude::*;

rule! {
    /// A dynamic payload type has no `a=rtpmap`.
    ///
    /// ## Why it matters
    /// Only numbers with a fixed meaning (0 is PCMU, 8 is PCMA) go without one. Nobody knows which
    /// codec any other number is, so the payload type cannot be used.
    /// ## How it happens
    /// A script removed the codec's attributes but not its number from `m=`.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0 8
    /// ```
    /// Answers and WebRTC must have the line. In other offers, and for numbers below 35, to which old
    /// equipment gave meanings of its own, its absence is a warning: the ends may know from elsewhere.
    /// ```sdp,fail
    /// m=video 5000 RTP/AVP 96
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0 22
    /// ```
    /// Outside WebRTC it is a warning too where another codec of the section is known: telephones
    /// list 101 and leave its meaning to convention, and the call has sound, if maybe no tones.
    /// ```sdp,fail
    /// m=audio 49170 RTP/AVP 0 101
    /// a=rtpmap:0 PCMU/8000
    /// a=fmtp:101 0-15
    /// ```
    /// Outside WebRTC a number without a codec is a warning beside others that have one: telephones
    /// list 101 and leave the rest to convention, and the call goes on without keypad tones.
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0 101
    /// a=rtpmap:101 telephone-event/8000
    /// ```
    "SDP101" "missing-rtpmap" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1", "RFC 3264 §6.1", "RFC 8866 §6.6", "RFC 3551 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Elsewhere RFC 8866 says SHOULD.
    let demanded = cx.is_webrtc() || cx.role() == Some(Role::Answer);
    for media in cx.media().iter().filter(|m| m.is_active()) {
        // A line that cannot be read may well be the one that is missed.
        let readable = |l: &Line<'_>| {
            l.attribute_value()
                .is_some_and(|v| Rtpmap::parse(v).is_ok())
        };
        if !media.all(Name::Rtpmap).all(readable) {
            continue;
        }
        let tolerable = !cx.is_webrtc() && media.payloads.iter().any(is_known);
        for payload in media.payloads.iter().filter(|p| !is_known(p)) {
            let number = payload.number;
            let draft = cx
                .report(
                    payload.format,
                    "which codec is this?",
                    format_args!(
                        "payload type {number} of `{}` has no `a=rtpmap`",
                        media.title()
                    ),
                )
                .help(format_args!(
                    "add `a=rtpmap:{number} codec/clock-rate`, or remove {number} from the `m=` line"
                ));
            if number < 35 || !demanded || tolerable {
                draft.severity(Severity::Warning);
            }
        }
    }
}

/// Whether a receiver can tell which codec this is.
fn is_known(payload: &Payload<'_>) -> bool {
    // These three had a meaning once: 1016, G721 and CN (RFC 1890, and drafts after it).
    payload.rtpmap.is_some()
        || StaticType::of(payload.number).is_some()
        || matches!(payload.number, 1 | 2 | 19)
}
