//! RTP and RTCP in the fold: each packet goes to its stream.

use super::analyzer::{At, Row, State, moment};
use super::ids::Ssrc;
use super::legs::Spot;
use super::model::EventKind;
use super::packets::PacketKind;
use super::series::Series;
use super::table::Place;
use super::transport::TransportState;
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
        let spot = Spot {
            flow: at.flow,
            no: d.no,
            ts: d.ts,
        };
        let Some(flow) = self.flows.get_mut(at.flow) else {
            return;
        };
        let streams = &mut self.streams;
        if let Some(i) = flow.recall(rtp.ssrc())
            && let Some(packet) = streams.push_to(i, spot, &rtp)
        {
            self.losses.push(&packet);
            flow.lane.push(&packet, i, streams);
            return;
        }
        if self.is_sctp_in_udp(d) {
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
            (series, known.clock_rate(ssrc, pt, d.path.dst, ufrags))
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
        match streams.push(spot, &rtp, begin, is_proven, may_move) {
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
            self.feedback(compound, d.via, &moment(d, at));
        } else {
            transport.rtcp_opaque += 1;
        }
    }
}
