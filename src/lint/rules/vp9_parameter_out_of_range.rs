use super::prelude::*;
use crate::lint::fmtp::report_values;

rule! {
    /// A parameter of VP9 has a value it cannot have.
    ///
    /// ## Why it matters
    /// There are four profiles, 0 to 3. A payload type with any other matches none of the other
    /// end's, and the call falls back to another codec or to none.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 98
    /// a=rtpmap:98 VP9/90000
    /// a=fmtp:98 profile-id=5
    /// ```
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 98
    /// a=rtpmap:98 VP9/90000
    /// a=fmtp:98 max-fs=720p
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 98
    /// a=rtpmap:98 VP9/90000
    /// a=fmtp:98 profile-id=2;max-fs=12288;max-fr=60
    /// ```
    "SDP121" "vp9-parameter-out-of-range" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9628 §6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    report_values(cx, |codec| codec.name == "VP9");
}
