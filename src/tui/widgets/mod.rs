//! What the views are drawn with. Each draws into a buffer and keeps no state.

pub(crate) mod axis;
pub(crate) mod hex;
pub(crate) mod list;
pub(crate) mod plot;
pub(crate) mod resample;
pub(crate) mod spark;
pub(crate) mod table;
pub(crate) mod text;
