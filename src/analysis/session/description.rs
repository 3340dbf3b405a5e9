//! What one session description says of media: owned, small, and bounded whatever the text holds.
//!
//! Built on the typed views of [`crate::sdp`] (RFC 8866 and the attributes of WebRTC). What cannot be
//! read is left out: the linter is who says so. Used by [`super::bind`] to find the connection it
//! describes, and by [`super::facts`] for what it says of streams.

use super::section::Section;
use crate::sdp::{self, Group, Line, Name};
use std::collections::{BTreeMap, BTreeSet};

/// Media sections kept of one description; conferences have hundreds.
const SECTIONS_MAX: usize = 2_048;

/// One description.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// What to call it in messages.
    pub(super) name: String,
    /// Session id and version of its `o=` line: later versions of one session follow earlier ones.
    pub(super) origin: Option<(String, u64)>,
    /// Its media sections that carry RTP, in order.
    pub(super) sections: Vec<Section>,
    /// The ICE username fragments of its agent, of sections without RTP too.
    pub(super) ufrags: BTreeSet<String>,
    /// Sections by payload type.
    by_payload_type: BTreeMap<u8, Vec<usize>>,
    /// Sections by `a=mid`; the first of those that share one.
    by_mid: BTreeMap<String, usize>,
    /// Sections by the synchronization sources that they name.
    by_ssrc: BTreeMap<u32, usize>,
}

impl Description {
    /// Reads one description, which messages call `name`.
    pub(super) fn parse(name: String, text: &[u8]) -> Self {
        let sdp = sdp::Description::parse(text);
        let session = sdp.session();
        let bundled: BTreeSet<&[u8]> = session
            .all(Name::Group)
            .filter_map(|line| Group::parse(line.attribute_value()?).ok())
            .filter(Group::is_bundle)
            .flat_map(|group| {
                group
                    .mids()
                    .map(crate::sdp::Field::bytes)
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut ufrags = BTreeSet::new();
        for section in sdp.sections().take(SECTIONS_MAX) {
            let ufrag = section.value(Name::IceUfrag);
            ufrags.extend(ufrag.and_then(|u| u.trim().as_str()).map(str::to_owned));
        }
        ufrags.remove("");
        let inherited = super::section::Inherited::of(&session);
        let sections: Vec<Section> = sdp
            .media()
            .take(SECTIONS_MAX)
            .filter_map(|section| Section::read(section, &inherited, &bundled))
            .collect();
        let mut description = Self {
            name,
            origin: session.of_type(b'o').next().and_then(origin),
            sections,
            ufrags,
            by_payload_type: BTreeMap::new(),
            by_mid: BTreeMap::new(),
            by_ssrc: BTreeMap::new(),
        };
        description.index();
        description
    }

    fn index(&mut self) {
        for (i, section) in self.sections.iter().enumerate() {
            for format in &section.formats {
                let all = self.by_payload_type.entry(format.payload_type).or_default();
                all.push(i);
            }
            if let Some(mid) = &section.mid {
                self.by_mid.entry(mid.clone()).or_insert(i);
            }
            for ssrc in section.ssrcs() {
                self.by_ssrc.entry(ssrc).or_insert(i);
            }
        }
    }

    /// Whether it says nothing of media or of ICE.
    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.ufrags.is_empty()
    }

    /// The sections that name this payload type, in order.
    pub(super) fn with_payload_type(&self, number: u8) -> impl Iterator<Item = &Section> {
        let places = self.by_payload_type.get(&number);
        places
            .into_iter()
            .flatten()
            .filter_map(|&i| self.sections.get(i))
    }

    /// The section of this `a=mid`.
    pub(super) fn with_mid(&self, mid: &str) -> Option<&Section> {
        self.sections.get(*self.by_mid.get(mid)?)
    }

    /// The section that names this source as one that its end sends.
    pub(super) fn with_ssrc(&self, ssrc: u32) -> Option<&Section> {
        self.sections.get(*self.by_ssrc.get(&ssrc)?)
    }

    /// Whether it names sources at all.
    pub(super) fn names_sources(&self) -> bool {
        !self.by_ssrc.is_empty()
    }

    /// The sources that its end sends.
    pub(super) fn sources(&self) -> impl Iterator<Item = u32> + '_ {
        self.by_ssrc.keys().copied()
    }
}

/// `o=- 4070904165133424331 2 IN IP4 127.0.0.1`
fn origin(line: &Line<'_>) -> Option<(String, u64)> {
    let mut words = line.value().words().skip(1);
    let id = words.next()?;
    Some((id.take(64).as_str()?.to_owned(), words.next()?.number()?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::section::{Direction, Media};
    use super::*;

    pub(in super::super) const CALL: &str = "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0 1 2\r\na=extmap:9 urn:example:session\r\n\
        m=audio 4000 UDP/TLS/RTP/SAVPF 111 63 9 126\r\nc=IN IP4 192.0.2.1\r\na=mid:0\r\n\
        a=ice-ufrag:abcd\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n\
        a=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n\
        a=rtpmap:126 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n\
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=ssrc:10 cname:x\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=recvonly\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rid:hi recv pt=96\r\na=rid:lo recv\r\na=simulcast:recv hi;lo\r\n\
        a=ssrc-group:FID 20 21\r\na=ssrc:20 cname:x\r\na=ssrc:21 cname:x\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=ice-ufrag:efgh\r\n";

    pub(in super::super) fn parse(text: &str) -> Description {
        Description::parse("offer.sdp".to_owned(), text.as_bytes())
    }

    #[test]
    fn what_is_said_of_media_is_kept() {
        let d = parse(CALL);
        assert_eq!(d.origin, Some(("77".to_owned(), 3)));
        assert_eq!(d.ufrags.iter().collect::<Vec<_>>(), ["abcd", "efgh"]);
        let [audio, video] = &d.sections[..] else {
            panic!("{:?}", d.sections);
        };
        assert_eq!(
            (audio.media, audio.direction),
            (Media::Audio, Direction::Both)
        );
        assert_eq!(audio.address, Some("192.0.2.1:4000".parse().unwrap()));
        assert_eq!(audio.candidates, ["192.0.2.1:4000".parse().unwrap()]);
        assert_eq!(audio.ptime, Some(20));
        let names: Vec<_> = audio
            .formats
            .iter()
            .map(|f| (f.payload_type, &*f.name))
            .collect();
        let wanted = [
            (111, "opus"),
            (63, "red"),
            (9, "G722"),
            (126, "telephone-event"),
        ];
        assert_eq!(names, wanted, "a static type needs no rtpmap");
        assert_eq!(audio.format(63).unwrap().red, [111, 111]);
        assert_eq!(audio.format(111).unwrap().channels, Some(2));
        assert_eq!(
            audio.extension(4),
            Some("urn:ietf:params:rtp-hdrext:sdes:mid")
        );
        assert_eq!(audio.extension(9), Some("urn:example:session"));
        assert!(audio.is_bundled && video.is_bundled);

        assert_eq!((video.address, video.direction), (None, Direction::Receive));
        assert_eq!(video.format(97).unwrap().apt, Some(96));
        let rids: Vec<_> = video
            .rids
            .iter()
            .map(|r| (&*r.id, &r.payload_types[..]))
            .collect();
        assert_eq!(rids, [("hi", &[96][..]), ("lo", &[][..])]);
        assert_eq!(video.simulcast, ["hi", "lo"]);
        assert_eq!(video.groups.len(), 1);
        assert_eq!(d.with_ssrc(21).unwrap().mid.as_deref(), Some("1"));
        assert_eq!(d.with_mid("0").unwrap().media, Media::Audio);
        assert_eq!(d.with_payload_type(97).count(), 1);
    }

    #[test]
    fn every_prefix_and_junk_are_taken() {
        for end in 0..=CALL.len() {
            let _ = Description::parse(String::new(), &CALL.as_bytes()[..end]);
        }
        let junk: Vec<u8> = (0..8192u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        assert!(Description::parse(String::new(), &junk).is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let head = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n";
        let sections = "m=audio 9 RTP/AVP 0 8\na=mid:1\n".repeat(10_000);
        assert_eq!(
            parse(&format!("{head}{sections}")).sections.len(),
            SECTIONS_MAX
        );
        let mut one = format!("{head}m=video 9 RTP/AVP 96\na=rtpmap:96 VP8/90000\n");
        for i in 0..20_000 {
            one += &format!("a=ssrc:{i} cname:x\na=extmap:{i} urn:{i}\na=rid:r{i} send\n");
            one +=
                &format!("a=ssrc-group:FID {i} 7\na=candidate:1 1 udp 1 192.0.2.1 {i} typ host\n");
        }
        let d = parse(&one);
        let video = &d.sections[0];
        assert!(video.candidates.len() <= 256 && video.rids.len() <= 256);
        assert!(video.groups.len() <= 4_096 && d.sources().count() <= 4_096);
        assert!(
            (0..=u16::MAX)
                .filter(|&id| video.extension(id).is_some())
                .count()
                <= 256
        );
    }
}
