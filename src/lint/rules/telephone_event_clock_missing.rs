use super::prelude::*;

rule! {
    /// There is `telephone-event`, but not with the clock of every audio codec.
    ///
    /// ## Why it matters
    /// Events share the timestamps of the audio they interrupt. A codec with another clock than
    /// every `telephone-event` has no events that fit: some stacks send none while it is in use,
    /// others write timestamps that do not agree.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 111 101
    /// a=rtpmap:111 opus/48000/2
    /// a=rtpmap:101 telephone-event/8000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 111 0 101 110
    /// a=rtpmap:111 opus/48000/2
    /// a=rtpmap:101 telephone-event/8000
    /// a=rtpmap:110 telephone-event/48000
    /// ```
    "SDP127" "telephone-event-clock-missing" {
        group: Advice,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4733 §2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let clocks: BTreeSet<u32> = media
            .payloads
            .iter()
            .filter(|p| p.is("telephone-event"))
            .filter_map(|p| Some(p.rtpmap?.clock_rate))
            .collect();
        if clocks.is_empty() {
            continue;
        }
        let mut told = BTreeSet::new();
        for payload in &media.payloads {
            let audio = payload.codec.is_some_and(|c| !c.is_helper());
            let Some(map) = payload.rtpmap.filter(|_| audio) else {
                continue;
            };
            if !clocks.contains(&map.clock_rate) && told.insert(map.clock_rate) {
                cx.report(
                    map.clock_rate_text,
                    "no events with this clock",
                    format_args!(
                        "there is no `telephone-event/{}` for {}",
                        map.clock_rate, map.encoding
                    ),
                )
                .help(format_args!("offer `telephone-event/{}` as well", map.clock_rate));
            }
        }
    }
}
