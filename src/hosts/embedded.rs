//! A text that was found inside something, and may be a description, or hold one in its turn.

use super::view::View;
use super::{Coding, Context, Finds, json, lines, raw};
use crate::diag::Map;
use crate::sdp::Role;
use json::memmem;

/// Whether `raw`, still coded, can be or hold a description. Quick: most strings cannot.
pub(super) fn may_hold(raw: &[u8]) -> bool {
    memmem(raw, b"v=").is_some() || begins_base64(raw) || memmem(raw, b"a=").is_some()
}

/// Looks for descriptions in the text `view`.
pub(super) fn find(view: View<'_>, cx: &Context, finds: &mut Finds) {
    if !view.may_descend() {
        return;
    }
    let text = view.bytes.trim_ascii();
    let start = view.bytes.len() - view.bytes.trim_ascii_start().len();
    if is_description(text) || (cx.is_sdp && !text.is_empty()) {
        if let Some(inner) = raw::spelled_out(view) {
            finds.add(inner.view(), 0..inner.bytes.len(), cx);
        } else {
            finds.add(view, start..view.bytes.len(), cx);
        }
        return;
    }
    if json::begins(text) && memmem(text, b"v=").is_some() {
        let before = finds.all.len();
        let read = json::find(view, cx, finds);
        if read.is_ok() || finds.all.len() > before {
            return;
        }
    }
    if let Some((at, role)) = typed(text) {
        let cx = Context {
            role: role.or(cx.role),
            ..cx.clone()
        };
        finds.add(view, start + at..view.bytes.len(), &cx);
        return;
    }
    if begins_base64(text)
        && let Some(bytes) = base64(text)
    {
        let mut map = Map::default();
        map.push_whole(bytes.len(), start..start + text.len());
        find(view.decoded(bytes, &map, Coding::Opaque).view(), cx, finds);
        return;
    }
    if memmem(text, b"v=0").is_some() {
        lines::find(view, cx, finds);
    }
}

/// Whether `text` is a description: its first line is a version, and it has more lines.
pub(super) fn is_description(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let Some(version) = text.strip_prefix(b"v=") else {
        return false;
    };
    let digits = version.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = version.get(digits..).unwrap_or_default().trim_ascii_start();
    let is_spelled = rest.starts_with(b"\\r") || rest.starts_with(b"\\n");
    let ends = version.len() > digits && (version.get(digits).is_some_and(u8::is_ascii_whitespace));
    let goes_on = matches!(rest, [letter, b'=', ..] if letter.is_ascii_alphabetic());
    digits > 0 && digits < 4 && (is_spelled || goes_on)
        || version == b"0"
        || (ends && rest.is_empty())
}

/// How `chrome://webrtc-internals` put a description before 2022: `type: offer, sdp: v=0…`.
fn typed(text: &[u8]) -> Option<(usize, Option<Role>)> {
    let head = text.get(..text.len().min(64)).unwrap_or_default();
    let at = memmem(head, b"sdp: v=")? + 5;
    let before = head.get(..at).unwrap_or_default();
    let role = if memmem(before, b"type: offer").is_some() {
        Some(Role::Offer)
    } else if memmem(before, b"answer").is_some() {
        Some(Role::Answer)
    } else {
        None
    };
    Some((at, role))
}

/// Whether `text` begins as base64 of `{"type"`, `{"sdp"` or `v=0` does: what examples have people
/// copy from one browser to the other.
fn begins_base64(text: &[u8]) -> bool {
    [&b"eyJ0eXBl"[..], b"eyJzZHAi", b"dj0wDQ", b"dj0wCm"]
        .iter()
        .any(|begin| text.starts_with(begin))
}

/// What `text` is the base64 of.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    data_encoding::BASE64
        .decode(&text)
        .or_else(|_| data_encoding::BASE64_NOPAD.decode(&text))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_with_more_is_a_description() {
        for yes in [
            "v=0\r\no=-",
            "v=0\n",
            "v=0\\r\\no=-",
            "v=1 \no=",
            "\u{feff}v=0\no=",
            "v=0\r\n\r\ns=x",
        ] {
            assert!(is_description(yes.as_bytes()), "{yes:?}");
        }
        for no in [
            "v=spf1 include:x",
            "v=1.2.3",
            "v=DKIM1; k=rsa",
            "a=x\n",
            "v=",
            "v=0 is the version",
        ] {
            assert!(!is_description(no.as_bytes()), "{no:?}");
        }
    }
}
