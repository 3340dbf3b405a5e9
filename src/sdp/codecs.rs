//! What is known of codecs: the one table behind every rule about `a=rtpmap` and `a=fmtp`.
//!
//! A row says of an encoding name (RFC 4855: names of media types, in any case) which media it is
//! for, which clock rates it may have, which parameters its registration defines, and where that is
//! written. A codec that is not here is as good as any other: receivers ignore what they do not
//! know, and so does everything that reads this table.

mod audio;
mod generic;
mod value;
mod video;

pub use value::{Value, base64_head};

use super::Field;

/// Which `m=` sections a codec belongs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecKind {
    /// `m=audio`.
    Audio,
    /// `m=video`.
    Video,
    /// More than one, or not known.
    Any,
}

/// What may stand in the `a=fmtp` of a codec.
#[derive(Clone, Copy, Debug)]
pub enum Parameters {
    /// Nothing is known about it.
    Unknown,
    /// `key=value` pairs; these are known, others may be there.
    Pairs(&'static [Parameter]),
    /// Payload types between slashes: `111/111` (RFC 2198).
    PayloadTypes,
    /// Numbers of events and ranges of them: `0-15,66` (RFC 4733).
    Events,
}

/// A parameter of a codec.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, which counts in any case.
    pub name: &'static str,
    /// What its value has to be.
    pub value: Value,
}

/// What is known of a codec.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// The encoding name, as its registration writes it.
    pub name: &'static str,
    /// Where it belongs.
    pub kind: CodecKind,
    /// The clock rates it may have; none when it may have any.
    pub clock_rates: &'static [u32],
    /// What may stand in its `a=fmtp`.
    pub parameters: Parameters,
    /// Where all this is written; empty when only the name is known.
    pub spec: &'static str,
}

impl Codec {
    /// The codec with that encoding name, in any case.
    pub fn find(name: Field<'_>) -> Option<&'static Self> {
        Self::all().find(|codec| name.is_ignoring_case(codec.name))
    }

    /// Every codec that is known.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        // Those of nearly every description come first.
        video::CODECS
            .iter()
            .chain(audio::CODECS)
            .chain(generic::CODECS)
    }

    /// Whether it goes by `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The parameter called `name`, in any case.
    pub fn parameter(&self, name: Field<'_>) -> Option<&'static Parameter> {
        let mut known = self.pairs().iter();
        known.find(|parameter| name.is_ignoring_case(parameter.name))
    }

    /// The `key=value` parameters that are known.
    pub fn pairs(&self) -> &'static [Parameter] {
        match self.parameters {
            Parameters::Pairs(pairs) => pairs,
            _ => &[],
        }
    }

    /// Whether it carries, repeats or protects other codecs, or goes beside them: nothing to be seen
    /// or heard on its own.
    pub fn is_helper(&self) -> bool {
        const HELPERS: [&str; 9] = [
            "rtx",
            "red",
            "ulpfec",
            "flexfec",
            "flexfec-03",
            "X-ULPFECUC",
            "parityfec",
            "CN",
            "telephone-event",
        ];
        HELPERS.contains(&self.name)
    }
}

/// A row of a table, for media of one kind.
const fn row(
    name: &'static str,
    kind: CodecKind,
    clock_rates: &'static [u32],
    parameters: Parameters,
    spec: &'static str,
) -> Codec {
    Codec {
        name,
        kind,
        clock_rates,
        parameters,
        spec,
    }
}

/// A parameter with what its value has to be.
const fn key(name: &'static str, value: Value) -> Parameter {
    Parameter { name, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_codec_is_there_once() {
        let names: BTreeSet<String> = Codec::all().map(|c| c.name.to_lowercase()).collect();
        assert_eq!(names.len(), Codec::all().count());
        for codec in Codec::all() {
            let keys: BTreeSet<String> = codec
                .pairs()
                .iter()
                .map(|p| p.name.to_lowercase())
                .collect();
            assert_eq!(keys.len(), codec.pairs().len(), "{}", codec.name);
            let something = !codec.clock_rates.is_empty() || !codec.pairs().is_empty();
            assert!(
                !something || !codec.spec.is_empty(),
                "{}: says who?",
                codec.name
            );
        }
    }

    #[test]
    fn names_and_keys_count_in_any_case() {
        let h264 = Codec::find(Field::new(b"h264", 0)).unwrap();
        assert_eq!((h264.name, h264.clock_rates), ("H264", &[90_000][..]));
        assert!(
            h264.parameter(Field::new(b"Packetization-Mode", 0))
                .is_some()
        );
        assert!(h264.parameter(Field::new(b"apt", 0)).is_none());
        assert!(Codec::find(Field::new(b"H267", 0)).is_none());
    }
}
