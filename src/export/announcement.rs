//! What tells Wireshark that the ports of a call carry RTP, and what its payload types mean: a session
//! description (RFC 8866) for each pair of addresses, as a session announcement (SAP, RFC 2974).
//!
//! Without it RTP on dynamic ports stays "UDP, data" until somebody sets "Decode as". The descriptions
//! are not those of the call: they say what the analysis knows, which is all that a dissector needs.

use super::clear_path::ClearPaths;
use super::headers::octets;
use crate::analysis::Analysis;
use crate::analysis::model::{Codec, Kind, Stream};
use crate::net::{Endpoint, Path, Protocol};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

/// The port of SAP, and the groups that sessions of global scope are announced to.
const PORT: u16 = 9875;
const GROUP_V4: [u8; 4] = [224, 2, 127, 254];
const GROUP_V6: [u8; 16] = [0xff, 0x0e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x7f, 0xfe];

/// What is announced of one pair of addresses.
#[derive(Debug)]
pub(super) struct Announcement {
    /// From the end that is announced to the group.
    pub(super) path: Path,
    /// From the end that is announced to the other.
    pub(super) media: Path,
    /// The session description.
    pub(super) sdp: String,
}

/// What is known of the media between two addresses.
#[derive(Default)]
struct Session<'a> {
    is_video: bool,
    payload_types: BTreeMap<u8, (u64, Option<&'a Codec>)>,
}

/// Whether packets of a stream are in clear, or can be opened.
pub(super) fn is_in_clear(stream: &Stream) -> bool {
    let opened = stream.decryption.value().map_or(0, |d| d.opened);
    opened > 0 || !is_encrypted(stream)
}

/// Whether what was not decrypted of a stream is encrypted. What nothing speaks of is taken for what it
/// looks like, unless keys were tried in vain.
pub(super) fn is_encrypted(stream: &Stream) -> bool {
    let was_tried = stream
        .decryption
        .value()
        .is_some_and(|d| d.opened + d.failed > 0);
    was_tried || stream.encrypted.value().copied().unwrap_or(false)
}

/// One announcement for each pair of addresses with RTP or RTCP in clear, in order of the addresses.
pub(super) fn announcements(analysis: &Analysis, paths: &ClearPaths) -> Vec<Announcement> {
    let mut sessions: BTreeMap<Path, Session<'_>> = BTreeMap::new();
    for connection in &analysis.connections {
        for t in &connection.transports {
            let opened = connection.decryption.value().map_or(0, |d| d.srtcp.opened);
            if t.rtcp_clear > 0 || (t.protocols.rtcp > 0 && opened > 0) {
                let (src, dst, protocol) = (t.a, t.b, t.protocol);
                let path = paths.of(Path { src, dst, protocol }, t.via);
                sessions.entry(path.canonical().0).or_default();
            }
        }
    }
    for stream in analysis.streams.iter().filter(|s| is_in_clear(s)) {
        for leg in &stream.legs {
            let path = paths.of(leg.path, leg.via).canonical().0;
            sessions.entry(path).or_default().add(stream);
        }
    }
    let mut used: BTreeMap<Endpoint, u32> = BTreeMap::new();
    for path in sessions.keys() {
        *used.entry(path.src).or_default() += 1;
        *used.entry(path.dst).or_default() += 1;
    }
    let announce = |(path, session): (&Path, &Session<'_>)| {
        // A server has one port for all its clients, which may number payload types differently.
        let is_server = |end: Endpoint| used.get(&end).is_some_and(|n| *n > 1);
        let media = match is_server(path.src) && !is_server(path.dst) {
            true => path.reversed(),
            false => *path,
        };
        let group = match media.src.ip() {
            IpAddr::V4(_) => Endpoint::v4(GROUP_V4, PORT),
            IpAddr::V6(_) => Endpoint::v6(GROUP_V6, PORT),
        };
        Announcement {
            path: Path {
                src: media.src.with_port(PORT),
                dst: group,
                protocol: Protocol::Udp,
            },
            media,
            sdp: session.describe(media.src),
        }
    };
    sessions.iter().map(announce).collect()
}

impl<'a> Session<'a> {
    fn add(&mut self, stream: &'a Stream) {
        self.is_video |= stream.kind == Kind::Video;
        for t in &stream.payload_types {
            let (packets, codec) = self.payload_types.entry(t.number).or_default();
            let known = t.codec.value();
            // Where streams disagree, the one with most packets of that type is believed.
            if codec.is_none() || (known.is_some() && t.packets > *packets) {
                (*packets, *codec) = (t.packets, known);
            }
        }
    }

    /// Both directions and RTCP use the one port: there is one section.
    fn describe(&self, end: Endpoint) -> String {
        let address = match end.ip() {
            IpAddr::V4(v4) => format!("IN IP4 {v4}"),
            IpAddr::V6(v6) => format!("IN IP6 {v6}"),
        };
        let kind = if self.is_video { "video" } else { "audio" };
        let port = end.port();
        let mut sdp = format!(
            "v=0\r\no=- 0 0 {address}\r\ns=rtcscope decrypt\r\nc={address}\r\nt=0 0\r\n\
             m={kind} {port} RTP/AVP"
        );
        // Writing to a string cannot fail.
        for number in self.payload_types.keys() {
            let _ = write!(sdp, " {number}");
        }
        if self.payload_types.is_empty() {
            sdp.push_str(" 0");
        }
        // Said twice: Wireshark takes the next port for that of RTCP where only `a=rtcp-mux` is said, and
        // the next port may be that of another stream.
        let _ = write!(sdp, "\r\na=rtcp:{port}\r\na=rtcp-mux\r\n");
        for (number, (_, codec)) in &self.payload_types {
            let Some(codec) = codec.filter(|c| is_token(&c.name)) else {
                continue;
            };
            let _ = write!(sdp, "a=rtpmap:{number} {}/{}", codec.name, codec.clock_rate);
            if let Some(channels) = codec.channels.filter(|n| *n > 1) {
                let _ = write!(sdp, "/{channels}");
            }
            sdp.push_str("\r\n");
        }
        sdp
    }
}

/// Whether a name may stand in a description: it came from one, or from a table.
fn is_token(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.+".contains(&b);
    !name.is_empty() && name.bytes().all(plain)
}

impl Announcement {
    /// The message as UDP carries it; `id` tells announcements of one source apart.
    pub(super) fn sap(&self, id: u16) -> Vec<u8> {
        let source = self.media.src.ip();
        // Version 1; a source of IPv6; an announcement, not encrypted, not compressed.
        let flags = if source.is_ipv6() { 0x30 } else { 0x20 };
        let mut out = vec![flags, 0];
        out.extend(id.to_be_bytes());
        out.extend(octets(source));
        out.extend(b"application/sdp\0");
        out.extend(self.sdp.as_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::model::Source;

    fn codec(name: &'static str, clock_rate: u32, channels: Option<u8>) -> Codec {
        Codec {
            name: name.into(),
            clock_rate,
            channels,
            source: Source::Sdp,
        }
    }

    #[test]
    fn a_description_says_what_each_payload_type_is() {
        let opus = codec("opus", 48_000, Some(2));
        let vp8 = codec("VP8", 90_000, None);
        let odd = codec("a b\r\nm=audio 1", 1, None);
        let mut session = Session {
            is_video: true,
            ..Session::default()
        };
        for (number, codec) in [
            (96, Some(&vp8)),
            (111, Some(&opus)),
            (98, None),
            (99, Some(&odd)),
        ] {
            session.payload_types.insert(number, (1, codec));
        }
        let text = session.describe(Endpoint::v4([192, 0, 2, 1], 5000));
        let expected = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=rtcscope decrypt\r\n\
                        c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 5000 RTP/AVP 96 98 99 111\r\n\
                        a=rtcp:5000\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:111 opus/48000/2\r\n";
        assert_eq!(text, expected);
        let text = Session::default().describe(Endpoint::v6([1; 16], 9));
        assert!(text.contains("m=audio 9 RTP/AVP 0\r\n"), "{text}");
        assert!(text.contains("c=IN IP6 101:101:"), "{text}");
    }

    #[test]
    fn a_message_has_its_source_and_the_kind_of_its_content() {
        let media = |src| Path {
            src,
            dst: Endpoint::v4([192, 0, 2, 2], 5002),
            protocol: Protocol::Udp,
        };
        let announcement = |src| Announcement {
            path: media(src),
            media: media(src),
            sdp: "v=0".to_owned(),
        };
        let v4 = announcement(Endpoint::v4([192, 0, 2, 1], 5000)).sap(0x0102);
        assert_eq!(v4[..8], [0x20, 0, 1, 2, 192, 0, 2, 1]);
        assert_eq!(&v4[8..], b"application/sdp\0v=0");
        let v6 = announcement(Endpoint::v6([7; 16], 5000)).sap(1);
        assert_eq!(v6[..4], [0x30, 0, 0, 1]);
        assert_eq!(&v6[20..], b"application/sdp\0v=0");
    }
}
