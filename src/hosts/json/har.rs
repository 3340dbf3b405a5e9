//! HAR: what a browser's network panel saves. Bodies of requests and responses (WHIP, WHEP, JSON),
//! as they are or in base64, and the frames of WebSockets (`_webSocketMessages` of Chrome).
//!
//! <http://www.softwareishard.com/blog/har-12-spec/>

use super::super::embedded;
use super::super::view::View;
use super::super::{Coding, Context, Finds};
use super::tree::{Shape, Value};
use super::unescape;
use crate::diag::Map;
use crate::sdp::{Role, Side};

/// Whether `value` is the record of a browser's network panel.
pub(super) fn is_har(value: Value<'_, '_>) -> bool {
    let entries = value.get("log").and_then(|log| log.get("entries"));
    entries.is_some_and(|entries| entries.shape() == Shape::Array)
}

/// Adds the descriptions in the record `value`.
pub(super) fn find(view: View<'_>, value: Value<'_, '_>, cx: &Context, finds: &mut Finds) {
    let entries = value.get("log").and_then(|log| log.get("entries"));
    for entry in entries.into_iter().flat_map(|entries| entries.items()) {
        exchange(view, entry, cx, finds);
    }
}

/// One request with its response.
fn exchange(view: View<'_>, entry: Value<'_, '_>, cx: &Context, finds: &mut Finds) {
    let number = entry.index() + 1;
    let request = entry.get("request");
    let url = request.and_then(|r| r.word("url")).unwrap_or_default();
    let url: String = crate::chars::printable(url).chars().take(80).collect();
    let method = request.and_then(|r| r.word("method")).unwrap_or_default();
    let method = crate::chars::printable(method);
    let thread = Some(format!("{} entry {number}", cx.pointer));
    let context = |side, what: &str| Context {
        pointer: format!("entry {number}, {what} {url}"),
        side: Some(side),
        thread: thread.clone(),
        role: None,
        ..cx.clone()
    };
    let first = finds.all.len();
    if let Some(post) = request.and_then(|r| r.get("postData")) {
        body(view, post, &context(Side::Local, &method), finds);
    }
    let asked = finds.all.len();
    let response = entry.get("response");
    if let Some(content) = response.and_then(|r| r.get("content")) {
        body(
            view,
            content,
            &context(Side::Remote, &format!("response to {method}")),
            finds,
        );
    }
    // WHIP and WHEP (RFC 9725): a body that is a description opens, the response closes. A response
    // alone may open (WHEP).
    for (at, found) in finds.all.iter_mut().enumerate().skip(first) {
        if found.role.is_none() && asked > first {
            found.role = Some(if at < asked {
                Role::Offer
            } else {
                Role::Answer
            });
        }
    }
    let frames = entry
        .get("_webSocketMessages")
        .filter(|all| all.shape() == Shape::Array);
    for frame in frames.into_iter().flat_map(|all| all.items()) {
        let side = match frame.word("type") {
            Some("receive") => Side::Remote,
            _ => Side::Local,
        };
        let cx = context(side, &format!("frame {}", frame.index() + 1));
        if let Some(data) = frame.get("data") {
            string(
                view,
                data,
                frame.get("opcode").is_some_and(|o| o.raw() == b"2"),
                &cx,
                finds,
            );
        }
    }
    finds.settle(first);
}

/// `postData` and `content` alike: a type, a text, and how the text is coded.
fn body(view: View<'_>, body: Value<'_, '_>, cx: &Context, finds: &mut Finds) {
    let first = finds.all.len();
    let kind = body.word("mimeType").unwrap_or_default();
    let is_base64 = body.word("encoding") == Some("base64");
    let mut cx = cx.clone();
    cx.is_fragment |= kind.starts_with("application/trickle-ice-sdpfrag");
    cx.is_sdp |= cx.is_fragment || kind.starts_with("application/sdp");
    if let Some(text) = body.get("text") {
        string(view, text, is_base64, &cx, finds);
    }
    for found in finds.all.get_mut(first..).unwrap_or_default() {
        found.pointer = Some(cx.pointer.clone());
    }
}

fn string(view: View<'_>, text: Value<'_, '_>, is_base64: bool, cx: &Context, finds: &mut Finds) {
    if text.shape() != Shape::String {
        return;
    }
    let inner = unescape(view, text.span());
    let inner = inner.view();
    if !is_base64 {
        embedded::find(inner, cx, finds);
    } else if let Some(bytes) = embedded::base64(inner.bytes) {
        let mut map = Map::default();
        map.push_whole(bytes.len(), 0..inner.bytes.len());
        embedded::find(inner.decoded(bytes, &map, Coding::Opaque).view(), cx, finds);
    }
}
