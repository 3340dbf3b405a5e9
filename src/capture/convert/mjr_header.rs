//! The header of a Janus recording: which version, and what its JSON says of the media.
//!
//! `MJR00002`, or `MJR00001` without times of packets, then the length of a JSON object and the
//! object; or, before there was JSON, `MEETECHO` and the word `audio` or `video`.

use crate::capture::convert::feed::Feed;
use crate::capture::{Format, OpenError};
use serde_json::Value;
use std::fmt::Write;
use std::net::SocketAddrV4;

/// Whether a file that begins so is a recording.
pub(super) fn is_one(head: &[u8]) -> bool {
    head.starts_with(b"MJR0000") || head.starts_with(b"MEETECHO")
}

/// What is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Medium {
    #[default]
    Unknown,
    Audio,
    Video,
    /// Messages of data channels.
    Data,
}

/// What the header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Whether packets tell when they came.
    pub(super) has_times: bool,
    pub(super) medium: Medium,
    /// When the first packet was written, in microseconds since 1970.
    pub(super) start: Option<i64>,
    codec: String,
    format_parameters: Option<String>,
    /// Payload type of RED.
    red: Option<u8>,
    extensions: Vec<(u8, String)>,
}

/// Takes the header off.
pub(super) fn read(feed: &mut Feed) -> Result<Header, OpenError> {
    let format = Format::JanusRecording;
    let (magic, prefix) = (8, 10);
    feed.ensure(prefix);
    let window = feed.window();
    let length = window.get(magic..).and_then(|l| l.first_chunk::<2>());
    let length = length.map(|l| usize::from(u16::from_be_bytes(*l)));
    let need = prefix + length.unwrap_or_default();
    feed.ensure(need);
    let window = feed.window();
    let have = window.len();
    let Some(body) = window.get(prefix..need).filter(|_| length.is_some()) else {
        return Err(OpenError::CutInHeader { format, have, need });
    };
    let mut header = if window.starts_with(b"MEETECHO") {
        Header {
            medium: match body {
                b"audio" => Medium::Audio,
                b"video" => Medium::Video,
                _ => Medium::Unknown,
            },
            ..Header::default()
        }
    } else {
        let Ok(json) = serde_json::from_slice(body) else {
            let what = "what it says of the recording is no JSON";
            return Err(OpenError::DamagedHeader { format, what });
        };
        from_json(&json)
    };
    header.has_times = !window.starts_with(b"MEETECHO") && !window.starts_with(b"MJR00001");
    feed.consume(need);
    Ok(header)
}

fn from_json(json: &Value) -> Header {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let extensions = json.get("x").and_then(Value::as_object);
    let extensions = extensions.into_iter().flatten().filter_map(|(id, uri)| {
        let id = id.parse().ok().filter(|id| (1..=14).contains(id))?;
        Some((id, one_line(uri.as_str()?)?))
    });
    Header {
        has_times: true,
        medium: match text("t") {
            Some("a" | "audio") => Medium::Audio,
            Some("v" | "video") => Medium::Video,
            Some("d" | "data") => Medium::Data,
            _ => Medium::Unknown,
        },
        start: json.get("u").and_then(Value::as_i64).filter(|u| *u > 0),
        codec: text("c").unwrap_or_default().to_ascii_lowercase(),
        format_parameters: text("f").and_then(one_line),
        red: json
            .get("or")
            .and_then(Value::as_u64)
            .and_then(payload_type),
        extensions: extensions.collect(),
    }
}

fn payload_type(number: u64) -> Option<u8> {
    u8::try_from(number).ok().filter(|n| *n < 128)
}

/// Text that may stand in a session description.
fn one_line(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|b| matches!(b, b' '..=b'~'));
    (is_plain && !text.is_empty()).then(|| text.to_owned())
}

impl Header {
    /// The name of the codec and its clock rate in an `a=rtpmap` line.
    fn rtpmap(&self) -> Option<&'static str> {
        Some(match self.codec.as_str() {
            "opus" => "opus/48000/2",
            "multiopus" => "multiopus/48000/6",
            "pcmu" | "g711" => "PCMU/8000",
            "pcma" => "PCMA/8000",
            "g722" => "G722/8000",
            "l16" => "L16/16000",
            "l16-48" => "L16/48000",
            "vp8" => "VP8/90000",
            "vp9" => "VP9/90000",
            "av1" => "AV1/90000",
            "h264" => "H264/90000",
            "h265" => "H265/90000",
            _ => return None,
        })
    }

    /// What the header says of media with this payload type that goes to `to`, as a session
    /// description; `None` if it names no codec.
    pub(super) fn description(&self, payload_type: u8, to: SocketAddrV4) -> Option<String> {
        let medium = match self.medium {
            Medium::Audio => "audio",
            Medium::Video => "video",
            Medium::Data | Medium::Unknown => return None,
        };
        let rtpmap = self.rtpmap()?;
        let (ip, port) = (to.ip(), to.port());
        let red = self.red.filter(|red| *red != payload_type);
        // What comes first says it is RED itself: then it is not known which type is Opus.
        if self.red == Some(payload_type) {
            return None;
        }
        let mut sdp = format!("v=0\r\no=- 0 0 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n");
        let formats = match red {
            Some(red) => format!("{payload_type} {red}"),
            None => payload_type.to_string(),
        };
        // Writing to a text does not fail.
        let _ = write!(
            sdp,
            "m={medium} {port} RTP/AVP {formats}\r\na=rtpmap:{payload_type} {rtpmap}\r\n"
        );
        if let Some(parameters) = &self.format_parameters {
            let _ = write!(sdp, "a=fmtp:{payload_type} {parameters}\r\n");
        }
        if let Some(red) = red {
            let _ = write!(
                sdp,
                "a=rtpmap:{red} red/48000/2\r\na=fmtp:{red} {payload_type}/{payload_type}\r\n"
            );
        }
        for (id, uri) in &self.extensions {
            let _ = write!(sdp, "a=extmap:{id} {uri}\r\n");
        }
        sdp.push_str("a=rtcp-mux\r\na=recvonly\r\n");
        Some(sdp)
    }
}
