//! Session descriptions inside other files: which there are, and where each of their bytes lies.
//!
//! One kind of file, one module; [`find`] asks them in turn. What is found keeps the way back into
//! the file, so that a finding points at the line of the log or the source code, and a fix can be
//! written there. Descriptions that belong to one session say so ([`Found::thread`]), and are then
//! checked as offers and answers.

mod json;
mod raw;

use crate::diag::Map;
use crate::sdp::{Role, Side};
use std::ops::Range;

/// What kind of file a description was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but descriptions.
    Raw,
    /// Strings in JSON.
    Json,
}

/// A session description in a file.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its bytes.
    pub text: Text,
    /// What kind of file it was in.
    pub kind: Kind,
    /// Where, in terms of that kind: a JSON pointer, `packet 12`.
    pub pointer: Option<String>,
    /// Whether it is an offer or an answer.
    pub role: Option<Role>,
    /// Which end wrote it.
    pub side: Option<Side>,
    /// What the descriptions of one session have in common.
    pub thread: Option<String>,
    /// Stretches of the text that stand for something unknown, such as `${port}`.
    pub holes: Vec<Range<usize>>,
    /// Whether it is a piece of a description, of which nothing may be missed.
    pub is_fragment: bool,
}

/// The bytes of a description.
#[derive(Clone, Debug)]
pub enum Text {
    /// They stand in the file as they are.
    InPlace(Range<usize>),
    /// They had to be unescaped or decoded.
    Extracted {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where each of them comes from.
        map: Map,
    },
}

impl Found {
    /// A description of which nothing more is known.
    fn new(kind: Kind, text: Text) -> Self {
        Self {
            text,
            kind,
            pointer: None,
            role: None,
            side: None,
            thread: None,
            holes: Vec::new(),
            is_fragment: false,
        }
    }
}

/// The descriptions in the file called `name` that holds `bytes`.
///
/// # Errors
/// There is none; says why, as half a sentence after a colon.
pub fn find(name: &str, bytes: &[u8]) -> Result<Vec<Found>, String> {
    let trimmed = bytes.trim_ascii();
    if trimmed.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if matches!(trimmed.first(), Some(b'{' | b'[' | b'"')) {
        match serde_json::from_slice(trimmed) {
            Ok(value) => return json::find(&value),
            Err(error) if name.ends_with(".json") => {
                return Err(format!("not the JSON it is named for: {error}"));
            }
            Err(_) => {}
        }
    }
    raw::find(bytes)
}
