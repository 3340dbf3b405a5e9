//! Delay variation and frames of every recording against the simplest computation of both from its RTP
//! packets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod kit;

use kit::shared::{recording_folders, recordings};
use rtcscope::analysis::model::Kind;
use rtcscope::analysis::{Known, Options};
use rtcscope::capture::Capture;
use rtcscope::net::{Decoded, Decoder};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An RTP packet: when it came in ns, sequence number and timestamp.
type Packet = (i64, u16, u32);

/// The RTP packets of a capture by SSRC, also those in ChannelData.
fn rtp(file: &Path) -> BTreeMap<u32, Vec<Packet>> {
    let mut capture = Capture::open(file).unwrap();
    let mut decoder = Decoder::new();
    let mut all: BTreeMap<u32, Vec<Packet>> = BTreeMap::new();
    while let Some(frame) = capture.next_frame() {
        let Decoded::Udp(datagram) = decoder.decode(&frame) else {
            continue;
        };
        let mut bytes = datagram.payload;
        if bytes.first().is_some_and(|b| (0x40..0x50).contains(b)) {
            bytes = bytes.get(4..).unwrap_or_default();
        }
        let is_rtp = bytes.len() >= 12 && bytes[0] >> 6 == 2 && !(192..224).contains(&bytes[1]);
        if is_rtp {
            let word = |i: usize| u32::from_be_bytes(bytes[i..i + 4].try_into().unwrap());
            let packet = (frame.ts.nanos(), word(0) as u16, word(4));
            all.entry(word(8)).or_default().push(packet);
        }
    }
    all
}

/// Median and 95th percentile in ms of arrival less timestamp above the minimum, of the first packet of
/// each timestamp in order.
fn delay_variation(packets: &[Packet], clock: u32) -> (f64, f64) {
    let (mut all, mut part): (Vec<f64>, Vec<f64>) = Default::default();
    let mut close = |part: &mut Vec<f64>| {
        let least = part.iter().copied().fold(f64::INFINITY, f64::min);
        all.extend(part.drain(..).map(|d| d - least));
    };
    let (first_at, mut highest, mut newest) = packets[0];
    let mut ticks = 0i64;
    part.push(0.0);
    for &(at, number, timestamp) in &packets[1..] {
        let step = timestamp.wrapping_sub(newest) as i32;
        if (number.wrapping_sub(highest) as i16) <= 0 {
            continue;
        }
        highest = number;
        if step > 0 {
            newest = timestamp;
            ticks += i64::from(step);
            let delay = (at - first_at) as f64 / 1e6 - ticks as f64 * 1e3 / f64::from(clock);
            // Timestamps that jumped, or stood still.
            if (delay - part.last().unwrap()).abs() > 500.0 {
                close(&mut part);
            }
            part.push(delay);
        }
    }
    close(&mut part);
    all.sort_by(f64::total_cmp);
    let quantile = |percent: usize| all[(all.len() * percent).div_ceil(100) - 1];
    (quantile(50), quantile(95))
}

#[test]
fn delay_variation_is_what_arrival_less_timestamp_gives() {
    let (mut off, mut compared) = (Vec::new(), 0);
    for (file, _) in recordings() {
        let rtp = rtp(&file);
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        for s in &analysis.streams {
            let (Known::Yes(jitter), Known::Yes((clock, _))) = (&s.jitter, s.clock_rate) else {
                continue;
            };
            let (Known::Yes(ours), Some(packets)) = (jitter.delay_variation, rtp.get(&s.ssrc.0))
            else {
                continue;
            };
            // Of a stream on several legs one is measured.
            if packets.len() as u64 != s.packets {
                continue;
            }
            let theirs = delay_variation(packets, clock);
            let ours = (ours.median.seconds() * 1e3, ours.p95.seconds() * 1e3);
            let is_near = |a: f64, b: f64| (a - b).abs() <= (b * 0.15).max(2.0);
            compared += 1;
            if !is_near(ours.0, theirs.0) || !is_near(ours.1, theirs.1) {
                let kind = s.kind.name();
                off.push(format!(
                    "{} {} {kind} {}: {ours:.1?}, not {theirs:.1?} ms",
                    file.display(),
                    s.ssrc,
                    s.packets
                ));
            }
        }
    }
    eprintln!("{compared} streams compared");
    assert!(off.is_empty(), "{off:#?}");
    assert!(recording_folders().is_empty() || compared > 50);
}

/// Where no packet is missing, each timestamp is a frame. Where some are, the frames are no fewer than the
/// timestamps that came, and no more than those sent.
#[test]
fn each_timestamp_is_a_frame() {
    let (mut off, mut clean, mut lossy) = (Vec::new(), 0, 0);
    let times =
        |packets: &[Packet]| packets.iter().map(|p| p.2).collect::<BTreeSet<_>>().len() as u64;
    for (file, _) in recordings() {
        let here = rtp(&file);
        // What was captured at the other side of a lossy link.
        let there = file.parent().unwrap().read_dir().unwrap();
        let there = there.map(|f| f.unwrap().path()).find(|p| {
            let name = |p: &Path| p.file_name().unwrap().to_str().unwrap().to_owned();
            name(p).starts_with("capture") && name(p).contains("-b") != name(&file).contains("-b")
        });
        let there = there.map(|file| rtp(&file)).unwrap_or_default();
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        for s in analysis.streams.iter().filter(|s| s.kind == Kind::Video) {
            let (Known::Yes(f), Some(packets)) = (&s.frames, here.get(&s.ssrc.0)) else {
                continue;
            };
            if packets.len() as u64 != s.packets {
                continue;
            }
            let seen = times(packets);
            let most = match there.get(&s.ssrc.0) {
                _ if s.lost == 0 => seen,
                Some(sent) if sent.len() > packets.len() => times(sent),
                _ => continue,
            };
            *(if s.lost == 0 { &mut clean } else { &mut lossy }) += 1;
            let line = format!(
                "{} {}: {} + {} frames of {seen} to {most}, lost {}",
                file.display(),
                s.ssrc,
                f.complete,
                f.seen - f.complete,
                s.lost
            );
            eprintln!("{line}");
            if !(seen..=most).contains(&f.seen) {
                off.push(line);
            }
        }
    }
    assert!(off.is_empty(), "{off:#?}");
    assert!(
        recording_folders().is_empty() || (clean > 20 && lossy > 2),
        "{clean} {lossy}"
    );
}
