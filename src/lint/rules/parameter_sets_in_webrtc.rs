use super::prelude::*;

rule! {
    /// A WebRTC description carries H.264 parameter sets.
    ///
    /// ## Why it matters
    /// In WebRTC parameter sets are sent in the stream. A sender that leaves them to the description
    /// sends a stream browsers cannot decode, and an SFU that forwards it does not pass them on.
    /// ## How it happens
    /// A gateway copied the description of an RTSP camera.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 packetization-mode=1;profile-level-id=42e01f;sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==
    /// a=rtcp-fb:96 nack pli
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 H264/90000
    /// a=fmtp:96 packetization-mode=1;profile-level-id=42e01f;sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==
    /// ```
    "SDP148" "parameter-sets-in-webrtc" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 7742 §6.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let pairs = payload.fmtp.filter(|_| payload.is("H264"));
        let found = pairs
            .into_iter()
            .flat_map(|f| f.pairs())
            .find(|(key, _)| key.is_ignoring_case("sprop-parameter-sets"));
        if let Some((key, _)) = found {
            cx.report(
                key,
                "goes into the stream",
                format_args!("`sprop-parameter-sets` do not belong in a WebRTC description"),
            )
            .help("send the parameter sets before each key frame, and drop the parameter");
        }
    }
}
