//! What the analysis knows of a packet besides its bytes: of which stream it is, and what numbers in it
//! stand for.

use crate::analysis::model::{Leg, Stream};
use crate::analysis::{Analysis, Known, PacketKind, PacketRef, Ssrc};
use crate::dissect::Insight;
use crate::proto::rtp::StreamNames;

/// What is known of one packet.
pub(super) struct PacketInsight<'a> {
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
            row,
            stream: stream_of(row, analysis).map(names),
        }
    }
}

impl Insight for PacketInsight<'_> {
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
