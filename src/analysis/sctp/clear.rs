//! SCTP in clear among the datagrams of a capture: what is believed to be it, and what is not.

use crate::analysis::analyzer::{State, origin};
use crate::analysis::contents::ContentKind;
use crate::analysis::moment::Moment;
use crate::demux::{Class, SCTP_IN_UDP, looks_like_sctp};
use crate::net::Datagram;
use crate::proto::sctp::{Checksum, SctpPacket};

impl State {
    /// What a datagram is, given what its bytes look like: SCTP must have its checksum right, or
    /// come on a path that ICE, DTLS or SCTP before it prove.
    pub(in crate::analysis) fn with_sctp(&mut self, d: &Datagram<'_>, looks: Class) -> Class {
        match looks {
            // RTP is asked when its source is new: see `rtp`.
            Class::Rtp => Class::Rtp,
            Class::Sctp if self.believes_sctp(d) => Class::Sctp,
            Class::Sctp => Class::Unknown,
            _ if self.is_sctp_in_udp(d) => Class::Sctp,
            other => other,
        }
    }

    /// SCTP on the port of RFC 6951, whatever its first byte looks like.
    pub(in crate::analysis) fn is_sctp_in_udp(&mut self, d: &Datagram<'_>) -> bool {
        let (src, dst) = (d.path.src.port(), d.path.dst.port());
        (src == SCTP_IN_UDP || dst == SCTP_IN_UDP)
            && looks_like_sctp(d.payload, d.missing)
            && self.believes_sctp(d)
    }

    fn believes_sctp(&mut self, d: &Datagram<'_>) -> bool {
        let Ok(packet) = SctpPacket::parse_cut(d.payload, d.missing) else {
            return false;
        };
        match packet.verify() {
            Checksum::Correct => true,
            Checksum::Wrong { .. } => false,
            Checksum::Zero | Checksum::Cut => {
                let flow = self.flows.find(d).and_then(|i| self.flows.get(i));
                let transport = flow.and_then(|f| self.transports.get(f.transport as usize));
                transport.is_some_and(|t| t.is_proven() || t.sctp > 0)
            }
        }
    }

    /// Takes an SCTP packet in clear on a transport.
    pub(in crate::analysis) fn sctp(&mut self, d: &Datagram<'_>, at: &Moment) {
        if let Some(transport) = self.transports.get_mut(at.transport as usize) {
            transport.sctp += 1;
            self.sctp_packet((d.payload, d.missing), d, at, false);
        }
    }

    /// Takes an SCTP packet that DTLS records of this datagram held.
    pub(in crate::analysis) fn opened_sctp(&mut self, plain: &[u8], d: &Datagram<'_>, at: &Moment) {
        if let Some(transport) = self.transports.get_mut(at.transport as usize) {
            transport.sctp_in_dtls += 1;
            self.sctp_packet((plain, 0), d, at, true);
        }
    }

    fn sctp_packet(
        &mut self,
        (bytes, missing): (&[u8], u32),
        d: &Datagram<'_>,
        at: &Moment,
        decrypted: bool,
    ) {
        let Some(transport) = self.transports.get_mut(at.transport as usize) else {
            return;
        };
        let contents = &mut self.contents;
        contents.push(ContentKind::Sctp, origin(d), decrypted, bytes);
        let by_ice = transport.has_checks();
        self.sctp.begin(self.info.first.unwrap_or(d.ts));
        let taken = match SctpPacket::parse_cut(bytes, missing) {
            Ok(packet) => self.sctp.push(&packet, at, by_ice, &mut transport.log),
            // The snaplen left not even the header.
            Err(_) => return,
        };
        if let Err(trouble) = taken {
            let message = || trouble.message;
            self.problems.packet(trouble.code, d.no, message);
        }
    }
}
