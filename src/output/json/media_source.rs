//! The sources of a connection's media, with their layers.

use super::fields::{Unknowns, reasons};
use crate::analysis::model::{MediaLayer, MediaSource};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct SourceOut {
    mid: Option<String>,
    kind: &'static str,
    layers: Vec<LayerOut>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerOut {
    stream_id: u32,
    rid: Option<String>,
    repaired_by: Vec<u32>,
    unknown: Unknowns,
}

impl From<&MediaSource> for SourceOut {
    fn from(s: &MediaSource) -> Self {
        Self {
            mid: s.mid.as_deref().map(str::to_owned),
            kind: s.kind.name(),
            layers: s.layers.iter().map(LayerOut::from).collect(),
            unknown: reasons(&[("mid", s.mid.is_none(), "none of its streams tells it")]),
        }
    }
}

impl From<&MediaLayer> for LayerOut {
    fn from(l: &MediaLayer) -> Self {
        Self {
            stream_id: l.stream.0,
            rid: l.rid.as_deref().map(str::to_owned),
            repaired_by: l.repaired_by.iter().map(|id| id.0).collect(),
            unknown: reasons(&[("rid", l.rid.is_none(), "its stream does not tell it")]),
        }
    }
}
