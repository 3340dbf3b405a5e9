//! What is known of a packet besides its bytes: keys that open it, and what its numbers stand for. The
//! analysis knows; here it is only asked.

use crate::proto::rtp::StreamNames;

/// Answers what a packet's own bytes cannot. The packet asked about is the one being taken apart, on
/// its way; every answer may be "not known".
pub trait Insight {
    /// The RTP packet, header and all, that this SRTP packet holds.
    fn open_rtp(&self, _packet: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// The compound RTCP packet that this SRTCP packet holds.
    fn open_rtcp(&self, _packet: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// What the encrypted DTLS records of this datagram hold, in order, those left out that cannot be
    /// opened.
    fn open_dtls(&self, _datagram: &[u8]) -> Vec<PlainRecord> {
        Vec::new()
    }

    /// Whether RTP of this source was never encrypted, so that its payload can be read.
    fn is_clear(&self, _ssrc: u32) -> bool {
        false
    }

    /// What the numbers in packets of this source stand for.
    fn names(&self, _ssrc: u32) -> Option<&dyn StreamNames> {
        None
    }
}

/// What an encrypted DTLS record held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainRecord {
    /// Its content type: 21 alert, 22 handshake, 23 application data, 26 ACK.
    pub content_type: u8,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct NoInsight;

impl Insight for NoInsight {}
