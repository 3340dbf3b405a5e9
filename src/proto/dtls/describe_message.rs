//! The smaller handshake messages, certificates and ACK records as decode trees.

use super::describe::Hex;
use super::describe_hello as hello;
use super::handshake::Handshake;
use super::record::Record;
use super::{
    AckedRecords, Certificate, CertificateRequest, CertificateVerify, Certificates,
    EcdheParameters, HelloVerifyRequest, NewSessionTicket, codes, sha256_fingerprint,
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

fn certificates(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let chain = Certificates::parse(message.body, message.body_offset())?;
    for certificate in chain.take(ROWS_MAX) {
        let der = certificate?;
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
    Ok(())
}

fn certificate_request(t: &mut Tree<'_>, message: &Handshake<'_>) -> Result<(), ParseError> {
    let (body, offset) = (message.body, message.body_offset());
    // The body does not say its version: only one reading fills it to its end.
    let fills = |has_schemes| {
        CertificateRequest::parse(body, offset, has_schemes).is_ok_and(|r| {
            let schemes = if has_schemes { 2 } else { 0 } + r.signature_algorithms.bytes().len();
            3 + r.certificate_types.len() + schemes + r.authorities.len() == body.len()
        })
    };
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
    let ticket = NewSessionTicket::parse(message.body, message.body_offset())?;
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
