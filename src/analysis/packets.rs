//! The packet index: one small row per packet, enough for a packet list. Bytes are read again from
//! the file when a packet is opened.

use crate::capture::{LinkType, PacketNo};
use crate::time::Timestamp;
use std::sync::Arc;

/// What a packet holds, as far as the list needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// STUN or TURN.
    Stun,
    /// TURN ChannelData whose content is not recognised.
    ChannelData,
    /// DTLS.
    Dtls,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
    /// SCTP in clear.
    Sctp,
    /// UDP that is none of these.
    Udp,
    /// TCP.
    Tcp,
    /// ICMP or ICMPv6.
    Icmp,
    /// A fragment, kept for reassembly.
    Fragment,
    /// Anything else.
    Other,
    /// Could not be decoded.
    Malformed,
}

impl PacketKind {
    /// The name shown in a list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stun => "STUN",
            Self::ChannelData => "TURN",
            Self::Dtls => "DTLS",
            Self::Rtp => "RTP",
            Self::Rtcp => "RTCP",
            Self::Sctp => "SCTP",
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Icmp => "ICMP",
            Self::Fragment => "IPfrag",
            Self::Other => "other",
            Self::Malformed => "bad",
        }
    }
}

/// No transport or stream.
pub const NONE: u32 = u32::MAX;

/// One row of the packet list.
#[derive(Clone, Copy, Debug)]
pub struct PacketRef {
    /// Where the frame's bytes begin in the (decompressed) file.
    pub offset: u64,
    /// When it was captured.
    pub ts: Timestamp,
    /// Captured length in bytes.
    pub len: u32,
    /// Length on the wire in bytes.
    pub wire_len: u32,
    /// [`Transport::index`](super::model::Transport::index), or [`NONE`].
    pub transport: u32,
    /// For RTP: the SSRC; otherwise 0.
    pub ssrc: u32,
    /// The link type its first byte begins.
    pub link: LinkType,
    /// What it holds.
    pub kind: PacketKind,
    /// Whether it went from the transport's `b` to its `a`.
    pub reverse: bool,
}

impl PacketRef {
    /// Whether its payload is none of our protocols, whatever it looks like.
    pub fn is_plain(&self) -> bool {
        match self.kind {
            PacketKind::Udp => true,
            PacketKind::Tcp => self.transport == NONE,
            _ => false,
        }
    }
}

const CHUNK: usize = 4096;

/// The rows, shared with snapshots: full chunks are never copied again.
#[derive(Clone, Debug, Default)]
pub struct PacketIndex {
    chunks: Vec<Arc<Vec<PacketRef>>>,
    len: usize,
    not_kept: u64,
}

impl PacketIndex {
    /// Rows kept.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Packets beyond the limit, of which no row is kept.
    pub fn not_kept(&self) -> u64 {
        self.not_kept
    }

    /// The row of packet number `no` (from 1).
    pub fn get(&self, no: PacketNo) -> Option<&PacketRef> {
        let i = usize::try_from(no.checked_sub(1)?).ok()?;
        self.chunks.get(i / CHUNK)?.get(i % CHUNK)
    }

    /// All rows with their packet numbers.
    pub fn iter(&self) -> impl Iterator<Item = (PacketNo, &PacketRef)> {
        self.chunks
            .iter()
            .flat_map(|c| c.iter())
            .zip(1..)
            .map(|(row, no)| (no, row))
    }

    /// The number of the first packet at or after `ts`, in a capture that is in time order.
    pub fn first_at(&self, ts: Timestamp) -> PacketNo {
        let (mut low, mut high) = (1, self.len as u64 + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(row) if row.ts < ts => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    pub(super) fn push(&mut self, row: PacketRef, limit: usize) {
        if self.len >= limit {
            self.not_kept += 1;
            return;
        }
        match self
            .chunks
            .last_mut()
            .and_then(Arc::get_mut_or_clone_partial)
        {
            Some(chunk) => chunk.push(row),
            None => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(row);
                self.chunks.push(Arc::new(chunk));
            }
        }
        self.len += 1;
    }
}

/// The last chunk, if it has room; copied first when a snapshot shares it.
trait Partial {
    fn get_mut_or_clone_partial(&mut self) -> Option<&mut Vec<PacketRef>>;
}

impl Partial for Arc<Vec<PacketRef>> {
    fn get_mut_or_clone_partial(&mut self) -> Option<&mut Vec<PacketRef>> {
        if self.len() >= CHUNK {
            None
        } else {
            Some(Self::make_mut(self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ts: i64) -> PacketRef {
        PacketRef {
            offset: 0,
            ts: Timestamp::from_nanos(ts),
            len: 0,
            wire_len: 0,
            transport: NONE,
            ssrc: 0,
            link: LinkType::ETHERNET,
            kind: PacketKind::Udp,
            reverse: false,
        }
    }

    #[test]
    fn a_row_costs_at_most_48_bytes() {
        assert!(size_of::<PacketRef>() <= 48, "{}", size_of::<PacketRef>());
    }

    #[test]
    fn snapshots_keep_what_they_had() {
        let mut index = PacketIndex::default();
        for i in 0..5000 {
            index.push(row(i), 6000);
        }
        let snapshot = index.clone();
        for i in 5000..7000 {
            index.push(row(i), 6000);
        }
        assert_eq!(
            (snapshot.len(), index.len(), index.not_kept()),
            (5000, 6000, 1000)
        );
        assert!(snapshot.get(5001).is_none());
        assert_eq!(index.get(5001).unwrap().ts.nanos(), 5000);
        assert_eq!(index.first_at(Timestamp::from_nanos(4500)), 4501);
        assert_eq!(index.first_at(Timestamp::from_nanos(99_999)), 6001);
        assert_eq!(index.iter().count(), 6000);
    }
}
