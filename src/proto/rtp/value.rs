//! Decoding the data of a header extension element once its meaning is known from `a=extmap`.
//!
//! An element carries only a local identifier; the session description maps it to a URI, and
//! [`super::codes::extension`] maps the URI to an [`ExtensionKind`].

use crate::wire::{ParseError, Reader};
use std::fmt;

/// Which header extension an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExtensionKind {
    /// Known by name only.
    Opaque,
    /// toffset (RFC 5450).
    TransmissionOffset,
    /// ntp-64 (RFC 6051).
    Ntp64,
    /// ssrc-audio-level (RFC 6464).
    AudioLevel,
    /// MID (RFC 9143).
    Mid,
    /// RtpStreamId (RFC 8852).
    Rid,
    /// RepairedRtpStreamId (RFC 8852).
    RepairedRid,
    /// CNAME (RFC 7941).
    Cname,
    /// Coordination of video orientation (3GPP TS 26.114).
    VideoOrientation,
    /// Absolute send time.
    AbsSendTime,
    /// Absolute capture time.
    AbsCaptureTime,
    /// Transport-wide sequence number, with version 02's feedback request.
    TransportSequence,
    /// Playout delay limits.
    PlayoutDelay,
    /// Video content type.
    VideoContentType,
    /// AV1 dependency descriptor: [`super::dependency_descriptor`].
    DependencyDescriptor,
    /// csrc-audio-level (RFC 6465).
    CsrcAudioLevel,
    /// Frame marking (RFC 9626).
    FrameMarking,
    /// When a frame was captured, encoded and sent.
    VideoTiming,
    /// Color space, with HDR metadata in the longer form.
    ColorSpace,
    /// A number for each frame, for tests of video quality.
    FrameTrackingId,
    /// Layers and their bit rates: [`super::video_layers_allocation`].
    VideoLayersAllocation,
    /// Samples of the picture that was sent.
    CorruptionDetection,
}

/// The decoded data of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionValue<'a> {
    /// Not decoded.
    Bytes(&'a [u8]),
    /// UTF-8 text: MID, RID, repaired RID, CNAME.
    Text(&'a str),
    /// Offset of the transmission time from the timestamp, in units of the RTP clock.
    TransmissionOffset(i32),
    /// NTP time, 32.32 bits.
    Ntp64(u64),
    /// Audio level.
    AudioLevel {
        /// Whether the sender detects voice.
        voice: bool,
        /// Level below overload in dB, 0 to 127: 127 is silence.
        minus_dbov: u8,
    },
    /// Camera and rotation.
    VideoOrientation {
        /// A back-facing camera.
        back_camera: bool,
        /// Flipped horizontally.
        flipped: bool,
        /// Rotation in degrees: 0, 90, 180, 270.
        rotation: u16,
    },
    /// Time of sending in seconds modulo 64, as 6.18 bits.
    AbsSendTime(u32),
    /// Time of capture.
    AbsCaptureTime {
        /// NTP time of the capturing system, 32.32 bits.
        ntp: u64,
        /// Its offset from the sender's clock, 32.32 bits signed.
        clock_offset: Option<i64>,
    },
    /// Transport-wide sequence number.
    TransportSequence(u16),
    /// Limits of the playout delay.
    PlayoutDelay {
        /// Least delay in milliseconds.
        min_ms: u16,
        /// Most delay in milliseconds.
        max_ms: u16,
    },
    /// Content type: 0 unspecified, 1 screen.
    VideoContentType(u8),
    /// The mandatory fields of a dependency descriptor.
    DependencyDescriptor {
        /// First packet of its frame (of a layer).
        start_of_frame: bool,
        /// Last packet of its frame.
        end_of_frame: bool,
        /// Template of its dependencies, 6 bits.
        template_id: u8,
        /// Frame number.
        frame_number: u16,
        /// Whether more than the mandatory fields follow, as they do on key frames.
        extended: bool,
    },
}

impl ExtensionKind {
    /// Decodes an element's data; errors count from its start.
    pub fn decode(self, data: &[u8]) -> Result<ExtensionValue<'_>, ParseError> {
        let mut r = Reader::new(data);
        Ok(match self {
            Self::Opaque
            | Self::CsrcAudioLevel
            | Self::FrameMarking
            | Self::VideoTiming
            | Self::ColorSpace
            | Self::FrameTrackingId
            | Self::VideoLayersAllocation
            | Self::CorruptionDetection => ExtensionValue::Bytes(data),
            Self::Mid | Self::Rid | Self::RepairedRid | Self::Cname => {
                let text = std::str::from_utf8(data).map_err(|e| {
                    let at = e.valid_up_to();
                    let found = data.get(at).copied().unwrap_or_default();
                    ParseError::value("text", at, found.into(), "UTF-8")
                })?;
                ExtensionValue::Text(text)
            }
            Self::TransmissionOffset => {
                // Shifting up and down again extends the sign of the 24 bits.
                let offset = (r.u24("transmission offset")? << 8) as i32 >> 8;
                ExtensionValue::TransmissionOffset(offset)
            }
            Self::Ntp64 => ExtensionValue::Ntp64(r.u64("NTP timestamp")?),
            Self::AudioLevel => {
                let byte = r.u8("audio level")?;
                ExtensionValue::AudioLevel {
                    voice: byte & 0x80 != 0,
                    minus_dbov: byte & 0x7f,
                }
            }
            Self::VideoOrientation => {
                let byte = r.u8("video orientation")?;
                ExtensionValue::VideoOrientation {
                    back_camera: byte & 0x08 != 0,
                    flipped: byte & 0x04 != 0,
                    rotation: 90 * u16::from(byte & 0x03),
                }
            }
            Self::AbsSendTime => ExtensionValue::AbsSendTime(r.u24("absolute send time")?),
            Self::AbsCaptureTime => ExtensionValue::AbsCaptureTime {
                ntp: r.u64("absolute capture time")?,
                clock_offset: r.u64("clock offset").ok().map(|n| n as i64),
            },
            Self::TransportSequence => {
                ExtensionValue::TransportSequence(r.u16("transport sequence number")?)
            }
            Self::PlayoutDelay => {
                let limits = r.u24("playout delay")?;
                ExtensionValue::PlayoutDelay {
                    min_ms: (limits >> 12) as u16 * 10,
                    max_ms: (limits & 0xfff) as u16 * 10,
                }
            }
            Self::VideoContentType => ExtensionValue::VideoContentType(r.u8("content type")?),
            Self::DependencyDescriptor => {
                let first = r.u8("dependency descriptor")?;
                ExtensionValue::DependencyDescriptor {
                    start_of_frame: first & 0x80 != 0,
                    end_of_frame: first & 0x40 != 0,
                    template_id: first & 0x3f,
                    frame_number: r.u16("frame number")?,
                    extended: !r.is_empty(),
                }
            }
        })
    }
}

impl fmt::Display for ExtensionValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Bytes(data) => super::describe::Hex(data).fmt(f),
            Self::Text(text) => write!(f, "{}", text.escape_debug()),
            Self::TransmissionOffset(ticks) => write!(f, "{ticks} ticks"),
            Self::Ntp64(ntp) => write!(f, "{:.6} s since 1900", ntp as f64 / 4_294_967_296.0),
            Self::AudioLevel { voice, minus_dbov } => {
                let voice = if voice { ", voice" } else { "" };
                write!(f, "-{minus_dbov} dBov{voice}")
            }
            Self::VideoOrientation {
                back_camera,
                flipped,
                rotation,
            } => {
                let camera = if back_camera { "back" } else { "front" };
                let flipped = if flipped { ", flipped" } else { "" };
                write!(f, "{rotation} degrees, {camera} camera{flipped}")
            }
            Self::AbsSendTime(time) => write!(f, "{:.6} s", f64::from(time) / 262_144.0),
            Self::AbsCaptureTime { ntp, clock_offset } => {
                write!(f, "{:.6} s since 1900", ntp as f64 / 4_294_967_296.0)?;
                match clock_offset {
                    Some(offset) => write!(f, ", offset {:.6} s", offset as f64 / 4_294_967_296.0),
                    None => Ok(()),
                }
            }
            Self::TransportSequence(sequence) => sequence.fmt(f),
            Self::PlayoutDelay { min_ms, max_ms } => write!(f, "{min_ms} to {max_ms} ms"),
            Self::VideoContentType(0) => f.write_str("unspecified"),
            Self::VideoContentType(1) => f.write_str("screen"),
            Self::VideoContentType(other) => write!(f, "type {other}"),
            Self::DependencyDescriptor {
                start_of_frame,
                end_of_frame,
                template_id,
                frame_number,
                extended,
            } => {
                write!(f, "frame {frame_number} template {template_id}")?;
                let start = if start_of_frame { ", start" } else { "" };
                let end = if end_of_frame { ", end" } else { "" };
                let extended = if extended { ", extended" } else { "" };
                write!(f, "{start}{end}{extended}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    fn shown(uri: &str, data: &[u8]) -> String {
        let kind = codes::extension(uri).unwrap().kind;
        kind.decode(data).unwrap().to_string()
    }

    #[test]
    fn values_of_a_chromium_packet() {
        let level = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
        assert_eq!(shown(level, &[0xff]), "-127 dBov, voice");
        let time = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
        assert_eq!(shown(time, &[0x80, 0, 0]), "32.000000 s");
        let cc = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
        assert_eq!(shown(cc, &[1, 2]), "258");
        assert_eq!(shown("urn:ietf:params:rtp-hdrext:sdes:mid", b"0"), "0");
        let delay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
        assert_eq!(shown(delay, &[0x00, 0xa0, 0x14]), "100 to 200 ms");
        let orientation = "urn:3gpp:video-orientation";
        assert_eq!(shown(orientation, &[0x0b]), "270 degrees, back camera");
        let offset = "urn:ietf:params:rtp-hdrext:toffset";
        assert_eq!(shown(offset, &[0xff, 0xff, 0xff]), "-1 ticks");
    }

    #[test]
    fn short_data_is_an_error_of_its_kind() {
        for row in codes::EXTENSIONS {
            for len in 0..20 {
                let data = vec![0xc3; len];
                if let Ok(value) = row.kind.decode(&data) {
                    assert!(!value.to_string().contains('\n'));
                }
            }
        }
        assert!(ExtensionKind::AudioLevel.decode(&[]).is_err());
        assert!(ExtensionKind::Mid.decode(&[0xff]).is_err());
        let descriptor = ExtensionKind::DependencyDescriptor.decode(&[0x85, 0, 9]);
        let shown = descriptor.unwrap().to_string();
        assert_eq!(shown, "frame 9 template 5, start");
    }
}
