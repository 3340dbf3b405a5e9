//! RTCP in clear (RFC 3550, RFC 3611, RFC 4585, RFC 5104, RFC 8888): what senders and receivers say
//! of streams, beside what passed the point of capture.
//!
//! RTCP may come before the first packet of a stream, on other ports than it, and from sources that
//! send no media. So what it says is kept by the SSRC it is about and by the addresses it went
//! between, and only at the end belongs to a stream: see [`report`]. Whoever decrypts SRTCP hands the
//! clear packet to [`State::feedback`] like any other.

mod asked;
mod report;
mod reports;
mod round_trip;
mod source;

pub(super) use report::conclude;

use self::reports::{Received, Sent};
use self::source::{SourceState, bound, clean};
use super::analyzer::State;
use super::model::{EventKind, Goodbye, PacketStatuses};
use super::moment::Moment;
use super::stream::StreamState;
use super::table::{Flows, Streams};
use crate::net::{Path, Via};
use crate::proto::rtcp::{
    Body, Compound, DlrrEntry, Feedback, FeedbackMessage, FirEntry, MaxBitrate, ReportBlock,
    XrValue,
};
use crate::time::Timestamp;
use hashbrown::HashMap;
use std::net::IpAddr;

/// Sources kept; what is said of further ones is not.
const SOURCES_MAX: usize = 1 << 15;
/// Pairs of ports looked through for a report that an answer quotes, the latest first.
const PORTS_MAX: usize = 8;

/// A source by its exact addresses.
type Key = (Path, Via, u32);
/// A source by its hosts: RTP and RTCP may have ports of their own, and each side of RTCP too.
type Hosts = (IpAddr, IpAddr, Via, u32);

fn hosts(path: Path, via: Via, ssrc: u32) -> Hosts {
    (path.src.ip(), path.dst.ip(), via, ssrc)
}

/// All that RTCP said.
#[derive(Debug, Default)]
pub(super) struct Rtcp {
    by_key: HashMap<Key, u32, foldhash::fast::RandomState>,
    by_hosts: HashMap<Hosts, Vec<u32>, foldhash::fast::RandomState>,
    sources: Vec<SourceState>,
    /// How often there was no room for a further source.
    full: u64,
}

impl Rtcp {
    /// The source with this SSRC that sends on `path`; none when there are too many.
    fn source(&mut self, path: Path, via: Via, ssrc: u32) -> Option<&mut SourceState> {
        let index = match self.by_key.get(&(path, via, ssrc)) {
            Some(&index) => index,
            None if self.sources.len() >= SOURCES_MAX => {
                self.full += 1;
                return None;
            }
            None => {
                let index = self.sources.len() as u32;
                self.sources.push(SourceState::new(path, via, ssrc));
                self.by_key.insert((path, via, ssrc), index);
                let all = self.by_hosts.entry(hosts(path, via, ssrc)).or_default();
                all.push(index);
                index
            }
        };
        self.sources.get_mut(index as usize)
    }

    /// Takes an answer that quotes a report of `ssrc`, which sends on `path`, as the round trip to
    /// the one who answers.
    fn answered(&mut self, (path, via, ssrc): Key, quoted: u32, held: u32, at: Timestamp) {
        let exact = self.by_key.get(&(path, via, ssrc));
        let known = self.by_hosts.get(&hosts(path, via, ssrc));
        let trip = known.and_then(|all| {
            let all = exact.into_iter().chain(all.iter().rev().take(PORTS_MAX));
            let mut sources = all.filter_map(|&i| self.sources.get(i as usize));
            sources.find_map(|source| {
                let references = &source.says.as_ref()?.references;
                references.round_trip(quoted, held, at)
            })
        });
        if let Some(trip) = trip
            && let Some(source) = self.source(path, via, ssrc)
        {
            let heard = source.heard.get_or_insert_default();
            heard.round_trips.push(trip, at);
        }
    }

    /// Notes an encrypted datagram of this sender.
    pub(super) fn opaque(&mut self, path: Path, via: Via, sender: u32, at: Timestamp) {
        if let Some(source) = self.source(path, via, sender) {
            source.sent(false, at);
        }
    }
}

/// The stream of a source, if its packets were seen: on this very path, or between the same hosts.
fn stream_of<'a>(
    flows: &Flows,
    streams: &'a mut Streams,
    (path, via, ssrc): Key,
) -> Option<&'a mut StreamState> {
    let flow = flows.find_path(path, via);
    let index = flow.and_then(|flow| streams.find(flow, ssrc));
    let index = index.or_else(|| {
        let index = streams.latest(ssrc)?;
        let flow = flows.get(streams.at(index)?.current_flow())?;
        (hosts(flow.path, flow.via, ssrc) == hosts(path, via, ssrc)).then_some(index)
    })?;
    streams.at_mut(index)
}

impl State {
    /// Takes the RTCP packets of a datagram in clear, or of one that was decrypted and is authentic.
    pub(super) fn feedback(
        &mut self,
        compound: Compound<'_>,
        via: Via,
        at: &Moment,
        is_authentic: bool,
    ) {
        let forth = Path {
            src: at.src,
            dst: at.dst,
            protocol: self.protocol_of(at.transport),
        };
        let back = forth.reversed();
        let full = self.rtcp.full;
        // Where DTLS keys the media, a report in clear is not the sender's.
        let transport = self.transports.get(at.transport as usize);
        let is_keyed = !is_authentic && transport.is_some_and(|t| t.dtls_state.is_some());
        let mut sender = None;
        for packet in compound.packets().flatten() {
            if sender.is_none() {
                sender = packet.sender_ssrc();
            }
            match packet.body {
                Body::SenderReport(report) => {
                    let key = (forth, via, report.ssrc);
                    let stream = stream_of(&self.flows, &mut self.streams, key);
                    let seen = stream.map(|stream| {
                        if !is_keyed {
                            stream.note_sender_report(report.ntp, report.rtp_timestamp, at.ts);
                        }
                        stream.sequence.distinct()
                    });
                    if let Some(source) = self.rtcp.source(forth, via, report.ssrc) {
                        let says = source.says.get_or_insert_default();
                        says.references.push(report.ntp_middle(), at.ts);
                        Sent::push(&mut says.sent, &report, seen, at.ts);
                    }
                    for block in report.blocks.iter() {
                        self.reported(report.ssrc, &block, (back, via), at.ts);
                    }
                }
                Body::ReceiverReport(report) => {
                    for block in report.blocks.iter() {
                        self.reported(report.ssrc, &block, (back, via), at.ts);
                    }
                }
                Body::SourceDescription(names) => {
                    for item in names.items().map_while(Result::ok) {
                        // A CNAME.
                        if item.item_type == 1
                            && let Some(source) = self.rtcp.source(forth, via, item.ssrc)
                        {
                            let says = source.says.get_or_insert_default();
                            if says.cname.is_none() {
                                says.cname = clean(item.text);
                            }
                        }
                    }
                }
                Body::Goodbye(bye) => {
                    for ssrc in bye.sources() {
                        self.goodbye(ssrc, bye.reason, (forth, via), at);
                    }
                }
                Body::Feedback(feedback) => self.asked(&feedback, (back, via), at.ts),
                Body::ExtendedReport(report) => {
                    for block in report.blocks().map_while(Result::ok) {
                        match block.value() {
                            Ok(XrValue::ReceiverReferenceTime(ntp)) => {
                                if let Some(source) = self.rtcp.source(forth, via, report.ssrc) {
                                    let says = source.says.get_or_insert_default();
                                    says.references.push((ntp >> 16) as u32, at.ts);
                                }
                            }
                            Ok(XrValue::Dlrr(entries)) => {
                                for entry in entries.iter().map(DlrrEntry::read) {
                                    let (quoted, held) = (entry.last_rr, entry.delay_since_last_rr);
                                    let key = (back, via, entry.ssrc);
                                    self.rtcp.answered(key, quoted, held, at.ts);
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Body::App(_) | Body::Unknown(_) => {}
            }
        }
        if let Some(source) = sender.and_then(|ssrc| self.rtcp.source(forth, via, ssrc)) {
            source.sent(true, at.ts);
        }
        if self.rtcp.full > full {
            self.problems.packet("too-many-rtcp-sources", at.no, || {
                "more sources in RTCP than are tracked at once; what is said of further ones is not \
                 counted"
                    .to_owned()
            });
        }
    }

    fn protocol_of(&self, transport: u32) -> crate::net::Protocol {
        let transport = self.transports.get(transport as usize);
        transport.map_or(crate::net::Protocol::Udp, |t| t.path.protocol)
    }

    /// Takes a report block about a stream that runs on `path`.
    fn reported(
        &mut self,
        reporter: u32,
        block: &ReportBlock<'_>,
        (path, via): (Path, Via),
        at: Timestamp,
    ) {
        let key = (path, via, block.ssrc);
        let (quoted, held) = (block.last_sr, block.delay_since_last_sr);
        self.rtcp.answered(key, quoted, held, at);
        let stream = stream_of(&self.flows, &mut self.streams, key);
        let missing = stream.map(|s| s.sequence.lost_up_to(block.highest_sequence as u16));
        if let Some(source) = self.rtcp.source(path, via, block.ssrc) {
            let heard = source.heard.get_or_insert_default();
            Received::push(&mut heard.received, reporter, block, missing, at);
        }
    }

    /// Takes a source's leave.
    fn goodbye(&mut self, ssrc: u32, reason: Option<&[u8]>, (path, via): (Path, Via), at: &Moment) {
        let Some(source) = self.rtcp.source(path, via, ssrc) else {
            return;
        };
        let says = source.says.get_or_insert_default();
        if says.bye.is_some() {
            return;
        }
        let reason = reason.and_then(clean);
        says.bye = Some(Goodbye {
            at: at.ts,
            packet: at.no,
            reason: reason.clone(),
        });
        let ssrc = super::ids::Ssrc(ssrc);
        if let Some(transport) = self.transports.get_mut(at.transport as usize) {
            let event = at.event(EventKind::Goodbye { ssrc, reason });
            transport.log.push(event);
        }
    }

    /// Takes a feedback message about streams that run on `path`.
    fn asked(&mut self, feedback: &Feedback<'_>, (path, via): (Path, Via), at: Timestamp) {
        let rtcp = &mut self.rtcp;
        let mut about =
            |name: &'static str, ssrc: u32, take: &mut dyn FnMut(&mut source::Heard)| {
                if let Some(source) = rtcp.source(path, via, ssrc) {
                    let heard = source.heard.get_or_insert_default();
                    heard.count(name, at);
                    take(heard);
                }
            };
        let media = feedback.media_ssrc.unwrap_or_default();
        let sender = feedback.sender_ssrc;
        match feedback.message {
            FeedbackMessage::Nack(pairs) => about("NACK", media, &mut |heard| {
                for pair in pairs {
                    let pair = crate::proto::rtcp::NackPair::read(pair);
                    pair.sequence_numbers().for_each(|n| heard.nacked.push(n));
                }
            }),
            FeedbackMessage::Pli => about("PLI", media, &mut |_| {}),
            FeedbackMessage::Sli(_) => about("SLI", media, &mut |_| {}),
            FeedbackMessage::Rpsi(_) => about("RPSI", media, &mut |_| {}),
            FeedbackMessage::Fir(entries) => {
                for entry in entries.iter().map(FirEntry::read) {
                    about("FIR", entry.ssrc, &mut |heard| {
                        heard.intra.push(sender, entry.sequence_number);
                    });
                }
            }
            FeedbackMessage::Tmmbr(entries) => {
                for entry in entries.iter().map(MaxBitrate::read) {
                    about("TMMBR", entry.ssrc, &mut |heard| {
                        bound(&mut heard.tmmbr, entry.bitrate_bps);
                    });
                }
            }
            FeedbackMessage::Remb(remb) => {
                for ssrc in remb.ssrcs() {
                    about("REMB", ssrc, &mut |heard| {
                        bound(&mut heard.remb, remb.bitrate_bps);
                    });
                }
            }
            FeedbackMessage::TransportCc(message) => {
                let (received, lost) = message.tally();
                about("transport-cc", media, &mut |heard| {
                    let told = PacketStatuses { received, lost };
                    source::add(&mut heard.transport_cc, Some(told));
                });
            }
            FeedbackMessage::Ccfb(message) => {
                for block in message.blocks().map_while(Result::ok) {
                    let all = block.len() as u64;
                    let received = block.metrics().filter(|m| m.received).count() as u64;
                    let lost = all - received;
                    about("CCFB", block.ssrc, &mut |heard| {
                        let told = PacketStatuses { received, lost };
                        source::add(&mut heard.ccfb, Some(told));
                    });
                }
            }
            FeedbackMessage::Tmmbn(_) | FeedbackMessage::Other(_) => {}
        }
    }
}
