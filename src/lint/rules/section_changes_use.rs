use super::prelude::*;

rule! {
    /// A new offer uses a live section for another medium or under another `mid`.
    ///
    /// ## Why it matters
    /// A place can be used anew only after the section in it was closed by port 0. Until then the other end
    /// takes it for the same medium, and browsers reject the offer. Without WebRTC a stream may turn into
    /// another medium; that works for fax and rarely for anything else, so it is a warning there.
    /// ## How it happens
    /// Sections were sorted, or one was removed and the others moved up.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// --- answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 6002 RTP/AVP 31
    /// --- offer
    /// m=video 5002 RTP/AVP 31
    /// m=audio 5000 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=audio 5002 RTP/AVP 0
    /// ```
    /// A call that turns to fax:
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// --- offer
    /// m=image 5004 udptl t38
    /// ```
    "SDP732" "section-changes-use" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §8.3.3", "RFC 9429 §5.2.2"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, before)) = cx.last_in_force() else {
        return;
    };
    if cx.now().role() != Some(Role::Offer) {
        return;
    }
    let webrtc = cx.now().is_webrtc();
    // Whoever spoke last: a section is closed when either end says so.
    let own = cx.said_before().map(|(_, own)| own.media()).unwrap_or_default();
    for (i, (earlier, later)) in before.media().iter().zip(cx.now().media()).enumerate() {
        let (Some(then), Some(now)) = (earlier.media(), later.media()) else {
            continue;
        };
        let closed = |m: &Media<'_, '_>| m.is_rejected();
        if closed(earlier) || closed(later) || own.get(i).is_some_and(closed) {
            continue;
        }
        if then.media != now.media {
            // RFC 3264 §8.3.3 allows it, for fax above all.
            if !webrtc && (then.media.bytes() == b"image" || now.media.bytes() == b"image") {
                continue;
            }
            let draft = cx.report(
                now.media,
                format_args!("m={} so far", then.media),
                format_args!("`m={}` stands where `m={}` is in use", now.media, then.media),
            )
            .context_in(number, then.media, "before")
            .help("keep the order; close a section by port 0 before its place is used anew");
            if !webrtc {
                draft.severity(Severity::Warning);
            }
            continue;
        }
        let mids = (earlier.value(Name::Mid), later.value(Name::Mid));
        if let (Some(was), Some(is)) = mids
            && was != is
        {
            cx.report(
                is,
                format_args!("`{was}` so far"),
                format_args!("`a=mid:{is}` stands where `a=mid:{was}` is in use"),
            )
            .context_in(number, was, "before")
            .help("keep the name; close a section by port 0 before its place is used anew");
        }
    }
}
