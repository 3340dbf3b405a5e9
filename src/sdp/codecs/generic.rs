//! Codecs for more than one kind of media: repair, redundancy, containers, text, metadata.

use super::{Codec, CodecKind, Parameter, Parameters, Value, key, row};
use Parameters::{Pairs, Unknown};

const fn any(
    name: &'static str,
    clock_rates: &'static [u32],
    parameters: Parameters,
    spec: &'static str,
) -> Codec {
    row(name, CodecKind::Any, clock_rates, parameters, spec)
}

/// One of which only the name is known.
const fn named(name: &'static str) -> Codec {
    any(name, &[], Unknown, "")
}

/// The codecs.
pub(super) const CODECS: &[Codec] = &[
    any("rtx", &[], Pairs(RTX), "RFC 4588 §8.1"),
    any("red", &[], Parameters::PayloadTypes, "RFC 2198 §5"),
    any("ulpfec", &[], Unknown, "RFC 5109"),
    any("flexfec-03", &[], Pairs(FLEXFEC), "RFC 8627 §5.1"),
    any("flexfec", &[], Pairs(FLEXFEC), "RFC 8627 §5.1"),
    any("MP2T", &[90_000], Unknown, "RFC 3551 §5.7"),
    any("mpeg4-generic", &[], Pairs(MPEG4), "RFC 3640 §4.1"),
    any("t140", &[1_000], Unknown, "RFC 4103"),
    any("t140c", &[], Unknown, ""),
    named("X-ULPFECUC"),
    named("parityfec"),
    named("1d-interleaved-parityfec"),
    named("raptorfec"),
    named("encaprtp"),
    named("rtploopback"),
    named("google-data"),
    named("H224"),
    named("SMPTE336M"),
    named("smpte291"),
    named("scip"),
    named("vnd.onvif.metadata"),
];

const RTX: &[Parameter] = &[
    // Has a rule of its own.
    key("apt", Value::Any),
    key("rtx-time", Value::NUMBER),
];

const FLEXFEC: &[Parameter] = &[
    key("repair-window", Value::NUMBER),
    key("L", Value::NUMBER),
    key("D", Value::NUMBER),
    key("ToP", Value::NUMBER),
];

const MPEG4: &[Parameter] = &[
    key("streamType", Value::NUMBER),
    key("profile-level-id", Value::Any),
    key("config", Value::Any),
    key("mode", Value::Any),
    key("objectType", Value::Any),
    key("constantSize", Value::NUMBER),
    key("constantDuration", Value::NUMBER),
    key("maxDisplacement", Value::NUMBER),
    key("de-interleaveBufferSize", Value::NUMBER),
    key("sizeLength", Value::NUMBER),
    key("indexLength", Value::NUMBER),
    key("indexDeltaLength", Value::NUMBER),
    key("CTSDeltaLength", Value::NUMBER),
    key("DTSDeltaLength", Value::NUMBER),
    key("randomAccessIndication", Value::NUMBER),
    key("streamStateIndication", Value::NUMBER),
    key("auxiliaryDataSizeLength", Value::NUMBER),
    key("bitrate", Value::Any),
    key("profile", Value::Any),
];
