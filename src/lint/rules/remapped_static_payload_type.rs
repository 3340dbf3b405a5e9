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
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 9
    /// a=rtpmap:9 G722/8000
    /// ```
    "SDP106" "remapped-static-payload-type" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3551"],
    } => check
}

/// Static payload types that are in use, with encoding and clock rate.
const STATIC: [(u8, &str, u32); 20] = [
    (0, "PCMU", 8000),
    (3, "GSM", 8000),
    (4, "G723", 8000),
    (5, "DVI4", 8000),
    (6, "DVI4", 16000),
    (7, "LPC", 8000),
    (8, "PCMA", 8000),
    (9, "G722", 8000),
    (10, "L16", 44100),
    (11, "L16", 44100),
    (12, "QCELP", 8000),
    (13, "CN", 8000),
    (14, "MPA", 90000),
    (15, "G728", 8000),
    (18, "G729", 8000),
    (26, "JPEG", 90000),
    (31, "H261", 90000),
    (32, "MPV", 90000),
    (33, "MP2T", 90000),
    (34, "H263", 90000),
];

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        for map in media.payloads.iter().filter_map(|p| p.rtpmap) {
            let fixed = STATIC.iter().find(|row| row.0 == map.payload_type);
            if let Some(&(number, name, clock)) = fixed
                && !(map.encoding.is_ignoring_case(name) && map.clock_rate == clock)
            {
                cx.report(
                    map.encoding.start()..map.clock_rate_text.end(),
                    format_args!("{number} is {name}/{clock}"),
                    format_args!(
                        "payload type {number} always is {name}/{clock}, not {}/{}",
                        map.encoding, map.clock_rate
                    ),
                )
                .help("map the codec to a number from 96 to 127");
            }
        }
    }
}
