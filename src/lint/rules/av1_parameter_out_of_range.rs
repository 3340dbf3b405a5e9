use super::prelude::*;
use crate::lint::fmtp::report_values;

rule! {
    /// A parameter of AV1 has a value it cannot have.
    ///
    /// ## Why it matters
    /// There are three profiles, 0 to 2, two tiers and 32 levels. A payload type with a profile
    /// that does not exist matches none of the other end's. The values are those of the AV1
    /// bitstream, as AOMedia's RTP payload format for AV1 has it.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 45
    /// a=rtpmap:45 AV1/90000
    /// a=fmtp:45 level-idx=40
    /// ```
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 45
    /// a=rtpmap:45 AV1/90000
    /// a=fmtp:45 profile=main
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 45
    /// a=rtpmap:45 AV1/90000
    /// a=fmtp:45 level-idx=5;profile=0;tier=0
    /// ```
    "SDP122" "av1-parameter-out-of-range" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["AV1 RTP §7.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    report_values(cx, |codec| codec.name == "AV1");
}
