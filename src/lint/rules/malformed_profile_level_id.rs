use super::prelude::*;
use crate::sdp::Value;

rule! {
    /// The `profile-level-id` of H.264 is not six hexadecimal digits, or names no profile or level.
    ///
    /// ## Why it matters
    /// It holds profile, constraints and level, a byte each. Stacks that cannot read it take H.264
    /// for unsupported, and the call falls back to another codec or to none.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01
    /// ```
    /// A profile or a level that does not exist is a warning: newer editions may have it. In what an
    /// RTSP server describes all of it is one: players go by the parameter sets.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e0ff
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=42e01f
    /// ```
    "SDP117" "malformed-profile-level-id" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 6184 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let severity = cx.stream_severity();
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        if !payload.is("H264") {
            continue;
        }
        let Some(id) = payload.fmtp.and_then(|f| f.get("profile-level-id")) else {
            continue;
        };
        let octets = octets(id);
        let Some([profile, _, level]) = octets else {
            cx.report(
                id,
                "expected six hexadecimal digits",
                format_args!("`profile-level-id={id}` is not six hexadecimal digits"),
            )
            .severity(severity)
            .help("constrained baseline at level 3.1 is `42e01f`");
            continue;
        };
        let (digits, of) = match () {
            () if !PROFILES.contains(&profile) => (id.take(2), "profile"),
            () if !LEVELS.contains(&level) => (id.skip(4), "level"),
            () => continue,
        };
        cx.report(
            digits,
            format_args!("no such {of}"),
            format_args!("`{digits}` in `profile-level-id={id}` is no {of} of H.264"),
        )
        .severity(Severity::Warning)
        .help("constrained baseline at level 3.1 is `42e01f`");
    }
}

/// Values of `profile_idc` (H.264, annexes A, F and G).
const PROFILES: &[u8] = &[
    44, 66, 77, 83, 86, 88, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244,
];

/// Values of `level_idc`: ten times the level, and 9 for level 1b (H.264, annex A).
const LEVELS: &[u8] = &[
    9, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62,
];

/// The three octets written in six hexadecimal digits.
fn octets(id: Field<'_>) -> Option<[u8; 3]> {
    let digits = id.as_str().filter(|_| Value::Hex(6).allows(id))?;
    let [_, octets @ ..] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(octets)
}
