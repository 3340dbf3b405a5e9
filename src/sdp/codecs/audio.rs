//! Audio codecs.

use super::{Codec, CodecKind, Parameter, Parameters, Value, key, row};
use Parameters::{Pairs, Unknown};

const fn audio(
    name: &'static str,
    clock_rates: &'static [u32],
    parameters: Parameters,
    spec: &'static str,
) -> Codec {
    row(name, CodecKind::Audio, clock_rates, parameters, spec)
}

/// Audio of which only the name is known.
const fn named(name: &'static str) -> Codec {
    row(name, CodecKind::Audio, &[], Unknown, "")
}

/// The codecs.
pub(super) const CODECS: &[Codec] = &[
    // Opus has a rule of its own for its clock.
    audio("opus", &[], Pairs(OPUS), "RFC 7587 §6.1"),
    // Any clock: the registration leaves it open (RFC 3551 §4.5.14).
    audio("PCMU", &[], Unknown, "RFC 3551 §4.5.14"),
    audio("PCMA", &[], Unknown, "RFC 3551 §4.5.14"),
    // Sampled at 16000 Hz, but the clock is that of a mistake in RFC 1890.
    audio("G722", &[8_000], Pairs(BITRATE), "RFC 3551 §4.5.2"),
    audio("CN", &[], Unknown, "RFC 3389"),
    audio(
        "telephone-event",
        &[],
        Parameters::Events,
        "RFC 4733 §7.1.1",
    ),
    audio("ISAC", &[], Unknown, ""),
    audio("iLBC", &[8_000], Pairs(ILBC), "RFC 3952"),
    audio("multiopus", &[], Pairs(MULTIOPUS), "RFC 7587 §6.1"),
    audio("AMR", &[8_000], Pairs(AMR), "RFC 4867 §8.1"),
    audio("AMR-WB", &[16_000], Pairs(AMR_WB), "RFC 4867 §8.2"),
    audio("EVS", &[16_000], Pairs(EVS), "3GPP TS 26.445 A.3"),
    audio("G729", &[8_000], Pairs(G729), "RFC 4856 §2.1.9"),
    audio("G723", &[8_000], Pairs(G723), "RFC 4856"),
    audio("GSM", &[8_000], Unknown, "RFC 3551 §4.5.8"),
    audio("GSM-EFR", &[8_000], Unknown, "RFC 3551 §4.5.9"),
    audio("G728", &[8_000], Unknown, "RFC 3551 §4.5.5"),
    audio("G726-16", &[8_000], Unknown, "RFC 3551 §4.5.4"),
    audio("G726-24", &[8_000], Unknown, "RFC 3551 §4.5.4"),
    audio("G726-32", &[8_000], Unknown, "RFC 3551 §4.5.4"),
    audio("G726-40", &[8_000], Unknown, "RFC 3551 §4.5.4"),
    audio("G729D", &[8_000], Unknown, "RFC 3551 §4.5.7"),
    audio("G729E", &[8_000], Unknown, "RFC 3551 §4.5.7"),
    audio("G7221", &[16_000, 32_000], Pairs(BITRATE), "RFC 5577"),
    audio("G719", &[48_000], Unknown, "RFC 5404"),
    audio(
        "speex",
        &[8_000, 16_000, 32_000],
        Pairs(SPEEX),
        "RFC 5574 §4.1",
    ),
    audio("LPC", &[8_000], Unknown, "RFC 3551 §4.5.12"),
    audio("QCELP", &[8_000], Unknown, "RFC 2658"),
    audio("MPA", &[90_000], Unknown, "RFC 3551 §4.5.13"),
    audio("L8", &[], Unknown, "RFC 3551 §4.5.10"),
    audio("L16", &[], Pairs(LINEAR), "RFC 4856"),
    audio("L20", &[], Pairs(LINEAR), "RFC 3190"),
    audio("L24", &[], Pairs(LINEAR), "RFC 3190"),
    audio("AM824", &[], Pairs(LINEAR), "SMPTE ST 2110-31"),
    audio("MP4A-LATM", &[], Pairs(MP4A), "RFC 6416 §7.3"),
    named("AC3"),
    named("AMR-WB+"),
    named("ATRAC-ADVANCED-LOSSLESS"),
    named("ATRAC-X"),
    named("ATRAC3"),
    named("AppleLossless"),
    named("BV16"),
    named("BV32"),
    named("BV32-FEC"),
    named("CELT"),
    named("CLEARMODE"),
    named("DAT12"),
    named("DVI4"),
    named("EAC3"),
    named("EVRC"),
    named("EVRC-QCP"),
    named("EVRC0"),
    named("EVRC1"),
    named("EVRCB"),
    named("EVRCB0"),
    named("EVRCB1"),
    named("EVRCNW"),
    named("EVRCNW0"),
    named("EVRCNW1"),
    named("EVRCWB"),
    named("EVRCWB0"),
    named("EVRCWB1"),
    named("G711"),
    named("G721"),
    named("G729a"),
    named("G7291"),
    named("GSM-HR-08"),
    named("MELP"),
    named("PCMA-WB"),
    named("PCMU-WB"),
    named("SILK"),
    named("SMV"),
    named("SMV0"),
    named("SP-MIDI"),
    named("TETRA_ACELP"),
    named("TSVCIS"),
    named("UEMCLIP"),
    named("VDVI"),
    named("VMR-WB"),
    named("audio"),
    named("flac"),
    named("fwdred"),
    named("lyra"),
    named("mpa-robust"),
    named("rtp-midi"),
    named("tone"),
    named("vorbis"),
];

/// Hz of sound (RFC 7587 §6.1).
const RATE: Value = Value::Number(8_000, 48_000);

const OPUS: &[Parameter] = &[
    key("maxplaybackrate", RATE),
    key("sprop-maxcapturerate", RATE),
    key("maxaveragebitrate", Value::Number(6_000, 510_000)),
    key("stereo", Value::Flag),
    key("sprop-stereo", Value::Flag),
    key("cbr", Value::Flag),
    key("useinbandfec", Value::Flag),
    key("usedtx", Value::Flag),
    // `minptime` is from a draft, and in every offer of libwebrtc.
    key("minptime", Value::NUMBER),
    key("maxptime", Value::NUMBER),
    key("ptime", Value::NUMBER),
    key("x-google-min-bitrate", Value::Any),
    key("x-google-max-bitrate", Value::Any),
    key("x-google-start-bitrate", Value::Any),
];

const MULTIOPUS: &[Parameter] = &[
    key("channel_mapping", Value::Any),
    key("num_streams", Value::NUMBER),
    key("coupled_streams", Value::NUMBER),
    key("minptime", Value::NUMBER),
    key("useinbandfec", Value::Flag),
    key("usedtx", Value::Flag),
    key("cbr", Value::Flag),
    key("stereo", Value::Flag),
    key("sprop-stereo", Value::Flag),
    key("maxaveragebitrate", Value::NUMBER),
    key("maxplaybackrate", Value::NUMBER),
];

const BITRATE: &[Parameter] = &[key("bitrate", Value::NUMBER)];

const ILBC: &[Parameter] = &[key("mode", Value::Word(&["20", "30"]))];

const AMR: &[Parameter] = &[
    key("octet-align", Value::Flag),
    key("mode-set", Value::Numbers(7)),
    key("mode-change-period", Value::Number(1, 2)),
    key("mode-change-capability", Value::Number(1, 2)),
    key("mode-change-neighbor", Value::Flag),
    key("crc", Value::Flag),
    key("robust-sorting", Value::Flag),
    key("interleaving", Value::NUMBER),
    key("max-red", Value::Number(0, 65_535)),
    key("channels", Value::Any),
    key("ptime", Value::Any),
    key("maxptime", Value::Any),
];

const AMR_WB: &[Parameter] = &[
    key("octet-align", Value::Flag),
    key("mode-set", Value::Numbers(8)),
    key("mode-change-period", Value::Number(1, 2)),
    key("mode-change-capability", Value::Number(1, 2)),
    key("mode-change-neighbor", Value::Flag),
    key("crc", Value::Flag),
    key("robust-sorting", Value::Flag),
    key("interleaving", Value::NUMBER),
    key("max-red", Value::Number(0, 65_535)),
    key("channels", Value::Any),
    key("ptime", Value::Any),
    key("maxptime", Value::Any),
];

const EVS: &[Parameter] = &[
    key("evs-mode-switch", Value::Flag),
    key("hf-only", Value::Flag),
    key("dtx", Value::Flag),
    key("dtx-recv", Value::Flag),
    key("max-red", Value::Number(0, 65_535)),
    key("channels", Value::Any),
    key("cmr", Value::Any),
    key("br", Value::Any),
    key("br-send", Value::Any),
    key("br-recv", Value::Any),
    key("bw", Value::Any),
    key("bw-send", Value::Any),
    key("bw-recv", Value::Any),
    key("ch-send", Value::Any),
    key("ch-recv", Value::Any),
    key("ch-aw-recv", Value::Any),
    key("mode-set", Value::Numbers(8)),
    key("mode-change-period", Value::Number(1, 2)),
    key("mode-change-capability", Value::Number(1, 2)),
    key("mode-change-neighbor", Value::Flag),
    key("ptime", Value::Any),
    key("maxptime", Value::Any),
];

const G729: &[Parameter] = &[key("annexb", Value::YES_NO)];

const G723: &[Parameter] = &[key("annexa", Value::YES_NO), key("bitrate", Value::Any)];

const SPEEX: &[Parameter] = &[
    key("vbr", Value::Word(&["on", "off", "vad"])),
    key("cng", Value::Word(&["on", "off"])),
    key("mode", Value::Any),
    key("sr", Value::Any),
];

const LINEAR: &[Parameter] = &[
    key("emphasis", Value::Any),
    key("channel-order", Value::Any),
];

const MP4A: &[Parameter] = &[
    key("profile-level-id", Value::Any),
    key("object", Value::Any),
    key("bitrate", Value::Any),
    key("cpresent", Value::Flag),
    key("config", Value::Any),
    key("MPS-profile-level-id", Value::Any),
    key("MPS-config", Value::Any),
    key("MPS-asc", Value::Any),
    key("SBR-enabled", Value::Any),
    key("ptime", Value::Any),
];
