//! TCP.
mod segment;
pub use segment::{Flags, Segment};
