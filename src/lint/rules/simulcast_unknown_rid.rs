use super::prelude::*;

rule! {
    /// An `a=simulcast` line names a stream without an `a=rid` line for that direction.
    ///
    /// ## Why it matters
    /// The stream is dropped from the list, or the description rejected; a layer is missing.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=simulcast:send h;l
    /// ```
    /// The direction counts too.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=simulcast:recv ~h
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// ```
    "SDP508" "simulcast-unknown-rid" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.8.3", "RFC 8853 §5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let rids: BTreeSet<(Field<'_>, Field<'_>)> = media
            .all(Name::Rid)
            .filter_map(|l| l.attribute_value())
            .filter_map(|v| Rid::parse(v).ok())
            .map(|rid| (rid.id, rid.direction))
            .collect();
        for line in media.all(Name::Simulcast) {
            let Some(Ok(simulcast)) = line.attribute_value().map(Simulcast::parse) else {
                continue;
            };
            for (list, direction) in [(simulcast.send, "send"), (simulcast.recv, "recv")] {
                for rid in list.into_iter().flat_map(Simulcast::rids) {
                    if !rids.contains(&(rid, Field::new(direction.as_bytes(), 0))) {
                        cx.report(
                            rid,
                            format_args!("no `a=rid:{rid} {direction}` here"),
                            format_args!(
                                "`a=simulcast` names the stream `{rid}`, which no `a=rid` describes"
                            ),
                        );
                    }
                }
            }
        }
    }
}
