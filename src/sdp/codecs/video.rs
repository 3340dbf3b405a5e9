//! Video codecs.

use super::{Codec, CodecKind, Parameter, Parameters, Value, key, row};
use Parameters::{Pairs, Unknown};

/// The clock of video (RFC 3551 §5, and every registration below).
const CLOCK: &[u32] = &[90_000];

const fn video(name: &'static str, parameters: Parameters, spec: &'static str) -> Codec {
    row(name, CodecKind::Video, CLOCK, parameters, spec)
}

/// Video whose clock may be another, or is not known.
const fn of_any_clock(name: &'static str, parameters: Parameters, spec: &'static str) -> Codec {
    row(name, CodecKind::Video, &[], parameters, spec)
}

/// The codecs.
pub(super) const CODECS: &[Codec] = &[
    video("VP8", Pairs(VP8), "RFC 7741 §6.1"),
    video("VP9", Pairs(VP9), "RFC 9628 §6"),
    video("H264", Pairs(H264), "RFC 6184 §8.1"),
    video("AV1", Pairs(AV1), "AV1 RTP §7.1"),
    video("H265", Pairs(H265), "RFC 7798 §7.1"),
    video("AV1X", Unknown, "AV1 RTP §7.1"),
    video("H261", Unknown, "RFC 4587 §6.1"),
    video("H263", Unknown, "RFC 3551 §5.4"),
    video("H263-1998", Unknown, "RFC 4629 §8.1"),
    video("H263-2000", Unknown, "RFC 4629 §8.1"),
    video("H264-RCDO", Unknown, "RFC 6185 §8.1"),
    video("H264-SVC", Unknown, "RFC 6190 §7.1"),
    video("H266", Unknown, "RFC 9328 §7.1"),
    video("JPEG", Unknown, "RFC 2435"),
    video("MPV", Unknown, "RFC 3551 §5.6"),
    video("CelB", Unknown, "RFC 3551 §5.1"),
    video("nv", Unknown, "RFC 3551 §5.8"),
    video("jxsv", Unknown, "RFC 9134 §7.1"),
    of_any_clock("raw", Pairs(RAW), "RFC 4175 §6.1"),
    of_any_clock("MP4V-ES", Pairs(MP4V), "RFC 6416 §7.1"),
    of_any_clock("BMPEG", Unknown, ""),
    of_any_clock("BT656", Unknown, ""),
    of_any_clock("DV", Unknown, ""),
    of_any_clock("FFV1", Unknown, ""),
    of_any_clock("MP1S", Unknown, ""),
    of_any_clock("MP2P", Unknown, ""),
    of_any_clock("SMPTE2022-6", Unknown, ""),
    of_any_clock("jpeg2000", Unknown, ""),
    of_any_clock("pointer", Unknown, ""),
    of_any_clock("theora", Unknown, ""),
    of_any_clock("vc1", Unknown, ""),
    of_any_clock("vc2", Unknown, ""),
];

const VP8: &[Parameter] = &[
    key("max-fr", Value::Number(1, u32::MAX)),
    key("max-fs", Value::Number(1, u32::MAX)),
];

const VP9: &[Parameter] = &[
    key("max-fr", Value::Number(1, u32::MAX)),
    key("max-fs", Value::Number(1, u32::MAX)),
    key("profile-id", Value::Number(0, 3)),
];

const AV1: &[Parameter] = &[
    key("profile", Value::Number(0, 2)),
    key("level-idx", Value::Number(0, 31)),
    key("tier", Value::Flag),
];

const H264: &[Parameter] = &[
    // Both have a rule of their own.
    key("profile-level-id", Value::Any),
    key("sprop-parameter-sets", Value::Any),
    key("packetization-mode", Value::Number(0, 2)),
    key("level-asymmetry-allowed", Value::Flag),
    key("max-recv-level", Value::Hex(4)),
    key("max-mbps", Value::NUMBER),
    key("max-smbps", Value::NUMBER),
    key("max-fs", Value::NUMBER),
    key("max-cpb", Value::NUMBER),
    key("max-dpb", Value::NUMBER),
    key("max-br", Value::NUMBER),
    key("redundant-pic-cap", Value::Flag),
    key("sprop-level-parameter-sets", Value::Any),
    key("use-level-src-parameter-sets", Value::Flag),
    key("in-band-parameter-sets", Value::Flag),
    key("sprop-interleaving-depth", Value::Number(0, 32_767)),
    key("sprop-deint-buf-req", Value::NUMBER),
    key("deint-buf-cap", Value::NUMBER),
    key("sprop-init-buf-time", Value::Any),
    key("sprop-max-don-diff", Value::Number(0, 32_767)),
    key("max-rcmd-nalu-size", Value::NUMBER),
    key("sar-understood", Value::NUMBER),
    key("sar-supported", Value::NUMBER),
    // Not registered, but sent by conference systems.
    key("max-fps", Value::Any),
    key("max-fr", Value::Any),
    key("sar", Value::Any),
    key("parameter-add", Value::Any),
    key("max-dec-frame-buffering", Value::Any),
    key("max-rcmd-unit-size", Value::Any),
];

const H265: &[Parameter] = &[
    key("profile-space", Value::Number(0, 3)),
    key("profile-id", Value::Number(0, 31)),
    key("tier-flag", Value::Flag),
    key("profile-compatibility-indicator", Value::Any),
    key("interop-constraints", Value::Any),
    key("level-id", Value::Number(0, 255)),
    key("max-recv-level-id", Value::Number(0, 255)),
    key("tx-mode", Value::Word(&["SRST", "MRST", "MRMT"])),
    key("sprop-vps", Value::Base64),
    key("sprop-sps", Value::Base64),
    key("sprop-pps", Value::Base64),
    key("sprop-sei", Value::Base64),
    key("max-lsr", Value::NUMBER),
    key("max-lps", Value::NUMBER),
    key("max-cpb", Value::NUMBER),
    key("max-dpb", Value::NUMBER),
    key("max-br", Value::NUMBER),
    key("max-tr", Value::NUMBER),
    key("max-tc", Value::NUMBER),
    key("max-fps", Value::NUMBER),
    key("sprop-max-don-diff", Value::Number(0, 32_767)),
    key("sprop-depack-buf-nalus", Value::Number(0, 32_767)),
    key("sprop-depack-buf-bytes", Value::NUMBER),
    key("depack-buf-cap", Value::NUMBER),
    key("sprop-segmentation-id", Value::Number(0, 3)),
    key("sprop-spatial-segmentation-idc", Value::Any),
    key("dec-parallel-cap", Value::Any),
    key("include-dph", Value::Any),
    // Not registered for H.265, but written all the same.
    key("level-asymmetry-allowed", Value::Any),
    key("packetization-mode", Value::Any),
    key("max-fs", Value::Any),
    key("max-fr", Value::Any),
    key("sprop-parameter-sets", Value::Any),
];

const MP4V: &[Parameter] = &[
    key("profile-level-id", Value::Any),
    key("config", Value::Any),
];

/// With what SMPTE ST 2110-20 adds.
const RAW: &[Parameter] = &[
    key("rate", Value::Any),
    key("sampling", Value::Any),
    key("width", Value::Number(1, 32_767)),
    key("height", Value::Number(1, 32_767)),
    key("depth", Value::Any),
    key("colorimetry", Value::Any),
    key("chroma-position", Value::Any),
    key("gamma", Value::Any),
    key("interlace", Value::Any),
    key("segmented", Value::Any),
    key("top-field-first", Value::Any),
    key("exactframerate", Value::Any),
    key("progressive", Value::Any),
    key("TCS", Value::Any),
    key("PM", Value::Any),
    key("SSN", Value::Any),
    key("TP", Value::Any),
    key("TROFF", Value::Any),
    key("CMAX", Value::Any),
    key("RANGE", Value::Any),
    key("MAXUDP", Value::Any),
    key("PAR", Value::Any),
];
