//! What the payloads of a stream say, where they can be read: decrypted, or never encrypted.
//!
//! Nobody may have said which format a payload type stands for, or whether the payloads are encrypted,
//! before packets come. So each is read as every format that it may have ([`lane`]), and formats that
//! do not fit are left; encrypted payloads are out of all of them within some packets and cost nothing
//! from then on. What a stream is, is concluded at the end ([`report`]), with what else is known of it
//! then. docs/algorithms/payload.md tells the reasons.

mod events;
mod facts;
mod lane;
mod opus;
mod parity;
mod red;
mod report;
mod trailer;
mod video;

pub(super) use parity::Header;
pub(super) use report::decide;

use super::sequence::Arrival;
use super::stream::Packet;
use crate::proto::rtp::UlpFec;
use crate::proto::rtp::payload::VideoFormat;
use lane::{Lane, Read};
use parity::Parity;
use video::Piece;

/// Payload types read of one stream.
const LANES_MAX: usize = 8;

/// What is read of one stream.
#[derive(Clone, Debug, Default)]
pub(super) enum Payloads {
    /// Nothing yet; it may be in clear.
    #[default]
    Unread,
    /// It is encrypted: not worth a look, until a packet is decrypted.
    Closed,
    /// It is read.
    Reading(Box<State>),
}

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    lanes: Vec<Lane>,
    /// Packets that were read, and those of them that were decrypted.
    read: u64,
    opened: u64,
    /// What parity needs, from the first packet of it on.
    parity: Option<Box<Parity>>,
}

/// What a packet's payload is, as far as the analysis of frames needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The formats of video that it fits, as bits in order of [`VideoFormat::ALL`].
    pub(super) valid: u8,
    /// Those of them as which a key frame begins here.
    pub(super) key: u8,
    /// It is parity over other packets of the stream, and no part of a frame.
    pub(super) parity: Option<UlpFec>,
    /// It is padding only.
    pub(super) is_padding: bool,
}

impl Seen {
    fn fits(&mut self, format: VideoFormat, is_key: bool) {
        let bit = 1 << format as u8;
        self.valid |= bit;
        self.key |= if is_key { bit } else { 0 };
    }

    /// Whether it is no part of a frame.
    pub(super) fn is_no_frame(self) -> bool {
        self.parity.is_some() || self.is_padding
    }

    fn merge(&mut self, inside: Self) {
        self.valid |= inside.valid;
        self.key |= inside.key;
    }
}

impl Payloads {
    /// Of a stream whose payloads are known to be encrypted, as far as they are not decrypted.
    pub(super) fn encrypted() -> Self {
        Self::Closed
    }

    /// What was read, if anything was.
    fn state(&self) -> Option<&State> {
        match self {
            Self::Reading(state) => Some(state),
            _ => None,
        }
    }

    /// Takes the stream's next packet; says what it is, where it was decrypted.
    #[inline]
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>) -> Option<Seen> {
        match self {
            Self::Closed if !packet.spot.is_opened => None,
            _ => self.read(packet),
        }
    }

    fn read(&mut self, packet: &Packet<'_, '_>) -> Option<Seen> {
        let (rtp, is_opened) = (packet.rtp, packet.spot.is_opened);
        if rtp.missing() > 0 || matches!(packet.arrival, Arrival::Duplicate | Arrival::Suspect) {
            return None;
        }
        if !matches!(self, Self::Reading(_)) {
            *self = Self::Reading(Box::default());
        }
        let Self::Reading(state) = self else {
            return None;
        };
        if state.opened > 0 && !is_opened {
            return None; // Without a key it is none that can be read.
        }
        let payload = rtp.unpadded_payload();
        let Some(payload) = payload.filter(|payload| !payload.is_empty()) else {
            return is_opened.then_some(Seen {
                is_padding: true,
                ..Seen::default()
            });
        };
        if is_opened && state.opened == 0 {
            **state = State::default();
        }
        state.read += 1;
        state.opened += u64::from(is_opened);
        let pt = rtp.payload_type();
        let place = state.lanes.iter().position(|l| l.payload_type == pt);
        let place = place.unwrap_or(state.lanes.len());
        if place == state.lanes.len() && place < LANES_MAX {
            state.lanes.push(Lane::new(pt));
        }
        let lane = state.lanes.get_mut(place)?;
        let seen = lane.push(
            &Read {
                piece: Piece {
                    payload,
                    timestamp: rtp.timestamp(),
                    marker: rtp.marker(),
                    at: packet.spot.ts,
                    no: packet.spot.no,
                },
                number: packet.number,
                is_opened,
            },
            false,
        );
        if is_opened {
            state.note_parity(&seen, packet);
        }
        // What is not decrypted may not be in clear either.
        is_opened.then_some(seen)
    }
}

impl State {
    fn note_parity(&mut self, seen: &Seen, packet: &Packet<'_, '_>) {
        if let Some(fec) = &seen.parity {
            let parity = self.parity.get_or_insert_default();
            parity.parity(fec, packet.number);
        } else if let Some(parity) = &mut self.parity {
            parity.media(Header {
                number: packet.number,
                timestamp: packet.rtp.timestamp(),
                marker: packet.rtp.marker(),
            });
        }
    }
}

impl Payloads {
    /// Takes a packet of the stream that was sent again on another SSRC; says whether it is parity.
    pub(super) fn sent_again(&mut self, header: Header, payload: &[u8]) -> bool {
        let Self::Reading(state) = self else {
            return false;
        };
        let Some(parity) = &mut state.parity else {
            return false;
        };
        match red::parity_inside(payload, header.number as u16) {
            Some(fec) => parity.parity(&fec, header.number),
            None => {
                parity.media(header);
                return false;
            }
        }
        true
    }

    /// The next packet that parity brought back.
    #[inline]
    pub(super) fn take_recovered(&mut self) -> Option<Header> {
        match self {
            Self::Reading(state) => state.parity.as_mut()?.take_recovered(),
            _ => None,
        }
    }
}
