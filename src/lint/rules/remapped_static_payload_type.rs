use super::prelude::*;

rule! {
    /// A payload type with a fixed meaning is mapped to something else.
    ///
    /// ## Why it matters
    /// 0 is PCMU, 8 is PCMA, 9 is G722 with a clock of 8000 Hz (sic). Gateways and hardware decode
    /// these numbers without looking at the mapping, and what they hear is noise.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 9
    /// a=rtpmap:9 G722/16000
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 11
    /// a=rtpmap:11 L16/44100/2
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 9
    /// a=rtpmap:9 G722/8000
    /// ```
    "SDP106" "remapped-static-payload-type" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3551 §6", "RFC 3551 §4.5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        for map in media.payloads.iter().filter_map(|p| p.rtpmap) {
            let Some(fixed) = StaticType::of(map.payload_type) else {
                continue;
            };
            let channels = map.channels().is_none_or(|n| {
                // One is as good as none said; video has none at all.
                fixed.channels.is_none_or(|c| u32::from(c) == n)
            });
            let same = map.encoding.is_ignoring_case(fixed.name)
                && map.clock_rate == fixed.clock_rate
                && channels;
            if same {
                continue;
            }
            let number = fixed.number;
            let written = map.encoding.start()
                ..map.parameters.unwrap_or(map.clock_rate_text).end();
            let many = match fixed.channels {
                Some(n) if n > 1 || map.parameters.is_some() => format!("/{n}"),
                _ => String::new(),
            };
            let meaning = format!("{}/{}{many}", fixed.name, fixed.clock_rate);
            cx.report(
                written,
                format_args!("{number} is {meaning}"),
                format_args!("payload type {number} is mapped to other than {meaning}"),
            )
            .help("map the codec to a number from 96 to 127");
        }
    }
}
