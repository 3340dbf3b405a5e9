//! Header extensions (RFC 8285): what the elements of each local identifier carry.
//!
//! An identifier means what `a=extmap` says. Without a session description it shows in how its
//! values behave, from packet to packet and from stream to stream.

mod elements;

pub(super) use elements::Elements;
