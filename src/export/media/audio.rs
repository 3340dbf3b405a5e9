//! The audio of one stream, written at its time: what is missing between two packets, because it was
//! lost or never sent, is concealed (Opus) or silent (samples), so that a file keeps time with others.

use super::clock::Clock;
use super::format::{Coding, Format, Samples};
use super::opus::{self, OggOpus};
use super::order::{Ordered, Origin};
use super::wav::Wav;
use super::{Store, g711, g722};
use std::io;

/// The longest gap that is filled, and all of them of one file, in seconds. Longer ones are cut: a
/// timestamp can claim days.
const GAP_MAX: i64 = 3_600;
const GAPS_MAX: i64 = 6 * 3_600;
/// What a packet may be off its place without a gap or an overlap, in milliseconds.
const SLACK: i64 = 20;

/// The file.
enum Writer {
    Opus(OggOpus),
    Samples(Wav, Samples, Box<Scratch>),
}

/// What decoding needs.
struct Scratch {
    g722: g722::Decoder,
    samples: Vec<i16>,
    bytes: Vec<u8>,
}

/// Audio being written.
pub(super) struct AudioTrack {
    writer: Writer,
    clock: Clock,
    /// Samples of the file for each tick of the clock.
    per_tick: i64,
    /// What is added to a packet's time to have its place.
    offset: i64,
    /// Samples filled so far.
    filled: i64,
    /// Samples of gaps that were cut.
    cut: i64,
    packets: u64,
    /// Packets that hold nothing of their format.
    unreadable: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AudioCounts {
    pub(super) packets: u64,
    pub(super) unreadable: u64,
    pub(super) duration: f64,
    pub(super) filled: f64,
    pub(super) cut: f64,
    pub(super) jumps: u64,
    pub(super) sample_rate: u32,
}

impl AudioTrack {
    /// Begins the file of a stream; none if the format is no audio.
    pub(super) fn begin(
        format: Format,
        file: Box<dyn Store>,
        serial: u32,
    ) -> io::Result<Option<Self>> {
        let (writer, per_tick) = match format {
            Format::Video(_, _) => return Ok(None),
            Format::Opus => (Writer::Opus(OggOpus::begin(file, serial)?), 1),
            Format::Samples(samples) => {
                let wav = Wav::begin(file, samples.rate(), samples.channels)?;
                let scratch = Box::new(Scratch {
                    g722: g722::Decoder::new(),
                    samples: Vec::new(),
                    bytes: Vec::new(),
                });
                let per_tick = i64::from(samples.per_tick());
                (Writer::Samples(wav, samples, scratch), per_tick)
            }
        };
        Ok(Some(Self {
            writer,
            clock: Clock::new(format.clock_rate()),
            per_tick,
            offset: 0,
            filled: 0,
            cut: 0,
            packets: 0,
            unreadable: 0,
        }))
    }

    /// Samples of a channel in a second of the file.
    fn rate(&self) -> i64 {
        i64::from(self.clock.rate()) * self.per_tick
    }

    fn position(&self) -> i64 {
        let position = match &self.writer {
            Writer::Opus(opus) => opus.position(),
            Writer::Samples(wav, _, _) => wav.position(),
        };
        i64::try_from(position).unwrap_or(i64::MAX)
    }

    /// Writes the next packet.
    pub(super) fn push(&mut self, ordered: &Ordered) -> io::Result<()> {
        let packet = &ordered.packet;
        let Some(samples) = self.samples(&packet.payload) else {
            self.unreadable += u64::from(!packet.payload.is_empty());
            return Ok(());
        };
        let arrival = (packet.origin == Origin::Sent).then_some(packet.arrival);
        let ticks = self
            .clock
            .ticks(packet.timestamp, arrival, ordered.is_restart);
        let place = ticks
            .saturating_mul(self.per_tick)
            .saturating_add(self.offset);
        self.go_to(place, samples)?;
        self.packets += 1;
        match &mut self.writer {
            Writer::Opus(opus) => opus.packet(&packet.payload, samples.unsigned_abs()),
            Writer::Samples(wav, format, scratch) => {
                scratch.decode(format.coding, &packet.payload);
                wav.samples(&scratch.samples, &mut scratch.bytes)
            }
        }
    }

    /// Fills the gap before a packet of so many samples, or moves the time that follows when there is
    /// less than none: what is written stays, and nothing is written twice in one place.
    fn go_to(&mut self, place: i64, samples: i64) -> io::Result<()> {
        let rate = self.rate();
        let gap = place.saturating_sub(self.position());
        let slack = samples.max(SLACK * rate / 1_000);
        if gap < 0 {
            if gap < -slack {
                self.offset = self.offset.saturating_sub(gap);
            }
            return Ok(());
        }
        let least = match &self.writer {
            Writer::Opus(_) => opus::SHORTEST as i64,
            Writer::Samples(_, _, _) => 1,
        };
        if gap < least {
            return Ok(());
        }
        let most = (GAP_MAX * rate).min(GAPS_MAX * rate - self.filled);
        let filled = gap.min(most.max(0));
        if filled < gap {
            self.cut = self.cut.saturating_add(gap - filled);
            self.offset = self.offset.saturating_sub(gap - filled);
        }
        self.filled += filled;
        match &mut self.writer {
            Writer::Opus(opus) => opus.conceal(filled.unsigned_abs()),
            Writer::Samples(wav, _, _) => wav.silence(filled.unsigned_abs()),
        }
    }

    /// How many samples of a channel a payload holds; none if it is none of this format.
    fn samples(&self, payload: &[u8]) -> Option<i64> {
        let samples = match &self.writer {
            Writer::Opus(_) => opus::duration(payload)?,
            Writer::Samples(_, format, _) => {
                let bytes = payload.len() as u64;
                let channels = u64::from(format.channels.max(1));
                let (times, rest) = match format.coding {
                    Coding::G722 => (bytes * 2, 0),
                    Coding::L16 => (bytes / (2 * channels), bytes % (2 * channels)),
                    Coding::Ulaw | Coding::Alaw => (bytes / channels, bytes % channels),
                };
                (rest == 0 && times > 0).then_some(times)?
            }
        };
        i64::try_from(samples).ok()
    }

    /// Ends the file.
    pub(super) fn finish(self) -> io::Result<AudioCounts> {
        let rate = self.rate();
        let seconds = |samples: i64| samples as f64 / rate as f64;
        let counts = AudioCounts {
            packets: self.packets,
            unreadable: self.unreadable,
            duration: seconds(self.position()),
            filled: seconds(self.filled),
            cut: seconds(self.cut),
            jumps: self.clock.jumps,
            sample_rate: u32::try_from(rate).unwrap_or(u32::MAX),
        };
        match self.writer {
            Writer::Opus(opus) => opus.finish()?,
            Writer::Samples(wav, _, _) => wav.finish()?,
        }
        Ok(counts)
    }
}

impl Scratch {
    fn decode(&mut self, coding: Coding, payload: &[u8]) {
        let out = &mut self.samples;
        out.clear();
        match coding {
            Coding::Ulaw => out.extend(payload.iter().map(|b| g711::ulaw(*b))),
            Coding::Alaw => out.extend(payload.iter().map(|b| g711::alaw(*b))),
            Coding::G722 => self.g722.decode(payload, out),
            Coding::L16 => {
                let (words, _) = payload.as_chunks::<2>();
                out.extend(words.iter().map(|w| i16::from_be_bytes(*w)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::Packet;
    use super::super::testing::Shared;
    use super::*;
    use crate::time::{Span, Timestamp};

    const ULAW: Format = Format::Samples(Samples {
        coding: Coding::Ulaw,
        clock_rate: 8_000,
        channels: 1,
    });

    /// A packet of 20 ms of this byte, sent `at` ms.
    fn packet(at: i64, timestamp: u32, byte: u8) -> Ordered {
        Ordered {
            packet: Packet {
                sequence: 0,
                timestamp,
                marker: false,
                payload_type: 0,
                arrival: Timestamp::default().plus(Span::from_millis(at)),
                origin: Origin::Sent,
                payload: vec![byte; 160],
            },
            lost: 0,
            is_restart: false,
        }
    }

    fn written(packets: &[Ordered]) -> (Vec<i16>, AudioCounts) {
        let shared = Shared::default();
        let mut track = AudioTrack::begin(ULAW, shared.store(), 1).unwrap().unwrap();
        for packet in packets {
            track.push(packet).unwrap();
        }
        let counts = track.finish().unwrap();
        let bytes = shared.bytes();
        let words = bytes[44..].as_chunks::<2>().0;
        (
            words.iter().map(|w| i16::from_le_bytes(*w)).collect(),
            counts,
        )
    }

    #[test]
    fn a_gap_is_silent_and_as_long_as_it_was() {
        let (samples, counts) = written(&[packet(0, 100, 0), packet(60, 580, 0x80)]);
        assert_eq!(samples.len(), 160 * 4);
        assert!(samples[..160].iter().all(|s| *s == -32_124));
        assert!(samples[160..480].iter().all(|s| *s == 0));
        assert!(samples[480..].iter().all(|s| *s == 32_124));
        assert_eq!(
            (counts.duration, counts.filled, counts.packets),
            (0.08, 0.04, 2)
        );
    }

    #[test]
    fn time_that_goes_back_is_appended_and_goes_on_from_there() {
        let all = [
            packet(0, 16_000, 0),
            packet(20, 16_160, 0),
            // A second back, and on.
            packet(40, 8_160, 0),
            packet(60, 8_320, 0),
            packet(100, 8_640, 0),
        ];
        let (samples, counts) = written(&all);
        assert_eq!(samples.len(), 160 * 6);
        assert_eq!(counts.filled, 0.02);
    }

    #[test]
    fn a_gap_of_days_is_cut() {
        let day = 86_400_000;
        let (_, counts) = written(&[packet(0, 0, 0), packet(day, 691_200_000, 0)]);
        assert_eq!(
            (counts.filled, counts.cut),
            (3_600.0, 86_400.0 - 0.02 - 3_600.0)
        );
        let hops: Vec<_> = (0..40u32)
            .map(|i| packet(i64::from(i) * 1_800_000, i * 14_400_000, 0))
            .collect();
        let (_, counts) = written(&hops);
        assert!(counts.filled <= GAPS_MAX as f64, "{counts:?}");
    }
}
