//! The dim lines below a stream's row: what else is known of it, each only where there is
//! something to say.

use super::super::printable;
use super::style::{duration, grouped};
use crate::analysis::model::{AudioLevel, Connection, Gap, Kind, Leg, Source, Stream};
use crate::analysis::{Analysis, ENDED_EARLY, Known};
use crate::output::{loss, media};
use crate::time::{Span, Timestamp};

/// A silence this long gets a line.
const SILENCE: Span = Span::from_millis(2000);
/// Silences listed per stream; the rest is counted.
const SILENCES_MAX: usize = 3;

/// All lines of a stream, in the order of docs/reading.md.
pub(super) fn of(s: &Stream, connection: &Connection, analysis: &Analysis) -> Vec<String> {
    let identity: Vec<String> = said(s).into_iter().chain(repair(s)).collect();
    let identity = (!identity.is_empty()).then(|| identity.join("; "));
    identity
        .into_iter()
        .chain(asides(s))
        .chain(frames(s))
        .chain(media::lines(s, &analysis.capture))
        .chain(ways(s, analysis))
        .chain(loss::became(s))
        .chain(loss::clusters(s))
        .chain(silences(s, connection, analysis))
        .chain(sparse(s, analysis))
        .chain(super::feedback::line(s))
        .collect()
}

/// What a stream of repairs is made of: `payload type 97; 27 retransmissions, 141 padding probes`.
fn repair(s: &Stream) -> Option<String> {
    if !matches!(s.kind, Kind::Rtx | Kind::Fec) {
        return None;
    }
    let types: Vec<String> = s
        .payload_types
        .iter()
        .map(|t| t.number.to_string())
        .collect();
    let noun = if types.len() == 1 { "type" } else { "types" };
    let mut line = format!("payload {noun} {}", types.join(", "));
    if let (Kind::Rtx, Known::Yes(probes)) = (s.kind, &s.loss.padding_only) {
        let again = s.packets.saturating_sub(*probes);
        line += &format!("; {}", counted(again, "retransmission"));
        if *probes > 0 {
            line += &format!(", {}", counted(*probes, "padding probe"));
        }
    }
    Some(line)
}

/// Packets that are no media, where payload types are known: `25 telephone-event packets (DTMF), 34
/// comfort noise`.
fn asides(s: &Stream) -> Option<String> {
    let packets = |name: &str| -> u64 {
        let named = s.payload_types.iter().filter(|t| {
            let codec = t.codec.value();
            codec.is_some_and(|c| c.name.eq_ignore_ascii_case(name))
        });
        named.map(|t| t.packets).sum()
    };
    let mut parts = Vec::new();
    match packets("telephone-event") {
        0 => {}
        n => {
            let n = counted(n, "telephone-event packet");
            parts.push(format!("{n} (DTMF)"));
        }
    }
    match packets("CN") {
        0 => {}
        n => parts.push(format!("{} comfort noise", grouped(n))),
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `1 packet`, `1 234 packets`.
fn counted(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(n))
}

/// What its sender measured: `audio: silent 28 %, loudest -8 dBov, flagged as voice 100 %`.
fn audio(level: &AudioLevel) -> String {
    let silent = level.silence * 100.0;
    let loudest = match level.max {
        max if max <= -127.0 => String::new(),
        max => format!(", loudest {max:.0} dBov"),
    };
    let voice = level.voice.value();
    let voice = voice.map_or(String::new(), |v| {
        format!(", flagged as voice {:.0} %", v * 100.0)
    });
    format!("audio: silent {silent:.0} %{loudest}{voice}")
}

/// Times in which an audio sender sent hardly anything and nothing is missing: discontinuous
/// transmission sends a packet now and then. Times without any packet are silences.
fn sparse(s: &Stream, analysis: &Analysis) -> Vec<String> {
    let runs = sparse_runs(s);
    let mut lines: Vec<String> = runs
        .iter()
        .take(SILENCES_MAX)
        .map(|(start, end)| {
            let [start, end] = [start, end].map(|ts| analysis.capture.seconds_at(*ts));
            format!("sender almost silent from {start:.1} to {end:.1} s (nothing missing: DTX)")
        })
        .collect();
    if runs.len() > SILENCES_MAX {
        let more = runs.len() - SILENCES_MAX;
        lines.push(format!("and {more} more times almost silent"));
    }
    lines
}

/// Two seconds and more with less than a fifth of the packets that a busy second has.
fn sparse_runs(s: &Stream) -> Vec<(Timestamp, Timestamp)> {
    const SECOND: i64 = 1_000_000_000;
    if s.kind != Kind::Audio || s.series.width().nanos() > SECOND / 4 {
        return Vec::new();
    }
    // Seconds since its first packet, with what was sent in them and what was lost; the last is cut.
    let last = (s.last_seen - s.first_seen).nanos() / SECOND;
    let mut seconds: Vec<(i64, u64, i64)> = Vec::new();
    for bucket in s.series.buckets() {
        let at = (s.series.start_of(bucket) - s.first_seen).nanos().max(0) / SECOND;
        let (packets, lost) = (u64::from(bucket.packets), i64::from(bucket.lost));
        match seconds.last_mut() {
            Some(second) if second.0 == at => {
                second.1 += packets;
                second.2 += lost;
            }
            _ if at < last => seconds.push((at, packets, lost)),
            _ => {}
        }
    }
    let mut busy: Vec<u64> = seconds.iter().map(|(_, packets, _)| *packets).collect();
    busy.sort_unstable();
    let Some(busy) = busy.get(busy.len() * 9 / 10) else {
        return Vec::new();
    };
    let is_sparse = |&&(_, packets, lost): &&(i64, u64, i64)| packets * 5 < *busy && lost <= 0;
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for (at, _, _) in seconds.iter().filter(is_sparse) {
        match runs.last_mut() {
            Some((_, end)) if *end == *at => *end += 1,
            _ => runs.push((*at, at + 1)),
        }
    }
    let time = |n: i64| s.first_seen.plus(Span::from_nanos(n * SECOND));
    let long = runs
        .into_iter()
        .filter(|(start, end)| end - start >= SILENCE.nanos() / SECOND);
    long.map(|(start, end)| (time(start), time(end))).collect()
}

/// What its header extensions say of a stream.
fn said(s: &Stream) -> Option<String> {
    let identity = &s.identity;
    let names = [
        ("mid", &identity.mid),
        ("rid", &identity.rid),
        ("repairs rid", &identity.repaired_rid),
    ];
    let named = names.iter().filter_map(|(what, text)| {
        let (text, _) = text.value()?;
        Some(format!("{what} {}", printable(text)))
    });
    let level = s.audio_level.value().map(audio);
    let all: Vec<String> = named.chain(level).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Where else a stream was seen than on its first leg.
fn ways(s: &Stream, analysis: &Analysis) -> Vec<String> {
    let line = |leg: &Leg| {
        let (src, dst, n) = (leg.path.src, leg.path.dst, grouped(leg.packets));
        if leg.is_copy {
            let lost = grouped(leg.lost);
            format!("also seen from {src} to {dst}: {n} packets, {lost} lost")
        } else {
            let at = analysis.capture.seconds_at(leg.first_seen);
            format!("moved at {at:.3} s to {src} - {dst}: {n} packets")
        }
    };
    s.legs.iter().skip(1).map(line).collect()
}

/// The frames of video: `frames 294 at 14.7 fps, 9 repaired, 1 freeze of 0.30 s, 2 key frames`.
fn frames(s: &Stream) -> Option<String> {
    let Known::Yes(f) = &s.frames else {
        return None;
    };
    let mut line = format!("frames {}", grouped(f.complete));
    if let Known::Yes(fps) = f.per_second {
        line += &format!(" at {fps:.1} fps");
    }
    if f.repaired > 0 {
        line += &format!(", {} repaired", grouped(f.repaired));
    }
    if f.incomplete > 0 {
        line += &format!(", {} incomplete", grouped(f.incomplete));
    }
    if f.freezes > 0 {
        let (n, total) = (f.freezes, duration(f.freezes_total));
        line += &match n {
            1 => format!(", 1 freeze of {total}"),
            n => format!(", {} freezes of together {total}", grouped(n)),
        };
    }
    if let Known::Yes(key) = f.key {
        let about = if key.source == Source::Inferred {
            " by their size"
        } else {
            ""
        };
        let noun = if key.count == 1 {
            "key frame"
        } else {
            "key frames"
        };
        line += &format!(", {} {noun}{about}", grouped(key.count));
    }
    Some(line)
}

/// When a stream of media was silent for long, and whether it ended before its connection. Streams
/// of no known kind are mostly retransmissions, which are silent most of the time.
fn silences(s: &Stream, connection: &Connection, analysis: &Analysis) -> Vec<String> {
    if !s.kind.is_media() {
        return Vec::new();
    }
    let at = |ts| analysis.capture.seconds_at(ts);
    let mut long: Vec<&Gap> = s
        .gaps
        .iter()
        .filter(|g| g.end - g.start >= SILENCE)
        .collect();
    long.sort_by_key(|g| g.start);
    let more = long.len().saturating_sub(SILENCES_MAX);
    let mut lines: Vec<String> = long
        .iter()
        .take(SILENCES_MAX)
        .map(|gap| {
            let (start, end) = (at(gap.start), at(gap.end));
            match gap.lost {
                0 => format!(
                    "sender silent from {start:.1} to {end:.1} s (nothing missing: DTX or mute)"
                ),
                n => format!("no packets from {start:.3} to {end:.3} s: {n} packets lost"),
            }
        })
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more times without packets"));
    }
    let early = connection.last_seen - s.last_seen;
    if early >= ENDED_EARLY {
        let last = at(s.last_seen);
        lines.push(format!(
            "ended at {last:.3} s, {} before the connection",
            duration(early)
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Options, Series};

    /// A stream of this kind of a file of samples/.
    fn sample(file: &str, kind: Kind) -> Stream {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let analysis = crate::analyze(&path.join(file), &Options::default()).unwrap();
        let of_kind = |s: &Stream| s.kind == kind;
        analysis.streams.into_iter().find(of_kind).unwrap()
    }

    #[test]
    fn padding_probes_are_no_retransmissions() {
        let mut s = sample("chromium-loss.pcapng", Kind::Rtx);
        s.payload_types.truncate(1);
        s.payload_types[0].number = 97;
        s.packets = 168;
        s.loss.padding_only = Known::Yes(141);
        let line = repair(&s).unwrap();
        assert_eq!(
            line,
            "payload type 97; 27 retransmissions, 141 padding probes"
        );
        s.loss.padding_only = Known::No(crate::analysis::Unknown::Encrypted);
        assert_eq!(repair(&s).unwrap(), "payload type 97");
        s.kind = Kind::Video;
        assert_eq!(repair(&s), None);
    }

    #[test]
    fn dtmf_and_comfort_noise_are_counted_where_payload_types_are_known() {
        let mut s = sample("g722-dtmf.pcapng", Kind::Audio);
        let mut named = s.payload_types[0].clone();
        s.payload_types.clear();
        assert_eq!(asides(&s), None);
        for (name, packets) in [("opus", 9), ("telephone-event", 1), ("cn", 34)] {
            named.packets = packets;
            named.codec = Known::Yes(crate::analysis::model::Codec {
                name: name.into(),
                clock_rate: 8000,
                channels: None,
                source: Source::Sdp,
            });
            s.payload_types.push(named.clone());
        }
        assert_eq!(
            asides(&s).unwrap(),
            "1 telephone-event packet (DTMF), 34 comfort noise"
        );
    }

    #[test]
    fn silence_comes_before_loudness() {
        let mut level = AudioLevel {
            packets: 100,
            min: -127.0,
            mean: -76.0,
            max: -8.0,
            voice: Known::Yes(0.72),
            silence: 0.28,
            width: Span::from_millis(100),
            series: Vec::new(),
        };
        assert_eq!(
            audio(&level),
            "audio: silent 28 %, loudest -8 dBov, flagged as voice 72 %"
        );
        (level.max, level.silence) = (-127.0, 1.0);
        level.voice = Known::No(crate::analysis::Unknown::NotSeen);
        assert_eq!(audio(&level), "audio: silent 100 %");
    }

    /// An audio stream with so many packets in each of these seconds.
    fn paced(packets: &[i64], lost_at: Option<i64>) -> Stream {
        let mut s = sample("g722-dtmf.pcapng", Kind::Audio);
        let time = |ms: i64| Timestamp::from_nanos(ms * 1_000_000);
        s.series = Series::new(time(0), Span::from_millis(100), 4096);
        s.first_seen = time(0);
        for (second, n) in (0..).zip(packets) {
            for i in 0..*n {
                s.last_seen = time(second * 1000 + i * 1000 / n);
                let bucket = s.series.at(s.last_seen);
                bucket.packets += 1;
                bucket.lost += i32::from(lost_at == Some(second) && i == 0);
            }
        }
        s
    }

    #[test]
    fn a_sender_that_sends_a_packet_now_and_then_is_almost_silent() {
        let seconds = |ms: i64| Timestamp::from_nanos(ms * 1_000_000_000);
        let dtx = [50, 50, 50, 3, 2, 3, 50, 50, 2, 50, 50, 50];
        assert_eq!(
            sparse_runs(&paced(&dtx, None)),
            [(seconds(3), seconds(6))],
            "one second alone is none"
        );
        // Lost packets are no silence, and a steady stream has none.
        assert_eq!(sparse_runs(&paced(&dtx, Some(4))), []);
        assert_eq!(sparse_runs(&paced(&[50; 12], None)), []);
    }
}
