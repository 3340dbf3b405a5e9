use super::prelude::*;
use crate::lint::spelling::nearest;
use crate::sdp::Codec;

rule! {
    /// A parameter in `a=fmtp` is not one of its codec's, and spelt almost like one that is.
    ///
    /// ## Why it matters
    /// Receivers ignore parameters they do not know. `usedinbandfec=1` asks for nothing, and nobody
    /// says so. Names that resemble no known one are left alone.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10;usedinbandfec=1
    /// ```
    /// ```sdp,fixed
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10;useinbandfec=1;x-stereo=1;our-own=2
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// a=fmtp:96 max-fr=30;max-fs=3600;max-fps=3000;max-br=2000
    /// ```
    "SDP111" "misspelt-fmtp-parameter" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

/// So many unknown parameters are looked up in one description.
const MOST: usize = 1000;

fn check(cx: &mut Context<'_, '_>) {
    let mut looked_up = 0;
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(codec), Some(fmtp)) = (payload.codec, payload.fmtp) else {
            continue;
        };
        if codec.pairs().is_empty() {
            continue;
        }
        for (key, value) in fmtp.pairs() {
            // What has no value may be anything, a list of events for one.
            if value.is_none() || codec.parameter(key).is_some() || looked_up == MOST {
                continue;
            }
            looked_up += 1;
            // What another codec calls so was not misspelt, but borrowed: `max-fps` for VP8.
            if Codec::all().any(|other| other.parameter(key).is_some()) {
                continue;
            }
            let known = codec.pairs().iter().map(|parameter| parameter.name);
            if let Some(meant) = key.as_str().and_then(|key| nearest(key, known, false)) {
                cx.report(
                    key,
                    format_args!("did you mean `{meant}`?"),
                    format_args!("{} has no parameter `{key}`", codec.name),
                )
                .fix(Safety::Unsafe, format_args!("write `{meant}`"), key, meant);
            }
        }
    }
}
