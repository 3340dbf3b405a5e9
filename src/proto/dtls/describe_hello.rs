//! ClientHello and ServerHello as decode trees.

use super::describe::Hex;
use super::handshake::Handshake;
use super::{ClientHello, Extension, PreSharedKey, ServerHello, U16List, codes, ja4};
use crate::tree::Tree;
use crate::wire::{ParseError, Reason, part};
use std::fmt;

pub(super) type Names = fn(u16) -> Option<&'static str>;

pub(super) fn client(t: &mut Tree<'_>, message: &Handshake<'_>) {
    let parsed = ClientHello::parse(message.body, message.body_offset());
    let hello = parsed.value;
    version(t, hello.legacy_version, message);
    t.field("random", Hex(hello.random), hello.random);
    t.field("session id", Hex(hello.session_id), hello.session_id);
    t.field("cookie", Hex(hello.cookie), hello.cookie);
    t.group("cipher suites", hello.cipher_suites.bytes(), |t| {
        rows(t, hello.cipher_suites, codes::cipher_suite_name);
    });
    t.group("extensions", &[], |t| {
        for extension in hello.extensions().map_while(Result::ok) {
            describe_extension(t, &extension, true);
        }
    });
    match parsed.problem {
        Some(error) => problem(t, message, &error),
        None => t.note("JA4", ja4(&hello)),
    }
}

pub(super) fn server(t: &mut Tree<'_>, message: &Handshake<'_>) {
    let parsed = ServerHello::parse(message.body, message.body_offset());
    let hello = parsed.value;
    version(t, hello.legacy_version, message);
    t.field("random", Hex(hello.random), hello.random);
    t.field("session id", Hex(hello.session_id), hello.session_id);
    if let Some(suite) = hello.cipher_suite {
        let at = 35 + hello.session_id.len();
        let value = Named(suite, codes::cipher_suite_name);
        t.field("cipher suite", value, part(message.body, at..at + 2));
    }
    t.group("extensions", &[], |t| {
        for extension in hello.extensions().map_while(Result::ok) {
            describe_extension(t, &extension, false);
        }
    });
    if let Some(error) = parsed.problem {
        problem(t, message, &error);
    }
}

/// A message that ends early is only wrong when it is neither a fragment nor cut by the snaplen.
pub(super) fn problem(t: &mut Tree<'_>, message: &Handshake<'_>, error: &ParseError) {
    let is_fragment = message.fragment_length < message.length;
    match error.reason {
        Reason::Truncated { .. } if message.missing > 0 => t.note("not captured", error.what),
        Reason::Truncated { .. } if is_fragment => {
            t.note("continues in another fragment", error.what);
        }
        _ => t.problem(error),
    }
}

fn version(t: &mut Tree<'_>, version: u16, message: &Handshake<'_>) {
    let value = Named(version, codes::version_name);
    t.field("legacy version", value, part(message.body, 0..2));
}

pub(super) fn describe_extension(t: &mut Tree<'_>, extension: &Extension<'_>, is_client: bool) {
    let label = Named(extension.extension_type, codes::extension_name).to_string();
    if let Some(versions) = extension.supported_versions().filter(|_| is_client) {
        return list(t, &label, extension, versions, codes::version_name);
    }
    if let Some(selected) = extension.selected_version().filter(|_| !is_client) {
        let value = Named(selected, codes::version_name);
        return t.field(&label, value, extension.bytes);
    }
    if let Some(groups) = extension.supported_groups() {
        return list(t, &label, extension, groups, codes::group_name);
    }
    if let Some(schemes) = extension.signature_algorithms() {
        return list(t, &label, extension, schemes, codes::signature_scheme_name);
    }
    if let Some(srtp) = extension.use_srtp() {
        list(
            t,
            &label,
            extension,
            srtp.profiles,
            codes::srtp_profile_name,
        );
        if !srtp.mki.is_empty() {
            t.field("MKI", Hex(srtp.mki), srtp.mki);
        }
        return;
    }
    if let Some(shares) = extension.client_key_shares().filter(|_| is_client) {
        return t.group(&label, extension.bytes, |t| {
            for share in shares {
                let group = Named(share.group, codes::group_name).to_string();
                t.field(
                    &group,
                    format_args!("{} bytes", share.key.len()),
                    share.bytes,
                );
            }
        });
    }
    if let Some(share) = extension.server_key_share().filter(|_| !is_client) {
        let value = Named(share.group, codes::group_name);
        return t.field(&label, value, extension.bytes);
    }
    if let Some(protocols) = extension.alpn() {
        return t.group(&label, extension.bytes, |t| {
            for protocol in protocols {
                t.field("protocol", protocol.escape_ascii(), protocol);
            }
        });
    }
    if let Some(value) = small_value(extension) {
        return t.field(&label, value, extension.bytes);
    }
    t.field(&label, Hex(extension.data), extension.bytes);
}

/// Extensions that fit in a line.
fn small_value(e: &Extension<'_>) -> Option<String> {
    let names = |values: &[u8], name: fn(u8) -> Option<&'static str>| {
        let each = values.iter().map(|v| match name(*v) {
            Some(name) => name.to_owned(),
            None => v.to_string(),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    if let Some(formats) = e.ec_point_formats() {
        return Some(names(formats, codes::point_format_name));
    }
    if let Some(modes) = e.psk_modes() {
        return Some(names(modes, codes::psk_mode_name));
    }
    if let Some(limit) = e.record_size_limit() {
        return Some(format!("{limit} bytes"));
    }
    if let Some(name) = e.server_name() {
        return Some(name.escape_ascii().to_string());
    }
    if let Some(schemes) = e.certificate_schemes() {
        let each = schemes
            .iter()
            .map(|s| Named(s, codes::signature_scheme_name).to_string());
        return Some(each.collect::<Vec<_>>().join(", "));
    }
    if let Some(id) = e.connection_id().or_else(|| e.cookie()) {
        return Some(match id {
            [] => "empty".to_owned(),
            id => Hex(id).to_string(),
        });
    }
    match e.pre_shared_key()? {
        PreSharedKey::Offered(n) => Some(format!("{n} identities offered")),
        PreSharedKey::Selected(n) => Some(format!("identity {n} chosen")),
    }
}

fn list(
    t: &mut Tree<'_>,
    label: &str,
    extension: &Extension<'_>,
    values: U16List<'_>,
    names: Names,
) {
    t.group(label, extension.bytes, |t| rows(t, values, names));
}

pub(super) fn rows(t: &mut Tree<'_>, values: U16List<'_>, names: Names) {
    for (value, bytes) in values.iter().zip(values.bytes().chunks(2)) {
        t.field("", Named(value, names), bytes);
    }
}

/// A number with its name.
pub(super) struct Named(pub(super) u16, pub(super) Names);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, names) = *self;
        match names(value) {
            Some(name) => write!(f, "{name} (0x{value:04x})"),
            None if codes::is_grease(value) => write!(f, "GREASE (0x{value:04x})"),
            None => write!(f, "0x{value:04x}"),
        }
    }
}
