use super::prelude::*;
use crate::lint::fmtp::report_values;

rule! {
    /// A parameter of Opus has a value it cannot have.
    ///
    /// ## Why it matters
    /// The parameter is ignored or clamped: `stereo=true` stays mono, `maxaveragebitrate=64`
    /// (bits, not kilobits) is raised to the minimum.
    /// ```sdp,fail
    /// a=fmtp:111 stereo=true
    /// ```
    /// ```sdp,fail
    /// a=fmtp:111 maxaveragebitrate=64
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10;stereo=1;maxaveragebitrate=64000
    /// ```
    "SDP123" "opus-parameter-out-of-range" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 7587 §6.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    report_values(cx, |codec| codec.name == "opus");
}
