use super::prelude::*;
use crate::sdp::CodecKind;

rule! {
    /// A codec other than video is mapped with a clock rate it does not have.
    ///
    /// ## Why it matters
    /// Stacks compare name and clock and find no common codec, or play at the wrong speed. G722 is
    /// the trap: it samples at 16000 Hz, but its clock is 8000 Hz, for the sake of an old mistake.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 G722/16000
    /// ```
    /// ```sdp,fixed
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 G722/8000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 96 97 98
    /// a=rtpmap:96 G722/8000
    /// a=rtpmap:97 speex/16000
    /// a=rtpmap:98 ourcodec/12345
    /// ```
    "SDP142" "wrong-clock-rate" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3551 §4.5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(map), Some(codec)) = (payload.rtpmap, payload.codec) else {
            continue;
        };
        // A number with a fixed meaning says so itself.
        let fixed = StaticType::of(payload.number).is_some();
        if fixed || codec.kind == CodecKind::Video || codec.clock_rates.is_empty() {
            continue;
        }
        if codec.clock_rates.contains(&map.clock_rate) {
            continue;
        }
        let list: Vec<String> = codec.clock_rates.iter().map(u32::to_string).collect();
        let draft = cx
            .report(
                map.clock_rate_text,
                format_args!("expected {}", list.join(" or ")),
                format_args!("{} has no clock of {} Hz", codec.name, map.clock_rate),
            )
            .help(format_args!("where this is written: {}", codec.spec));
        if let [only] = codec.clock_rates {
            draft.fix(
                Safety::Unsafe,
                format_args!("write {only}"),
                map.clock_rate_text,
                only.to_string(),
            );
        }
    }
}
