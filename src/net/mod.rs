//! From a captured frame to the datagram it carries: link layer, IP, fragments, UDP.
//!
//! Everything here borrows from the frame; only IP fragments are copied, within bounds.

mod decoder;
mod endpoint;
mod fragment;
mod ip;
mod link;
mod plain;
pub mod tcp;
mod tunnel;

pub(crate) use decoder::Layer;
pub use decoder::{Decoded, Decoder};
pub use endpoint::{Endpoint, Path, Protocol};
pub use fragment::FragmentStats;
pub use tunnel::Tunnel;

use crate::capture::PacketNo;
use crate::time::Timestamp;

/// How a payload reached us inside its packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// Straight in a UDP datagram.
    Direct,
    /// Through a TURN server, in ChannelData or in Send and Data indications (RFC 8656). The number
    /// tells the peers of a capture apart, from 1; the transport that has it knows their addresses.
    Turn(u32),
}

/// One datagram: who sent it to whom, when, and its payload.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The packet that carried it (the last fragment, if it came in several).
    pub no: PacketNo,
    /// When that packet was captured.
    pub ts: Timestamp,
    /// The addresses and ports.
    pub path: Path,
    /// How the payload reached us.
    pub via: Via,
    /// Bytes of the payload that the capture's snaplen cut off.
    pub missing: u32,
    /// The payload that was captured.
    pub payload: &'a [u8],
}
