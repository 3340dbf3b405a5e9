//! Which keys open which packets: the sessions that there are keys for, and what was opened with them.
//!
//! The keys of a DTLS association open records and media on every path that it moves to; an SRTP key is
//! known to fit when the first packet's tag is right. Without secrets all of this costs one comparison a
//! packet.

mod dtls;
mod opener;
mod srtp;

pub(super) use self::dtls::{Answer, Binding, DtlsKeys, Hello, OpenedRecord, Outcome, Packets};
pub use self::opener::Opener;
pub(super) use self::srtp::{SourceOpenings, SrtpKeys};

use self::dtls::DtlsVault;

use self::srtp::SrtpVault;
use super::analyzer::At;
use super::model::CountedProblem;
use super::transport::TransportState;
use crate::keys::srtp::ExtensionIds;
use crate::keys::{KeyLog, Secrets};
use crate::net::Datagram;
use crate::proto::rtp::RtpPacket;
use std::sync::Arc;

/// What came of trying to open a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// There is no key for it, or it was not encrypted: it stays what it was.
    No,
    /// It was authenticated and decrypted.
    Yes,
    /// There is a key that opened packets of the same sender, and does not open this one: it was forged,
    /// damaged or protected with something else, and its receiver dropped it.
    Refused,
}

/// The sessions that there are keys for.
#[derive(Debug, Default)]
pub(super) struct Vault {
    secrets: Arc<Secrets>,
    dtls: DtlsVault,
    srtp: SrtpVault,
}

impl Vault {
    /// With these secrets; header extension elements with the identifiers in `encrypted` are (RFC 6904).
    pub(super) fn new(secrets: Arc<Secrets>, encrypted: ExtensionIds) -> Self {
        Self {
            srtp: SrtpVault::new(&secrets, encrypted),
            secrets,
            dtls: DtlsVault::default(),
        }
    }

    /// What DTLS records are opened with; none if there is no key log.
    pub(super) fn dtls(&mut self) -> Option<DtlsKeys<'_>> {
        let (vault, secrets) = (&mut self.dtls, &*self.secrets);
        (!secrets.key_log.is_empty()).then_some(DtlsKeys { vault, secrets })
    }

    /// The application data that DTLS records of the datagram at hand held; to be given back. SRTP keys
    /// that the datagram completed are known from here on.
    pub(super) fn take_packets(&mut self) -> Packets {
        for keys in self.dtls.take_exported() {
            self.srtp.add(&keys);
        }
        self.dtls.take_packets()
    }

    /// Gives the buffers back.
    pub(super) fn return_packets(&mut self, packets: Packets) {
        self.dtls.return_packets(packets);
    }

    /// Adds secrets that came with the packets, and returns the client randoms of the sessions of which
    /// something was new.
    pub(super) fn add_key_log(&mut self, more: &KeyLog) -> Vec<[u8; 32]> {
        self.srtp.learn();
        Arc::make_mut(&mut self.secrets).key_log.merge(more)
    }

    /// All that there is to decrypt with.
    pub(super) fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// Whether nothing can be opened.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Opens an SRTP packet: `plain` is then the RTP packet, header and all.
    pub(super) fn open_rtp(
        &mut self,
        d: &Datagram<'_>,
        at: At,
        rtp: &RtpPacket<'_>,
        transports: &[TransportState],
        plain: &mut Vec<u8>,
    ) -> Opened {
        let around = (&*self.secrets, transports);
        self.srtp.open_rtp(d, at, rtp, around, plain)
    }

    /// Opens an SRTCP packet: `plain` is then the compound RTCP packet.
    pub(super) fn open_rtcp(
        &mut self,
        d: &Datagram<'_>,
        at: At,
        transports: &[TransportState],
        plain: &mut Vec<u8>,
    ) -> Opened {
        let around = (&*self.secrets, transports);
        self.srtp.open_rtcp(d, at, around, plain)
    }

    /// What came of SRTP and SRTCP, by flow and SSRC.
    pub(super) fn openings(&self) -> Vec<SourceOpenings> {
        self.srtp.openings()
    }

    /// What there was too much of.
    pub(super) fn problems(&self) -> impl Iterator<Item = CountedProblem> {
        self.srtp.problems()
    }

    /// A copy of what was found out, for opening packets again; none without secrets.
    pub(super) fn opener(&self) -> Option<Arc<Opener>> {
        (!self.is_empty()).then(|| {
            Arc::new(Opener {
                dtls: self.dtls.opener(),
                srtp: self.srtp.opener(),
            })
        })
    }
}

#[cfg(test)]
mod tests;
