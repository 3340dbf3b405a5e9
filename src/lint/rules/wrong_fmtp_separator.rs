use super::prelude::*;
use crate::lint::fmtp::joined;

rule! {
    /// Parameters in `a=fmtp` are separated by something other than a semicolon.
    ///
    /// ## Why it matters
    /// `minptime=10, useinbandfec=1` is one parameter to a receiver, `minptime` with a strange
    /// value: the second one is lost, and often the first as well.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10, useinbandfec=1
    /// ```
    /// ```sdp,fixed
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// ```
    /// ```sdp,fail
    /// a=fmtp:111 stereo=1 useinbandfec=1
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 AMR/8000
    /// a=fmtp:96 mode-set=0,2,4,7; octet-align=1
    /// ```
    "SDP110" "wrong-fmtp-separator" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(codec), Some(fmtp)) = (payload.codec, payload.fmtp) else {
            continue;
        };
        for (key, value) in fmtp.pairs() {
            // Only behind a parameter that is known: what others hold is their business.
            if codec.parameter(key).is_none() {
                continue;
            }
            let Some((separator, next)) = value.and_then(|value| joined(codec, value)) else {
                continue;
            };
            cx.report(
                separator,
                "expected `;`",
                format_args!("no semicolon before `{next}` in `a=fmtp:{}`", payload.number),
            )
            .fix(Safety::Unsafe, "write `;`", separator, ";");
        }
    }
}
