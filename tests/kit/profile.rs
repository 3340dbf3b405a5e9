//! Which stream of generated traffic gets which trouble.
//!
//! The first twelve streams are scripted, one for each kind of trouble that loss counting is known
//! to stumble over; the others are dealt theirs by the seed.

use super::impair::Impairment;
use super::prng::Prng;

/// How one stream behaves.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    pub impairment: Impairment,
    /// The first sequence number sent.
    pub first: u16,
    /// The first packet arrives after the three that follow it: 60500, 60501, 60502, 60499.
    pub late_first: bool,
    /// Packets just before a wrap of the sequence number arrive after it.
    pub trouble_at_wrap: bool,
    /// Sends nothing between these parts of the capture, then goes on where it was.
    pub mute: Option<(f64, f64)>,
    /// At this part of the capture the sender starts again, at another sequence number.
    pub restart: Option<f64>,
    /// How many times as many packets as others.
    pub rate: u64,
}

/// How much of each trouble, where a stream has it: probabilities per packet.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub loss: f64,
    pub reorder: f64,
    pub duplicate: f64,
    /// By how many packets one that is reordered is late at most.
    pub late: u64,
}

impl Profile {
    /// The profile of stream `index` of a crowd: each sends little, and most of it is trouble.
    pub fn in_crowd(index: usize, rates: Rates, prng: &mut Prng) -> Self {
        let trouble = Impairment {
            loss: rates.loss,
            burst: 0.0,
            duplicate: rates.duplicate,
            reorder: rates.reorder,
            late: rates.late,
        };
        let near_wrap = prng.chance(0.5);
        Self {
            impairment: if index.is_multiple_of(3) {
                Impairment::default()
            } else {
                trouble
            },
            first: match near_wrap {
                true => 65_525 + prng.below(11) as u16,
                false => prng.below(0x8000) as u16,
            },
            late_first: index % 7 == 1,
            trouble_at_wrap: near_wrap && index.is_multiple_of(2),
            mute: (index % 5 == 2).then_some((0.4, 0.6)),
            restart: (index % 5 == 3).then(|| 0.2 + prng.below(20) as f64 / 100.0),
            rate: 1,
        }
    }

    /// The profile of stream `index`; four streams to a call: two of audio, two of video.
    pub fn of(index: usize, rates: Rates, prng: &mut Prng) -> Self {
        let loss = Impairment {
            loss: rates.loss,
            ..Impairment::default()
        };
        let burst = Impairment {
            burst: rates.loss / 16.0,
            ..Impairment::default()
        };
        let swaps = Impairment {
            reorder: rates.reorder,
            duplicate: rates.duplicate,
            late: rates.late,
            ..Impairment::default()
        };
        let plain = Self {
            impairment: Impairment::default(),
            // Half the numbers at most, as RFC 3550 recommends for the first.
            first: prng.below(0x8000) as u16,
            late_first: false,
            trouble_at_wrap: false,
            mute: None,
            restart: None,
            rate: 1,
        };
        let with = |impairment| Self {
            impairment,
            ..plain
        };
        match index {
            0 => Self {
                first: 60_499,
                late_first: true,
                ..with(loss)
            },
            1 => Self {
                first: 65_500,
                trouble_at_wrap: true,
                ..with(swaps)
            },
            2 => Self {
                rate: 10,
                trouble_at_wrap: true,
                ..with(loss)
            },
            3 => with(loss),
            4 => Self {
                mute: Some((0.3, 0.45)),
                ..with(loss)
            },
            5 => Self {
                restart: Some(0.5),
                ..with(loss)
            },
            6 => with(burst),
            7 => with(swaps),
            8 => plain,
            9 => Self {
                first: 0,
                ..with(swaps)
            },
            10 => Self {
                first: 65_400,
                trouble_at_wrap: true,
                ..with(loss)
            },
            11 => Self {
                restart: Some(0.6),
                ..with(Impairment {
                    burst: burst.burst,
                    ..swaps
                })
            },
            _ => {
                let mut often = |p: f64, value: f64| if prng.chance(p) { value } else { 0.0 };
                let impairment = Impairment {
                    loss: often(0.5, rates.loss),
                    burst: often(0.25, burst.burst),
                    duplicate: often(0.15, rates.duplicate),
                    reorder: often(0.25, rates.reorder),
                    late: rates.late,
                };
                let audio = index % 4 < 2;
                Self {
                    mute: (audio && prng.chance(0.15)).then_some((0.6, 0.7)),
                    restart: prng.chance(0.05).then_some(0.4),
                    ..with(impairment)
                }
            }
        }
    }
}
