//! RTP and RTCP in the fold: each packet goes to its stream.

use super::analyzer::{At, Row, State, moment, origin};
use super::contents::ContentKind;
use super::ids::Ssrc;
use super::legs::Spot;
use super::model::EventKind;
use super::packets::PacketKind;
use super::series::Series;
use super::table::Place;
use super::transport::TransportState;
use super::vault::Opened;
use crate::net::Datagram;
use crate::proto::rtcp::{self, Compound, SrtcpPacket};
use crate::proto::rtp::RtpPacket;

impl State {
    pub(super) fn rtp(&mut self, d: &Datagram<'_>, at: At, row: &mut Row) {
        let Ok(rtp) = RtpPacket::parse_cut(d.payload, d.missing) else {
            return;
        };
        row.kind = PacketKind::Rtp;
        row.ssrc = rtp.ssrc();
        if self.vault.is_empty() {
            return self.placed(d, at, row, &rtp, false);
        }
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        match self
            .vault
            .open_rtp(d, at, &rtp, &self.transports, &mut plain)
        {
            Opened::No => self.placed(d, at, row, &rtp, false),
            Opened::Yes => {
                if let Ok(rtp) = RtpPacket::parse(&plain) {
                    self.placed(d, at, row, &rtp, true);
                }
            }
            // Counted by the vault; the receiver never saw it either.
            Opened::Refused => {}
        }
        self.plain = plain;
    }

    /// Takes a packet to its stream; `is_opened` says that its payload was decrypted.
    fn placed(
        &mut self,
        d: &Datagram<'_>,
        at: At,
        row: &mut Row,
        rtp: &RtpPacket<'_>,
        is_opened: bool,
    ) {
        let spot = Spot {
            flow: at.flow,
            no: d.no,
            ts: d.ts,
            is_opened,
        };
        let Some(flow) = self.flows.get_mut(at.flow) else {
            return;
        };
        let streams = &mut self.streams;
        if let Some(i) = flow.recall(rtp.ssrc())
            && let Some(packet) = streams.push_to(i, spot, rtp)
        {
            self.losses.push(&packet);
            flow.lane.push(&packet, i, streams);
            let contents = &mut self.contents;
            contents.push(ContentKind::Rtp, origin(d), is_opened, rtp.bytes());
            return;
        }
        if !is_opened && self.is_sctp_in_udp(d) {
            (row.kind, row.ssrc) = (PacketKind::Sctp, 0);
            return self.sctp(d, &moment(d, at));
        }
        let streams = &mut self.streams;
        let begin = self.info.first.unwrap_or(d.ts);
        let options = &self.options;
        let (flows, transports) = (&self.flows, &self.transports);
        let begin = || {
            let series = Series::new(begin, options.series_width, options.series_limit);
            let transport = transports.get(at.transport as usize);
            let ice = transport.and_then(|t| t.ice.as_ref());
            let ufrags = ice.into_iter().flat_map(|ice| ice.ufrags()).flatten();
            let (ssrc, pt) = (rtp.ssrc(), rtp.payload_type());
            let known = &options.descriptions;
            let clock_rate = known.clock_rate(ssrc, pt, d.path.dst, ufrags);
            // DTLS keys the media.
            let may_be_clear = transport.is_none_or(|t| t.dtls_state.is_none());
            (series, clock_rate, may_be_clear)
        };
        let is_proven = |flow| {
            let transport = flows.get(flow).map(|f| f.transport as usize);
            transport.is_some_and(|t| transports.get(t).is_some_and(TransportState::is_proven))
        };
        // After an ICE restart or a path switch one of the hosts is still the same, or ICE or DTLS
        // show that both paths are ours.
        let may_move = |from, to| match (flows.get(from), flows.get(to)) {
            (Some(a), Some(b)) => {
                let same_host =
                    a.path.src.ip() == b.path.src.ip() || a.path.dst.ip() == b.path.dst.ip();
                same_host || (is_proven(from) && is_proven(to))
            }
            _ => false,
        };
        let contents = &mut self.contents;
        contents.push(ContentKind::Rtp, origin(d), is_opened, rtp.bytes());
        match streams.push(spot, rtp, begin, is_proven, may_move) {
            Some((place, packet)) => {
                let index = place.index();
                self.losses.push(&packet);
                if let Some(flow) = self.flows.get_mut(at.flow) {
                    flow.remember(rtp.ssrc(), index);
                    flow.lane.join(index);
                    flow.lane.push(&packet, index, &mut self.streams);
                }
                if let Place::Moved(_) = place
                    && let Some(transport) = self.transports.get_mut(at.transport as usize)
                {
                    let ssrc = Ssrc(rtp.ssrc());
                    let event = moment(d, at).event(EventKind::StreamMoved { ssrc });
                    transport.log.push(event);
                }
            }
            None => self.problems.packet("too-many-streams", d.no, || {
                "more RTP-like sources than are tracked at once".to_owned()
            }),
        }
    }

    pub(super) fn rtcp(&mut self, d: &Datagram<'_>, at: At) {
        if !self.vault.is_empty() {
            let mut plain = std::mem::take(&mut self.plain);
            plain.clear();
            let opened = self.vault.open_rtcp(d, at, &self.transports, &mut plain);
            if opened == Opened::Yes {
                self.opened_rtcp(d, at, &plain);
            }
            self.plain = plain;
            if opened != Opened::No {
                return;
            }
        }
        let Some(transport) = self.transports.get_mut(at.transport as usize) else {
            return;
        };
        let in_clear = rtcp::is_plausible_clear(d.payload, d.missing);
        if let Ok(packet) = SrtcpPacket::parse_cut(d.payload, d.missing) {
            transport.rtcp_senders.note(packet.sender_ssrc, in_clear);
            if !in_clear {
                self.rtcp.opaque(d.path, d.via, packet.sender_ssrc, d.ts);
            }
        }
        if in_clear {
            transport.rtcp_clear += 1;
            let compound = Compound::new_cut(d.payload, d.missing);
            let contents = &mut self.contents;
            contents.push(ContentKind::Rtcp, origin(d), false, d.payload);
            self.feedback(compound, d.via, &moment(d, at), false);
        } else {
            transport.rtcp_opaque += 1;
        }
    }

    /// Takes RTCP that was decrypted.
    fn opened_rtcp(&mut self, d: &Datagram<'_>, at: At, plain: &[u8]) {
        let Some(transport) = self.transports.get_mut(at.transport as usize) else {
            return;
        };
        if let Ok(packet) = SrtcpPacket::parse_cut(plain, 0) {
            transport.rtcp_senders.note(packet.sender_ssrc, true);
        }
        transport.rtcp_opaque += 1;
        let contents = &mut self.contents;
        contents.push(ContentKind::Rtcp, origin(d), true, plain);
        self.feedback(Compound::new_cut(plain, 0), d.via, &moment(d, at), true);
    }
}
