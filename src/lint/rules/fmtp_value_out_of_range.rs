use super::prelude::*;
use crate::lint::fmtp::report_values;

rule! {
    /// A parameter in `a=fmtp` has a value that its codec does not define.
    ///
    /// ## Why it matters
    /// The parameter is ignored, or the codec refused: `annexb=0` of G.729 is neither `yes` nor
    /// `no`. VP9, AV1 and Opus have rules of their own; parameters that are not known are left
    /// alone.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 18
    /// a=fmtp:18 annexb=0
    /// ```
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01f;packetization-mode=3
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0 101
    /// a=rtpmap:101 telephone-event/8000
    /// a=fmtp:101 0-15,300
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0 18 96 101
    /// a=rtpmap:96 AMR-WB/16000
    /// a=fmtp:96 mode-set=0,2,8;octet-align=1;our-own=yes
    /// a=fmtp:18 annexb=no
    /// a=rtpmap:101 telephone-event/8000
    /// a=fmtp:101 0-15,66
    /// ```
    "SDP146" "fmtp-value-out-of-range" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: [
            "RFC 8866 §6.15",
            "RFC 6184 §8.1",
            "RFC 7741 §6.1",
            "RFC 7798 §7.1",
            "RFC 4867 §8.1",
            "RFC 4733 §2.4.1",
        ],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    report_values(cx, |codec| !matches!(codec.name, "VP9" | "AV1" | "opus"));
}
