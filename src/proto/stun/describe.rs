//! STUN in a packet list and as a decode tree.

use super::{Attribute, Fingerprint, PasswordAlgorithm, StunMessage, Value, codes};
use crate::chars::steers;
use crate::tree::{Describe, Tree};
use crate::wire::part;
use std::fmt::{self, Write};

impl Describe for StunMessage<'_> {
    fn summary(&self, out: &mut String) {
        let _ = self.write_summary(out);
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        let data = self.bytes();
        tree.group("STUN", data, |t| {
            let class = self.class().name();
            let name = Name(self.method());
            t.field(
                "message type",
                format_args!("0x{:04x} {name} {class}", self.message_type()),
                part(data, 0..2),
            );
            t.field("message length", self.length(), part(data, 2..4));
            if self.is_classic() {
                t.note("magic cookie", "none (RFC 3489)");
            } else {
                t.field("magic cookie", "0x2112a442", part(data, 4..8));
            }
            let id = Hex(part(data, 8..20));
            t.field("transaction id", id, part(data, 8..20));
            for attribute in self.attributes() {
                match attribute {
                    Ok(attribute) => describe_attribute(t, &attribute),
                    // What the snaplen cut is told of below.
                    Err(_) if self.missing > 0 => {}
                    Err(error) => t.problem(&error),
                }
            }
            match self.verify_fingerprint() {
                Fingerprint::Absent => {}
                Fingerprint::Valid => t.note("fingerprint check", "valid"),
                Fingerprint::Wrong { computed, .. } => {
                    t.note(
                        "fingerprint check",
                        format_args!("wrong, 0x{computed:08x} computed"),
                    );
                }
            }
            if self.missing > 0 {
                t.note("not captured", format_args!("{} bytes", self.missing));
            }
            if let Some(problem) = self.problem() {
                t.problem(&problem);
            }
        });
    }
}

/// The most attributes a summary looks at: a hostile message may have thousands.
const SUMMARY_ATTRIBUTES: usize = 32;

impl StunMessage<'_> {
    /// What tells one message from another in a list; the rest is in the tree.
    fn write_summary(&self, out: &mut String) -> fmt::Result {
        write!(out, "{} {}", Name(self.method()), self.class().name())?;
        if let Some((code, reason)) = self.error_code() {
            write!(out, "  {code}")?;
            let reason = if reason.is_empty() {
                codes::error_name(code).unwrap_or_default()
            } else {
                reason
            };
            if !reason.is_empty() {
                write!(out, " {}", Clean(reason))?;
            }
        }
        if let Some(user) = self.username() {
            write!(out, "  user {}", Clean(user))?;
        }
        if let Some(priority) = self.priority() {
            write!(out, "  prio {priority}")?;
        }
        if let Some((role, _)) = self.role() {
            write!(out, " {}", role.name())?;
        }
        if self.use_candidate() {
            write!(out, " use-candidate")?;
        }
        let shown = self.attributes().map_while(Result::ok);
        for attribute in shown.take(SUMMARY_ATTRIBUTES) {
            let label = match attribute.attribute_type {
                codes::XOR_MAPPED_ADDRESS
                | codes::CLASSIC_XOR_MAPPED_ADDRESS
                | codes::MAPPED_ADDRESS => "mapped",
                codes::CHANGE_REQUEST => "asks to",
                codes::NOMINATION => "nomination",
                codes::XOR_PEER_ADDRESS => "peer",
                codes::XOR_RELAYED_ADDRESS => "relayed",
                codes::CHANNEL_NUMBER => "channel",
                codes::LIFETIME => "lifetime",
                codes::DTLS_IN_STUN => "dtls",
                codes::DATA => "data",
                _ => continue,
            };
            match attribute.value() {
                Ok(Value::U16(channel)) => write!(out, "  {label} 0x{channel:04x}")?,
                Ok(Value::U32(n)) if attribute.attribute_type == codes::NOMINATION => {
                    write!(out, "  {label} {n}")?;
                }
                Ok(Value::U32(seconds)) => write!(out, "  {label} {seconds} s")?,
                Ok(Value::Bytes(data)) => write!(out, "  {label} {} bytes", data.len())?,
                Ok(value) => write!(out, "  {label} {value}")?,
                Err(_) => {}
            }
        }
        if let Some(problem) = self.problem() {
            write!(out, "  [{problem}]")?;
        }
        Ok(())
    }
}

fn describe_attribute(t: &mut Tree<'_>, attribute: &Attribute<'_>) {
    let unnamed;
    let label = match attribute.name() {
        Some(name) => name,
        None => {
            // What a receiver does with an attribute it does not know depends on the range.
            let must = match codes::is_comprehension_required(attribute.attribute_type) {
                true => "comprehension required",
                false => "optional",
            };
            unnamed = format!("attribute 0x{:04x} ({must})", attribute.attribute_type);
            &unnamed
        }
    };
    match attribute.value() {
        Ok(Value::U16(n)) if attribute.attribute_type == codes::CHANNEL_NUMBER => {
            t.field(label, format_args!("0x{n:04x}"), attribute.bytes);
        }
        Ok(Value::U32(n)) if attribute.attribute_type == codes::FINGERPRINT => {
            t.field(label, format_args!("0x{n:08x}"), attribute.bytes);
        }
        Ok(Value::U32(n)) if attribute.attribute_type == codes::LIFETIME => {
            t.field(label, format_args!("{n} s"), attribute.bytes);
        }
        Ok(value) => t.field(label, value, attribute.bytes),
        Err(error) => {
            t.field(label, Hex(attribute.data), attribute.bytes);
            t.problem(&error);
        }
    }
}

/// A method's name, or its number.
struct Name(u16);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match codes::method_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "method 0x{:03x}", self.0),
        }
    }
}

/// Bytes as hexadecimal digits, at most 32 of them.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(32) {
            write!(f, "{byte:02x}")?;
        }
        if self.0.len() > 32 {
            write!(f, "… ({} bytes)", self.0.len())?;
        }
        Ok(())
    }
}

/// Text from the wire, with what would steer a terminal or turn the text's direction escaped.
struct Clean<'a>(&'a str);

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if steers(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(data) => Hex(data).fmt(f),
            Self::Flag => Ok(()),
            Self::Text(text) => Clean(text).fmt(f),
            Self::U16(n) => n.fmt(f),
            Self::U32(n) => n.fmt(f),
            Self::U64(n) => write!(f, "0x{n:016x}"),
            Self::Address(address) => address.fmt(f),
            Self::ErrorCode { code, reason } => write!(f, "{code} {}", Clean(reason)),
            Self::AttributeTypes(types) => list(f, types.iter(), |attribute_type, f| {
                let attribute_type = u16::from_be_bytes(*attribute_type);
                match codes::attribute(attribute_type) {
                    Some(row) => f.write_str(row.name),
                    None => write!(f, "0x{attribute_type:04x}"),
                }
            }),
            Self::Transport(17) => f.write_str("UDP"),
            Self::Transport(6) => f.write_str("TCP"),
            Self::Transport(n) => write!(f, "protocol {n}"),
            Self::Family(family) => f.write_str(family_name(*family)),
            Self::ChangeRequest { ip, port } => write!(f, "change IP {ip}, change port {port}"),
            Self::AddressErrorCode {
                family,
                code,
                reason,
            } => {
                write!(f, "{}: {code} {}", family_name(*family), Clean(reason))
            }
            Self::NetworkInfo { id, cost } => write!(f, "network {id}, cost {cost}"),
            Self::EvenPort { reserve_next: true } => f.write_str("reserve the next port too"),
            Self::EvenPort { .. } => f.write_str("even port"),
            Self::PasswordAlgorithm(one) => one.fmt(f),
            Self::PasswordAlgorithms(data) => {
                list(f, PasswordAlgorithm::list(data), |one, f| one.fmt(f))
            }
            Self::Icmp { kind, code, data } => {
                write!(f, "type {kind}, code {code}, data 0x{data:08x}")
            }
            Self::EcnCheck { ecn, valid: true } => write!(f, "ECN field {ecn}"),
            Self::EcnCheck { .. } => f.write_str("not valid"),
            Self::TransmitCounter {
                requests,
                responses,
            } => write!(f, "request {requests}, response {responses}"),
            Self::AccessToken { nonce, encrypted } => {
                let len = encrypted.len();
                write!(f, "nonce {}, {len} bytes encrypted", Hex(nonce))
            }
            Self::U16List(all) => list(f, all.iter(), |n, f| {
                write!(f, "{}", u16::from_be_bytes(*n))
            }),
            Self::U32List(all) => list(f, all.iter(), |n, f| {
                write!(f, "0x{:08x}", u32::from_be_bytes(*n))
            }),
            Self::Hex32(n) => write!(f, "0x{n:08x}"),
            Self::MsSequence { connection, number } => {
                write!(f, "connection {}, number {number}", Hex(connection))
            }
            Self::MsQuality { stream, quality } => {
                write!(f, "stream type {stream}, quality {quality}")
            }
        }
    }
}

/// The most items of a list that are shown: a hostile message may have thousands.
const LISTED: usize = 32;

/// Items with commas between them.
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    show: impl Fn(T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.enumerate() {
        if i == LISTED {
            return f.write_str(", …");
        }
        if i > 0 {
            f.write_str(", ")?;
        }
        show(item, f)?;
    }
    Ok(())
}

impl fmt::Display for PasswordAlgorithm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match codes::password_algorithm_name(self.algorithm) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "algorithm 0x{:04x}", self.algorithm)?,
        }
        if !self.parameters.is_empty() {
            write!(f, " ({})", Hex(self.parameters))?;
        }
        Ok(())
    }
}

fn family_name(family: u8) -> &'static str {
    match family {
        1 => "IPv4",
        2 => "IPv6",
        _ => "unknown family",
    }
}
