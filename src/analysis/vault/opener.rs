//! Opening one packet again, at random and later: for whoever shows single packets.
//!
//! An [`Opener`] is an immutable copy of what the analysis found out: keys, who used them, and with which
//! rollover counters. It keeps no state, so that packets may be opened in any order and from any thread.

use super::dtls::DtlsOpener;
use super::srtp::SrtpOpener;

/// The keys that opened packets of a capture, for opening these packets again.
#[derive(Debug, Default)]
pub struct Opener {
    pub(super) dtls: DtlsOpener,
    pub(super) srtp: SrtpOpener,
}

impl Opener {
    /// What the encrypted DTLS records of a datagram of the capture hold, in order: content type and
    /// content. Those that no key opens are left out.
    ///
    /// `transport` is the index of the transport that it was seen on, and `reverse` whether it went from its
    /// `b` to its `a`.
    pub fn open_dtls(&self, transport: u32, reverse: bool, datagram: &[u8]) -> Vec<(u8, Vec<u8>)> {
        self.dtls.open(transport, reverse, datagram)
    }

    /// The RTP packet inside an SRTP packet of the capture: header and plain payload, without tag and master
    /// key identifier. None if no key opened a packet of its sender, or none opens this one.
    ///
    /// `transport` is the index of the transport that it was seen on, and `reverse` whether it went from its
    /// `b` to its `a`: what [`PacketRef`](crate::analysis::PacketRef) names.
    pub fn open_rtp(&self, transport: u32, reverse: bool, payload: &[u8]) -> Option<Vec<u8>> {
        self.srtp.open_rtp((transport, reverse), payload)
    }

    /// The compound RTCP packet inside an SRTCP packet of the capture, likewise.
    pub fn open_rtcp(&self, transport: u32, reverse: bool, payload: &[u8]) -> Option<Vec<u8>> {
        self.srtp.open_rtcp((transport, reverse), payload)
    }
}
