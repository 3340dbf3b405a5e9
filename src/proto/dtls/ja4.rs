//! JA4: a fingerprint of the stack that sent a ClientHello, by what it offers.
//!
//! Follows the specification of FoxIO (technical_details/JA4.md), which sorts what senders shuffle;
//! JA3 keeps the order and means nothing since Chromium changes the order of its extensions with
//! each hello. GREASE values (RFC 8701) do not count.

use super::hello::ClientHello;
use super::{Extension, codes};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The JA4 fingerprint of a whole ClientHello, as `dd2i160700_7c8d7d5e37b2_20344ea827a4`.
///
/// The specification takes the highest version in supported_versions; DTLS counts its versions
/// downwards on the wire, so the newest version of DTLS is taken, whatever else is listed.
pub fn ja4(hello: &ClientHello<'_>) -> String {
    let extensions: Vec<Extension<'_>> = hello
        .extensions()
        .map_while(Result::ok)
        .filter(|e| !codes::is_grease(e.extension_type))
        .collect();
    let find = |kind: u16| extensions.iter().find(|e| e.extension_type == kind);
    let mut suites: Vec<u16> = real(hello.cipher_suites.iter());
    suites.sort_unstable();
    let sni = match find(codes::SERVER_NAME) {
        Some(_) => 'd',
        None => 'i',
    };
    let mut types: Vec<u16> = extensions
        .iter()
        .map(|e| e.extension_type)
        .filter(|kind| ![codes::SERVER_NAME, codes::ALPN].contains(kind))
        .collect();
    types.sort_unstable();
    let schemes = find(codes::SIGNATURE_ALGORITHMS).and_then(|e| e.signature_algorithms());
    let schemes = schemes.map(|list| real(list.iter())).unwrap_or_default();
    let alpn = find(codes::ALPN).and_then(|e| e.alpn()?.next());
    let mut listed = comma_separated(&types);
    if !schemes.is_empty() {
        listed.push('_');
        listed.push_str(&comma_separated(&schemes));
    }
    let version = version(hello, find(codes::SUPPORTED_VERSIONS));
    format!(
        "d{version}{sni}{:02}{:02}{}_{}_{}",
        suites.len().min(99),
        extensions.len().min(99),
        first_and_last(alpn.unwrap_or_default()),
        hash(&comma_separated(&suites)),
        hash(if types.is_empty() { "" } else { &listed }),
    )
}

fn real(values: impl Iterator<Item = u16>) -> Vec<u16> {
    values.filter(|v| !codes::is_grease(*v)).collect()
}

fn version(hello: &ClientHello<'_>, listed: Option<&Extension<'_>>) -> &'static str {
    let listed = listed.and_then(|e| e.supported_versions());
    let newest = match listed {
        Some(versions) => {
            let known = versions.iter().filter(|v| v >> 8 == 0xfe);
            known.min().unwrap_or_default()
        }
        None => hello.legacy_version,
    };
    match newest {
        codes::DTLS10 => "d1",
        codes::DTLS12 => "d2",
        codes::DTLS13 => "d3",
        _ => "00",
    }
}

/// The first and the last character of a protocol's name, or of its digits in hexadecimal.
fn first_and_last(protocol: &[u8]) -> String {
    let (Some(&first), Some(&last)) = (protocol.first(), protocol.last()) else {
        return "00".to_owned();
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        [char::from(first), char::from(last)].iter().collect()
    } else {
        format!("{:x}{:x}", first >> 4, last & 0x0f)
    }
}

fn comma_separated(values: &[u16]) -> String {
    let mut out = String::new();
    for (i, value) in values.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{value:04x}");
    }
    out
}

/// The first twelve digits of SHA-256; zeros for an empty list.
fn hash(list: &str) -> String {
    if list.is_empty() {
        return "000000000000".to_owned();
    }
    let digest = Sha256::digest(list.as_bytes());
    let mut out = String::new();
    for byte in digest.iter().take(6) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    /// The lists of the specification's own example and what they hash to.
    #[test]
    fn the_examples_of_the_specification_hash_to_what_it_says() {
        let suites = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9";
        assert_eq!(hash(suites), "8daaf6152771");
        let extensions = "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01";
        assert_eq!(hash(extensions), "6d807ffa2a79");
        let with_schemes = format!("{extensions}_0403,0804,0401,0503,0805,0501,0806,0601");
        assert_eq!(hash(&with_schemes), "e5627efa2ab1");
        assert_eq!(hash(""), "000000000000");
    }

    #[test]
    fn protocol_names_are_cut_as_the_specification_says() {
        let cases: [(&[u8], &str); 9] = [
            (b"h2", "h2"),
            (b"http/1.1", "h1"),
            (b"webrtc", "wc"),
            (b"", "00"),
            (b"x", "xx"),
            (&[0xab], "ab"),
            (&[0xab, 0xcd], "ad"),
            (&[0x30, 0xab], "3b"),
            (&[0x30, 0xab, 0xcd, 0x31], "01"),
        ];
        for (protocol, expected) in cases {
            assert_eq!(first_and_last(protocol), expected, "{protocol:?}");
        }
    }

    /// A hello with GREASE, in two orders.
    fn hello(order: &[&str]) -> Vec<u8> {
        let random = "11".repeat(32);
        let extensions: Vec<u8> = order.iter().flat_map(|e| hex(e)).collect();
        let mut all = hex(&format!("fefd{random}00000006 0a0a 1301 c02b 0100"));
        all.extend((extensions.len() as u16).to_be_bytes());
        all.extend(extensions);
        all
    }

    #[test]
    fn order_and_grease_do_not_matter() {
        let versions = "002b0005 04fefcfefd";
        let schemes = "000d0006 0004 04030804";
        let alpn = "00100009 0007 06776562727463";
        let grease = "1a1a0000";
        let a = hello(&[versions, schemes, alpn, grease]);
        let b = hello(&[alpn, schemes, versions]);
        let one = ja4(&ClientHello::parse(&a, 0).value);
        assert_eq!(one, ja4(&ClientHello::parse(&b, 0).value));
        assert!(one.starts_with("dd3i0203wc_"), "{one}");
        let bare = ClientHello::parse(&hex(&format!("fefd{}0000 0000 0100", "22".repeat(32))), 0)
            .value
            .cipher_suites
            .len();
        assert_eq!(bare, 0);
        let empty = hex(&format!("fefd{}0000 0000 0100", "22".repeat(32)));
        let empty = ja4(&ClientHello::parse(&empty, 0).value);
        assert_eq!(empty, "dd2i000000_000000000000_000000000000");
    }
}
