//! Session descriptions inside other files: which there are, and where each of their bytes lies.
//!
//! One kind of file, one module; [`find`] asks them in turn. What is found keeps the way back into
//! the file, so that a finding points at the line of the log or the source code, and a fix can be
//! written there. Descriptions that belong to one session say so ([`Found::thread`]), and are then
//! checked as offers and answers.

mod capture;
mod coding;
mod embedded;
mod finds;
mod ignore;
mod json;
mod kind;
mod lines;
mod literals;
mod markup;
mod raw;
mod sip;
mod view;

pub use coding::Coding;
pub use kind::Kind;

use crate::capture::Capture;
use crate::diag::{Edit, Map};
use crate::sdp::{Role, Side};
use finds::{Context, Finds};
use std::ops::Range;
use view::View;

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
    /// What the file's own comments say about it.
    pub ignores: Vec<Ignore>,
    /// What was undone to get its bytes, the outermost first.
    pub codings: Vec<Coding>,
}

/// A comment in a file that says which rules do not hold for the description after it:
/// `rtcscope-ignore SDP204, duplicate-mid: a gateway of 2019`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Codes, names and groups, as they were written.
    pub rules: Vec<String>,
    /// Why; empty when the comment does not say.
    pub reason: String,
    /// Where the comment stands in the file.
    pub place: Range<usize>,
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
    /// `replacement` as it has to stand in the file; nothing when it cannot stand there.
    pub fn encode(&self, replacement: &str) -> Option<String> {
        if self.kind.is_evidence() {
            return None;
        }
        let mut text = replacement.to_owned();
        for coding in self.codings.iter().rev() {
            text = coding.encode(&text)?;
        }
        Some(text)
    }

    /// `edit` of the text as an edit of the file; nothing when the file does not allow it: it is
    /// evidence, or what is to be replaced does not stand there in one piece.
    pub fn edit(&self, edit: &Edit) -> Option<Edit> {
        let span = match &self.text {
            Text::InPlace(_) => edit.span.clone(),
            Text::Extracted { map, .. } => {
                let in_hole =
                    |hole: &Range<usize>| hole.start < edit.span.end && edit.span.start < hole.end;
                if !map.is_whole(&edit.span) || self.holes.iter().any(in_hole) {
                    return None;
                }
                map.host(&edit.span)?
            }
        };
        Some(Edit {
            span,
            replacement: self.encode(&edit.replacement)?,
        })
    }
}

/// The descriptions in the file called `name` that holds `bytes`; what kind of file it is tells its
/// content, and where that cannot, its name.
///
/// # Errors
/// There is none; says why, as half a sentence after a colon.
pub fn find(name: &str, bytes: &[u8]) -> Result<Vec<Found>, String> {
    find_as(None, name, bytes)
}

/// The descriptions in a capture, however long.
///
/// # Errors
/// As [`find`].
pub fn find_in_capture(capture: Capture) -> Result<Vec<Found>, String> {
    let mut finds = Finds::default();
    capture::read(capture, &Context::new(Kind::Capture), &mut finds);
    if finds.all.is_empty() {
        return Err(Kind::Capture.nothing().to_owned());
    }
    finds.merge();
    Ok(finds.all)
}

/// As [`find_as`], where what is found are pieces of descriptions; a file in which none begins is one
/// piece.
///
/// # Errors
/// As [`find`], when no line is one of a description.
pub fn find_pieces(kind: Option<Kind>, name: &str, bytes: &[u8]) -> Result<Vec<Found>, String> {
    let found = find_as(kind, name, bytes);
    let is_line = |line: &[u8]| matches!(line, [letter, b'=', ..] if letter.is_ascii_lowercase());
    match found {
        Ok(mut all) => {
            for found in &mut all {
                found.is_fragment = true;
            }
            Ok(all)
        }
        Err(_) if bytes.split(|&b| b == b'\n').any(is_line) => {
            let mut finds = Finds::default();
            let mut cx = Context::new(Kind::Raw);
            cx.is_fragment = true;
            finds.add(View::file(bytes), 0..bytes.len(), &cx);
            Ok(finds.all)
        }
        Err(reason) => Err(reason),
    }
}

/// As [`find`], in a file of this kind.
///
/// # Errors
/// As [`find`].
pub fn find_as(kind: Option<Kind>, name: &str, bytes: &[u8]) -> Result<Vec<Found>, String> {
    if bytes.trim_ascii().is_empty() {
        return Err("the file is empty".to_owned());
    }
    let view = View::file(bytes);
    let kinds = match kind {
        Some(kind) => vec![kind],
        None => kind::guess(name, bytes),
    };
    let is_only = kinds.len() == 1;
    let mut reason = None;
    for kind in kinds {
        let mut finds = Finds::default();
        let cx = Context::new(kind);
        let read = match kind {
            Kind::Raw => {
                raw::find(view, &cx, &mut finds);
                Ok(())
            }
            Kind::Json | Kind::Internals | Kind::Rtcstats | Kind::Har => {
                json::find(view, &cx, &mut finds)
                    .map_err(|error| format!("not the JSON it is named for: {error}"))
            }
            Kind::Code => {
                literals::find(view, name, &cx, &mut finds);
                Ok(())
            }
            Kind::Markup => {
                markup::find(view, name, &cx, &mut finds);
                Ok(())
            }
            Kind::Log => {
                lines::find(view, &cx, &mut finds);
                Ok(())
            }
            Kind::Capture => capture::find(bytes, &cx, &mut finds),
        };
        if !finds.all.is_empty() {
            finds.merge();
            return Ok(finds.all);
        }
        // What cannot be read as one kind is most likely of another.
        reason = match read {
            Ok(()) => reason.or(Some(kind.nothing().to_owned())),
            Err(why) if is_only => Some(why),
            Err(_) => reason,
        };
    }
    let reason = kind::no_text(bytes).map(str::to_owned).or(reason);
    Err(reason.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARTS: &str = r#"(v=0|o=- 1 1 IN IP4 0|m=audio 9 RTP/AVP 0|\\r\\n|\r\n|\n|"|'|`|\{|\}|\[|\]|,|:|\+|\$|\\|```sdp|<pre>|"sdp"|"type"|> |%|SIP/2.0 200 OK|a=x| ){0,60}"#;

    proptest! {
        /// Whatever is in a file: every description lies in it, and so does each of its bytes.
        #[test]
        fn places_are_in_the_file(text in PARTS) {
            for kind in Kind::ALL {
                for name in ["x", "x.go", "x.md", "x.html"] {
                    let all = find_as(Some(kind), name, text.as_bytes()).unwrap_or_default();
                    for found in all {
                        match &found.text {
                            Text::InPlace(range) => prop_assert!(text.get(range.clone()).is_some()),
                            Text::Extracted { bytes, map } => {
                                for at in 0..bytes.len() {
                                    let place = map.host(&(at..at + 1)).unwrap_or(0..0);
                                    prop_assert!(text.as_bytes().get(place).is_some());
                                }
                                for hole in &found.holes {
                                    prop_assert!(bytes.get(hole.clone()).is_some());
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
