//! The fold: one frame in, a few numbers changed.

use super::Options;
use super::capture_loss::{self, Moments};
use super::connection;
use super::contents::{Content, Contents, Origin};
use super::dtls::Carrier;
use super::feedback::Rtcp;
use super::file_facts::FileFacts;
use super::learning::Learnt;
use super::model::{Analysis, CaptureInfo, CountedProblem, Message, Protocols};
use super::moment::Moment;
use super::packets::{NONE, PacketIndex, PacketKind, PacketRef};
use super::problems::Problems;
use super::sctp::SctpState;
use super::table::{Flows, Streams};
use super::transport::TransportState;
use super::turn::{Relays, Wrapped, is_shared};
use super::vault::Vault;
use crate::capture::{Frame, LinkType, Problem};
use crate::demux::{self, Class};
use crate::net::{Datagram, Decoded, Decoder, tcp};
use crate::proto::turn::ChannelData;
use crate::time::{Span, Timestamp};
use crate::wire::{ParseError, Reason};
use std::sync::Arc;

/// ChannelData in ChannelData in …: a client may relay through two servers, hostile input through
/// a thousand.
const WRAPPERS_MAX: u8 = 4;

/// How far back in time a packet may lie without a word: the queues of a network card, or the
/// interfaces of one capture, mix packets up by less.
const DISORDER: Span = Span::from_millis(1_000);

/// Takes the frames of a capture one by one and keeps what a call is made of.
///
/// Memory grows with transports and streams (both bounded), and with packets only if
/// [`Options::packet_index`] asks for their rows.
#[derive(Debug)]
pub struct Analyzer {
    net: Decoder,
    tcp: tcp::Streams,
    pub(super) state: State,
}

/// All that is not the link and IP decoder, which lends the payload while this changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) info: CaptureInfo,
    pub(super) flows: Flows,
    pub(super) transports: Vec<TransportState>,
    pub(super) relays: Relays,
    pub(super) streams: Streams,
    pub(super) counts: Protocols,
    pub(super) problems: Problems,
    pub(super) sctp: SctpState,
    pub(super) losses: Moments,
    pub(super) rtcp: Rtcp,
    pub(super) vault: Vault,
    pub(super) learnt: Learnt,
    pub(super) contents: Contents,
    /// Where packets are decrypted; empty between two of them.
    pub(super) plain: Vec<u8>,
    packets: PacketIndex,
}

impl Analyzer {
    /// An analyser that has seen nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            net: Decoder::new(),
            tcp: tcp::Streams::new(),
            state: State {
                sctp: SctpState::new(&options),
                vault: Vault::new(
                    options.secrets.clone(),
                    options.descriptions.encrypted_extensions(),
                ),
                learnt: Learnt::default(),
                contents: Contents::new(options.contents),
                plain: Vec::new(),
                options,
                info: CaptureInfo::default(),
                flows: Flows::default(),
                transports: Vec::new(),
                relays: Relays::default(),
                streams: Streams::default(),
                counts: Protocols::default(),
                problems: Problems::default(),
                losses: Moments::default(),
                rtcp: Rtcp::default(),
                packets: PacketIndex::default(),
            },
        }
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame<'_>) {
        let state = &mut self.state;
        state.count_frame(frame);
        state.contents.clear();
        state.sctp.clear_messages();
        let mut row = Row::new(PacketKind::Other);
        match self.net.decode(frame) {
            Decoded::Udp(datagram) => state.datagram(&datagram, &mut row, 0),
            Decoded::Sctp(packet) => state.classified(&packet, Class::Sctp, &mut row, 0),
            Decoded::Tcp(segment) => {
                row.kind = PacketKind::Tcp;
                state.segment(&mut self.tcp, &segment, &mut row);
            }
            Decoded::Icmp => {
                state.counts.icmp += 1;
                row.kind = PacketKind::Icmp;
            }
            // Counted with the tunnels that were opened.
            Decoded::Tunnel(_) => {}
            Decoded::Fragment => {
                state.counts.other += 1;
                row.kind = PacketKind::Fragment;
            }
            Decoded::OtherIp(_) | Decoded::NotIp(_) => state.counts.other += 1,
            Decoded::UnknownLink => {
                state.counts.other += 1;
                state.info.undecoded_packets += 1;
                let link = frame.link;
                state.problems.packet("unknown-link-type", frame.no, || {
                    format!("link type {link} is not supported")
                });
            }
            Decoded::Malformed(error) => {
                state.counts.other += 1;
                state.info.undecoded_packets += 1;
                row.kind = PacketKind::Malformed;
                // What the snaplen cut off is not malformed, and is reported as what it is.
                let cut = (frame.data.len() as u64) < u64::from(frame.wire_len);
                if !(cut && is_truncated(&error)) {
                    state
                        .problems
                        .packet("malformed-packet", frame.no, || error.to_string());
                }
            }
        }
        if state.options.packet_index > 0 {
            state.packets.push(
                PacketRef {
                    offset: frame.offset,
                    ts: frame.ts,
                    len: frame.data.len() as u32,
                    wire_len: frame.wire_len,
                    transport: row.transport,
                    ssrc: row.ssrc,
                    link: frame.link,
                    kind: row.kind,
                    reverse: row.reverse,
                },
                state.options.packet_index,
            );
        }
    }

    /// Tells what the reader knows of the file: its format, and what was wrong with it so far. Whoever
    /// tells it before the first frame too lets what the file says of its media count from there on.
    pub fn describe_file(&mut self, file: FileFacts) {
        let description = file.dump.as_ref().and_then(|d| d.description.as_ref());
        if let Some(text) = description.filter(|_| self.state.info.dump.is_none()) {
            let known = Arc::make_mut(&mut self.state.options.descriptions);
            known.add_before("the header of the recording", text.as_bytes());
        }
        self.state.info.format = file.format;
        self.state.info.dump = file.dump;
        self.state.info.dropped_by_capture = file.dropped_by_capture;
        self.state.info.problems = file
            .problems
            .into_iter()
            .map(|problem| CountedProblem { problem, count: 1 })
            .chain(more_problems(file.more_problems))
            .collect();
    }

    /// What the frame that was taken last held in clear, if [`Options::contents`] asks for it.
    pub fn contents(&self) -> impl Iterator<Item = Content<'_>> {
        self.state.contents.iter()
    }

    /// The data channel messages that the frame that was taken last completed, or of which it told
    /// that they never will be, if [`Options::messages`] asks for them.
    pub fn messages(&self) -> &[Message] {
        self.state.sctp.messages()
    }

    /// The messages that still wait for something, when no frame comes any more.
    pub fn last_messages(&mut self) -> &[Message] {
        self.state.sctp.clear_messages();
        self.state.end_of_segments(&mut self.tcp);
        self.state.sctp.end_messages();
        self.state.sctp.messages()
    }

    /// Packets taken so far.
    pub fn packets(&self) -> u64 {
        self.state.info.packets
    }

    /// The model so far; costs time by streams and their buckets, not by packets.
    pub fn snapshot(&self) -> Analysis {
        self.state.report(self.net.tunnels(), false)
    }

    /// The model of the whole capture.
    pub fn finish(mut self) -> Analysis {
        self.state.end_of_segments(&mut self.tcp);
        self.state.report(self.net.tunnels(), true)
    }
}

/// Where a datagram belongs, and how many wrappers it came in.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) flow: u32,
    pub(super) transport: u32,
    pub(super) reverse: bool,
    pub(super) depth: u8,
}

pub(super) fn moment(d: &Datagram<'_>, at: At) -> Moment {
    Moment {
        ts: d.ts,
        no: d.no,
        src: d.path.src,
        dst: d.path.dst,
        transport: at.transport,
        reverse: at.reverse,
    }
}

pub(super) fn origin(d: &Datagram<'_>) -> Origin {
    Origin {
        no: d.no,
        ts: d.ts,
        path: d.path,
        via: d.via,
        missing: d.missing,
    }
}

/// What the packet list shows of the frame at hand.
pub(super) struct Row {
    pub(super) kind: PacketKind,
    pub(super) transport: u32,
    pub(super) ssrc: u32,
    pub(super) reverse: bool,
}

impl Row {
    /// Of a packet of this kind that belongs to no transport yet.
    pub(super) fn new(kind: PacketKind) -> Self {
        Self {
            kind,
            transport: NONE,
            ssrc: 0,
            reverse: false,
        }
    }
}

impl State {
    fn count_frame(&mut self, frame: &Frame<'_>) {
        let info = &mut self.info;
        info.packets += 1;
        info.bytes += u64::from(frame.wire_len);
        info.truncated_packets += u64::from((frame.data.len() as u64) < u64::from(frame.wire_len));
        match (info.first, info.last) {
            (Some(first), Some(last)) => {
                if frame.ts > last {
                    info.last = Some(frame.ts);
                } else {
                    if frame.ts < first {
                        info.first = Some(frame.ts);
                    }
                    if last - frame.ts > DISORDER {
                        disorder(&mut self.problems, frame, last);
                    }
                }
            }
            _ => (info.first, info.last) = (Some(frame.ts), Some(frame.ts)),
        }
        if info.link_types.last() != Some(&frame.link) {
            note_link_type(&mut info.link_types, frame.link);
        }
    }

    pub(super) fn datagram(&mut self, d: &Datagram<'_>, row: &mut Row, depth: u8) {
        let looks = demux::classify(d.payload, d.missing);
        let class = self.with_sctp(d, looks);
        self.classified(d, class, row, depth);
    }

    fn classified(&mut self, d: &Datagram<'_>, class: Class, row: &mut Row, depth: u8) {
        let is_ours = matches!(
            class,
            Class::Stun
                | Class::ChannelData
                | Class::Dtls
                | Class::DtlsCiphertext
                | Class::Rtp
                | Class::Rtcp
                | Class::Sctp
        );
        // What is no protocol of ours makes no flow, but belongs to one that exists.
        let flow = if is_ours {
            self.flows.find_or_add(d, &mut self.transports)
        } else {
            self.flows.find(d)
        };
        let Some(flow_index) = flow else {
            self.counts.other += 1;
            row.kind = PacketKind::Udp;
            if is_ours {
                self.problems.packet("too-many-flows", d.no, || {
                    "more address pairs than are tracked at once; what comes on new ones is counted \
                     as other traffic"
                        .to_owned()
                });
            }
            return;
        };
        let Some(flow) = self.flows.get_mut(flow_index) else {
            return;
        };
        let Some(transport) = self.transports.get_mut(flow.transport as usize) else {
            return;
        };
        if depth == 0 || row.transport == NONE {
            row.transport = flow.transport;
            row.reverse = flow.reverse;
        }
        let way = usize::from(flow.reverse);
        if let (Some(n), Some(b)) = (transport.packets.get_mut(way), transport.bytes.get_mut(way)) {
            *n += 1;
            *b += (d.payload.len() + d.missing as usize) as u64;
        }
        if d.ts > transport.last {
            transport.last = d.ts;
        } else if d.ts < transport.first {
            transport.first = d.ts;
        }
        let at = At {
            flow: flow_index,
            transport: flow.transport,
            reverse: flow.reverse,
            depth,
        };
        row.kind = PacketKind::Udp;
        match class {
            Class::Rtp => self.rtp(d, at, row),
            Class::Rtcp => {
                row.kind = PacketKind::Rtcp;
                self.rtcp(d, at);
            }
            Class::Stun => {
                row.kind = PacketKind::Stun;
                self.stun(d, at, row);
            }
            Class::Dtls | Class::DtlsCiphertext => {
                row.kind = PacketKind::Dtls;
                if class == Class::Dtls {
                    transport.dtls += 1;
                } else {
                    transport.dtls_ciphertext += 1;
                }
                let bytes = (d.payload, d.missing);
                self.dtls(bytes, d, &moment(d, at), Carrier::Raw);
            }
            Class::Sctp => {
                row.kind = PacketKind::Sctp;
                self.sctp(d, &moment(d, at));
            }
            Class::ChannelData => {
                row.kind = PacketKind::ChannelData;
                transport.channel_data += 1;
                if let Ok(channel) = ChannelData::parse_cut(d.payload, d.missing) {
                    let missing = u32::from(channel.length) - channel.data.len() as u32;
                    let peers = transport.peers.get_or_insert_default();
                    let wrapped = Wrapped {
                        at: &moment(d, at),
                        bytes: d.payload.len() as u64 + u64::from(d.missing),
                        content: u64::from(channel.length),
                    };
                    let via = peers.on_channel(channel.channel, wrapped, &mut self.relays);
                    self.unwrapped(
                        Datagram {
                            via,
                            payload: channel.data,
                            missing,
                            ..*d
                        },
                        at,
                        row,
                    );
                }
            }
            _ => {}
        }
    }

    /// What a wrapper held, looked at as if it had come straight from the peer.
    pub(super) fn unwrapped(&mut self, inner: Datagram<'_>, at: At, row: &mut Row) {
        if is_shared(inner.via) {
            self.problems.packet("too-many-turn-peers", inner.no, || {
                "more peers behind TURN servers than are told apart; what is relayed to and from \
                 further ones is taken for that of one peer"
                    .to_owned()
            });
        }
        if at.depth < WRAPPERS_MAX {
            self.datagram(&inner, row, at.depth + 1);
        }
    }

    fn report(&self, tunnels: u64, complete: bool) -> Analysis {
        let (connections, mut streams, mut protocols, unfit) = connection::assemble(self);
        protocols.tunnel = tunnels;
        let mut capture = self.info.clone();
        capture.loss = capture_loss::judge(self, &mut streams);
        capture.keys = connection::keys_given(self);
        let file: Vec<CountedProblem> = capture.problems.clone();
        capture.problems = file
            .into_iter()
            .chain(self.problems.list().iter().cloned())
            .collect();
        capture.problems.extend(snaplen_problem(&capture));
        capture.problems.extend(given_up(self.streams.given_up));
        capture.problems.extend(self.vault.problems());
        // While the capture is read their connection may be yet to come.
        capture
            .problems
            .extend(unfit.into_iter().filter(|_| complete));
        Analysis {
            capture,
            protocols,
            connections,
            streams,
            packets: self.packets.clone(),
            opener: self.vault.opener(),
            complete,
        }
    }
}

/// A capture with a small snaplen is usable, but whoever reads its numbers should know.
fn snaplen_problem(info: &CaptureInfo) -> Option<CountedProblem> {
    let count = info.truncated_packets;
    let message = format!(
        "{count} of {} packets were cut short when captured (snaplen): what was cut off is not \
         measured",
        info.packets
    );
    let problem = Problem {
        code: "snaplen",
        message,
        packet: None,
        offset: None,
    };
    (count > 0).then_some(CountedProblem { problem, count })
}

/// Short streams that made room for others are in no table: whoever adds it up should know.
fn given_up(count: u64) -> Option<CountedProblem> {
    (count > 0).then(|| CountedProblem {
        problem: Problem {
            code: "streams-given-up",
            message: format!(
                "more RTP sources than are tracked at once: {count} that had sent a few packets \
                 were given up, their packets count as other traffic"
            ),
            packet: None,
            offset: None,
        },
        count,
    })
}

/// The problems of the file that are not kept in words.
fn more_problems(count: u64) -> Option<CountedProblem> {
    (count > 0).then(|| CountedProblem {
        problem: Problem {
            code: "more-problems",
            message: format!("{count} more problems like these"),
            packet: None,
            offset: None,
        },
        count,
    })
}

pub(super) fn is_truncated(error: &ParseError) -> bool {
    matches!(error.reason, Reason::Truncated { .. })
}

#[cold]
fn disorder(problems: &mut Problems, frame: &Frame<'_>, latest: Timestamp) {
    problems.packet("time-runs-backwards", frame.no, || {
        let back = (latest - frame.ts).seconds();
        format!(
            "packets are not in order of time: this one is {back:.3} s older than one before it; \
             gaps and jitter of streams around it mean little"
        )
    });
}

#[cold]
fn note_link_type(known: &mut Vec<LinkType>, link: LinkType) {
    if !known.contains(&link) && known.len() < 64 {
        known.push(link);
    }
}
