//! What a frame held in clear, after decryption where there was a key: for whoever writes it elsewhere.
//!
//! The analysis keeps no payload. Who wants it ([`Options::contents`](super::Options)) asks after each
//! frame: [`Analyzer::contents`](super::Analyzer::contents) lends what that frame held, until the next.

use crate::capture::PacketNo;
use crate::net::{Path, Via};
use crate::time::Timestamp;
use std::ops::Range;

/// One thing that a frame held.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// Number of the packet (the last one, if it took several).
    pub no: PacketNo,
    /// When that was captured.
    pub ts: Timestamp,
    /// From where to where.
    pub path: Path,
    /// Straight, or behind which peer of a TURN server.
    pub via: Via,
    /// What it is.
    pub kind: ContentKind,
    /// Whether it was encrypted, and authenticated when it was decrypted. RTP that is not may be
    /// encrypted still: the stream of the whole analysis tells.
    pub decrypted: bool,
    /// Its bytes, header and all.
    pub bytes: &'a [u8],
    /// Bytes after them that the capture's snaplen cut off; 0 of what was decrypted.
    pub missing: u32,
}

/// What a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// An RTP packet.
    Rtp,
    /// A compound RTCP packet.
    Rtcp,
    /// An SCTP packet.
    Sctp,
}

/// What the frame at hand held.
#[derive(Debug, Default)]
pub(super) struct Contents {
    wanted: bool,
    bytes: Vec<u8>,
    items: Vec<Item>,
}

#[derive(Clone, Debug)]
struct Item {
    no: PacketNo,
    ts: Timestamp,
    path: Path,
    via: Via,
    kind: ContentKind,
    decrypted: bool,
    bytes: Range<usize>,
    missing: u32,
}

/// Where a content travelled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) no: PacketNo,
    pub(super) ts: Timestamp,
    pub(super) path: Path,
    pub(super) via: Via,
    /// Bytes of the datagram that the snaplen cut off.
    pub(super) missing: u32,
}

impl Contents {
    pub(super) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Forgets the frame before.
    #[inline]
    pub(super) fn clear(&mut self) {
        if self.wanted {
            self.bytes.clear();
            self.items.clear();
        }
    }

    /// Takes a content, if anybody wants it.
    #[inline]
    pub(super) fn push(&mut self, kind: ContentKind, from: Origin, decrypted: bool, bytes: &[u8]) {
        if self.wanted {
            self.keep(kind, from, decrypted, bytes);
        }
    }

    fn keep(&mut self, kind: ContentKind, from: Origin, decrypted: bool, bytes: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.items.push(Item {
            no: from.no,
            ts: from.ts,
            path: from.path,
            via: from.via,
            kind,
            decrypted,
            bytes: start..self.bytes.len(),
            missing: if decrypted { 0 } else { from.missing },
        });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Content<'_>> {
        self.items.iter().map(|item| Content {
            no: item.no,
            ts: item.ts,
            path: item.path,
            via: item.via,
            kind: item.kind,
            decrypted: item.decrypted,
            bytes: self.bytes.get(item.bytes.clone()).unwrap_or_default(),
            missing: item.missing,
        })
    }
}
