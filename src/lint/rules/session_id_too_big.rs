use super::prelude::*;

rule! {
    /// The session id in `o=` does not fit into 63 bits.
    ///
    /// ## Why it matters
    /// WebRTC wants an id that fits a signed 64-bit integer. Stacks that read it into one fail or
    /// wrap around, and then take the next offer for another session.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 18446744073709551615 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 192.0.2.1
    /// t=0 0
    /// m=audio 9 RTP/SAVPF 0
    /// a=mid:0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=setup:active
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,pass
    /// a=ptime:20
    /// ```
    "SDP010" "session-id-too-big" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().of_type(b'o') {
        if let Some(id) = line.value().split(b' ').nth(1)
            && id.is_digits()
            && id.number::<i64>().is_none()
        {
            cx.report(
                id,
                "greater than 9223372036854775807",
                format_args!("the session id `{id}` does not fit into 63 bits"),
            );
        }
    }
}
