//! Descriptions in the strings of JSON, such as the dumps of chrome://webrtc-internals.

use super::{Found, Kind, Text};
use crate::diag::Map;
use crate::sdp::Role;
use serde_json::Value;

/// The descriptions in `value`.
pub(super) fn find(value: &Value) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    collect_json(
        value,
        &mut String::new(),
        None,
        0,
        &mut |pointer, sdp, role| {
            let text = Text::Extracted {
                bytes: sdp.as_bytes().to_vec(),
                map: Map::default(),
            };
            let mut found = Found::new(Kind::Json, text);
            found.pointer = Some(pointer.to_owned());
            found.role = role;
            all.push(found);
        },
    );
    if all.is_empty() {
        return Err("no session description: no string in it begins with `v=`".to_owned());
    }
    Ok(all)
}

/// JSON in a string in JSON in …: dumps of webrtc-internals have one level.
const DEPTH_MAX: u8 = 4;
/// Entries of such a dump whose description was only made: what came of it follows.
const UNUSED: [&str; 2] = ["createOfferOnSuccess", "createAnswerOnSuccess"];

/// Looks for a description in a string that is none itself: JSON once more, or how older dumps put
/// it, `type: offer, sdp: v=0…`.
fn collect_in_string(
    text: &str,
    pointer: &mut String,
    depth: u8,
    found: &mut dyn FnMut(&str, &str, Option<Role>),
) {
    let text = text.trim_start();
    if text.starts_with(['{', '[', '"']) && text.contains("v=") && depth < DEPTH_MAX {
        if let Ok(inner) = serde_json::from_str(text) {
            collect_json(&inner, pointer, None, depth + 1, found);
        }
    } else if let Some((before, sdp)) = text.split_once("sdp: v=").filter(|(b, _)| b.len() < 64) {
        let role = match before {
            b if b.contains("type: offer") => Some(Role::Offer),
            b if b.contains("answer") => Some(Role::Answer),
            _ => None,
        };
        found(pointer, &format!("v={sdp}"), role);
    }
}

/// Finds the strings that hold a description; `{"type": …, "sdp": …}` tells its role.
fn collect_json(
    value: &Value,
    pointer: &mut String,
    role: Option<Role>,
    depth: u8,
    found: &mut dyn FnMut(&str, &str, Option<Role>),
) {
    let len = pointer.len();
    match value {
        Value::String(text) if text.trim_start().starts_with("v=") => found(pointer, text, role),
        Value::String(text) => collect_in_string(text, pointer, depth, found),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                *pointer += &format!("/{i}");
                collect_json(item, pointer, None, depth, found);
                pointer.truncate(len);
            }
        }
        Value::Object(fields) => {
            let what = fields.get("type").and_then(Value::as_str);
            if what.is_some_and(|what| UNUSED.contains(&what)) {
                return;
            }
            let role = match what {
                Some("offer") => Some(Role::Offer),
                Some("answer" | "pranswer") => Some(Role::Answer),
                _ => None,
            };
            for (key, item) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                *pointer += "/";
                pointer.extend(key.chars().filter(|c| !c.is_control()));
                collect_json(item, pointer, role, depth, found);
                pointer.truncate(len);
            }
        }
        _ => {}
    }
}
