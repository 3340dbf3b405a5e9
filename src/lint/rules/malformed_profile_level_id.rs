use super::prelude::*;

rule! {
    /// The `profile-level-id` of H.264 is not six hexadecimal digits.
    ///
    /// ## Why it matters
    /// It holds profile, constraints and level, a byte each. Stacks that cannot read it take H.264
    /// for unsupported, and the call falls back to another codec or to none.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 profile-level-id=42e01
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
        spec: ["RFC 6184"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let h264 = |m: Rtpmap<'_>| m.encoding.is_ignoring_case("H264");
        if !payload.rtpmap.is_some_and(h264) {
            continue;
        }
        let Some(id) = payload.fmtp.and_then(|f| f.get("profile-level-id")) else {
            continue;
        };
        if id.len() != 6 || !id.bytes().iter().all(u8::is_ascii_hexdigit) {
            cx.report(
                id,
                "expected six hexadecimal digits",
                format_args!("`profile-level-id={id}` is not six hexadecimal digits"),
            )
            .help("constrained baseline at level 3.1 is `42e01f`");
        }
    }
}
