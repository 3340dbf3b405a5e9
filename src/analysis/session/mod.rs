//! What session descriptions that the user gives (`--sdp`) say of the streams in a capture.
//!
//! [`description`] keeps what one says of media, [`bind`] finds out which connection it describes and
//! which end of it, [`facts`] looks up what that says of one stream, and [`apply`] puts it into the
//! report, before anything is inferred. docs/algorithms/session.md says how, and what counts more.

mod apply;
mod bind;
mod description;
mod facts;
mod inits;
mod section;

pub(super) use self::apply::apply;

use self::description::Description;
use self::inits::Inits;
use self::section::Section;
use crate::keys::srtp::ExtensionIds;
use crate::net::Endpoint;
use crate::sdp;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Nothing longer is read of one description: those of conferences have some hundred kilobytes.
const TEXT_MAX: usize = 4 << 20;
/// Descriptions kept.
const DESCRIPTIONS_MAX: usize = 512;
/// Media sections kept of all of them.
const SECTIONS_MAX: usize = 8_192;
/// What `a=extmap` says of an element that is encrypted; what it is follows (RFC 6904).
const ENCRYPTED: &str = "urn:ietf:params:rtp-hdrext:encrypt";

/// Session descriptions of calls in the capture, or of others: which is which shows later.
#[derive(Clone, Debug, Default)]
pub struct Descriptions {
    all: Vec<Description>,
    sections: usize,
    by_ufrag: BTreeMap<String, Vec<usize>>,
    by_ssrc: BTreeMap<u32, Vec<usize>>,
    by_socket: BTreeMap<SocketAddr, Vec<usize>>,
    inits: Inits,
}

impl Descriptions {
    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds the descriptions in `text`, which messages call `name`, and returns how many say
    /// something of media or of ICE. Earlier ones are those of earlier negotiations, where their
    /// `o=` lines do not tell otherwise.
    ///
    /// Bounded: of a description that is longer than 4 MiB the beginning is read.
    pub fn add(&mut self, name: &str, text: &[u8]) -> usize {
        let mut added = 0;
        for range in sdp::find_descriptions(text) {
            let end = range.end.min(range.start.saturating_add(TEXT_MAX));
            let one = text.get(range.start..end).unwrap_or_default();
            let description = Description::parse(name.to_owned(), one);
            let inits = self.inits.add(one);
            let sections = self.sections + description.sections.len();
            if description.is_empty() {
                added += usize::from(inits > 0);
                continue;
            }
            if self.all.len() >= DESCRIPTIONS_MAX || sections > SECTIONS_MAX {
                break;
            }
            self.sections = sections;
            self.keep(description);
            added += 1;
        }
        added
    }

    /// As [`add`](Self::add), but what was added before counts as later.
    pub(super) fn add_before(&mut self, name: &str, text: &[u8]) {
        let later = std::mem::take(self);
        self.add(name, text);
        for description in later.all {
            self.sections += description.sections.len();
            self.keep(description);
        }
    }

    fn keep(&mut self, description: Description) {
        let index = self.all.len();
        for ufrag in &description.ufrags {
            self.by_ufrag.entry(ufrag.clone()).or_default().push(index);
        }
        for ssrc in description.sources() {
            self.by_ssrc.entry(ssrc).or_default().push(index);
        }
        for socket in description.sections.iter().flat_map(Section::sockets) {
            let known = self.by_socket.entry(socket).or_default();
            if known.last() != Some(&index) {
                known.push(index);
            }
        }
        self.all.push(description);
    }

    /// The header extension elements that are encrypted one by one (RFC 6904), where no description gives
    /// the same identifier to what is in clear.
    pub(super) fn encrypted_extensions(&self) -> ExtensionIds {
        let sections = self.all.iter().flat_map(|d| &d.sections);
        let all = sections.flat_map(Section::extensions);
        let narrow = |wanted: bool| {
            let those = all
                .clone()
                .filter(move |(_, uri)| (*uri == ENCRYPTED) == wanted);
            those.filter_map(|(id, _)| u8::try_from(id).ok())
        };
        let in_clear: ExtensionIds = narrow(false).collect();
        narrow(true).filter(|id| !in_clear.contains(*id)).collect()
    }

    /// The INIT chunks that they carry.
    pub(super) fn inits(&self) -> &Inits {
        &self.inits
    }

    /// The clock rate of a stream at its first packet, when a description is certainly about it (its
    /// username fragment was seen on this path, it names the source, or media goes where it said)
    /// and those that are agree.
    ///
    /// What is told later comes too late for jitter, which is measured packet by packet.
    pub(super) fn clock_rate<'a>(
        &self,
        ssrc: u32,
        payload_type: u8,
        destination: Endpoint,
        ufrags: impl Iterator<Item = &'a str>,
    ) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let socket = SocketAddr::from((destination.ip(), destination.port()));
        let by_ufrag = ufrags.filter_map(|u| self.by_ufrag.get(u)).flatten();
        let by_ssrc = self.by_ssrc.get(&ssrc).into_iter().flatten();
        let mut sure: Vec<usize> = by_ufrag.chain(by_ssrc).copied().collect();
        if sure.is_empty() {
            let there = self.by_socket.get(&socket).into_iter().flatten();
            sure = there.copied().collect();
        }
        let mut formats = sure
            .iter()
            .filter_map(|&i| self.all.get(i))
            .flat_map(|d| d.with_payload_type(payload_type))
            .filter_map(|section| section.format(payload_type));
        // Repairs have no timeline to measure against.
        let first = formats.next().filter(|f| !f.is_repair())?.clock_rate;
        formats.all(|f| f.clock_rate == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::description::tests::CALL;
    use super::*;

    fn end(text: &str) -> Endpoint {
        text.parse::<SocketAddr>().unwrap().into()
    }

    #[test]
    fn a_clock_rate_is_known_early_where_a_description_is_sure_to_fit() {
        let mut all = Descriptions::default();
        assert_eq!(all.add("offer.sdp", CALL.as_bytes()), 1);
        let far = end("203.0.113.1:1");
        let ask = |ssrc, pt, to, ufrags: &[&'static str]| {
            all.clock_rate(ssrc, pt, to, ufrags.iter().copied())
        };
        assert_eq!(ask(1, 111, far, &["abcd"]), Some(48_000));
        assert_eq!(
            ask(1, 9, far, &["abcd"]),
            Some(8_000),
            "G722 counts at 8 kHz"
        );
        assert_eq!(ask(20, 96, far, &[]), Some(90_000), "named source");
        assert_eq!(ask(1, 111, end("192.0.2.1:4000"), &[]), Some(48_000));
        assert_eq!(ask(1, 111, far, &["zzzz"]), None, "of another session");
        assert_eq!(ask(1, 77, far, &["abcd"]), None, "not said");
        assert_eq!(
            ask(1, 97, far, &["abcd"]),
            None,
            "retransmissions are not in time"
        );
    }

    #[test]
    fn where_descriptions_disagree_nothing_is_known_early() {
        let mut all = Descriptions::default();
        all.add("a", CALL.as_bytes());
        all.add("b", CALL.replace("opus/48000/2", "opus/16000").as_bytes());
        let to = end("203.0.113.1:1");
        assert_eq!(all.clock_rate(1, 111, to, ["abcd"].into_iter()), None);
        assert_eq!(
            all.clock_rate(1, 96, to, ["abcd"].into_iter()),
            Some(90_000)
        );
    }

    #[test]
    fn encrypted_header_extensions_are_known_by_identifier() {
        let mut all = Descriptions::default();
        assert!(all.encrypted_extensions().is_empty());
        let mapped = "a=extmap:9 urn:ietf:params:rtp-hdrext:encrypt urn:example:session\r\n\
            a=extmap:300 urn:ietf:params:rtp-hdrext:encrypt urn:example:far\r\n\
            a=extmap:11 urn:ietf:params:rtp-hdrext:encrypt urn:example:other\r\n\
            a=extmap:12 urn:example:clear\r\n";
        let call = CALL.replace("a=extmap:9 urn:example:session\r\n", mapped);
        all.add("offer.sdp", call.as_bytes());
        let ids = all.encrypted_extensions();
        assert_eq!(ids, [9, 11].into_iter().collect());
        let clear = call.replace(
            "a=extmap:11 urn:ietf:params:rtp-hdrext:encrypt ",
            "a=extmap:11 ",
        );
        all.add("another.sdp", clear.as_bytes());
        assert_eq!(all.encrypted_extensions(), [9].into_iter().collect());
    }

    #[test]
    fn files_may_hold_several_and_what_is_kept_is_bounded() {
        let mut all = Descriptions::default();
        assert_eq!(all.add("two", CALL.repeat(2).as_bytes()), 2);
        assert_eq!(
            all.add("none", b"v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n"),
            0
        );
        assert_eq!(
            all.add("many", CALL.repeat(2_000).as_bytes()),
            DESCRIPTIONS_MAX - 2
        );
        let mut all = Descriptions::default();
        let long = [
            b"v=0\no=- 1 1 IN IP4 0.0.0.0\n".to_vec(),
            vec![b'\n'; 10 << 20],
        ]
        .concat();
        assert_eq!(all.add("long", &long), 0);
    }
}
