//! TCP in the fold: messages framed on its streams go where datagrams go, and what is missing or
//! cannot be read is told.
//!
//! A segment counts as TCP if it carried nothing of ours; the others are counted by their messages.

use super::analyzer::{Row, State};
use super::packets::{NONE, PacketKind};
use crate::net::tcp::{Event, Segment, Streams};
use crate::net::{Datagram, Via};

impl State {
    /// Takes a segment, and the messages that it completes.
    pub(super) fn segment(&mut self, streams: &mut Streams, segment: &Segment<'_>, row: &mut Row) {
        let is_ours = streams.push(segment, &mut |event| self.tcp_event(event, segment.no, row));
        self.counts.tcp = streams.plain_segments();
        if is_ours && row.transport == NONE {
            // A part of a message, or an acknowledgment.
            let nothing = Datagram {
                no: segment.no,
                ts: segment.ts,
                path: segment.path,
                via: Via::Direct,
                missing: 0,
                payload: &[],
            };
            // The other direction may have been the first to say something.
            let known = self.flows.find(&nothing);
            if let Some(index) =
                known.or_else(|| self.flows.find_path(segment.path.reversed(), Via::Direct))
                && let Some(flow) = self.flows.get(index)
            {
                row.transport = flow.transport;
                row.reverse = segment.path.canonical().1;
            }
        }
    }

    /// The capture is at its end: takes the messages that waited for segments that did not come.
    pub(super) fn end_of_segments(&mut self, streams: &mut Streams) {
        let mut row = Row::new(PacketKind::Tcp);
        streams.finish(&mut |event| self.tcp_event(event, 0, &mut row));
    }

    fn tcp_event(&mut self, event: Event<'_>, packet: u64, row: &mut Row) {
        match event {
            Event::Message(datagram) if datagram.no == packet => {
                self.datagram(&datagram, row, 0);
                if row.kind == PacketKind::Udp {
                    row.kind = PacketKind::Tcp;
                }
            }
            // It waited behind a gap: the row of its packet is written.
            Event::Message(datagram) => {
                self.datagram(&datagram, &mut Row::new(PacketKind::Tcp), 0);
            }
            Event::Gap {
                no,
                bytes,
                acknowledged,
            } => {
                self.losses.acknowledged += u64::from(acknowledged);
                self.problems.packet("tcp-gap", no, || {
                format!(
                    "{bytes} bytes of a TCP stream are not in the capture: the messages in them \
                     are not measured"
                )
            });
            }
            Event::FramingLost { no } => self.problems.packet("tcp-framing-lost", no, || {
                "no message begins where the one before it on a TCP stream ends: what is between \
                 them is not measured"
                    .to_owned()
            }),
            Event::TurnOverTls { no, path } => self.problems.packet("turn-over-tls", no, || {
                format!(
                    "TLS to {}, where a TURN server seems to be: what it relays cannot be read",
                    path.dst
                )
            }),
            Event::TooMany { no } => {
                self.problems.packet("too-many-tcp-connections", no, || {
                    "more TCP connections than are followed at once; what new ones carry is not \
                     looked at"
                        .to_owned()
                });
            }
        }
    }
}
