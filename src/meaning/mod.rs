//! What a session description says, in plain words and as data.
//!
//! A description is a list of lines whose meaning depends on others: a codec is spread over `m=`,
//! `a=rtpmap`, `a=fmtp` and `a=rtcp-fb`, its retransmissions are another payload type that names it,
//! the transport of a section may be written in another. [`Meaning::of`] puts together what belongs
//! together. [`words`] tells it to people, [`diff`] compares two by what they mean and not by their
//! lines, and [`lines`] explains each line where it stands. Damaged lines are left out: what is wrong
//! is the linter's business.
//!
//! ```
//! use rtcscope::{meaning::Meaning, sdp::Description};
//!
//! let text = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
//!     m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\na=rtpmap:111 opus/48000/2\r\n";
//! let meaning = Meaning::of(&Description::parse(text));
//! assert_eq!(meaning.sections[0].codecs[0].name, "opus");
//! assert_eq!(meaning.sections[0].direction, rtcscope::meaning::Direction::Recvonly);
//! ```

mod codec;
pub mod diff;
pub mod lines;
mod section;
mod transport;
pub mod words;

pub use codec::{Codec, CodecUse};
pub use section::{Data, Direction, Extension, Layer, Section, Source, State};
pub use transport::{Certificate, Security, Transport};

use crate::chars::steers;
use crate::sdp::{self, Bandwidth, Description, Field, Group, Line, Name, Role};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a session description says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// `"offer"`, when the description gives it away; only an offer leaves the DTLS role open
    /// (RFC 8842 §5.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// Who wrote it: the `o=` line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Its name: the `s=` line, unless that only holds a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which sections share one transport: the tags (`mid`) of each BUNDLE group.
    pub bundles: Vec<Vec<String>>,
    /// Other groups of sections, each as its meaning and its tags: `LS 0 1`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Bandwidth limits of the whole session (`b=`), as type and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bandwidth: Vec<(String, u64)>,
    /// Whether an identity provider vouches for the writer (`a=identity`).
    #[serde(skip_serializing_if = "is_not")]
    pub identity: bool,
    /// Whether the sender only answers connectivity checks (`a=ice-lite`).
    pub ice_lite: bool,
    /// Whether header extensions of one and of two bytes may be mixed.
    pub mixed_extensions: bool,
    /// Its media sections, in order.
    pub sections: Vec<Section>,
}

/// Who wrote a description (RFC 8866 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// `-` unless the writer names itself: `mozilla…THIS_IS_SDPARTA-99.0`.
    pub user: String,
    /// Stays the same through a session.
    pub session: String,
    /// Grows with each description of the session.
    pub version: String,
    /// Where it was written; browsers hide it.
    pub address: String,
}

impl Meaning {
    /// Puts together what `description` says.
    pub fn of(description: &Description<'_>) -> Self {
        let session = description.session();
        let line = |letter| session.of_type(letter).next().map(Line::value);
        let groups = session.all(Name::Group).filter_map(Line::attribute_value);
        let (bundles, others): (Vec<Group<'_>>, Vec<Group<'_>>) = groups
            .filter_map(|value| Group::parse(value).ok())
            .partition(Group::is_bundle);
        let bundles: Vec<Vec<String>> = bundles
            .iter()
            .map(|group| group.mids().map(text).collect())
            .collect();
        let mut tags: BTreeMap<&str, &str> = BTreeMap::new();
        for bundle in &bundles {
            let Some(tag) = bundle.first() else { continue };
            for mid in bundle {
                tags.entry(mid).or_insert(tag);
            }
        }
        let sections = description
            .media()
            .map(|section| Section::of(&session, &section, &tags))
            .collect();
        let actpass = |l: &Line<'_>| {
            l.name() == Some(Name::Setup) && l.attribute_value().is_some_and(|v| v.is("actpass"))
        };
        let is_offer = description.lines().iter().any(actpass);
        Self {
            role: is_offer.then_some("offer"),
            origin: line(b'o').and_then(Origin::of),
            name: line(b's')
                .filter(|name| !name.trim().is_empty() && !name.is("-"))
                .map(text),
            bundles,
            groups: others
                .iter()
                .map(|group| {
                    let words = [group.semantics].into_iter().chain(group.mids());
                    words.map(text).collect::<Vec<_>>().join(" ")
                })
                .collect(),
            bandwidth: bandwidth(&session),
            identity: session.has(Name::Identity),
            ice_lite: session.has(Name::IceLite),
            mixed_extensions: session.has(Name::ExtmapAllowMixed),
            sections,
        }
    }

    /// The same, said to be an offer or an answer by what holds it.
    #[must_use]
    pub fn said_as(self, role: Option<Role>) -> Self {
        let role = match role {
            Some(Role::Offer) => Some("offer"),
            Some(Role::Answer) => Some("answer"),
            None => self.role,
        };
        Self { role, ..self }
    }
}

impl Origin {
    fn of(value: Field<'_>) -> Option<Self> {
        let origin = sdp::Origin::parse(value).ok()?;
        Some(Self {
            user: text(origin.user),
            session: text(origin.session_id),
            version: text(origin.version),
            address: text(origin.address.host),
        })
    }
}

/// The limits that the `b=` lines of `lines` set.
fn bandwidth(lines: &sdp::Section<'_, '_>) -> Vec<(String, u64)> {
    lines
        .of_type(b'b')
        .filter_map(|line| Bandwidth::parse(line.value()).ok())
        .map(|limit| (text(limit.kind), limit.value))
        .collect()
}

/// What is left out of the data: most descriptions say nothing of it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_not(said: &bool) -> bool {
    !said
}

/// A field as text; what is not UTF-8 or would steer a terminal is replaced.
fn text(field: Field<'_>) -> String {
    let text = String::from_utf8_lossy(field.bytes());
    text.replace(steers, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Meaning {
        let path = format!("{}/samples/sdp/{name}.sdp", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read(path).unwrap();
        Meaning::of(&Description::parse(&text))
    }

    #[test]
    fn a_codec_is_put_together_from_its_lines() {
        let meaning = sample("chromium-offer");
        assert_eq!((meaning.role, meaning.sections.len()), (Some("offer"), 3));
        let video = &meaning.sections[1];
        let vp8 = &video.codecs[0];
        assert_eq!(
            (vp8.payload_type, vp8.name.as_str(), vp8.clock_rate),
            (96, "VP8", 90_000)
        );
        assert!(vp8.feedback.contains(&"nack pli".to_owned()));
        let rtx = &video.codecs[1];
        assert_eq!((rtx.purpose, rtx.of), (CodecUse::Retransmission, Some(96)));
        let audio = &meaning.sections[0];
        assert_eq!(audio.codecs[1].purpose, CodecUse::Redundancy);
        assert_eq!(audio.codecs[1].of, Some(111));
        assert_eq!(audio.codecs[3].name, "PCMU");
        assert_eq!(video.bundled_with.as_deref(), Some("0"));
        assert_eq!(audio.bundled_with, None);
        assert!(
            meaning.sections[2]
                .data
                .as_ref()
                .is_some_and(|d| d.port == Some(5000))
        );
    }

    #[test]
    fn layers_have_their_limits() {
        let text =
            b"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rid:h send pt=96;max-width=1280\r\n\
            a=rid:l send\r\na=simulcast:send h,l;~l\r\n";
        let meaning = Meaning::of(&Description::parse(text));
        let layers = &meaning.sections[0].sends_layers;
        assert_eq!(layers[0].rids, ["h", "l"]);
        assert_eq!(layers[0].restrictions, ["pt=96", "max-width=1280"]);
        assert!(layers[1].paused && !layers[0].paused);
    }

    #[test]
    fn session_lines_hold_for_every_section() {
        let text = b"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=\x1b[2J\r\nc=IN IP4 192.0.2.9\r\na=recvonly\r\n\
            a=setup:passive\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nm=audio 0 RTP/AVP 0\r\na=sendonly\r\n";
        let meaning = Meaning::of(&Description::parse(text));
        assert_eq!(meaning.name.as_deref(), Some("\u{fffd}[2J"));
        let [one, two] = &meaning.sections[..] else {
            panic!()
        };
        assert_eq!(
            (one.direction, two.direction),
            (Direction::Recvonly, Direction::Sendonly)
        );
        assert_eq!((one.state, two.state), (State::Active, State::Rejected));
        assert_eq!(one.transport.address.as_deref(), Some("192.0.2.9"));
        assert!(
            matches!(&one.transport.security, Security::Dtls { setup: Some(s), .. } if s == "passive")
        );
        assert_eq!(two.transport.security, Security::None);
    }

    #[test]
    fn what_the_session_says_is_told() {
        let text = b"v=0\r\nb=CT:500\r\na=group:LS 0 1\r\na=identity:eyJ=\r\na=group:BUNDLE 0\r\n\
            m=audio 5000 RTP/AVP 0\r\na=mid:0\r\na=rtcp:5003\r\na=content:main\r\na=cryptex\r\n\
            m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=dcmap:0 label=\"chat\"\r\n";
        let meaning = Meaning::of(&Description::parse(text));
        assert_eq!(meaning.groups, ["LS 0 1"]);
        assert_eq!(meaning.bandwidth, [("CT".to_owned(), 500)]);
        assert!(meaning.identity && meaning.sections[0].transport.header_encryption);
        assert_eq!(meaning.sections[0].transport.rtcp_port, Some(5003));
        assert_eq!(meaning.sections[0].content, ["main"]);
        let data = meaning.sections[1].data.as_ref().unwrap();
        assert_eq!(data.channels, ["0 label=\"chat\""]);
        let told = words::describe(&meaning);
        for words in [
            "in time with each other",
            "500 kbit/s",
            "vouches",
            "port 5003",
            "chat",
            "main",
        ] {
            assert!(told.contains(words), "{words} in {told}");
        }
    }

    #[test]
    fn every_prefix_has_a_meaning() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/samples/sdp/chromium-simulcast-offer.sdp"
        );
        let text = std::fs::read(path).unwrap();
        for end in (0..text.len()).step_by(11) {
            let meaning = Meaning::of(&Description::parse(&text[..end]));
            let _ = words::describe(&meaning);
        }
    }
}
