//! Whether the capture lost packets, and which: loss that both directions of a path show in the
//! same moments, and what systems and receivers say.
//!
//! Wherever on its way a call is captured, the network can only have lost what had not yet passed
//! the point of capture: of one direction on the one side, of the other on the other side. Both
//! lose in the same moment only by chance, and chance is measured: the moments of one direction are
//! compared with those of the other some seconds earlier and later. A capture that cannot keep up
//! loses runs of packets of all directions.

use super::analyzer::State;
use super::model::{CaptureLoss, CaptureLossEvidence, Stream, Verdict};
use super::sequence::Arrival;
use super::stream::{Packet, StreamState};
use std::collections::BTreeMap;

/// Moments of loss kept; later ones are not looked at.
const MOMENTS_MAX: usize = 1 << 13;
/// Other times at which the directions are compared, in milliseconds, to measure chance: no
/// multiples of a usual interval, so that what is periodic does not meet itself.
const SHIFTS: [i64; 12] = [
    -4_310, -3_130, -2_270, -1_630, -1_090, -710, 710, 1_090, 1_630, 2_270, 3_130, 4_310,
];
/// Losses of one direction that are no further apart are one event, in nanoseconds.
const CLOSE: i64 = 50_000_000;
/// So many packets missing in a row, in both directions at once, are an outage of the capture.
const OUTAGE: u32 = 5;
/// How much of the time that two directions miss must be the same, to be one outage.
const ALIKE: f64 = 0.6;

/// A moment in which packets of a stream are missing.
#[derive(Clone, Copy, Debug)]
struct Moment {
    flow: u32,
    ssrc: u32,
    /// The first number missing, and how many.
    first: i64,
    lost: u32,
    /// The stream's last packet before, and the first after.
    from: i64,
    until: i64,
}

/// The moments in which packets are missing, and what else tells of a capture that lost some.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    moments: Vec<Moment>,
    /// Gaps in TCP streams whose bytes were acknowledged.
    pub(super) acknowledged: u64,
}

impl Moments {
    /// Takes the next packet of any stream.
    #[inline]
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>) {
        if let Arrival::New {
            skipped: lost @ 1..,
        } = packet.arrival
            && self.moments.len() < MOMENTS_MAX
        {
            let until = packet.spot.ts;
            self.moments.push(Moment {
                flow: packet.spot.flow,
                ssrc: packet.rtp.ssrc(),
                first: packet.number - i64::from(lost),
                lost,
                from: until.nanos() - packet.since.nanos().max(0),
                until: until.nanos(),
            });
        }
    }
}

/// Both directions of a transport.
#[derive(Debug, Default)]
struct Both {
    ways: [Vec<Moment>; 2],
}

/// A time in which both directions miss packets.
type Window = (i64, i64);

/// Decides whether the capture lost packets, and notes with each stream how many it most likely
/// lost of it.
pub(super) fn judge(state: &State, streams: &mut [Stream]) -> CaptureLoss {
    let missing = still_missing(state, streams);
    let mut together = 0;
    let mut by_chance: f64 = 0.0;
    let mut most_by_chance = 0;
    let mut outages = 0;
    let mut windows: BTreeMap<u32, Vec<Window>> = BTreeMap::new();
    let mut shifted = [0; SHIFTS.len()];
    for (transport, both) in &missing {
        let [ab, ba] = &both.ways;
        windows.insert(*transport, meetings(ab, ba));
        // A burst of loss is one event, however many streams and packets it hits.
        let (ab_events, ba_events) = (&events(ab), &events(ba));
        together += meetings(ab_events, ba_events).len() as u64;
        for (count, ms) in shifted.iter_mut().zip(SHIFTS) {
            let moved = moved(ab_events, ba_events, ms * 1_000_000);
            *count += meetings(ab_events, &moved).len() as u64;
        }
        outages += outages_of(ab, ba);
    }
    for count in shifted {
        by_chance += count as f64 / SHIFTS.len() as f64;
        most_by_chance = most_by_chance.max(count);
    }

    let mut loss = CaptureLoss::default();
    let mut add = |evidence, verdict: Verdict| {
        // Several independent things that are each likely leave no doubt.
        loss.verdict = match (loss.verdict, verdict) {
            (Verdict::Likely, Verdict::Likely) => Verdict::Certain,
            (known, new) => known.max(new),
        };
        loss.evidence.push(evidence);
    };
    if let Some(packets @ 1..) = state.info.dropped_by_capture {
        add(CaptureLossEvidence::Counted { packets }, Verdict::Certain);
    }
    let excess = together as f64 > by_chance + 4.0 * (by_chance + 1.0).sqrt();
    let evidence = CaptureLossEvidence::Together {
        moments: together,
        by_chance: most_by_chance,
    };
    let is_together = excess && together > 2 * most_by_chance;
    if is_together {
        add(evidence, Verdict::Likely);
    } else if together >= 2 && most_by_chance == 0 {
        add(evidence, Verdict::Possible);
    }
    if outages > 0 {
        let verdict = match is_together {
            true => Verdict::Possible, // The same moments are no second witness.
            false => Verdict::Likely,
        };
        add(CaptureLossEvidence::Outage { times: outages }, verdict);
    }
    if state.losses.acknowledged > 0 {
        let gaps = state.losses.acknowledged;
        add(CaptureLossEvidence::Acknowledged { gaps }, Verdict::Likely);
    }
    let reported: u64 = streams.iter().filter_map(unreported).sum();
    if reported > 0 {
        let evidence = CaptureLossEvidence::Reported { packets: reported };
        add(evidence, Verdict::Likely);
    }
    if loss.verdict >= Verdict::Likely {
        blame(state, streams, &missing, &windows);
        loss.packets = streams.iter().map(|s| s.loss.at_capture).sum();
    }
    loss
}

/// The moments of streams that are reported, without those whose packets came after all, by
/// transport and in order of time.
fn still_missing(state: &State, streams: &[Stream]) -> BTreeMap<u32, Both> {
    if state.losses.moments.is_empty() {
        return BTreeMap::new();
    }
    let reported: BTreeMap<(u32, u32), ()> = streams
        .iter()
        .flat_map(|s| s.legs.iter().map(|leg| ((leg.transport, s.ssrc.0), ())))
        .collect();
    let states: BTreeMap<(u32, u32), &StreamState> = state
        .streams
        .all()
        .filter(|s| s.holes.is_some())
        .map(|s| ((s.current_flow(), s.ssrc), s))
        .collect();
    let mut all: BTreeMap<u32, Both> = BTreeMap::new();
    for m in &state.losses.moments {
        let Some(flow) = state.flows.get(m.flow) else {
            continue;
        };
        let came = states
            .get(&(m.flow, m.ssrc))
            .is_some_and(|s| s.sequence.has_arrived(m.first));
        if came || !reported.contains_key(&(flow.transport, m.ssrc)) {
            continue;
        }
        let both = all.entry(flow.transport).or_default();
        if let Some(way) = both.ways.get_mut(usize::from(flow.reverse)) {
            way.push(*m);
        }
    }
    for both in all.values_mut() {
        for way in &mut both.ways {
            way.sort_by_key(|m| (m.from, m.until));
        }
    }
    all
}

/// Moments of one direction that overlap or follow each other closely, as one each.
fn events(moments: &[Moment]) -> Vec<Moment> {
    let mut all: Vec<Moment> = Vec::new();
    for m in moments {
        match all.last_mut() {
            Some(last) if m.from <= last.until + CLOSE => last.until = last.until.max(m.until),
            _ => all.push(*m),
        }
    }
    all
}

/// The moments of the other direction at another time. What moves over the end of the time in which
/// packets are missing comes in again at its beginning, so that there are as many as before.
fn moved(one: &[Moment], other: &[Moment], by: i64) -> Vec<Moment> {
    let both = || one.iter().chain(other);
    let begin = both().map(|m| m.from).min().unwrap_or(0);
    let end = both().map(|m| m.until).max().unwrap_or(0);
    let period = (end - begin).max(1);
    let mut moved: Vec<Moment> = other.to_vec();
    for m in &mut moved {
        let from = begin + (m.from - begin + by).rem_euclid(period);
        (m.from, m.until) = (from, from + (m.until - m.from));
    }
    moved.sort_by_key(|m| (m.from, m.until));
    moved
}

/// The times that moments of the one and of the other direction have in common: one for each
/// moment of the one that meets another.
fn meetings(one: &[Moment], other: &[Moment]) -> Vec<Window> {
    let mut found: Vec<Window> = Vec::new();
    let mut start = 0;
    let longest = other.iter().map(|m| m.until - m.from).max().unwrap_or(0);
    for a in one {
        // Those that end before this begins, whatever their length, are over for all that follow.
        while other.get(start).is_some_and(|b| b.from + longest <= a.from) {
            start += 1;
        }
        let rest = other.get(start..).unwrap_or_default();
        let near = rest.iter().take_while(|b| b.from < a.until);
        let common = near
            .map(|b| (a.from.max(b.from), a.until.min(b.until)))
            .filter(|(from, until)| from < until)
            .max_by_key(|(from, until)| until - from);
        // Several streams of one direction miss packets in one moment once.
        if let Some(window) = common
            && found.last().is_none_or(|last| last.1 <= window.0)
        {
            found.push(window);
        }
    }
    found
}

/// How often both directions miss many packets in a row, for about the same time.
fn outages_of(one: &[Moment], other: &[Moment]) -> u64 {
    let long = |all: &[Moment]| -> Vec<Moment> {
        let all = all.iter().filter(|m| m.lost >= OUTAGE);
        all.copied().collect()
    };
    let (one, other) = (long(one), long(other));
    let alike = |a: &Moment, b: &Moment| {
        let common = a.until.min(b.until) - a.from.max(b.from);
        let all = a.until.max(b.until) - a.from.min(b.from);
        common as f64 >= all as f64 * ALIKE
    };
    let mut until = i64::MIN;
    let mut times = 0;
    let mut start = 0;
    for a in &one {
        while other.get(start).is_some_and(|b| b.until <= a.from) {
            start += 1;
        }
        let rest = other.get(start..).unwrap_or_default();
        let met = rest
            .iter()
            .take_while(|b| b.from < a.until)
            .any(|b| alike(a, b));
        if met && a.from >= until {
            times += 1;
            until = a.until;
        }
    }
    times
}

/// How many packets fewer than are missing here a receiver reports lost, where that is clear: all
/// through the stream, and not only since its last report.
fn unreported(s: &Stream) -> Option<u64> {
    let feedback = s.feedback.value()?;
    let reports = feedback.reports?;
    let reported = u64::try_from(reports.lost).ok()?;
    let more = s.lost.checked_sub(reported)?;
    let longest = s.loss.runs.last().map_or(0, |(length, _)| *length);
    let clear = reports.count >= 3
        && s.duplicated == 0
        && s.reordered == 0
        && more >= 5
        && more > reported
        && longest * 3 <= more;
    clear.then_some(more)
}

/// Counts with each stream what it misses in moments in which the other direction misses packets too.
fn blame(
    state: &State,
    streams: &mut [Stream],
    missing: &BTreeMap<u32, Both>,
    windows: &BTreeMap<u32, Vec<Window>>,
) {
    let mut lost: BTreeMap<(u32, bool, u32), u64> = BTreeMap::new();
    for (transport, both) in missing {
        let Some(windows) = windows.get(transport) else {
            continue;
        };
        for m in both.ways.iter().flatten() {
            let next = windows.partition_point(|w| w.1 <= m.from);
            let Some(flow) = state.flows.get(m.flow) else {
                continue;
            };
            if windows.get(next).is_some_and(|w| w.0 < m.until) {
                *lost.entry((*transport, flow.reverse, m.ssrc)).or_default() += u64::from(m.lost);
            }
        }
    }
    for s in streams {
        let ways = s.legs.iter().filter(|leg| !leg.is_copy).flat_map(|leg| {
            [false, true].map(|reverse| (leg.transport, reverse, leg.path, s.ssrc.0))
        });
        let own = ways.filter(|(transport, reverse, path, _)| {
            let transport = state.transports.get(*transport as usize);
            transport.is_some_and(|t| (t.path.src == path.src) != *reverse)
        });
        let n: u64 = own
            .filter_map(|(transport, reverse, _, ssrc)| lost.get(&(transport, reverse, ssrc)))
            .sum();
        s.loss.at_capture = n.min(s.lost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(from_ms: i64, until_ms: i64, lost: u32) -> Moment {
        Moment {
            flow: 0,
            ssrc: 1,
            first: 0,
            lost,
            from: from_ms * 1_000_000,
            until: until_ms * 1_000_000,
        }
    }

    #[test]
    fn moments_meet_once_each() {
        let one = [moment(0, 40, 1), moment(10, 30, 2), moment(100, 140, 1)];
        let other = [moment(20, 60, 1), moment(139, 180, 1), moment(500, 540, 1)];
        let found = meetings(&one, &other);
        assert_eq!(
            found,
            [(20_000_000, 40_000_000), (139_000_000, 140_000_000)]
        );
        let later = moved(&one, &other, 100_000_000);
        assert_eq!(later.len(), 3);
        assert_eq!(
            later[0].from, 60_000_000,
            "540 ms are all there is: 600 is 60"
        );
        assert_eq!(meetings(&one, &later).len(), 1);
    }

    #[test]
    fn an_outage_is_long_and_the_same_in_both_directions() {
        let outage = [moment(1_000, 1_500, 25)];
        assert_eq!(outages_of(&outage, &[moment(1_010, 1_505, 12)]), 1);
        assert_eq!(outages_of(&outage, &[moment(1_010, 1_050, 6)]), 0);
        assert_eq!(outages_of(&outage, &[moment(1_000, 1_500, 2)]), 0);
    }
}
