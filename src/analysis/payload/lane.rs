//! The packets of one payload type of a stream, read as every format that they may have until it shows
//! which they have.

use super::events::EventMeter;
use super::opus::OpusMeter;
use super::red::{Primary, RedMeter};
use super::trailer::Trailers;
use super::video::{Piece, VideoMeter};
use super::{Seen, facts::FrameKind};
use crate::proto::rtp::payload::VideoFormat;

/// Payload types inside RED that are read.
const INNER_MAX: usize = 4;
/// Packets after which a format that few of them fit is no longer read.
const TRIED: u64 = 16;

/// One packet as it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'a> {
    pub(super) piece: Piece<'a>,
    /// Extended sequence number.
    pub(super) number: i64,
    /// Whether it was decrypted: that it is a payload is then certain.
    pub(super) is_opened: bool,
}

/// One payload type.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) payload_type: u8,
    pub(super) packets: u64,
    pub(super) opened: u64,
    pub(super) readers: Vec<Reader>,
    /// How packets with the marker end, and how all do.
    pub(super) marked: Trailers,
    pub(super) all: Trailers,
}

/// What reads the packets as one format.
#[derive(Clone, Debug)]
pub(super) enum Reader {
    Video(Box<VideoMeter>),
    Opus(Box<OpusMeter>),
    Events(Box<EventMeter>),
    Red(Box<RedMeter>, Vec<Lane>),
}

impl Lane {
    pub(super) fn new(payload_type: u8) -> Self {
        Self {
            payload_type,
            packets: 0,
            opened: 0,
            readers: Vec::new(),
            marked: Trailers::default(),
            all: Trailers::default(),
        }
    }

    /// Reads the next packet.
    pub(super) fn push(&mut self, read: &Read<'_>, is_inner: bool) -> Seen {
        if read.is_opened && self.opened == 0 {
            // What was read before may have been encrypted: from here on all is certain.
            *self = Self::new(self.payload_type);
        }
        self.packets += 1;
        if self.packets > 1 && self.readers.is_empty() {
            return Seen::default();
        }
        self.opened += u64::from(read.is_opened);
        let payload = read.piece.payload;
        if read.piece.marker {
            self.marked.push(payload);
        }
        self.all.push(payload);
        let mut seen = Seen::default();
        if self.packets == 1 {
            self.begin(read, is_inner, &mut seen);
            return seen;
        }
        let (tried, pt) = (self.packets >= TRIED, self.payload_type);
        self.readers.retain_mut(|reader| {
            reader.push(read, pt, &mut seen);
            let (fitted, misfits) = reader.tally();
            match read.is_opened {
                true => !tried || misfits * 4 <= fitted,
                false => misfits == 0,
            }
        });
        seen
    }

    fn begin(&mut self, read: &Read<'_>, is_inner: bool, seen: &mut Seen) {
        let pt = self.payload_type;
        let mut add = |mut reader: Reader| {
            reader.push(read, pt, seen);
            if read.is_opened || reader.tally().1 == 0 {
                self.readers.push(reader);
            }
        };
        for format in VideoFormat::ALL {
            if read.is_opened || format.look(read.piece.payload).is_some() {
                add(Reader::Video(Box::new(VideoMeter::new(format))));
            }
        }
        add(Reader::Opus(Box::default()));
        add(Reader::Events(Box::default()));
        if !is_inner {
            add(Reader::Red(Box::default(), Vec::new()));
        }
    }
}

impl Reader {
    fn push(&mut self, read: &Read<'_>, payload_type: u8, seen: &mut Seen) {
        let Piece {
            payload,
            timestamp,
            at,
            ..
        } = read.piece;
        match self {
            Self::Video(meter) => {
                if let Ok(facts) = meter.push(&read.piece) {
                    let is_key = facts.begins == Some(FrameKind::Key);
                    seen.fits(meter.format, is_key);
                }
            }
            Self::Opus(meter) => meter.push(payload, read.number, timestamp),
            Self::Events(meter) => meter.push(payload, timestamp, at),
            Self::Red(meter, inner) => {
                match meter.push(payload, payload_type, read.number as u16) {
                    None => {}
                    Some(Primary::Parity(fec)) => seen.parity = Some(fec),
                    Some(Primary::Media(pt, data)) => {
                        let place = inner.iter().position(|lane| lane.payload_type == pt);
                        let place = place.unwrap_or(inner.len());
                        if place == inner.len() && place < INNER_MAX {
                            inner.push(Lane::new(pt));
                        }
                        if let Some(lane) = inner.get_mut(place).filter(|_| !data.is_empty()) {
                            let piece = Piece {
                                payload: data,
                                ..read.piece
                            };
                            seen.merge(lane.push(&Read { piece, ..*read }, true));
                        }
                    }
                }
            }
        }
    }

    /// Packets that fitted and that did not. A frame that is broken behind a descriptor that is not
    /// counts for neither: it may be encrypted by itself.
    fn tally(&self) -> (u64, u64) {
        match self {
            Self::Video(meter) => (meter.fitted, meter.misfits),
            Self::Opus(meter) => (meter.fitted, meter.misfits + meter.doubts()),
            Self::Events(meter) => (meter.fitted, meter.misfits),
            Self::Red(meter, _) => (meter.fitted, meter.misfits),
        }
    }
}
