//! Header extensions (RFC 8285): what the elements of each local identifier carry.
//!
//! An identifier means what `a=extmap` says. Without a session description its meaning shows in how
//! its values behave, from packet to packet and from stream to stream. Each stream keeps a [`Habit`]
//! of each identifier, learnt from its first elements; each direction keeps the [`Numbers`] that run
//! through all of its streams. What they mean is concluded at the end: [`meaning`] for one identifier
//! by itself, [`names`] for texts, which only tell apart when seen beside each other.
//!
//! See `docs/algorithms/extensions.md`.

mod elements;
mod habit;
mod levels;
pub(super) mod meaning;
pub(super) mod names;
mod numbers;

pub(super) use elements::Elements;
pub(super) use habit::Habit;
pub(super) use levels::Levels;
pub(super) use numbers::{Number, Numbers};
