use super::prelude::*;

rule! {
    /// A stream is put on hold by the address 0.0.0.0.
    ///
    /// ## Why it matters
    /// That was the way of RFC 2543. It stops RTCP too, does not work with IPv6 and ICE, and endpoints that
    /// do not know it send media to nowhere. Today the direction says so.
    /// ```sdp,fail
    /// m=audio 49170 RTP/AVP 0
    /// c=IN IP4 0.0.0.0
    /// a=sendrecv
    /// ```
    /// ```sdp,pass
    /// m=audio 49170 RTP/AVP 0
    /// c=IN IP4 192.0.2.1
    /// a=sendonly
    /// ```
    /// ```sdp,pass
    /// m=audio 49170 RTP/AVP 0
    /// c=IN IP4 0.0.0.0
    /// a=inactive
    /// ```
    "SDP901" "hold-by-address" {
        group: Interop,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 3264 §8.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // With ICE the address is a placeholder, and RTSP settles it elsewhere.
    if cx.is_webrtc() || cx.is_rtsp() {
        return;
    }
    let session = cx.sdp().session();
    let directed = |s: &Section<'_, '_>| {
        s.has(Name::Inactive) || s.has(Name::Sendonly) || s.has(Name::Recvonly)
    };
    let session_directed = directed(&session);
    let session_address = session.of_type(b'c').next();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(line) = media.of_type(b'c').next().or(session_address) else { continue };
        let discard = media.media().is_some_and(|m| m.port == 9);
        if line.value().is("IN IP4 0.0.0.0") && !discard && !session_directed && !directed(media) {
            cx.report(
                line.value(),
                "nowhere",
                format_args!("`{}` is put on hold by the address 0.0.0.0", media.title()),
            )
            .help("keep the address and write `a=sendonly` or `a=inactive`");
        }
    }
}
