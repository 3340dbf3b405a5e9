//! Captures in: from a file or stdin to [`Frame`]s, one at a time, in one pass.
//!
//! Reads pcap and pcapng, plain or compressed, and dumps of other programs ([`Dump`]), told apart by
//! how they begin. Knows nothing of what is inside a frame; `net` takes it from there.

mod buffer;
mod convert;
mod error;
mod intake;
#[cfg(test)]
mod kit;
mod link_type;
mod order;
mod pcap;
mod pcapng;
mod problems;
mod read_ahead;
mod reader;
mod reread;
mod sniff;
mod source;

pub use convert::Dump;
pub use error::OpenError;
pub use link_type::LinkType;
pub use pcapng::{InterfaceStatistics, Secret};
pub use reader::Capture;
pub use reread::read_frame;
pub use sniff::{Compression, Format};

use reader::report_cut;

use crate::time::Timestamp;

/// The number of a packet in its capture, counted from 1 as Wireshark does.
pub type PacketNo = u64;

/// One captured packet, borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number in the capture, from 1.
    pub no: PacketNo,
    /// When it was captured.
    pub ts: Timestamp,
    /// What its first byte begins.
    pub link: LinkType,
    /// Its length on the wire in bytes; `data` is shorter when the capture was cut by a snaplen.
    pub wire_len: u32,
    /// Where `data` begins in the decompressed file, or in the pcap file that a dump was made into, in
    /// bytes.
    pub offset: u64,
    /// The captured bytes.
    pub data: &'a [u8],
}

/// Something that was wrong with a capture or a packet of it; what could be read still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable kebab-case name: `"truncated-file"`.
    pub code: &'static str,
    /// One line for a person.
    pub message: String,
    /// The packet concerned, if one is.
    pub packet: Option<PacketNo>,
    /// The byte offset in the (decompressed) file, if known; of a dump, in the dump itself.
    pub offset: Option<u64>,
}

/// A packet within the buffer's window, as the readers of the formats find it.
#[derive(Clone, Copy, Debug)]
struct Record {
    ts: Timestamp,
    link: LinkType,
    wire_len: u32,
    /// Where its bytes begin in the window.
    at: usize,
    len: usize,
}
