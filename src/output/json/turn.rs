//! The objects of `turn` in a connection.

use super::fields::{CodeCount, Unknowns, protocol};
use crate::analysis::model::Turn;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct TurnOut {
    server: String,
    transport: &'static str,
    relayed: Option<String>,
    allocated: bool,
    errors: Vec<CodeCount>,
    channels: u64,
    permissions: u64,
    unknown: Unknowns,
}

impl TurnOut {
    pub(super) fn new(t: &Turn) -> Self {
        let mut unknown = Unknowns::new();
        if t.relayed.is_none() {
            let why = "no answered Allocate with a relayed address seen";
            unknown.insert("relayed", why.to_owned());
        }
        Self {
            server: t.server.to_string(),
            transport: protocol(t.protocol),
            relayed: t.relayed.map(|e| e.to_string()),
            allocated: t.allocated,
            errors: t
                .errors
                .iter()
                .map(|&(code, count)| CodeCount { code, count })
                .collect(),
            channels: t.channels,
            permissions: t.permissions,
            unknown,
        }
    }
}
