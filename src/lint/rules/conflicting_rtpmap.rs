use super::prelude::*;

rule! {
    /// One payload type is mapped to two codecs.
    ///
    /// ## Why it matters
    /// A number means one codec in a section. libwebrtc rejects the description; other stacks
    /// decode one codec as the other.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:96 VP9/90000
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 98
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:98 VP9/90000
    /// ```
    "SDP103" "conflicting-rtpmap" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let again = || {
            media.all(Name::Rtpmap).filter_map(|line| {
                let map = Rtpmap::parse(line.attribute_value()?).ok()?;
                let first = media.payloads.get(map.payload_type).and_then(|p| p.rtpmap)?;
                Some((line, map, first))
            })
        };
        // Who reads the last one reads another when that goes, unless all are the same.
        let differ: BTreeSet<u8> = again()
            .filter(|(_, map, first)| !first.same_codec(map))
            .map(|(_, map, _)| map.payload_type)
            .collect();
        for (line, map, first) in again() {
            if first.payload_type_text.start() == map.payload_type_text.start() {
                continue;
            }
            let same = first.same_codec(&map);
            let draft = cx
                .report(
                    map.encoding,
                    if same { "the same again" } else { "and here another codec" },
                    format_args!("payload type {} is mapped twice", map.payload_type),
                )
                .context(first.encoding, "the first mapping");
            if same {
                let safety = match differ.contains(&map.payload_type) {
                    true => Safety::Unsafe,
                    false => Safety::Safe,
                };
                draft
                    .severity(Severity::Warning)
                    .fix_drop_line(safety, line);
            }
        }
    }
}
