//! What a candidate has shown of itself: whether its packets behave like one RTP stream (RFC 3550).
//!
//! Any datagram whose first two bits are right looks like RTP once, so a candidate is measured from
//! its first packet on and asked at the end. Here is what its packets say by themselves; what the path
//! says besides (ICE, DTLS, RTCP, other streams) is weighed by `connection/evidence.rs`. How much is
//! asked for, and how often chance gives it: docs/algorithms/detection.md.
//!
//! Other protocols have counters, constants and ciphertext where RTP has its header. A counter in
//! place of the sequence number is not rare (RPC transaction ids), a constant in place of the SSRC is
//! common (session ids), so the timestamp decides: it must be a clock, that is, advance by no less and
//! no more than any media clock would in the time between two packets. A counter of packets is too
//! slow, a constant has no steps, ciphertext jumps, an acknowledgement repeats a sequence number with
//! another timestamp.

use crate::analysis::sequence::Arrival;
use crate::proto::rtp::RtpPacket;
use crate::time::Span;

/// Numbers that may be missing between two packets that follow each other: 30 % of loss skips more
/// in one of 15 000 steps.
const NEAR: u32 = 8;
/// Media clocks tick at 1 kHz (text, RFC 4103) to 192 kHz (studio audio); twice that leaves room for
/// packets that travel at different speeds.
const SLOWEST: f64 = 500.0;
const FASTEST: f64 = 400_000.0;
/// The same for telephone events, which have the clock of speech, and packets of 50 ms at most.
const FASTEST_EVENT: f64 = 100_000.0;
const BUNCHED_EVENT: f64 = 2_400.0;
/// How far a timestamp may be ahead besides, in ticks: packets of 200 ms that arrive in a bunch.
const BUNCHED: f64 = 80_000.0;
/// Frames may be sent in another order than they are shown, retransmissions carry an old timestamp:
/// so far behind, in ticks, says nothing.
const BEHIND: i32 = -450_000;
/// A media clock ticks more than once a packet: 6 times in the shortest packets there are (125 µs of
/// 48 kHz audio, SMPTE ST 2110-30).
const LEAST_STEP: i32 = 5;
/// A silence after which the sender's clock may have stood still.
const PAUSE: f64 = 1.0;
/// After so many good timestamps nothing more is counted.
const SURE: u16 = 512;
/// Packets that a candidate must have shown without any other evidence.
const LEAST_PACKETS: u64 = 4;
/// Length of the payload of a telephone event (RFC 4733).
const EVENT_LEN: usize = 4;

/// Evidence for and against one candidate.
#[derive(Clone, Debug, Default)]
pub(super) struct Belief {
    /// New timestamps that a media clock would show at that time.
    fits: u16,
    /// New timestamps that none would.
    odd: u16,
    /// Of those that fit, how many came right behind a packet with the marker: video.
    frames: u16,
    /// Steps over more missing numbers than [`NEAR`].
    far: u32,
    /// Packets with the newest sequence number and another timestamp.
    clashes: u32,
    /// Steps in number with the same timestamp.
    still: u16,
    /// Of those, steps of a telephone event's duration that fit the time that passed.
    events: u16,
    /// Event code and duration of the last telephone event.
    event: Option<(u8, u16)>,
    /// Whether the first packet has a header extension as RFC 8285 has them: 16 bits that no other
    /// protocol has there.
    is_extended: bool,
    /// How far timestamps that fitted went in all, and how long that took, in seconds.
    ticks: u64,
    seconds: f64,
    /// Whether the newest packet has the marker, and whether one had not.
    marked: bool,
    unmarked: bool,
}

/// What else the stream counted that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) packets: u64,
    pub(super) payload_bytes: u64,
    pub(super) distinct: u64,
    pub(super) restarts: u64,
    pub(super) strays: u64,
    pub(super) payload_types: usize,
}

impl Belief {
    /// What the first packet shows.
    pub(super) fn new(rtp: &RtpPacket<'_>) -> Self {
        let mut belief = Self {
            is_extended: matches!(rtp.extension_profile(), Some(0xbede | 0x1000)),
            ..Self::default()
        };
        belief.look(rtp);
        belief
    }

    fn look(&mut self, rtp: &RtpPacket<'_>) {
        self.marked = rtp.marker();
        self.unmarked |= !self.marked;
        self.event = event(rtp);
    }

    /// Takes the next packet: `ticks` is its timestamp and `number` its sequence number less those of
    /// the newest packet before it, `since` the time since the last packet.
    #[inline]
    pub(super) fn push(
        &mut self,
        rtp: &RtpPacket<'_>,
        arrival: Arrival,
        ticks: i32,
        number: i16,
        since: Span,
    ) {
        if self.fits < SURE {
            self.weigh(rtp, arrival, ticks, number, since);
        }
    }

    fn weigh(
        &mut self,
        rtp: &RtpPacket<'_>,
        arrival: Arrival,
        ticks: i32,
        number: i16,
        since: Span,
    ) {
        match arrival {
            Arrival::New { skipped } => {
                self.far += u32::from(skipped > NEAR);
                let since = since.seconds().max(0.0);
                if ticks == 0 {
                    self.weigh_event(rtp, since);
                } else if fits(ticks, since) {
                    self.fits += 1;
                    self.ticks += u64::from(ticks.unsigned_abs());
                    self.seconds += since;
                    let ends_frame = self.marked && self.unmarked && skipped == 0;
                    self.frames += u16::from(ends_frame);
                } else if !(BEHIND..=-LEAST_STEP).contains(&ticks) {
                    self.odd = self.odd.saturating_add(1);
                }
                self.look(rtp);
            }
            Arrival::Restart { .. } => self.look(rtp),
            Arrival::Duplicate if number == 0 && ticks != 0 => self.clashes += 1,
            // A capture in reverse order has all numbers and times the other way round.
            Arrival::Early { skipped } if since.nanos() < 0 => {
                self.far += u32::from(skipped > NEAR);
                match fits(ticks.saturating_neg(), -since.seconds()) {
                    true => self.fits += 1,
                    false => self.odd = self.odd.saturating_add(1),
                }
            }
            Arrival::Duplicate | Arrival::Late | Arrival::Early { .. } | Arrival::Suspect => {}
        }
    }

    /// A telephone event keeps its timestamp while it lasts, but tells its duration.
    fn weigh_event(&mut self, rtp: &RtpPacket<'_>, since: f64) {
        self.still = self.still.saturating_add(1);
        if let (Some((code, before)), Some((now_code, now))) = (self.event, event(rtp))
            && code == now_code
            && now > before
            && f64::from(now - before) <= FASTEST_EVENT * since + BUNCHED_EVENT
        {
            self.events = self.events.saturating_add(1);
        }
    }

    /// Whether the packets are enough by themselves, on a path of which nothing else is known.
    pub(super) fn stands_alone(&self, counted: &Counted) -> bool {
        let has_clock = self.fits >= 2 && self.odd.saturating_mul(4) <= self.fits;
        let has_frames = self.frames >= 1 && self.odd == 0 && counted.distinct >= 6;
        let has_event = self.events >= 3 && self.odd == 0 && self.events >= self.still / 2;
        counted.distinct >= LEAST_PACKETS
            && self.followers(counted) + 1 >= LEAST_PACKETS
            && counted.payload_bytes >= counted.packets
            && counted.restarts * 20 <= counted.distinct
            && (has_clock || has_frames || has_event)
            && !self.is_refuted(counted)
    }

    /// Whether some packet follows closely on another: what chance does not give to one in a thousand
    /// pairs of the same SSRC.
    pub(super) fn is_continued(&self, counted: &Counted) -> bool {
        self.followers(counted) >= 1
    }

    /// Whether the first packet's header extension is one of RFC 8285.
    pub(super) fn is_extended(&self) -> bool {
        self.is_extended
    }

    /// Packets that are near the one before by their number.
    fn followers(&self, counted: &Counted) -> u64 {
        counted
            .distinct
            .saturating_sub(1)
            .saturating_sub(u64::from(self.far))
    }

    /// Whether something speaks against one stream, so that no evidence from elsewhere helps.
    pub(super) fn is_refuted(&self, counted: &Counted) -> bool {
        counted.strays > 1 + counted.packets / 10
            || counted.restarts > 1 + counted.distinct / 4
            || u64::from(self.far) * 2 > counted.distinct + 2
            || u64::from(self.clashes) * 4 > counted.distinct
            || u32::from(self.odd) > u32::from(self.fits) + 4
            || self.is_too_fast()
            || counted.payload_types as u64 > (3 + counted.distinct / 16).min(12)
    }
}

impl Belief {
    /// Whether the timestamps went on faster than any media clock: each step may, when packets come in
    /// a bunch, but not all of them together.
    fn is_too_fast(&self) -> bool {
        self.seconds >= 1.0 && self.ticks as f64 > FASTEST * self.seconds + BUNCHED
    }
}

/// Whether a media clock may have ticked so often in this time, in seconds.
fn fits(ticks: i32, since: f64) -> bool {
    let least = if since < PAUSE { SLOWEST * since } else { 0.0 };
    let exact = f64::from(ticks);
    ticks >= LEAST_STEP && exact >= least && exact <= FASTEST * since + BUNCHED
}

/// The event code and the duration, if this may be a telephone event.
fn event(rtp: &RtpPacket<'_>) -> Option<(u8, u16)> {
    if rtp.payload_wire_len() != EVENT_LEN {
        return None;
    }
    rtp.payload()
        .first_chunk::<EVENT_LEN>()
        .map(|&[code, _, d0, d1]| (code, u16::from_be_bytes([d0, d1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_media_clock_fits_and_counters_do_not() {
        for (rate, ms) in [
            (1_000, 20),
            (8_000, 20),
            (8_000, 5_000),
            (16_000, 20),
            (44_100, 10),
            (48_000, 60),
            (90_000, 33),
            (192_000, 5),
        ] {
            let ticks = rate * ms / 1_000;
            assert!(fits(ticks, f64::from(ms) / 1e3), "{rate} Hz, {ms} ms");
        }
        assert!(fits(6, 0.000_125), "125 µs at 48 kHz");
        assert!(!fits(0, 0.02));
        assert!(!fits(1, 0.02), "one a packet");
        assert!(!fits(1 << 24, 0.02), "a little-endian counter");
        assert!(!fits(1_000_000, 0.5), "microseconds");
        assert!(!fits(20, 0.5), "slower than any clock");
    }

    fn packet(seq: u16, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x80, 101];
        bytes.extend(seq.to_be_bytes());
        bytes.extend(timestamp.to_be_bytes());
        bytes.extend([1, 2, 3, 4]);
        bytes.extend(payload);
        bytes
    }

    /// Evidence of packets in sequence, 20 ms apart, with these timestamps and payloads.
    fn evidence(packets: &[(u32, &[u8])]) -> (Belief, Counted) {
        let parsed: Vec<Vec<u8>> = packets
            .iter()
            .zip(1..)
            .map(|((ts, payload), seq)| packet(seq, *ts, payload))
            .collect();
        let rtp = |i: usize| RtpPacket::parse(&parsed[i]).unwrap();
        let mut belief = Belief::new(&rtp(0));
        for i in 1..parsed.len() {
            let ticks = rtp(i).timestamp().wrapping_sub(rtp(i - 1).timestamp()) as i32;
            let arrival = Arrival::New { skipped: 0 };
            belief.push(&rtp(i), arrival, ticks, 1, Span::from_millis(20));
        }
        let n = packets.len() as u64;
        let counted = Counted {
            packets: n,
            payload_bytes: packets.iter().map(|(_, p)| p.len() as u64).sum(),
            distinct: n,
            restarts: 0,
            strays: 0,
            payload_types: 1,
        };
        (belief, counted)
    }

    #[test]
    fn four_packets_with_a_clock_are_enough() {
        let audio = [0u32, 160, 320, 480].map(|ts| (ts, &b"sound"[..]));
        let (belief, counted) = evidence(&audio);
        assert!(belief.stands_alone(&counted));
        let (belief, counted) = evidence(&audio[..3]);
        assert!(!belief.stands_alone(&counted) && belief.is_continued(&counted));
    }

    #[test]
    fn a_constant_and_a_counter_are_no_clock() {
        for step in [0, 1, 4, 1 << 24, 0x9e37_79b9] {
            let packets: Vec<(u32, &[u8])> = (0u32..50)
                .map(|n| (n.wrapping_mul(step), &b"data"[..3]))
                .collect();
            let (belief, counted) = evidence(&packets);
            assert!(!belief.stands_alone(&counted), "{step}");
        }
    }

    #[test]
    fn a_clock_of_microseconds_is_none_of_media() {
        let micros: Vec<(u32, &[u8])> = (0u32..200).map(|n| (n * 20_000, &b"data"[..])).collect();
        let (belief, counted) = evidence(&micros);
        assert!(!belief.stands_alone(&counted));
        let usual: Vec<(u32, &[u8])> = (0u32..200).map(|n| (n * 3_840, &b"data"[..])).collect();
        let (belief, counted) = evidence(&usual);
        assert!(belief.stands_alone(&counted), "192 kHz");
    }

    #[test]
    fn a_telephone_event_has_its_clock_in_the_payload() {
        let durations: Vec<[u8; 4]> = (0u16..4)
            .map(|n| {
                let [d0, d1] = (n * 160).to_be_bytes();
                [5, 10, d0, d1]
            })
            .collect();
        let packets: Vec<(u32, &[u8])> = durations.iter().map(|d| (77, &d[..])).collect();
        let (belief, counted) = evidence(&packets);
        assert!(belief.stands_alone(&counted));
    }
}
