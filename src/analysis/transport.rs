//! One pair of addresses while the capture is read: what its datagrams carry, and the ICE and DTLS
//! on it. The directed halves of a transport are [`Flow`]s.

use super::dtls::DtlsState;
use super::event_log::EventLog;
use super::ice::IceState;
use super::lane::Lane;
use super::model::{Protocols, Transport};
use super::rtcp_senders::RtcpSenders;
use super::turn::{Peers, Relays, TurnState};
use crate::net::{Endpoint, Path, Via};
use crate::time::Timestamp;
use std::net::IpAddr;

/// One direction of a transport: where the per-packet work begins.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) path: Path,
    pub(super) via: Via,
    pub(super) transport: u32,
    /// Whether it runs from the transport's `b` to its `a`.
    pub(super) reverse: bool,
    /// The SSRCs seen last, with their streams: a lookup that needs no hashing.
    pub(super) recent: [(u32, u32); 4],
    pub(super) oldest: u8,
    /// What its streams show together.
    pub(super) lane: Lane,
}

impl Flow {
    pub(super) fn recall(&self, ssrc: u32) -> Option<u32> {
        self.recent
            .iter()
            .find(|(s, i)| *s == ssrc && *i != u32::MAX)
            .map(|(_, i)| *i)
    }

    pub(super) fn remember(&mut self, ssrc: u32, stream: u32) {
        if let Some(slot) = self.recent.get_mut(usize::from(self.oldest % 4)) {
            *slot = (ssrc, stream);
        }
        self.oldest = self.oldest.wrapping_add(1);
    }
}

/// What the streams prove about a transport.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Media {
    /// RTP packets of its believable streams.
    pub(super) rtp: u64,
    /// The first of them.
    pub(super) first: Option<Timestamp>,
    /// Its opaque RTCP comes from the SSRC of a believable stream between the same hosts.
    pub(super) rtcp_is_believed: bool,
    /// An SCTP association in clear has data channels.
    pub(super) has_channels: bool,
}

/// Both directions together.
#[derive(Clone, Debug)]
pub(super) struct TransportState {
    /// The canonical direction: `src` is the transport's `a`.
    pub(super) path: Path,
    pub(super) via: Via,
    /// Whether the first datagram went from `b` to `a`.
    opened_in_reverse: bool,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) packets: [u64; 2],
    pub(super) bytes: [u64; 2],
    pub(super) stun: u64,
    pub(super) channel_data: u64,
    /// Datagrams with plain DTLS record headers.
    pub(super) dtls: u64,
    /// Datagrams that look like DTLS 1.3 ciphertext: believed when something else proves the path.
    pub(super) dtls_ciphertext: u64,
    /// RTCP whose whole structure is readable.
    pub(super) rtcp_clear: u64,
    /// RTCP of which only the first header is: SRTCP, when something else proves the path.
    pub(super) rtcp_opaque: u64,
    /// Who sent RTCP.
    pub(super) rtcp_senders: RtcpSenders,
    /// SCTP packets in clear.
    pub(super) sctp: u64,
    /// SCTP packets out of DTLS records.
    pub(super) sctp_in_dtls: u64,
    /// DTLS flights inside STUN messages.
    pub(super) dtls_in_stun: u64,
    pub(super) ice: Option<Box<IceState>>,
    pub(super) dtls_state: Option<Box<DtlsState>>,
    /// TURN, if a method of it was seen.
    pub(super) turn: Option<Box<TurnState>>,
    /// The peers whose datagrams came wrapped here.
    pub(super) peers: Option<Box<Peers>>,
    /// What happened on it.
    pub(super) log: EventLog,
}

impl TransportState {
    pub(super) fn new(path: Path, via: Via, opened_in_reverse: bool, ts: Timestamp) -> Self {
        Self {
            path,
            via,
            opened_in_reverse,
            first: ts,
            last: ts,
            packets: [0; 2],
            bytes: [0; 2],
            stun: 0,
            channel_data: 0,
            dtls: 0,
            dtls_ciphertext: 0,
            rtcp_clear: 0,
            rtcp_opaque: 0,
            rtcp_senders: RtcpSenders::default(),
            sctp: 0,
            sctp_in_dtls: 0,
            dtls_in_stun: 0,
            ice: None,
            dtls_state: None,
            turn: None,
            peers: None,
            log: EventLog::default(),
        }
    }

    /// Whether ICE or DTLS shows that two peers speak WebRTC here.
    pub(super) fn is_proven(&self) -> bool {
        self.has_checks() || self.has_dtls_for_media()
    }

    /// Whether connectivity checks were seen.
    pub(super) fn has_checks(&self) -> bool {
        self.ice.as_ref().is_some_and(|ice| ice.has_checks())
    }

    /// Whether the client of a DTLS handshake offers to protect media with it, as every WebRTC
    /// endpoint does; VPNs and devices speak DTLS too, and do not. A hello that was not seen whole
    /// may have offered it.
    fn has_dtls_for_media(&self) -> bool {
        let dtls = self.dtls_state.as_ref().filter(|d| d.has_handshake());
        dtls.is_some_and(|d| d.offers_srtp() != Some(false))
    }

    /// The two hosts, lower address first.
    pub(super) fn hosts(&self) -> (IpAddr, IpAddr) {
        let (a, b) = (self.path.src.ip(), self.path.dst.ip());
        (a.min(b), a.max(b))
    }

    /// Who sent the first datagram.
    pub(super) fn opener(&self) -> Endpoint {
        if self.opened_in_reverse {
            self.path.dst
        } else {
            self.path.src
        }
    }

    /// Whether two peers speak to each other here, and not a client to a STUN or TURN server.
    pub(super) fn is_peer(&self, media: Media) -> bool {
        self.is_proven()
            || media.rtp > 0
            || media.rtcp_is_believed
            || media.has_channels
            || self.rtcp_clear > 0
    }

    /// Datagrams by what they carry, given what is known of its streams.
    pub(super) fn protocols(&self, media: Media) -> Protocols {
        let believed = |n: u64, proof: bool| if proof { n } else { 0 };
        let proven = self.is_proven() || self.dtls > 0 || media.rtp > 0;
        let own_dtls = self.dtls + believed(self.dtls_ciphertext, proven);
        let mut counts = Protocols {
            stun: self.stun,
            turn_channel_data: self.channel_data,
            dtls: own_dtls + self.dtls_in_stun,
            rtp: media.rtp,
            rtcp: self.rtcp_clear + believed(self.rtcp_opaque, proven || media.rtcp_is_believed),
            sctp: self.sctp + self.sctp_in_dtls,
            ..Protocols::default()
        };
        let known = counts.stun
            + counts.turn_channel_data
            + own_dtls
            + counts.rtp
            + counts.rtcp
            + self.sctp;
        counts.other = (self.packets[0] + self.packets[1]).saturating_sub(known);
        counts
    }

    /// The transport for readers; `carriers` are all transports, of which one may carry this one.
    pub(super) fn report(
        &self,
        index: u32,
        media: Media,
        relays: &Relays,
        carriers: &[Self],
    ) -> Transport {
        let relay = relays.get(self.via);
        let carrier = relay.and_then(|r| carriers.get(r.carrier as usize));
        let peer = relay.and_then(|r| carrier?.peers.as_ref()?.get(r));
        let address = peer.and_then(|p| p.address);
        let turn = carrier.and_then(|c| c.turn.as_deref());
        Transport {
            index,
            protocol: self.path.protocol,
            a: self.path.src,
            b: self.path.dst,
            via: self.via,
            carrier: relay.map(|r| r.carrier),
            peer: address,
            relayed: turn.and_then(|t| t.relayed_for(address)),
            channels: peer.map_or_else(Vec::new, |p| p.channels.clone()),
            packets_ab: self.packets[0],
            packets_ba: self.packets[1],
            bytes_ab: self.bytes[0],
            bytes_ba: self.bytes[1],
            first_seen: self.first,
            last_seen: self.last,
            protocols: self.protocols(media),
            rtcp_clear: self.rtcp_clear,
        }
    }
}
