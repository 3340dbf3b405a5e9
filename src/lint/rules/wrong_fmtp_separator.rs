use super::prelude::*;
use crate::lint::fmtp::joined;

rule! {
    /// Parameters in `a=fmtp` are not separated by semicolons, or not from their values by `=`.
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
    /// So is a known parameter and its value with something other than `=` between them.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10;stereo:1
    /// ```
    /// ```sdp,fixed
    /// a=fmtp:111 minptime=10;stereo=1
    /// ```
    /// ```sdp,fail
    /// a=fmtp:111 stereo = 1
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
    check_assignments(cx);
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

/// Known parameters whose value does not follow behind a bare `=`.
fn check_assignments(cx: &mut Context<'_, '_>) {
    // Cameras set blanks around the sign, and their players trim them.
    let strict = cx.is_webrtc();
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(codec), Some(fmtp)) = (payload.codec, payload.fmtp) else {
            continue;
        };
        for piece in fmtp.parameters.split(b';').map(Field::trim) {
            let Some((key, sign)) = assignment(piece) else { continue };
            let known = codec.parameter(key).is_some() || key.as_str().is_some_and(|k| k.starts_with("x-google-"));
            let padded = sign.bytes().contains(&b'=');
            if known && (strict || !padded) {
                cx.report(
                    sign,
                    "expected `=`",
                    format_args!("`{key}` in `a=fmtp:{}` is not followed by a bare `=`", payload.number),
                )
                .fix(Safety::Unsafe, "write `=`", sign, "=");
            }
        }
    }
}

/// The name in `name: value`, `name value` and `name = value`, and what stands before the value;
/// nothing of what is well written, or may be a list.
fn assignment(piece: Field<'_>) -> Option<(Field<'_>, Field<'_>)> {
    let is_sign = |b: &u8| matches!(b, b':' | b' ' | b'\t' | b'=');
    let at = piece.bytes().iter().position(is_sign)?;
    let (key, rest) = (piece.take(at), piece.skip(at));
    let len = rest.bytes().iter().take_while(|b| is_sign(b)).count();
    let sign = rest.take(len);
    // A blank and another parameter is a missing semicolon.
    let next = rest.skip(len);
    let alone = sign.bytes().contains(&b'=') || !next.bytes().contains(&b'=');
    (!next.is_empty() && alone && !sign.is("=")).then_some((key, sign))
}
