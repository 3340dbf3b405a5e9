//! What of a stream's object session descriptions tell: its section and layer, what repairs what.

use super::fields::Unknowns;
use crate::analysis::Unknown;
use crate::analysis::model::{Described, Stream};

/// Values of the stream's object.
pub(super) struct Told {
    pub(super) mid: Option<String>,
    pub(super) rid: Option<String>,
    pub(super) repairs: Option<u32>,
    pub(super) repaired_by: Option<Vec<u32>>,
}

impl Told {
    /// Takes them, and leaves the reasons for what is not known.
    pub(super) fn new(stream: &Stream, unknown: &mut Unknowns) -> Self {
        let Some(d) = stream.described.as_deref() else {
            for field in ["mid", "rid", "repairs", "repairedBy"] {
                unknown.insert(field, Unknown::NoSdp.to_string());
            }
            return Self {
                mid: None,
                rid: None,
                repairs: None,
                repaired_by: None,
            };
        };
        let mut why = |field, is_none: bool, why: &str| {
            if is_none {
                unknown.insert(field, why.to_owned());
            }
        };
        let no_section = "the session description has several sections that fit";
        why("mid", d.mid.is_none(), no_section);
        why(
            "rid",
            d.rid.is_none(),
            "the session description names no layer by its payload type",
        );
        why("repairs", d.repairs.is_none(), repairs_nothing(stream, d));
        Self {
            mid: d.mid.clone(),
            rid: d.rid.clone(),
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
