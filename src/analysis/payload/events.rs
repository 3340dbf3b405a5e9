//! The telephone events of a stream (RFC 4733), each once: it is told of in many packets with one
//! timestamp, its end mostly three times, and a long one goes on with another timestamp.

use crate::analysis::model::DtmfEvent;
use crate::proto::rtp::payload::{TelephoneEvent, digit};
use crate::time::{Span, Timestamp};

/// Events listed of one stream.
const EVENTS_MAX: usize = 256;
/// The longest duration of one report: a longer event goes on in another segment.
const SEGMENT: u32 = 0xffff;
/// The longest duration that a segment that goes on may lack of that, in reports of 50 ms at 48 kHz.
const SLACK: u32 = 4_800;

/// Clock rates of telephone events, how near a measured one must come, and the seconds it needs.
const CLOCKS: [u32; 4] = [8_000, 16_000, 32_000, 48_000];
const NEAR: f64 = 0.3;
const LONG_ENOUGH: f64 = 0.05;

/// An event while it is told of.
#[derive(Clone, Copy, Debug)]
struct Event {
    event: u8,
    volume: u8,
    at: Timestamp,
    /// RTP timestamp of its current segment.
    timestamp: u32,
    /// Duration of the segments before that, and of it.
    before: u64,
    duration: u16,
    is_complete: bool,
    /// The latest report of its first segment that told of a longer duration: when, and which.
    grown: (Timestamp, u16),
    first: u16,
}

/// A stream read as telephone events.
#[derive(Clone, Debug, Default)]
pub(super) struct EventMeter {
    pub(super) fitted: u64,
    pub(super) misfits: u64,
    /// Reports that tell more of an event that was told of before.
    pub(super) grown: u64,
    events: Vec<Event>,
    not_kept: u64,
}

impl EventMeter {
    /// Reads one packet.
    pub(super) fn push(&mut self, payload: &[u8], timestamp: u32, at: Timestamp) {
        let report = TelephoneEvent::parse(payload).ok();
        let whole = payload.len() == TelephoneEvent::LEN;
        let Some(report) = report.filter(|_| whole) else {
            self.misfits += 1;
            return;
        };
        self.fitted += 1;
        // Late reports are of an event shortly before.
        let mut recent = self.events.iter_mut().rev().take(4);
        let same = |e: &Event| e.event == report.event && e.timestamp == timestamp;
        if let Some(known) = recent.find(|e| same(e)) {
            self.grown += u64::from(report.duration > known.duration || report.is_end);
            // The end is told again and again, later than it was.
            if report.duration > known.duration && known.before == 0 && !known.is_complete {
                known.grown = (at, report.duration);
            }
            known.duration = known.duration.max(report.duration);
            known.is_complete |= report.is_end;
            return;
        }
        if let Some(last) = self.events.last_mut()
            && goes_on(last, &report, timestamp)
        {
            last.before += u64::from(timestamp.wrapping_sub(last.timestamp));
            last.timestamp = timestamp;
            last.duration = report.duration;
            last.is_complete = report.is_end;
            self.grown += 1;
            return;
        }
        if self.events.len() == EVENTS_MAX {
            self.not_kept += 1;
            // Kept in its place, to know its further reports.
            self.events.pop();
        }
        self.events.push(Event {
            event: report.event,
            volume: report.volume,
            at,
            timestamp,
            before: 0,
            duration: report.duration,
            is_complete: report.is_end,
            grown: (at, report.duration),
            first: report.duration,
        });
    }

    /// Whether these are events beyond doubt: durations that grow under one timestamp.
    pub(super) fn has_proof(&self) -> bool {
        self.misfits == 0 && self.grown >= 2 && self.grown * 2 >= self.fitted
    }

    /// The clock rate that durations are told in, if they grew with the time of the capture: of the
    /// payload type, which may be another than that of the stream's media.
    pub(super) fn rate(&self) -> Option<u32> {
        let (mut ticks, mut seconds) = (0.0, 0.0);
        for e in &self.events {
            ticks += f64::from(e.grown.1.saturating_sub(e.first));
            seconds += (e.grown.0 - e.at).seconds();
        }
        let rate = if seconds >= LONG_ENOUGH {
            ticks / seconds
        } else {
            0.0
        };
        let near = |known: &u32| (rate / f64::from(*known) - 1.0).abs() < NEAR;
        CLOCKS.into_iter().find(near)
    }

    /// The events, with their duration in time if the clock rate is known; and how many more.
    pub(super) fn report(&self, rate: Option<u32>) -> (Vec<DtmfEvent>, u64) {
        let each = |e: &Event| {
            let ticks = e.before + u64::from(e.duration);
            let span = |rate: u32| {
                let nanos = u128::from(ticks) * 1_000_000_000 / u128::from(rate.max(1));
                Span::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
            };
            DtmfEvent {
                event: e.event,
                digit: digit(e.event),
                at: e.at,
                ticks,
                duration: rate.map(span),
                volume: e.volume,
                is_complete: e.is_complete,
            }
        };
        (self.events.iter().map(each).collect(), self.not_kept)
    }
}

/// Whether a report begins the next segment of an event whose duration no longer fits one.
fn goes_on(last: &Event, report: &TelephoneEvent, timestamp: u32) -> bool {
    let step = timestamp.wrapping_sub(last.timestamp);
    last.event == report.event
        && !last.is_complete
        && step <= SEGMENT
        && step + SLACK > SEGMENT
        && step >= u32::from(last.duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(event: u8, end: bool, duration: u16) -> [u8; 4] {
        let [high, low] = duration.to_be_bytes();
        [event, u8::from(end) << 7 | 10, high, low]
    }

    #[test]
    fn an_event_is_told_once() {
        let mut meter = EventMeter::default();
        let mut at = 0;
        for (event, timestamp) in [(1, 1_000), (1, 5_000), (11, 9_000)] {
            for duration in [160, 320, 480] {
                at += 20;
                let time = Timestamp::from_nanos(at * 1_000_000);
                meter.push(&report(event, false, duration), timestamp, time);
            }
            at += 20;
            for _ in 0..3 {
                let time = Timestamp::from_nanos(at * 1_000_000);
                meter.push(&report(event, true, 640), timestamp, time);
            }
        }
        let (events, more) = meter.report(Some(8_000));
        let keys: String = events.iter().filter_map(|e| e.digit).collect();
        assert_eq!((&*keys, more, meter.has_proof()), ("11#", 0, true));
        assert_eq!(meter.rate(), Some(8_000));
        assert!(
            events
                .iter()
                .all(|e| e.is_complete && e.duration == Some(Span::from_millis(80)))
        );
    }

    #[test]
    fn a_long_event_has_segments() {
        let mut meter = EventMeter::default();
        let at = Timestamp::default();
        meter.push(&report(5, false, 800), 0, at);
        meter.push(&report(5, false, 65_535), 0, at);
        meter.push(&report(5, false, 800), 65_535, at);
        meter.push(&report(5, true, 1_600), 65_535, at);
        let (events, _) = meter.report(None);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].ticks, events[0].duration), (67_135, None));
    }

    #[test]
    fn events_are_bounded() {
        let mut meter = EventMeter::default();
        for i in 0..1_000 {
            meter.push(&report(1, false, 1), i * 9_000, Timestamp::default());
        }
        let (events, more) = meter.report(None);
        assert_eq!((events.len(), more), (256, 744));
    }
}
