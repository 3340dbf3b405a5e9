use super::prelude::*;

rule! {
    /// Offer and answer ask for different Opus settings.
    ///
    /// ## Why it matters
    /// `stereo`, `useinbandfec`, `usedtx` and `maxaveragebitrate` say what an end wants to receive, each for
    /// itself. A side that sets one only in its own description hears no difference in what the other end
    /// receives.
    /// ```sdp,fail
    /// --- offer
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 stereo=1;useinbandfec=1
    /// --- answer
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 useinbandfec=1
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// --- answer
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 useinbandfec=1
    /// ```
    "SDP728" "different-opus-settings" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 7587 §7.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    const KEYS: [&str; 4] = ["stereo", "useinbandfec", "usedtx", "maxaveragebitrate"];
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        for payload in &now.payloads {
            let opus = |p: &&Payload<'_>| Codec::of(p).is_some_and(|c| c.is("opus"));
            let offered = then.payloads.get(payload.number).filter(opus);
            let Some(offered) = offered.filter(|_| opus(&payload)) else {
                continue;
            };
            for key in KEYS {
                let get = |p: &Payload<'_>| {
                    let value = p.fmtp.and_then(|f| f.get(key));
                    value.and_then(|v| v.number::<u32>()).unwrap_or(0)
                };
                let (theirs, ours) = (get(offered), get(payload));
                if theirs != ours {
                    let place = |p: &Payload<'_>| p.fmtp.map_or(p.format.span(), |f| f.parameters.span());
                    cx.report(
                        place(payload),
                        format_args!("{theirs} in the offer"),
                        format_args!("`{key}` is {theirs} in the offer and {ours} in the answer"),
                    )
                    .context_in(number, place(offered), "offered")
                    .help("set it in both descriptions to have it in both directions");
                }
            }
        }
    }
}
