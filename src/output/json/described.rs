//! What of a stream's object session descriptions tell: what repairs what.

use super::fields::Unknowns;
use crate::analysis::Unknown;
use crate::analysis::model::{Described, Stream};

/// Values of the stream's object.
pub(super) struct Told {
    pub(super) repairs: Option<u32>,
    pub(super) repaired_by: Option<Vec<u32>>,
}

impl Told {
    /// Takes them, and leaves the reasons for what is not known.
    pub(super) fn new(stream: &Stream, unknown: &mut Unknowns) -> Self {
        let Some(d) = stream.described.as_deref() else {
            for field in ["repairs", "repairedBy"] {
                unknown.insert(field, Unknown::NoSdp.to_string());
            }
            return Self {
                repairs: None,
                repaired_by: None,
            };
        };
        if d.repairs.is_none() {
            unknown.insert("repairs", repairs_nothing(stream, d).to_owned());
        }
        Self {
            repairs: d.repairs.map(|id| id.0),
            repaired_by: Some(d.repaired_by.iter().map(|id| id.0).collect()),
        }
    }
}

fn repairs_nothing(stream: &Stream, described: &Described) -> &'static str {
    if stream.kind.is_media() {
        "it is media itself"
    } else if described.repaired_source.is_some() {
        "the stream that it repairs was not seen"
    } else {
        "the session description does not tell what it repairs"
    }
}
