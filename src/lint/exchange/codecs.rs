//! Whether two ends mean the same codec, whatever payload types they use for it (RFC 3264 §6.1).

use crate::lint::Media;
use crate::sdp::{Field, Payload};
use std::collections::BTreeSet;
use std::fmt;

/// What makes a codec another one: its name, clock rate and number of channels.
#[derive(Clone, Copy)]
pub struct Codec<'a> {
    name: Field<'a>,
    clock_rate: u32,
    channels: u32,
}

/// The payload types without an `a=rtpmap` that are met: RFC 3551 §6.
const STATIC: [(u8, &str, u32); 8] = [
    (0, "PCMU", 8000),
    (3, "GSM", 8000),
    (8, "PCMA", 8000),
    (9, "G722", 8000),
    (13, "CN", 8000),
    (15, "G728", 8000),
    (18, "G729", 8000),
    (31, "H261", 90_000),
];

/// What is no medium in itself: it repairs, fills or accompanies one.
const HELPERS: [&str; 8] = [
    "rtx",
    "red",
    "ulpfec",
    "flexfec",
    "flexfec-03",
    "CN",
    "telephone-event",
    "parityfec",
];

impl<'a> Codec<'a> {
    /// The codec of `payload`, when the description tells.
    pub fn of(payload: &Payload<'a>) -> Option<Self> {
        if let Some(map) = payload.rtpmap {
            return Some(Self {
                name: map.encoding,
                clock_rate: map.clock_rate,
                channels: map.channels().unwrap_or(1),
            });
        }
        let mut rows = STATIC.iter();
        let &(_, name, clock_rate) = rows.find(|row| row.0 == payload.number)?;
        Some(Self {
            name: Field::new(name.as_bytes(), payload.format.start()),
            clock_rate,
            channels: 1,
        })
    }

    /// Whether it only helps another codec.
    pub fn is_helper(&self) -> bool {
        HELPERS.iter().any(|name| self.is(name))
    }

    /// Whether it is called `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.is_ignoring_case(name)
    }

    /// What two ends must have in common to mean the same.
    pub fn key(&self) -> (String, u32, u32) {
        let name = String::from_utf8_lossy(self.name.bytes()).to_ascii_lowercase();
        (name, self.clock_rate, self.channels)
    }

    /// The codecs of the media that `media` can carry, without those that only help them; none when
    /// one of them is unknown.
    pub fn all_in(media: &Media<'_, 'a>) -> Option<BTreeSet<(String, u32, u32)>> {
        let codecs = media.payloads.iter().map(Self::of);
        let media = codecs.filter(|codec| !codec.is_some_and(|codec| codec.is_helper()));
        media.map(|codec| Some(codec?.key())).collect()
    }
}

impl PartialEq for Codec<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name.bytes().eq_ignore_ascii_case(other.name.bytes())
            && (self.clock_rate, self.channels) == (other.clock_rate, other.channels)
    }
}

/// `opus`, as the description spells it.
impl fmt::Display for Codec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl fmt::Debug for Codec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.name, self.clock_rate, self.channels)
    }
}
