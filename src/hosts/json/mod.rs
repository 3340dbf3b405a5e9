//! Descriptions in the strings of JSON: `{"type": "offer", "sdp": "v=0…"}`, a string somewhere in a
//! configuration, JSON in strings of JSON, JSON lines; and the records of calls that are JSON: dumps
//! of `chrome://webrtc-internals`, of rtcstats, and HAR.

mod array;
mod event;
mod har;
mod sections;
mod string;
mod tree;

use super::embedded;
use super::view::View;
use super::{Context, Finds, Kind};
use crate::sdp::Role;
use event::Event;
use std::fmt::Write;
use string::unescape;
use tree::{Shape, Tree, Value};

/// Adds the descriptions in `view`; says what about it is no JSON.
pub(super) fn find(view: View<'_>, cx: &Context, finds: &mut Finds) -> Result<(), String> {
    let tree = Tree::parse(view.bytes);
    let is_one = tree.values().nth(1).is_none();
    for (at, value) in tree.values().enumerate() {
        let mut cx = cx.clone();
        if !is_one {
            // As if all lines were one array, which is how `jq --slurp` takes them.
            let _ = write!(cx.pointer, "/{at}");
        }
        if har::is_har(value) {
            har::find(view, value, &cx, finds);
        } else {
            walk(view, value, &mut cx, finds);
        }
    }
    match tree.error {
        None => Ok(()),
        Some((at, reason)) => {
            let before = view.bytes.get(..at).unwrap_or_default();
            let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
            Err(format!("{reason} in line {line}"))
        }
    }
}

/// Whether `bytes` begin as JSON does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // rtcstats-server puts its name on a line of its own.
    matches!(text.first(), Some(b'{' | b'[' | b'"' | 0x1e)) || text.starts_with(b"RTCStatsDump")
}

/// Looks for descriptions in `value` and all that is in it.
fn walk(view: View<'_>, value: Value<'_, '_>, cx: &mut Context, finds: &mut Finds) {
    match value.shape() {
        Shape::Other => {}
        Shape::String => text(view, value, cx, finds),
        Shape::Array => {
            if let Some(event) = Event::of_array(value, cx.kind) {
                event.find(view, cx, finds);
            } else if let Some(inner) = array::lines(view, value) {
                finds.add(inner.view(), 0..inner.bytes.len(), cx);
            } else {
                for item in value.items() {
                    step(view, item, None, cx, finds);
                }
            }
        }
        Shape::Object => match Event::of_object(value) {
            Some(event) => event.find(view, cx, finds),
            None => object(view, value, cx, finds),
        },
    }
}

/// Looks into the members of an object. One that says what its description is tells the role; one
/// that has an offer and an answer holds a session.
fn object(view: View<'_>, value: Value<'_, '_>, cx: &mut Context, finds: &mut Finds) {
    let role = value.word("type").and_then(role_of);
    let is_pair =
        cx.thread.is_none() && value.get("offer").is_some() && value.get("answer").is_some();
    let outer = cx.thread.clone();
    if is_pair {
        cx.thread = Some(format!("{} pair", cx.pointer));
    }
    let first = finds.all.len();
    for item in value.items() {
        step(view, item, role, cx, finds);
    }
    if is_pair {
        // However they are ordered in the file.
        if let Some(pair) = finds.all.get_mut(first..) {
            pair.sort_by_key(|found| found.role == Some(Role::Answer));
        }
        if finds.all.len() != first + 2 {
            finds.unthread(first);
        }
    }
    cx.thread = outer;
}

/// Goes one step down.
fn step(
    view: View<'_>,
    item: Value<'_, '_>,
    role: Option<Role>,
    cx: &mut Context,
    finds: &mut Finds,
) {
    let len = cx.pointer.len();
    let outer = cx.role;
    if item.key().is_empty() {
        let _ = write!(cx.pointer, "/{}", item.index());
    } else {
        let key = String::from_utf8_lossy(item.key());
        let key = key.replace('~', "~0").replace('/', "~1");
        cx.pointer.push('/');
        cx.pointer.extend(key.chars().filter(|c| !c.is_control()));
    }
    // What the name tells holds for the member, and for the object that it is.
    let named = std::str::from_utf8(item.key()).ok().and_then(role_of);
    let is_inside = item.key() == b"sdp" || item.key() == b"description";
    cx.role = role.or(named).or(outer.filter(|_| is_inside));
    walk(view, item, cx, finds);
    cx.role = outer;
    cx.pointer.truncate(len);
}

/// Looks into a string.
fn text(view: View<'_>, value: Value<'_, '_>, cx: &Context, finds: &mut Finds) {
    // Without one of these it is neither a description nor anything that holds one.
    let raw = value.raw();
    if raw.len() < 4 || !embedded::may_hold(raw) {
        return;
    }
    let inner = unescape(view, value.span());
    embedded::find(inner.view(), cx, finds);
}

/// The role that a word tells.
pub(super) fn role_of(word: &str) -> Option<Role> {
    match word {
        "offer" | "OFFER" | "Offer" => Some(Role::Offer),
        "answer" | "pranswer" | "ANSWER" | "Answer" => Some(Role::Answer),
        _ => None,
    }
}

/// The kind of record that JSON is, by its names.
pub(super) fn kind_of(bytes: &[u8]) -> Kind {
    let tree_has = |words: &[&str]| {
        words.iter().any(|word| {
            let finder = memmem(bytes, word.as_bytes());
            finder.is_some()
        })
    };
    let begins = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let is_har = memmem(begins, b"\"log\"").is_some() && tree_has(&["\"entries\""]);
    if is_har {
        Kind::Har
    } else if tree_has(&["\"PeerConnections\""]) {
        Kind::Internals
    } else if tree_has(&[
        "\"setLocalDescription",
        "\"setRemoteDescription",
        "RTCStatsDump",
    ]) {
        Kind::Rtcstats
    } else {
        Kind::Json
    }
}

/// Where `needle` begins in `text`.
pub(super) fn memmem(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut from = 0;
    loop {
        let tail = text.get(from..)?;
        let at = from + tail.iter().position(|&b| b == first)?;
        if text.get(at + 1..)?.starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}
