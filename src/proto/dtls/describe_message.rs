//! The smaller handshake messages, certificates and ACK records as decode trees.

use super::describe::Hex;
use super::describe_hello as hello;
use super::handshake::Handshake;
use super::record::Record;
use super::{
    AckedRecords, Certificate, CertificateRequest, CertificateVerify, Certificates,
    EcdheParameters, Extensions, HelloVerifyRequest, NewConnectionIds, NewSessionTicket,
    SessionTicket, certificate_entries, certificate_request_extensions, codes,
    encrypted_extensions, key_update_requested, sha256_fingerprint,
};
use crate::tree::Tree;
use crate::wire::{ParseError, part};

/// Rows of a list that are shown; hostile ones are longer.
const ROWS_MAX: usize = 64;

pub(super) fn body(t: &mut Tree<'_>, message: &Handshake<'_>) {
    let body = message.body;
    let described = match message.message_type {
        codes::CLIENT_HELLO => {
            hello::client(t, message);
            Ok(())
        }
        codes::SERVER_HELLO => {
            hello::server(t, message);
            Ok(())
        }
        codes::HELLO_VERIFY_REQUEST => hello_verify_request(t, message),
        codes::CERTIFICATE => certificates(t, message),
        codes::CERTIFICATE_REQUEST => certificate_request(t, message),
        codes::CERTIFICATE_VERIFY => certificate_verify(t, message),
        codes::NEW_SESSION_TICKET => new_session_ticket(t, message),
        codes::SERVER_KEY_EXCHANGE => {
            key_exchange(t, message);
            Ok(())
        }
        codes::ENCRYPTED_EXTENSIONS => {
            let all = encrypted_extensions(body, message.body_offset());
            all.map(|all| extensions(t, all))
        }
        codes::NEW_CONNECTION_ID => new_connection_id(t, message),
        codes::REQUEST_CONNECTION_ID if body.len() == 1 => {
            t.field("connection ids wanted", Hex(body), body);
            Ok(())
        }
        codes::KEY_UPDATE if key_update_requested(body).is_some() => {
            let asks = match key_update_requested(body) {
                Some(true) => "update requested",
                _ => "update not requested",
            };
            t.field("request", asks, body);
            Ok(())
        }
        codes::FINISHED => {
            t.field("verify data", Hex(body), body);
            Ok(())
        }
        _ if body.is_empty() => Ok(()),
        _ => {
            t.field("body", format_args!("{} bytes", body.len()), body);
            Ok(())
        }
    };
    if let Err(error) = described {
        hello::problem(t, message, &error);
    }
}

fn hello_verify_request(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let request = HelloVerifyRequest::parse(message.body, message.body_offset())?;
    let name = codes::version_name(request.version).unwrap_or("unknown");
    t.field("version", name, part(message.body, 0..2));
    t.field("cookie", Hex(request.cookie), request.cookie);
    Ok(())
}

/// The body does not say its version: DTLS 1.2 begins with the length of all that follows.
fn certificates(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let (body, offset) = (message.body, message.body_offset());
    let length = match body {
        [a, b, c, ..] => Some(u32::from_be_bytes([0, *a, *b, *c])),
        _ => None,
    };
    let is_legacy = length.is_none_or(|n| u64::from(n) + 3 == u64::from(message.length));
    if !is_legacy && let Ok(entries) = certificate_entries(body, offset) {
        for entry in entries.take(ROWS_MAX) {
            certificate(t, entry?.der);
        }
        return Ok(());
    }
    for der in Certificates::parse(body, offset)?.take(ROWS_MAX) {
        certificate(t, der?);
    }
    Ok(())
}

fn certificate(t: &mut Tree<'_>, der: &[u8]) {
    t.group("certificate", der, |t| {
        t.note("SHA-256 fingerprint", sha256_fingerprint(der));
        match Certificate::parse(der) {
            Ok(c) => {
                t.note("subject", c.subject.escape_debug());
                t.note("issuer", c.issuer.escape_debug());
                t.note("serial number", c.serial);
                let days = c.not_after.saturating_sub(c.not_before) / 86_400;
                t.note("validity", format_args!("{days} days"));
                t.note("public key", c.public_key);
                t.note("signature algorithm", c.signature_algorithm);
            }
            Err(error) => t.note("not readable", error),
        }
    });
}

fn extensions(t: &mut Tree<'_>, all: Extensions<'_>) {
    t.group("extensions", &[], |t| {
        for extension in all.map_while(Result::ok).take(ROWS_MAX) {
            hello::describe_extension(t, &extension, false);
        }
    });
}

fn new_connection_id(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let ids = NewConnectionIds::parse(message.body, message.body_offset())?;
    let usage = if ids.immediate { "at once" } else { "spare" };
    for id in ids.take(ROWS_MAX) {
        t.field("connection id", Hex(id), id);
    }
    let last = message.body.len().saturating_sub(1);
    t.field("usage", usage, part(message.body, last..last + 1));
    Ok(())
}

fn certificate_request(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let (body, offset) = (message.body, message.body_offset());
    // The body does not say its version: only one reading fills it to its end. Before DTLS 1.3 there is
    // a type at least, where 1.3 has an empty context.
    let fills = |has_schemes| {
        let request = CertificateRequest::parse(body, offset, has_schemes);
        request.is_ok_and(|r| {
            if r.certificate_types.is_empty() {
                return false;
            }
            let schemes = if has_schemes { 2 } else { 0 } + r.signature_algorithms.bytes().len();
            3 + r.certificate_types.len() + schemes + r.authorities.len() == body.len()
        })
    };
    if !fills(true)
        && !fills(false)
        && let Ok(all) = certificate_request_extensions(body, offset)
    {
        extensions(t, all);
        return Ok(());
    }
    let request = CertificateRequest::parse(body, offset, fills(true) || !fills(false))?;
    t.group("certificate types", request.certificate_types, |t| {
        for kind in request.certificate_types.chunks(1).take(ROWS_MAX) {
            let value = kind.first().copied().unwrap_or_default();
            let name = codes::certificate_type_name(value).unwrap_or("unknown");
            t.field("", format_args!("{name} ({value})"), kind);
        }
    });
    let schemes = request.signature_algorithms;
    t.group("signature algorithms", schemes.bytes(), |t| {
        hello::rows(t, schemes, codes::signature_scheme_name);
    });
    let length = format_args!("{} bytes", request.authorities.len());
    t.field("authorities", length, request.authorities);
    Ok(())
}

fn certificate_verify(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let verify = CertificateVerify::parse(message.body, message.body_offset())?;
    let value = hello::Named(verify.scheme, codes::signature_scheme_name);
    t.field("signature scheme", value, part(message.body, 0..2));
    let length = format_args!("{} bytes", verify.signature.len());
    t.field("signature", length, verify.signature);
    Ok(())
}

fn new_session_ticket(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let (body, offset) = (message.body, message.body_offset());
    let ticket = NewSessionTicket::parse(body, offset);
    // That of DTLS 1.2 ends with the ticket.
    let fills = ticket
        .as_ref()
        .is_ok_and(|t| t.ticket.len() + 6 == body.len());
    if !fills && let Ok(ticket) = SessionTicket::parse(body, offset) {
        let seconds = format_args!("{} s", ticket.lifetime);
        t.field("lifetime", seconds, part(body, 0..4));
        let length = format_args!("{} bytes", ticket.ticket.len());
        t.field("ticket", length, ticket.ticket);
        extensions(t, ticket.extensions);
        return Ok(());
    }
    let ticket = ticket?;
    let seconds = format_args!("{} s", ticket.lifetime_hint);
    t.field("lifetime hint", seconds, part(message.body, 0..4));
    let length = format_args!("{} bytes", ticket.ticket.len());
    t.field("ticket", length, ticket.ticket);
    Ok(())
}

fn key_exchange(t: &mut Tree<'_>, message: &Handshake<'_>) {
    let body = message.body;
    let Some(parameters) = EcdheParameters::parse(body) else {
        return t.field("body", format_args!("{} bytes", body.len()), body);
    };
    let value = hello::Named(parameters.group, codes::group_name);
    t.field("named curve", value, part(body, 1..3));
    let key = parameters.public_key;
    t.field("public key", format_args!("{} bytes", key.len()), key);
    let at = 4 + key.len();
    if let Some(name) = parameters.scheme.and_then(codes::signature_scheme_name) {
        t.field("signature scheme", name, part(body, at..at + 2));
    }
}

/// The records that an ACK in clear acknowledges.
pub(super) fn ack(t: &mut Tree<'_>, record: &Record<'_>) {
    match AckedRecords::parse(record.fragment, record.fragment_offset()) {
        Ok(records) => {
            for ((epoch, sequence), at) in records.take(ROWS_MAX).zip(0..) {
                let bytes = part(record.fragment, 2 + 16 * at..18 + 16 * at);
                let value = format_args!("epoch {epoch}, record {sequence}");
                t.field("acknowledges", value, bytes);
            }
        }
        Err(_) if record.missing > 0 => {}
        Err(error) => t.problem(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::dtls::HandshakeFragments;
    use crate::proto::testing::hex;

    /// The rows of a whole message with this body.
    fn rows(message_type: u8, body: &[u8]) -> Vec<String> {
        let length = (body.len() as u32).to_be_bytes();
        let length = &length[1..];
        let bytes = [&[message_type], length, &[0, 0, 0, 0, 0], length, body].concat();
        let message = HandshakeFragments::new(&bytes, 0).next().unwrap().unwrap();
        let mut tree = Tree::new(&bytes);
        super::body(&mut tree, &message);
        let rows = tree.into_rows().into_iter();
        rows.map(|row| format!("{}: {}", row.label, row.value))
            .collect()
    }

    #[test]
    fn messages_that_travel_encrypted_are_described() {
        let has = |rows: &[String], text: &str| rows.iter().any(|row| row.contains(text));
        let all = rows(
            codes::ENCRYPTED_EXTENSIONS,
            &hex("000b 000e0005 00020001 00 0000"),
        );
        assert!(has(&all, "AES128_CM_HMAC_SHA1_80"), "{all:?}");
        assert_eq!(rows(codes::FINISHED, &[0xab; 4]), ["verify data: abababab"]);
        assert_eq!(rows(codes::KEY_UPDATE, &[1]), ["request: update requested"]);
        let ids = rows(codes::NEW_CONNECTION_ID, &hex("0003 02 aabb 01"));
        assert_eq!(ids, ["connection id: aabb", "usage: spare"]);
        let ticket = rows(4, &hex("00001c20 01020304 00 0003 010203 0000"));
        assert_eq!(ticket[..2], ["lifetime: 7200 s", "ticket: 3 bytes"]);
        let request = rows(13, &hex("00 0008 000d0004 00020403"));
        assert!(has(&request, "ecdsa_secp256r1_sha256"), "{request:?}");
    }

    #[test]
    fn certificates_of_either_version_are_described() {
        let count = |body: &str| {
            let rows = rows(codes::CERTIFICATE, &hex(body));
            rows.iter()
                .filter(|row| row.starts_with("certificate:"))
                .count()
        };
        assert_eq!(count("000005 000002 aabb"), 1);
        assert_eq!(count("00 000007 000002 aabb 0000"), 1);
        assert_eq!(count("01ff 00000e 000002 aabb 0000 000002 aabb 0000"), 2);
    }

    #[test]
    fn every_prefix_is_described() {
        for body in [
            "000b 000e0005 00020001 00 0000",
            "00001c20 01020304 00 0003 010203 0000",
            "01ff 00000e 000002 aabb 0000 000002 aabb 0000",
            "0003 02 aabb 01",
        ] {
            let body = hex(body);
            for end in 0..=body.len() {
                for message_type in 0..=30 {
                    rows(message_type, &body[..end]);
                }
            }
        }
    }
}
