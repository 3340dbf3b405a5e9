//! Lines without what is new in every session: identifiers, keys, ports and addresses.
//!
//! What is left is what somebody wrote or chose. Attributes are told by their text, not by what the
//! reader knows of them: it learns new ones, and fingerprints must stay.

use crate::sdp::{Field, Line};

/// The text of a line with session-specific words replaced by `*`.
pub(super) fn mask(text: Field<'_>) -> Vec<u8> {
    let line = Line::of(text);
    match (line.letter(), line.name_text()) {
        (Some(b'a'), Some(name)) => attribute(&line, name.bytes()),
        (Some(b'm'), _) => words(text, |i, word| i == 1 && !word.is("0")),
        (Some(b'c'), _) => words(text, |i, _| i == 2),
        (Some(b'o'), _) => words(text, |i, _| !matches!(i, 3 | 4)),
        (Some(b't' | b'r' | b'z'), _) => words(text.skip(2), |_, word| !word.is("0")),
        (Some(b'k'), _) => b"k=*".to_vec(),
        (Some(_), _) => text.bytes().to_vec(),
        // A damaged line: what it was meant to be is in its beginning.
        (None, _) => until(text, |b| matches!(b, b':' | b' ')),
    }
}

fn attribute(line: &Line<'_>, name: &[u8]) -> Vec<u8> {
    let text = line.text();
    let Some(value) = line.attribute_value() else {
        return text.bytes().to_vec();
    };
    let head = text.take(value.start() - text.start()).bytes();
    let value = match name {
        b"candidate" => candidate(value),
        // The port and the address.
        b"rtcp" => words(value, |i, word| matches!(i, 0 | 3) && !word.is("0")),
        // The function's name stays, the semantics of a group, the suite and its parameters.
        b"fingerprint" | b"ssrc-group" | b"msid-semantic" => words(value, |i, _| i > 0),
        b"crypto" => words(value, |_, word| word.bytes().starts_with(b"inline:")),
        b"ssrc" => ssrc(value),
        b"ice-ufrag" | b"ice-pwd" | b"tls-id" | b"dtls-id" | b"msid" | b"mslabel" | b"label"
        | b"cname" | b"key-mgmt" | b"identity" | b"remote-candidates" | b"ssrc-range" => {
            b"*".to_vec()
        }
        // What was chosen, however long.
        b"rtpmap" | b"fmtp" | b"rtcp-fb" | b"extmap" => value.bytes().to_vec(),
        _ => words(value, |_, word| is_made_up(word)),
    };
    [head, &value].concat()
}

/// Whether `word` looks like an identifier that a program made up: a UUID, a long number, base64.
pub(super) fn is_made_up(word: Field<'_>) -> bool {
    const LONG_NUMBER: usize = 6;
    const LONG_WORD: usize = 16;
    let bytes = word.bytes();
    let one_word =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-' | b'{' | b'}');
    (word.is_digits() && bytes.len() >= LONG_NUMBER)
        || (bytes.len() >= LONG_WORD
            && bytes.iter().any(u8::is_ascii_digit)
            && bytes.iter().all(one_word))
}

/// A candidate's component, protocol and type; the names of its extensions without their values.
fn candidate(value: Field<'_>) -> Vec<u8> {
    let all: Vec<Field<'_>> = value.words().collect();
    let kept = |i: usize| {
        let name = i.checked_sub(1).and_then(|before| all.get(before));
        let is_kind = name.is_some_and(|n| n.is("typ") || n.is("tcptype"));
        matches!(i, 1 | 2) || (i >= 6 && (i.is_multiple_of(2) || is_kind))
    };
    words(value, |i, _| !kept(i))
}

/// Which attribute of the source it is, and its value where that is not made up for the session.
fn ssrc(value: Field<'_>) -> Vec<u8> {
    let mut words = value.words().skip(1);
    let Some(attribute) = words.next() else {
        return b"*".to_vec();
    };
    let name = until(attribute, |b| b == b':');
    let is_new = [&b"cname"[..], b"msid", b"mslabel", b"label"].contains(&name.as_slice());
    let rest = if is_new {
        name
    } else {
        attribute.bytes().to_vec()
    };
    [b"* ", rest.as_slice()].concat()
}

/// The words of `text`, one blank between them, with `*` for those that `is_new` tells by number.
fn words(text: Field<'_>, is_new: impl Fn(usize, Field<'_>) -> bool) -> Vec<u8> {
    let mut masked = Vec::with_capacity(text.len());
    for (i, word) in text.words().enumerate() {
        if i > 0 {
            masked.push(b' ');
        }
        masked.extend_from_slice(if is_new(i, word) { b"*" } else { word.bytes() });
    }
    masked
}

fn until(text: Field<'_>, ends: impl Fn(u8) -> bool) -> Vec<u8> {
    let bytes = text.bytes().iter().copied();
    bytes.take_while(|&b| !ends(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_in_every_session_is_masked() {
        for (line, masked) in [
            ("o=mozilla 4611 2 IN IP4 127.0.0.1", "* * * IN IP4 *"),
            ("c=IN IP4 192.0.2.1", "c=IN IP4 *"),
            ("m=audio 50000 RTP/AVP 0 8", "m=audio * RTP/AVP 0 8"),
            ("m=audio 0 RTP/AVP 0", "m=audio 0 RTP/AVP 0"),
            ("t=3034423619 0", "* 0"),
            ("a=rtcp:50001 IN IP4 192.0.2.1", "a=rtcp:* IN IP4 *"),
            (
                "a=candidate:1 1 udp 2113 192.0.2.1 5000 typ srflx raddr 0.0.0.0 rport 9 generation 0",
                "a=candidate:* 1 udp * * * typ srflx raddr * rport * generation *",
            ),
            (
                "a=candidate:1 1 TCP 2113 192.0.2.1 9 typ host tcptype active",
                "a=candidate:* 1 TCP * * * typ host tcptype active",
            ),
            ("a=candidate:1", "a=candidate:*"),
            ("a=ice-ufrag:F7gI", "a=ice-ufrag:*"),
            ("a=fingerprint:sha-256 4A:AD", "a=fingerprint:sha-256 *"),
            ("a=ssrc:314 cname:abc", "a=ssrc:* cname"),
            ("a=ssrc:314 foo:abc", "a=ssrc:* foo:abc"),
            ("a=ssrc-group:FID 1 2", "a=ssrc-group:FID * *"),
            ("a=msid:- f1e2", "a=msid:*"),
            (
                "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x|2^20 KDR=1",
                "a=crypto:1 AES_CM_128_HMAC_SHA1_80 * KDR=1",
            ),
            ("a=tls-id:91bbf309", "a=tls-id:*"),
            ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/48000/2"),
            ("a=fingerprnt:sha-256 4A", "a=fingerprnt:sha-256 4A"),
            (
                "a=fmtp:96 packetization-mode=1;x=3",
                "a=fmtp:96 packetization-mode=1;x=3",
            ),
            (
                "a=x-id:6ba7b810-9dad-11d1-80b4-00c04fd430c8 1",
                "a=x-id:* 1",
            ),
            ("a=x-id:1700000000", "a=x-id:*"),
            ("a=rtcp-mux", "a=rtcp-mux"),
            ("A=ice-ufrag:F7gI", "A=ice-ufrag"),
            ("", ""),
        ] {
            let got = mask(Field::new(line.as_bytes(), 7));
            assert_eq!(String::from_utf8(got).unwrap(), masked, "{line}");
        }
    }
}
