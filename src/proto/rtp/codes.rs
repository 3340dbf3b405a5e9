//! RTP registries: header extensions by URI, static payload types.
//!
//! Sources: the IANA registry "RTP Compact Header Extensions", RFC 3551 for payload types, and
//! libwebrtc's `docs/native-code/rtp-hdrext` for its experiments.

use super::ExtensionKind;

/// One header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionRow {
    /// The URI that `a=extmap` maps to a local identifier.
    pub uri: &'static str,
    /// Short name.
    pub name: &'static str,
    /// How its data is laid out.
    pub kind: ExtensionKind,
    /// Where it is specified.
    pub source: &'static str,
}

const fn row(
    uri: &'static str,
    name: &'static str,
    kind: ExtensionKind,
    source: &'static str,
) -> ExtensionRow {
    ExtensionRow {
        uri,
        name,
        kind,
        source,
    }
}

/// Header extensions that WebRTC endpoints use.
#[rustfmt::skip]
pub const EXTENSIONS: &[ExtensionRow] = &[
    row("urn:ietf:params:rtp-hdrext:toffset", "toffset", ExtensionKind::TransmissionOffset, "RFC 5450"),
    row("urn:ietf:params:rtp-hdrext:ntp-64", "ntp-64", ExtensionKind::Ntp64, "RFC 6051"),
    row("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "audio-level", ExtensionKind::AudioLevel, "RFC 6464"),
    row("urn:ietf:params:rtp-hdrext:csrc-audio-level", "csrc-audio-level", ExtensionKind::CsrcAudioLevel, "RFC 6465"),
    row("urn:ietf:params:rtp-hdrext:encrypt", "encrypt", ExtensionKind::Opaque, "RFC 6904"),
    row("urn:ietf:params:rtp-hdrext:sdes:mid", "mid", ExtensionKind::Mid, "RFC 9143"),
    row("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "rid", ExtensionKind::Rid, "RFC 8852"),
    row("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "rrid", ExtensionKind::RepairedRid, "RFC 8852"),
    row("urn:ietf:params:rtp-hdrext:sdes:cname", "cname", ExtensionKind::Cname, "RFC 7941"),
    row("urn:ietf:params:rtp-hdrext:framemarking", "frame-marking", ExtensionKind::FrameMarking, "RFC 9626"),
    row("urn:3gpp:video-orientation", "video-orientation", ExtensionKind::VideoOrientation, "3GPP TS 26.114"),
    row("urn:3gpp:video-orientation:6", "video-orientation-6", ExtensionKind::Opaque, "3GPP TS 26.114"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "abs-send-time", ExtensionKind::AbsSendTime, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", "abs-capture-time", ExtensionKind::AbsCaptureTime, "libwebrtc"),
    row("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "transport-cc", ExtensionKind::TransportSequence, "draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02", "transport-cc-02", ExtensionKind::TransportSequence, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", "playout-delay", ExtensionKind::PlayoutDelay, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type", "video-content-type", ExtensionKind::VideoContentType, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-timing", "video-timing", ExtensionKind::VideoTiming, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/color-space", "color-space", ExtensionKind::ColorSpace, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-frame-tracking-id", "video-frame-tracking-id", ExtensionKind::FrameTrackingId, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00", "video-layers-allocation", ExtensionKind::VideoLayersAllocation, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/corruption-detection", "corruption-detection", ExtensionKind::CorruptionDetection, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/inband-cn", "inband-cn", ExtensionKind::Opaque, "libwebrtc"),
    row("http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00", "generic-frame-descriptor", ExtensionKind::Opaque, "libwebrtc"),
    row("https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", "dependency-descriptor", ExtensionKind::DependencyDescriptor, "AV1 RTP specification"),
];

/// The row of a header extension's URI.
pub fn extension(uri: &str) -> Option<&'static ExtensionRow> {
    EXTENSIONS.iter().find(|row| row.uri == uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_unique() {
        for (i, row) in EXTENSIONS.iter().enumerate() {
            let others = EXTENSIONS.iter().skip(i + 1);
            assert!(others.clone().all(|o| o.uri != row.uri), "{}", row.uri);
            assert!(others.clone().all(|o| o.name != row.name), "{}", row.name);
        }
    }
}
