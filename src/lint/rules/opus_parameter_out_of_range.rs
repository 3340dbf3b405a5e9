use super::prelude::*;

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
        spec: ["RFC 7587"],
    } => check
}

/// Parameter, least and greatest value.
const RANGES: [(&str, u32, u32); 8] = [
    ("maxplaybackrate", 8_000, 48_000),
    ("sprop-maxcapturerate", 8_000, 48_000),
    ("maxaveragebitrate", 6_000, 510_000),
    ("stereo", 0, 1),
    ("sprop-stereo", 0, 1),
    ("cbr", 0, 1),
    ("useinbandfec", 0, 1),
    ("usedtx", 0, 1),
];

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let opus = |m: Rtpmap<'_>| m.encoding.is_ignoring_case("opus");
        let Some(fmtp) = payload.fmtp.filter(|_| payload.rtpmap.is_some_and(opus)) else {
            continue;
        };
        for (key, value) in fmtp.pairs() {
            let Some(&(name, least, most)) =
                RANGES.iter().find(|row| key.is_ignoring_case(row.0))
            else {
                continue;
            };
            let value = value.unwrap_or(key.skip(key.len()));
            if !value.number().is_some_and(|n| (least..=most).contains(&n)) {
                let at = if value.is_empty() { key } else { value };
                cx.report(
                    at,
                    format_args!("expected {least} to {most}"),
                    format_args!("`{name}` of Opus is `{value}`, not a number from {least} to {most}"),
                );
            }
        }
    }
}
