//! Packets of a video stream put together to frames: all of one timestamp, as long as none is missing.

use super::clock::Clock;
use super::order::{Ordered, Origin};

/// The most packets of a frame that are kept, and the most bytes; more is no frame of a call.
const PACKETS_MAX: usize = 16_384;
const BYTES_MAX: usize = 32 << 20;

/// The packets of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Assembled {
    /// When it is, in ticks from the first packet of the stream.
    pub(super) ticks: i64,
    /// Payloads in order; whether any is missing before each.
    pub(super) payloads: Vec<Payload>,
    /// Packets missing right before the first payload, which may be of this frame or of others.
    pub(super) lost_before: u64,
    /// Whether its end was seen.
    pub(super) has_end: bool,
    /// Whether the sender began with new numbers here.
    pub(super) is_restart: bool,
    bytes: usize,
}

/// A payload of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) data: Vec<u8>,
    /// Whether the packet before it is missing.
    pub(super) after_gap: bool,
}

impl Assembled {
    /// Whether no packet is missing between its first and its end.
    pub(super) fn is_contiguous(&self) -> bool {
        self.has_end && self.payloads.iter().skip(1).all(|p| !p.after_gap)
    }
}

/// Puts frames together.
#[derive(Debug)]
pub(super) struct Assembly {
    clock: Clock,
    timestamp: u32,
    frame: Option<Assembled>,
    /// Whether the last packet had the marker.
    marked: bool,
}

impl Assembly {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            clock: Clock::new(rate),
            timestamp: 0,
            frame: None,
            marked: false,
        }
    }

    /// Times the timestamps could not be right.
    pub(super) fn jumps(&self) -> u64 {
        self.clock.jumps
    }

    /// Takes the next packet; returns the frame before, when that is over.
    pub(super) fn push(&mut self, ordered: Ordered) -> Option<Assembled> {
        let Ordered {
            packet,
            lost,
            is_restart,
        } = ordered;
        let arrival = (packet.origin == Origin::Sent).then_some(packet.arrival);
        let goes_on = packet.timestamp == self.timestamp && !is_restart;
        let mut over = None;
        if !goes_on || self.frame.is_none() {
            over = self.frame.take();
            if let Some(frame) = &mut over {
                // Without a marker, the next frame shows where this one ended, if nothing is between.
                frame.has_end = self.marked || (lost == 0 && !is_restart);
            }
            self.timestamp = packet.timestamp;
            self.frame = Some(Assembled {
                ticks: self.clock.ticks(packet.timestamp, arrival, is_restart),
                lost_before: lost,
                is_restart,
                ..Assembled::default()
            });
        }
        self.marked = packet.marker;
        if let Some(frame) = &mut self.frame {
            let is_first = frame.payloads.is_empty();
            let fits = frame.payloads.len() < PACKETS_MAX
                && frame.bytes + packet.payload.len() <= BYTES_MAX;
            if fits {
                frame.bytes += packet.payload.len();
                frame.payloads.push(Payload {
                    data: packet.payload,
                    after_gap: lost > 0 && !is_first,
                });
            } else if let Some(last) = frame.payloads.last_mut() {
                // Too much: the frame is not whole.
                last.after_gap = true;
            }
        }
        over
    }

    /// The frame at the end of the stream.
    pub(super) fn finish(&mut self) -> Option<Assembled> {
        let mut frame = self.frame.take()?;
        frame.has_end = self.marked;
        Some(frame)
    }
}
