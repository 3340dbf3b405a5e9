//! What several rules ask of the parameters in `a=fmtp` (RFC 8866), with the table of codecs beside
//! it.

use super::{Context, Media};
use crate::sdp::{Codec, Field, Fmtp, Line, Name, Parameters, Payload};

/// Whether an `a=fmtp` of `payload` has the parameter `key`, or a line that cannot be read might.
pub(super) fn may_have(media: &Media<'_, '_>, payload: &Payload<'_>, key: &str) -> bool {
    let has = |fmtp: Fmtp<'_>| fmtp.get(key).is_some();
    payload.fmtp.is_some_and(has)
        || media.all(Name::Fmtp).any(|line| {
            let fmtp = Fmtp::parse(line.attribute_value().unwrap_or(line.text()));
            fmtp.is_ok_and(|fmtp| fmtp.format.number() == Some(payload.number) && has(fmtp))
        })
        || is_damaged(media)
}

/// Whether an `a=fmtp` of the section cannot be read: then nobody knows what is missing.
pub(super) fn is_damaged(media: &Media<'_, '_>) -> bool {
    let unreadable = |line: &Line<'_>| {
        line.attribute_value()
            .is_none_or(|value| Fmtp::parse(value).is_err())
    };
    media.all(Name::Fmtp).any(unreadable)
}

/// The blank or comma in a parameter's value behind which another parameter begins, and that one:
/// what was meant to be two parameters.
pub(super) fn joined<'a>(codec: &Codec, value: Field<'a>) -> Option<(Field<'a>, Field<'a>)> {
    let is_separator = |b: &u8| matches!(b, b',' | b' ' | b'\t');
    let at = value.bytes().iter().position(is_separator)?;
    let mut rest = value.skip(at);
    loop {
        let blanks = rest.bytes().iter().take_while(|b| is_separator(b)).count();
        let separator = rest.take(blanks);
        let word = rest.skip(blanks);
        let len = word.bytes().iter().position(is_separator);
        let len = len.unwrap_or(word.len());
        let (key, _) = word.take(len).split_once(b'=').unzip();
        if let Some(key) = key
            && codec.parameter(key).is_some()
        {
            return Some((separator, key));
        }
        if len == word.len() {
            return None;
        }
        rest = word.skip(len);
    }
}

/// Reports the values that the parameters of these codecs cannot have.
pub(super) fn report_values(cx: &mut Context<'_, '_>, concerns: impl Fn(&Codec) -> bool) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(codec), Some(fmtp)) = (payload.codec.filter(|c| concerns(c)), payload.fmtp)
        else {
            continue;
        };
        if let Parameters::Events = codec.parameters {
            report_events(cx, codec, fmtp);
            continue;
        }
        for (key, value) in fmtp.pairs() {
            let Some(parameter) = codec.parameter(key) else {
                continue;
            };
            let value = value.unwrap_or(key.skip(key.len()));
            if parameter.value.allows(value) || joined(codec, value).is_some() {
                continue;
            }
            let (name, expected) = (parameter.name, parameter.value);
            let at = if value.is_empty() { key } else { value };
            let label = format_args!("expected {expected}");
            match value.is_empty() {
                true => cx.report(
                    at,
                    label,
                    format_args!("`{name}` of {} has no value", codec.name),
                ),
                false => cx.report(
                    at,
                    label,
                    format_args!("`{name}` of {} cannot be `{value}`", codec.name),
                ),
            };
        }
    }
}

/// The events of `telephone-event`: numbers up to 255 and ranges of them (RFC 4733).
fn report_events(cx: &mut Context<'_, '_>, codec: &Codec, fmtp: Fmtp<'_>) {
    let list = match fmtp.parameters.split_once(b'=') {
        Some((key, list)) if key.is_ignoring_case("events") => list,
        _ => fmtp.parameters,
    };
    let number = |n: Field<'_>| n.trim().number::<u8>();
    let fits = |piece: Field<'_>| match piece.split_once(b'-') {
        Some((first, last)) => number(first).zip(number(last)).is_some_and(|(f, l)| f <= l),
        None => number(piece).is_some(),
    };
    let mut pieces = list.split(b',').map(Field::trim);
    if let Some(bad) = pieces.find(|&piece| !fits(piece)) {
        let at = if bad.is_empty() { list } else { bad };
        cx.report(
            at,
            "expected events such as `0-15` with commas between them",
            format_args!("`{at}` is no event of {}", codec.name),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_parameters_are_told_from_lists() {
        let found = |codec: &'static str, value: &'static str| {
            let codec = Codec::find(Field::new(codec.as_bytes(), 0)).unwrap();
            joined(codec, Field::new(value.as_bytes(), 0)).map(|(at, key)| (at.span(), key.span()))
        };
        assert_eq!(found("opus", "10, useinbandfec=1"), Some((2..4, 4..16)));
        assert_eq!(found("opus", "10 x=1 stereo=1"), Some((6..7, 7..13)));
        assert_eq!(found("AMR", "0,2,4"), None);
        assert_eq!(found("opus", "10, unheard=1"), None);
        assert_eq!(found("opus", "10,"), None);
        assert_eq!(found("opus", ""), None);
    }
}
