//! What the payloads of a stream say, in words, for all presenters.

use crate::analysis::Known;
use crate::analysis::model::{CaptureInfo, Media, Opus, Redundancy, Stream, Video};
use std::collections::BTreeSet;

/// Sizes of pictures told one by one.
const SIZES_MAX: usize = 4;
/// Keys of a telephone told one by one.
const DIGITS_MAX: usize = 64;

/// What there is to say, a line each; nothing where payloads could not be read.
pub(crate) fn lines(s: &Stream, capture: &CaptureInfo) -> Vec<String> {
    let Known::Yes(media) = &s.media else {
        return Vec::new();
    };
    let Media {
        video, opus, red, ..
    } = &**media;
    let opaque = media.opaque.map(|opaque| {
        let why = opaque.describe();
        format!("encrypted from end to end, as it seems: {why}")
    });
    let video = video.as_ref().and_then(|video| pictures(video, capture));
    let opus = opus.as_ref().map(frames);
    let red = red.as_ref().and_then(redundancy);
    let all = opaque.into_iter().chain(video).chain(opus);
    all.chain(red).chain(keys(media)).collect()
}

/// `pictures 320×180, from 3.2 s 640×360; 2 key frames; layers: 2 spatial, 3 temporal; profile High`.
fn pictures(video: &Video, capture: &CaptureInfo) -> Option<String> {
    let mut parts = Vec::new();
    let mut sizes: Vec<String> = Vec::new();
    let skipped = video.sizes.len().saturating_sub(SIZES_MAX);
    for (i, change) in video.sizes.iter().enumerate() {
        match i {
            0 => sizes.push(change.size.to_string()),
            // The first, and the latest.
            i if i <= skipped => {}
            _ => {
                let at = capture.seconds_at(change.at);
                sizes.push(format!("from {at:.1} s {}", change.size));
            }
        }
    }
    let more = skipped as u64 + video.sizes_not_kept;
    if !sizes.is_empty() {
        let more = if more > 0 {
            format!(" ({more} changes between)")
        } else {
            String::new()
        };
        parts.push(format!("pictures {}{more}", sizes.join(", ")));
    }
    if video.types.key > 0 {
        parts.push(counted(video.types.key, "key frame"));
    }
    let of = |layer: fn(&(u8, u8)) -> u8| {
        let all = video.layers.iter().map(|l| (l.spatial, l.temporal));
        all.map(|l| layer(&l)).collect::<BTreeSet<u8>>().len()
    };
    let (spatial, temporal) = (of(|l| l.0), of(|l| l.1));
    if spatial > 1 || temporal > 1 {
        parts.push(format!("layers: {spatial} spatial, {temporal} temporal"));
    }
    if let Some(profile) = video.profile.as_deref().filter(|p| *p != "0") {
        let level = video.level.as_deref();
        let level = level.map_or_else(String::new, |level| format!(", level {level}"));
        parts.push(format!("profile {profile}{level}"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `Opus: CELT 88 %, hybrid 12 %; fullband; frames of 20 ms; silence (DTX) 3 %; stereo`.
fn frames(opus: &Opus) -> String {
    let share = |n: u64| match 100.0 * n as f64 / opus.packets.max(1) as f64 {
        percent if percent < 0.5 && n > 0 => "below 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    };
    let shares = |all: Vec<(&'static str, u64)>| match &all[..] {
        [(only, _)] => (*only).to_owned(),
        all => {
            let each: Vec<_> = all
                .iter()
                .map(|(name, n)| format!("{name} {}", share(*n)))
                .collect();
            each.join(", ")
        }
    };
    let modes = shares(
        opus.modes
            .iter()
            .map(|(mode, n)| (mode.name(), *n))
            .collect(),
    );
    let widest = opus.bandwidths.last().map_or("", |(band, _)| band.name());
    let durations: Vec<String> = opus
        .durations
        .iter()
        .map(|(d, _)| format!("{}", d.seconds() * 1e3))
        .collect();
    let mut text = format!(
        "Opus: {modes}; up to {widest}; packets of {} ms",
        durations.join(", ")
    );
    let mut part = |n: u64, name: &str| {
        if n > 0 {
            text += &format!("; {name} {}", share(n));
        }
    };
    part(opus.stereo, "stereo");
    part(opus.silent, "silence (DTX)");
    part(opus.fec, "in-band FEC");
    text
}

/// `RED: 402 of 421 packets repeat up to 2 others`, `RED: parity (ULPFEC) in 270 of 696 packets`.
fn redundancy(red: &Redundancy) -> Option<String> {
    let mut parts = Vec::new();
    if red.repeating > 0 {
        let (n, all, depth) = (red.repeating, red.packets, red.depth);
        parts.push(format!(
            "{n} of {all} packets repeat up to {depth} before them"
        ));
    }
    if red.parity > 0 {
        let (n, all) = (red.parity, red.packets);
        parts.push(format!("parity (ULPFEC) in {n} of {all} packets"));
    }
    (!parts.is_empty()).then(|| format!("RED: {}", parts.join("; ")))
}

/// `keys pressed: 159#`.
fn keys(media: &Media) -> Option<String> {
    let digits: Vec<char> = media.events.iter().filter_map(|e| e.digit).collect();
    let told: String = digits.iter().take(DIGITS_MAX).collect();
    let more = (digits.len() - told.chars().count()) as u64 + media.events_not_kept;
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!told.is_empty()).then(|| format!("keys pressed (DTMF): {told}{more}"))
}

fn counted(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::model::{
        CodedLayer, DtmfEvent, FrameTypes, OpusBandwidth, OpusMode, Size, SizeChange,
    };
    use crate::time::{Span, Timestamp};

    #[test]
    fn pictures_tell_the_first_size_and_the_latest() {
        let change = |n: u32| SizeChange {
            at: Timestamp::default(),
            size: Size {
                width: 16 * n,
                height: 9 * n,
            },
        };
        let layer = |spatial, temporal| CodedLayer {
            spatial,
            temporal,
            ..CodedLayer::default()
        };
        let video = Video {
            sizes: (1..=7).map(change).collect(),
            layers: vec![layer(0, 0), layer(0, 1), layer(1, 0)],
            types: FrameTypes {
                key: 1,
                ..FrameTypes::default()
            },
            ..Video::default()
        };
        let line = pictures(&video, &CaptureInfo::default()).unwrap();
        assert!(
            line.starts_with("pictures 16×9, from 0.0 s 80×45"),
            "{line}"
        );
        assert!(line.contains("(3 changes between); 1 key frame; layers: 2 spatial, 2 temporal"));
        assert_eq!(pictures(&Video::default(), &CaptureInfo::default()), None);
    }

    #[test]
    fn opus_tells_shares() {
        let opus = Opus {
            packets: 1_000,
            modes: vec![(OpusMode::Silk, 250), (OpusMode::Celt, 750)],
            bandwidths: vec![(OpusBandwidth::Full, 1_000)],
            durations: vec![(Span::from_millis(20), 1_000)],
            silent: 3,
            ..Opus::default()
        };
        let line =
            "Opus: SILK 25 %, CELT 75 %; up to fullband; packets of 20 ms; silence (DTX) below 1 %";
        assert_eq!(frames(&opus), line);
    }

    #[test]
    fn keys_are_told_in_order() {
        let event = |digit| DtmfEvent {
            event: 0,
            digit,
            at: Timestamp::default(),
            ticks: 0,
            duration: None,
            volume: 0,
            is_complete: true,
        };
        let media = Media {
            events: [Some('1'), None, Some('#')].map(event).to_vec(),
            events_not_kept: 2,
            ..Media::default()
        };
        assert_eq!(keys(&media).unwrap(), "keys pressed (DTMF): 1# and 2 more");
        assert_eq!(keys(&Media::default()), None);
    }
}
