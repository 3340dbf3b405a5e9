//! What became of the losses of each stream, decided over all streams of a connection.

use super::holes::{Delays, Returned, Sibling, delay_from};
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{BurstGap, Connection, Kind, LossDetail, Source, Stream};
use crate::analysis::sources::Measured;
use crate::analysis::stream::{Clusters, StreamState};
use crate::time::Span;

/// A packet that was sent again comes at least this long after it was missed: a shorter round trip
/// cannot be told from reordering.
const RESEND_MIN: Span = Span::from_millis(8);

/// Decides what became of the losses of each stream of a connection.
pub(in crate::analysis) fn decide(connection: &Connection, streams: &mut [Measured<'_, '_>]) {
    let round_trip = connection.latency.value().map(|l| l.round_trip_time);
    let retransmits: Vec<Option<u32>> = (0..streams.len()).map(|i| rtx_of(i, streams)).collect();
    for (measured, rtx) in streams.iter_mut().zip(retransmits) {
        let (state, stream) = (measured.state, &mut *measured.stream);
        stream.loss = LossDetail {
            late: stream.reordered,
            padding_only: state
                .padding
                .only(stream.encrypted.value().copied(), stream.packets),
            ..clusters(stream, state)
        };
        let Some(holes) = state.holes.as_deref() else {
            continue;
        };
        let encrypted = is_encrypted(stream, state);
        returned(stream, encrypted, &holes.returned(), rtx);
        if rtx.is_none() {
            resent(stream, holes.delays(), round_trip);
        }
    }
}

/// Whether its payloads could not be read: those that were decrypted could.
fn is_encrypted(stream: &Stream, state: &StreamState) -> Known<bool> {
    match stream.encrypted {
        Known::Yes(true) => Known::Yes(state.opened * 2 <= state.packets),
        known => known,
    }
}

/// The losses as they cluster, with nothing known to be repaired.
fn clusters(stream: &Stream, state: &StreamState) -> LossDetail {
    let clusters = state.sequence.clusters();
    let burst_gap = burst_gap(stream, &clusters);
    // Without losses nothing had to be repaired.
    let unknown = |why| match stream.lost {
        0 => Known::Yes(0),
        _ => Known::No(why),
    };
    let encrypted = match is_encrypted(stream, state) {
        Known::Yes(true) => unknown(Unknown::Encrypted),
        Known::Yes(false) => Known::Yes(0),
        Known::No(why) => unknown(why),
    };
    LossDetail {
        runs: clusters.runs,
        runs_not_listed: clusters.not_listed,
        burst_gap,
        by_rtx: unknown(Unknown::NotSeen),
        by_rtx_source: None,
        by_resend: match stream.reordered {
            0 => Known::Yes(0),
            _ => Known::No(Unknown::NoRoundTrip),
        },
        by_red: encrypted,
        by_fec: encrypted,
        late: stream.reordered,
        at_capture: 0,
        padding_only: Known::No(Unknown::NotMeasured),
    }
}

fn burst_gap(stream: &Stream, c: &Clusters) -> BurstGap {
    let part = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let in_gaps = stream.expected.saturating_sub(c.in_bursts);
    let lost_in_gaps = stream.lost.saturating_sub(c.lost_in_bursts);
    let burst_length = (c.bursts > 0).then(|| part(c.in_bursts, c.bursts));
    let gap_length = part(in_gaps, c.gaps);
    let interval = interval(stream);
    let time =
        |packets: f64, interval: Span| Span::from_nanos((packets * interval.nanos() as f64) as i64);
    BurstGap {
        bursts: c.bursts,
        burst_density: part(c.lost_in_bursts, c.in_bursts),
        gap_density: part(lost_in_gaps, in_gaps),
        burst_length: Known::or(burst_length, Unknown::NotSeen),
        gap_length,
        burst_duration: match burst_length {
            Some(length) => Known::or(interval.map(|i| time(length, i)), Unknown::TooFewPackets),
            None => Known::No(Unknown::NotSeen),
        },
        gap_duration: Known::or(
            interval.map(|i| time(gap_length, i)),
            Unknown::TooFewPackets,
        ),
    }
}

/// The mean time between two packets as sent, without the long silences in which nothing was lost.
fn interval(stream: &Stream) -> Option<Span> {
    let silent = stream.gaps.iter().filter(|g| g.lost == 0);
    let silent: i64 = silent.map(|g| (g.end - g.start).nanos()).sum();
    let lasted = (stream.last_seen - stream.first_seen).nanos() - silent;
    let steps = i64::try_from(stream.expected).ok()? - 1;
    (steps > 0 && lasted > 0).then(|| Span::from_nanos(lasted / steps))
}

/// Which SSRC retransmits the packets of this stream: of those that repair it, or, where none is
/// known to, of those that could have made up for its losses, the one that answered most of them.
fn rtx_of(index: usize, streams: &[Measured<'_, '_>]) -> Option<u32> {
    let own = streams.get(index)?;
    if let Some(ssrc) = described(own, streams) {
        return Some(ssrc);
    }
    let returned = own.state.holes.as_deref()?.returned();
    // Other layers of a simulcast may have the same timestamps, and are no repair.
    let told = streams.iter().any(|s| s.stream.kind == Kind::Rtx);
    let paired = &own.stream.pairing.repaired_by;
    let is_paired = |s: &Measured<'_, '_>| paired.iter().any(|(id, _)| *id == s.stream.id);
    let repairs = |s: &&Measured<'_, '_>| match told {
        true => s.stream.kind == Kind::Rtx && (paired.is_empty() || is_paired(s)),
        false => s.stream.kind != Kind::Audio && s.stream.packets < own.stream.packets,
    };
    let is_candidate = |ssrc: u32| {
        let mut all = streams.iter().filter(repairs);
        all.any(|s| s.state.ssrc == ssrc && s.stream.path.src == own.stream.path.src)
    };
    let answered = returned.siblings.iter().filter(|s| is_candidate(s.ssrc));
    answered.max_by_key(|s| s.by_time).map(|s| s.ssrc)
}

/// The retransmissions that a session description names.
fn described(own: &Measured<'_, '_>, streams: &[Measured<'_, '_>]) -> Option<u32> {
    let by = &own.stream.described.as_ref()?.repaired_by;
    let named = streams.iter().filter(|s| by.contains(&s.stream.id));
    let rtx = named.filter(|s| s.stream.kind != Kind::Fec);
    rtx.map(|s| s.state.ssrc).next()
}

/// What came back: what was sent again counts as that, also where redundancy would have done.
fn returned(stream: &mut Stream, encrypted: Known<bool>, returned: &Returned, rtx: Option<u32>) {
    let lost = stream.lost;
    let (mut red, mut fec) = (returned.red, returned.fec);
    let detail = &mut stream.loss;
    let mut sent_again = 0;
    // It may be there and have repaired nothing.
    let idle = rtx.map(|ssrc| Sibling {
        ssrc,
        ..Sibling::default()
    });
    let found = returned.siblings.iter().find(|s| Some(s.ssrc) == rtx);
    if let Some(s) = found.or(idle.as_ref()) {
        // Chance gives one number in 65 536 right: where half are, they are in clear.
        let clear = match encrypted {
            Known::Yes(encrypted) => !encrypted,
            Known::No(_) => s.by_number * 2 >= s.by_time,
        };
        let (n, source) = match clear {
            true => (s.by_number, Source::Payload),
            false => (s.by_time, Source::Inferred),
        };
        sent_again = n.min(lost);
        detail.by_rtx = Known::Yes(sent_again);
        detail.by_rtx_source = Some(source);
        red = red.saturating_sub(s.and_red);
        fec = fec.saturating_sub(s.and_fec);
    }
    let found = returned.red + returned.fec > 0;
    if encrypted != Known::Yes(true) && (found || encrypted == Known::Yes(false)) {
        red = red.min(lost - sent_again);
        fec = fec.min(lost - sent_again - red);
        detail.by_red = Known::Yes(red);
        detail.by_fec = Known::Yes(fec);
    }
}

/// Tells packets that were sent again from those that only came late: they came no earlier than a
/// round trip after they were missed, and all others well before that.
fn resent(stream: &mut Stream, delays: &Delays, round_trip: Option<Span>) {
    let late: u64 = delays.iter().map(|n| u64::from(*n)).sum();
    let Some(round_trip) = round_trip.filter(|r| *r >= RESEND_MIN) else {
        return;
    };
    // The point of capture may be anywhere on the way: the receiver's request and the answer to it
    // take the whole round trip, and what was missed here was missed there a little later.
    let least = round_trip.nanos() * 3 / 4;
    let (mut again, mut unclear) = (0, 0);
    for (bucket, n) in delays.iter().enumerate() {
        let (from, until) = (delay_from(bucket).nanos(), delay_from(bucket + 1).nanos());
        if from >= least {
            again += u64::from(*n);
        } else if until * 4 > least {
            unclear += u64::from(*n);
        }
    }
    let detail = &mut stream.loss;
    if unclear * 4 <= again || again == 0 {
        detail.by_resend = Known::Yes(again);
        detail.late = stream.reordered.saturating_sub(again);
    } else if late > 0 {
        detail.by_resend = Known::No(Unknown::LikeReordering);
    }
}
