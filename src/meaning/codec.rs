//! A codec as a section offers it: what is spread over `m=`, `a=rtpmap`, `a=fmtp` and `a=rtcp-fb`.

use super::text;
use crate::sdp::{Field, Line, Name, Payload, Payloads, RtcpFb, Section, StaticType};
use serde::Serialize;

/// A payload type and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Codec {
    /// The number that packets carry, 0 to 127.
    pub payload_type: u8,
    /// Encoding name as written; empty when nothing names it.
    pub name: String,
    /// RTP clock rate in Hz; 0 when nothing tells.
    pub clock_rate: u32,
    /// Audio channels.
    pub channels: u32,
    /// What it is for.
    #[serde(rename = "use")]
    pub purpose: CodecUse,
    /// The payload type that it sends again or protects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u8>,
    /// Its parameters (`a=fmtp`), in order; a parameter without `=` has an empty value.
    pub parameters: Vec<(String, String)>,
    /// What receivers may report of it (`a=rtcp-fb`), in order.
    pub feedback: Vec<String>,
}

/// What a payload type is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodecUse {
    /// It carries media.
    Media,
    /// It sends lost packets again (RFC 4588).
    Retransmission,
    /// It carries earlier audio again beside the new (RFC 2198).
    Redundancy,
    /// It carries what lost packets are computed from (RFC 5109, RFC 8627).
    Fec,
    /// It describes silence (RFC 3389).
    ComfortNoise,
    /// It carries keys that were pressed (RFC 4733).
    TelephoneEvent,
}

impl CodecUse {
    fn of(name: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
        match () {
            () if is(&["rtx"]) => Self::Retransmission,
            () if is(&["red"]) => Self::Redundancy,
            () if is(&[
                "ulpfec",
                "flexfec",
                "flexfec-03",
                "parityfec",
                "1d-interleaved-parityfec",
            ]) =>
            {
                Self::Fec
            }
            () if is(&["CN"]) => Self::ComfortNoise,
            () if is(&["telephone-event"]) => Self::TelephoneEvent,
            () => Self::Media,
        }
    }
}

/// The codecs of a section, in its order of preference.
pub(super) fn codecs(section: &Section<'_, '_>) -> Vec<Codec> {
    let payloads = Payloads::of(*section);
    let feedback: Vec<(Field<'_>, Field<'_>)> = section
        .all(Name::RtcpFb)
        .filter_map(Line::attribute_value)
        .filter_map(|value| RtcpFb::parse(value).ok())
        .map(|fb| (fb.format, fb.feedback))
        .collect();
    payloads
        .iter()
        .map(|payload| codec(payload, &feedback))
        .collect()
}

fn codec(payload: &Payload<'_>, feedback: &[(Field<'_>, Field<'_>)]) -> Codec {
    let fixed = StaticType::of(payload.number);
    let (name, clock_rate, channels) = match (payload.rtpmap, fixed) {
        (Some(map), _) => (
            text(map.encoding),
            map.clock_rate,
            map.channels().unwrap_or(1),
        ),
        (None, Some(fixed)) => (
            fixed.name.to_owned(),
            fixed.clock_rate,
            fixed.channels.map_or(1, u32::from),
        ),
        (None, None) => (String::new(), 0, 1),
    };
    let purpose = CodecUse::of(&name);
    let parameters: Vec<(String, String)> = payload
        .fmtp
        .iter()
        .flat_map(|fmtp| fmtp.pairs())
        .map(|(key, value)| (text(key), value.map(text).unwrap_or_default()))
        .collect();
    let of = match purpose {
        CodecUse::Retransmission => payload.fmtp.and_then(|f| f.get("apt")?.number()),
        CodecUse::Redundancy => payload
            .fmtp
            .and_then(|f| f.parameters.split(b'/').next()?.number()),
        _ => None,
    };
    Codec {
        payload_type: payload.number,
        name,
        clock_rate,
        channels,
        purpose,
        of,
        parameters,
        feedback: feedback
            .iter()
            .filter(|(format, _)| format.is("*") || format.number() == Some(payload.number))
            .map(|&(_, what)| text(what))
            .collect(),
    }
}

impl Codec {
    /// The value of a parameter, in any case.
    pub fn parameter(&self, key: &str) -> Option<&str> {
        let mut all = self.parameters.iter();
        all.find(|(k, _)| k.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.as_str())
    }
}
