//! Sender and receiver reports of one source (RFC 3550), beside what was seen of it when they passed.
//!
//! A report counts from where its author began, which nobody else knows. So counts are compared
//! between the first report and the last: then both sides count the same packets.

use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{ReceiverReports, SenderReports};
use crate::proto::rtcp::{ReportBlock, SenderReport};
use crate::time::{Span, Timestamp};

/// Reporters of one source told apart; those of further ones count as reports only.
const REPORTERS_MAX: usize = 4;
/// Over less time, a clock's rate is noise.
const CLOCK_SPAN: Span = Span::from_millis(2_000);
/// One second of NTP time, in units of 2⁻³² s.
const NTP_SECOND: f64 = 4_294_967_296.0;

/// The report blocks about one source.
#[derive(Clone, Debug)]
pub(super) struct Received {
    summary: ReceiverReports,
    reporters: Vec<Reporter>,
}

/// One reporter's counts.
#[derive(Clone, Copy, Debug)]
struct Reporter {
    ssrc: u32,
    reports: u64,
    first: Count,
    last: Count,
}

/// What was counted when a report passed.
#[derive(Clone, Copy, Debug)]
struct Count {
    highest: u32,
    lost: i32,
    /// Missing at the point of capture up to the same packet, if the stream is known.
    missing_here: Option<u64>,
}

impl Received {
    /// Takes a report block of `reporter`; `missing_here` is how many packets were missing at the
    /// point of capture up to the one it tells last.
    pub(super) fn push(
        known: &mut Option<Self>,
        reporter: u32,
        block: &ReportBlock<'_>,
        missing_here: Option<u64>,
        at: Timestamp,
    ) {
        let fraction = f64::from(block.fraction_lost) / 256.0;
        let this = known.get_or_insert_with(|| Self {
            summary: ReceiverReports {
                count: 0,
                first: at,
                last: at,
                fraction_lost: 0.0,
                fraction_lost_max: 0.0,
                lost: 0,
                highest_sequence: 0,
                jitter: 0,
                jitter_max: 0,
            },
            reporters: Vec::new(),
        });
        let all = &mut this.summary;
        all.count += 1;
        all.last = at;
        all.fraction_lost = fraction;
        all.fraction_lost_max = all.fraction_lost_max.max(fraction);
        all.lost = block.cumulative_lost;
        all.highest_sequence = block.highest_sequence;
        all.jitter = block.jitter;
        all.jitter_max = all.jitter_max.max(block.jitter);
        let now = Count {
            highest: block.highest_sequence,
            lost: block.cumulative_lost,
            missing_here,
        };
        match this.reporters.iter_mut().find(|r| r.ssrc == reporter) {
            Some(r) => {
                // The receiver began anew when its highest number falls.
                let goes_on = now.highest.wrapping_sub(r.last.highest) as i32 >= 0;
                if !goes_on || (r.first.missing_here.is_none() && missing_here.is_some()) {
                    r.first = now;
                }
                r.last = now;
                r.reports += 1;
            }
            None => {
                if this.reporters.len() < REPORTERS_MAX {
                    this.reporters.push(Reporter {
                        ssrc: reporter,
                        reports: 1,
                        first: now,
                        last: now,
                    });
                }
            }
        }
    }

    /// Adds the reports that came on another path.
    pub(super) fn merge(&mut self, other: &Self) {
        let (a, b) = (self.summary, other.summary);
        let newest = if a.last > b.last { a } else { b };
        self.summary = ReceiverReports {
            count: a.count + b.count,
            first: a.first.min(b.first),
            fraction_lost_max: a.fraction_lost_max.max(b.fraction_lost_max),
            jitter_max: a.jitter_max.max(b.jitter_max),
            ..newest
        };
        let room = REPORTERS_MAX.saturating_sub(self.reporters.len());
        self.reporters.extend(other.reporters.iter().take(room));
    }

    /// What they come to.
    pub(super) fn summary(&self) -> ReceiverReports {
        self.summary
    }

    /// What the reporter with most reports lost more than was missing here, between its first
    /// report and its last.
    pub(super) fn lost_after_capture(&self) -> Known<i64> {
        let most = self.reporters.iter().rev().max_by_key(|r| r.reports);
        let Some(r) = most.filter(|r| r.last.highest != r.first.highest) else {
            return Known::No(Unknown::TooFewPackets);
        };
        let (Some(first), Some(last)) = (r.first.missing_here, r.last.missing_here) else {
            return Known::No(Unknown::NotSeen);
        };
        let reported = i64::from(r.last.lost) - i64::from(r.first.lost);
        Known::Yes(reported - (last as i64 - first as i64))
    }
}

/// The sender reports of one source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    count: u64,
    begun: Timestamp,
    first: Moment,
    last: Moment,
    /// Ticks of the RTP clock from the first to the last.
    ticks: i64,
}

/// A sender report, and what was seen when it passed.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: Timestamp,
    ntp: u64,
    rtp: u32,
    packets: u32,
    octets: u32,
    /// Distinct packets seen by then, if the stream is known.
    seen: Option<u64>,
}

impl Sent {
    /// Takes a report; `seen` is how many distinct packets of the stream had passed.
    pub(super) fn push(
        known: &mut Option<Self>,
        report: &SenderReport<'_>,
        seen: Option<u64>,
        at: Timestamp,
    ) {
        let now = Moment {
            at,
            ntp: report.ntp,
            rtp: report.rtp_timestamp,
            packets: report.packet_count,
            octets: report.octet_count,
            seen,
        };
        let Some(this) = known else {
            *known = Some(Self {
                count: 1,
                begun: at,
                first: now,
                last: now,
                ticks: 0,
            });
            return;
        };
        this.count += 1;
        if now.ntp == this.last.ntp {
            return; // The same report again.
        }
        let step = now.rtp.wrapping_sub(this.last.rtp) as i32;
        let sent = now.packets.wrapping_sub(this.last.packets) as i32;
        let begins = now.ntp < this.last.ntp || sent < 0 || step < 0;
        if begins || (this.first.seen.is_none() && seen.is_some()) {
            (this.first, this.ticks) = (now, 0);
        } else {
            this.ticks += i64::from(step);
        }
        this.last = now;
    }

    /// Adds the reports that came on another path, of which the later ones count.
    pub(super) fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        let begun = self.begun.min(other.begun);
        if other.last.at > self.last.at {
            *self = *other;
        }
        (self.count, self.begun) = (count, begun);
    }

    /// What they come to.
    pub(super) fn report(&self) -> SenderReports {
        let (first, last) = (&self.first, &self.last);
        let sent = i64::from(last.packets.wrapping_sub(first.packets));
        let lost = match (first.seen, last.seen) {
            _ if first.ntp == last.ntp => Known::No(Unknown::TooFewPackets),
            (Some(a), Some(b)) => Known::Yes(sent - (b as i64 - a as i64)),
            _ => Known::No(Unknown::NotSeen),
        };
        let own = last.ntp.wrapping_sub(first.ntp) as f64 / NTP_SECOND;
        let here = (last.at - first.at).seconds();
        let long = own >= CLOCK_SPAN.seconds() && here >= CLOCK_SPAN.seconds();
        let over = |value: f64| Known::or(long.then_some(value), Unknown::TooFewPackets);
        SenderReports {
            count: self.count,
            first: self.begun,
            last: last.at,
            packets: last.packets,
            octets: last.octets,
            lost_before_capture: lost,
            clock_rate: over(self.ticks as f64 / own),
            clock_skew: over(own / here - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::rtcp::{Body, Compound};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    fn sender(ms: u64, rtp: u32, packets: u32) -> Vec<u8> {
        let ntp = (ms << 32) / 1000;
        let mut bytes = vec![0x80, 200, 0, 6, 0, 0, 0, 1];
        bytes.extend(ntp.to_be_bytes());
        for word in [rtp, packets, packets * 100] {
            bytes.extend(word.to_be_bytes());
        }
        bytes
    }

    fn sent(reports: &[(u64, u32, u32, Option<u64>, i64)]) -> SenderReports {
        let mut all = None;
        for &(ms, rtp, packets, seen, ts) in reports {
            let bytes = sender(ms, rtp, packets);
            for packet in Compound::new(&bytes).packets().flatten() {
                if let Body::SenderReport(report) = packet.body {
                    Sent::push(&mut all, &report, seen, at(ts));
                }
            }
        }
        all.unwrap().report()
    }

    #[test]
    fn what_was_sent_between_two_reports_and_not_seen_was_lost_before() {
        let report = sent(&[
            (5_000, 0xffff_ff00, 500, Some(90), 1_000),
            (
                10_000,
                0xffff_ff00u32.wrapping_add(5 * 48_000),
                750,
                Some(330),
                6_000,
            ),
            (
                15_000,
                0xffff_ff00u32.wrapping_add(10 * 48_000),
                1_000,
                Some(570),
                11_001,
            ),
        ]);
        assert_eq!(report.lost_before_capture, Known::Yes(20));
        assert_eq!(
            (report.count, report.packets, report.octets),
            (3, 1_000, 100_000)
        );
        let rate = *report.clock_rate.value().unwrap();
        assert!((rate - 48_000.0).abs() < 0.01, "{rate}");
        let skew = *report.clock_skew.value().unwrap();
        assert!((skew + 1e-4).abs() < 1e-6, "{skew}");
    }

    #[test]
    fn a_sender_that_begins_anew_is_counted_from_there() {
        let report = sent(&[
            (5_000, 1_000, 500, Some(500), 1_000),
            (6_000, 2_000, 3, Some(503), 2_000),
            (9_000, 5_000, 13, Some(512), 5_000),
        ]);
        assert_eq!(report.lost_before_capture, Known::Yes(1));
        assert_eq!(report.clock_rate, Known::Yes(1_000.0));
        let one = sent(&[(5_000, 1_000, 500, Some(500), 1_000)]);
        assert_eq!(
            one.lost_before_capture.reason(),
            Some(Unknown::TooFewPackets)
        );
        assert_eq!(one.clock_rate.reason(), Some(Unknown::TooFewPackets));
    }

    fn received(reports: &[(u32, i32, u32, Option<u64>)]) -> Received {
        let mut all = None;
        for &(reporter, lost, highest, missing) in reports {
            let mut bytes = vec![0x81, 201, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1];
            bytes.extend(((lost as u32 & 0x00ff_ffff) | 64 << 24).to_be_bytes());
            bytes.extend(highest.to_be_bytes());
            bytes.extend([0; 12]);
            for packet in Compound::new(&bytes).packets().flatten() {
                if let Body::ReceiverReport(report) = packet.body {
                    for block in report.blocks.iter() {
                        Received::push(&mut all, reporter, &block, missing, at(1));
                    }
                }
            }
        }
        all.unwrap()
    }

    #[test]
    fn what_the_receiver_misses_more_was_lost_behind_the_capture() {
        let all = received(&[(9, 100, 1_000, Some(40)), (9, 130, 2_000, Some(52))]);
        assert_eq!(all.lost_after_capture(), Known::Yes(18));
        let summary = all.summary();
        assert_eq!((summary.lost, summary.highest_sequence), (130, 2_000));
        assert_eq!((summary.count, summary.fraction_lost), (2, 0.25));
    }

    #[test]
    fn reporters_are_told_apart() {
        let all = received(&[
            (9, 100, 1_000, Some(40)),
            (8, 0, 1_000, Some(40)),
            (9, 130, 2_000, Some(52)),
            (8, 3, 2_000, Some(52)),
            (9, 131, 3_000, Some(52)),
        ]);
        assert_eq!(all.lost_after_capture(), Known::Yes(19));
        let one = received(&[(9, 100, 1_000, Some(40))]);
        assert_eq!(
            one.lost_after_capture().reason(),
            Some(Unknown::TooFewPackets)
        );
        let blind = received(&[(9, 100, 1_000, None), (9, 130, 2_000, None)]);
        assert_eq!(blind.lost_after_capture().reason(), Some(Unknown::NotSeen));
    }
}
