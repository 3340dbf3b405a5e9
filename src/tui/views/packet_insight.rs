//! What the analysis knows of a packet besides its bytes: the keys that open it, of which stream it is,
//! and what numbers in it stand for.

use crate::analysis::model::{Leg, Opaque, Stream};
use crate::analysis::{Analysis, Known, Opener, PacketKind, PacketRef, Ssrc};
use crate::dissect::{Insight, PlainRecord};
use crate::proto::rtp::StreamNames;

/// Transports inside one packet's that are tried: peers behind a TURN server.
const INNER_MAX: usize = 64;

/// What is known of one packet.
pub(super) struct PacketInsight<'a> {
    analysis: &'a Analysis,
    row: &'a PacketRef,
    stream: Option<Names<'a>>,
}

/// What the numbers of a stream stand for.
struct Names<'a> {
    stream: &'a Stream,
    /// The stream that it repairs.
    original: Option<&'a Stream>,
}

impl<'a> PacketInsight<'a> {
    /// Of the packet with this row.
    pub(super) fn new(row: &'a PacketRef, analysis: &'a Analysis) -> Self {
        let names = |stream: &'a Stream| {
            let id = stream.pairing.repairs.value().map(|(id, _)| *id);
            let original = |id| analysis.streams.iter().find(|s| s.id == id);
            Names {
                stream,
                original: id.and_then(original),
            }
        };
        Self {
            analysis,
            row,
            stream: stream_of(row, analysis).map(names),
        }
    }

    /// The transports that what the packet holds may belong to: its own, and those of what a TURN server
    /// relays on it.
    fn transports(&self) -> Vec<u32> {
        let mut found = vec![self.row.transport];
        let all = self.analysis.connections.iter();
        for transport in all.flat_map(|c| &c.transports) {
            let is_inside = transport.carrier.is_some_and(|on| found.contains(&on));
            if is_inside && found.len() < INNER_MAX {
                found.push(transport.index);
            }
        }
        found
    }

    /// What `open` makes of the packet on the first of these transports where it makes something.
    fn open<T>(&self, open: impl Fn(&Opener, u32, bool) -> Option<T>) -> Option<T> {
        let opener = self.analysis.opener.as_deref()?;
        let mut transports = self.transports().into_iter();
        transports.find_map(|transport| open(opener, transport, self.row.reverse))
    }
}

impl Insight for PacketInsight<'_> {
    fn open_rtp(&self, packet: &[u8]) -> Option<Vec<u8>> {
        self.open(|opener, transport, reverse| opener.open_rtp(transport, reverse, packet))
    }

    fn open_rtcp(&self, packet: &[u8]) -> Option<Vec<u8>> {
        self.open(|opener, transport, reverse| opener.open_rtcp(transport, reverse, packet))
    }

    fn open_dtls(&self, datagram: &[u8]) -> Vec<PlainRecord> {
        let records = self.open(|opener, transport, reverse| {
            let records = opener.open_dtls(transport, reverse, datagram);
            (!records.is_empty()).then_some(records)
        });
        let plain = |(content_type, bytes)| PlainRecord {
            content_type,
            bytes,
        };
        records.unwrap_or_default().into_iter().map(plain).collect()
    }

    fn is_clear(&self, ssrc: u32) -> bool {
        let stream = self.stream.as_ref().filter(|_| ssrc == self.row.ssrc);
        stream.is_some_and(|names| names.stream.encrypted == Known::Yes(false))
    }

    fn names(&self, ssrc: u32) -> Option<&dyn StreamNames> {
        let names = self.stream.as_ref().filter(|_| ssrc == self.row.ssrc)?;
        Some(names)
    }
}

impl StreamNames for Names<'_> {
    fn extension(&self, id: u8) -> Option<&str> {
        let known = self.stream.header_extensions.iter().find(|e| e.id == id)?;
        known.uri.value().map(|(uri, _)| uri.as_ref())
    }

    fn codec(&self, payload_type: u8) -> Option<&str> {
        let mut known = self.stream.payload_types.iter();
        let codec = &known.find(|t| t.number == payload_type)?.codec;
        codec.value().map(|codec| codec.name.as_ref())
    }

    fn original(&self) -> Option<&str> {
        let codec = self.original?.codec.value()?;
        Some(codec.name.as_ref())
    }

    fn opaque(&self) -> Option<&str> {
        let media = |stream: &Stream| stream.media.value()?.opaque;
        let of = media(self.stream).or_else(|| self.original.and_then(media));
        of.map(Opaque::describe)
    }
}

/// The stream of an RTP packet.
pub(super) fn stream_of<'a>(row: &PacketRef, analysis: &'a Analysis) -> Option<&'a Stream> {
    if row.kind != PacketKind::Rtp {
        return None;
    }
    let here = |l: &Leg| l.transport == row.transport && l.path.canonical().1 == row.reverse;
    let of_ssrc = |s: &&Stream| s.ssrc == Ssrc(row.ssrc);
    let mut all = analysis.streams.iter().filter(of_ssrc);
    let on_way = all.clone().find(|s| s.legs.iter().any(here));
    on_way.or_else(|| all.next())
}
