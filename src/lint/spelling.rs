//! Words that are likely misspelt: near to one that is known, and not known themselves.
//!
//! Receivers ignore attributes and codecs they do not know (RFC 8866), and so does the linter; but
//! `a=fingerprnt` is ignored against the writer's will. Used by the rules on misspelt attributes and
//! codecs, and to suggest a rule for a selector.

use crate::sdp::{Codec, Field, Name};
use std::collections::BTreeMap;

/// So many different unknown words are looked up in one description.
const MOST: usize = 1000;
/// A known word shorter than this is near to too many others.
const SHORTEST: usize = 4;
/// In a word of at least this length two slips are still a misspelling.
const LONG: usize = 7;

/// So many characters of a word are compared; a URI has up to 90.
const LONGEST: usize = 96;

/// Attributes that are registered or in use beside those the reader knows ([`Name::ALL`]).
#[rustfmt::skip]
const ATTRIBUTES: &[&str] = &[
    "3GPP-Adaptation-Support", "3gpp-qos-hint", "T38FaxFillBitRemoval", "T38FaxMaxBuffer",
    "T38FaxMaxDatagram", "T38FaxMaxIFP", "T38FaxRateManagement", "T38FaxTranscodingJBIG",
    "T38FaxTranscodingMMR", "T38FaxUdpEC", "T38FaxUdpECDepth", "T38FaxUdpFECMaxSpan",
    "T38FaxVersion", "T38MaxBitRate", "T38ModemType", "T38VendorInfo", "accept-types",
    "accept-wrapped-types", "acap", "acfg", "alt", "altc", "bcap", "cat", "ccap", "cdsc",
    "chain", "cname", "conf", "confid", "connection", "content", "control", "cpar", "creq",
    "cs-correlation", "csup", "curr", "dccp-service-code", "dcmap", "dcsa", "depend", "des",
    "dtls-id", "ecan", "etag", "fec-repair-flow", "fec-source-flow", "file-date",
    "file-disposition", "file-icon", "file-range", "file-selector", "file-transfer-id",
    "floorctrl", "floorid", "framerate", "framesize", "hlang-recv", "hlang-send", "icap",
    "ice-mismatch", "imageattr", "incl", "key", "keywds", "label", "lang", "lcfg", "mcap",
    "mediaclk", "mfcap", "mptime", "mscap", "msi", "msrp-cema", "mtag", "omcap", "omr-codecs",
    "omr-m-att", "omr-m-bw", "omr-m-cred", "omr-s-att", "orient", "packetization", "path",
    "pcfg", "previous-ssrc", "qosclass", "quality", "range", "repair-window", "resource",
    "rmcap", "rtcp-idms", "rtcp-rgrp", "rtcp-unicast", "rtcp-xr", "rtpred1", "rtpred2",
    "sctp-init", "sdplang", "secondary-realm", "sescap", "silenceSupp", "source-filter", "sqn",
    "sprtmap", "tcap", "tool", "trafficclass", "ts-refclk", "type", "userid", "visited-realm",
    "zrtp-hash",
];

/// URIs of RTP header extensions: those registered with IANA, and what is in use beside them.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "http://tools.ietf.org/html/draft-ietf-avtext-framemarking-07",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "http://www.webrtc.org/experiments/rtp-hdrext/corruption-detection",
    "http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00",
    "http://www.webrtc.org/experiments/rtp-hdrext/inband-cn",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-frame-tracking-id",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    "urn:3gpp:depth-map", "urn:3gpp:predefined-rtp-hdrext", "urn:3gpp:roi-sent",
    "urn:3gpp:video-orientation", "urn:3gpp:video-orientation:6",
    "urn:ietf:params:rtp-hdrext:csrc-audio-level", "urn:ietf:params:rtp-hdrext:encrypt",
    "urn:ietf:params:rtp-hdrext:framemarking", "urn:ietf:params:rtp-hdrext:frame-marking",
    "urn:ietf:params:rtp-hdrext:ntp-56", "urn:ietf:params:rtp-hdrext:ntp-64",
    "urn:ietf:params:rtp-hdrext:rams", "urn:ietf:params:rtp-hdrext:rtp-stream-pause",
    "urn:ietf:params:rtp-hdrext:sdes:CaptId", "urn:ietf:params:rtp-hdrext:sdes:cname",
    "urn:ietf:params:rtp-hdrext:sdes:email", "urn:ietf:params:rtp-hdrext:sdes:loc",
    "urn:ietf:params:rtp-hdrext:sdes:mid", "urn:ietf:params:rtp-hdrext:sdes:name",
    "urn:ietf:params:rtp-hdrext:sdes:note", "urn:ietf:params:rtp-hdrext:sdes:phone",
    "urn:ietf:params:rtp-hdrext:sdes:priv",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "urn:ietf:params:rtp-hdrext:sdes:tool",
    "urn:ietf:params:rtp-hdrext:smpte-tc", "urn:ietf:params:rtp-hdrext:splicing-interval",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:ietf:params:rtp-hdrext:toffset",
];

/// Looks words up, each once.
#[derive(Debug)]
pub(super) struct Speller<'a> {
    known: Vec<&'static str>,
    case_sensitive: bool,
    seen: BTreeMap<&'a [u8], Option<&'static str>>,
}

impl<'a> Speller<'a> {
    /// For the names of attributes.
    pub(super) fn of_attributes() -> Self {
        let read = Name::ALL.iter().map(|name| name.as_str());
        Self {
            known: read.chain(ATTRIBUTES.iter().copied()).collect(),
            case_sensitive: true,
            seen: BTreeMap::new(),
        }
    }

    /// For the encoding names of `a=rtpmap`.
    pub(super) fn of_codecs() -> Self {
        Self {
            known: Codec::all().map(|codec| codec.name).collect(),
            case_sensitive: false,
            seen: BTreeMap::new(),
        }
    }

    /// For the URIs of header extensions.
    pub(super) fn of_extensions() -> Self {
        Self {
            known: EXTENSIONS.to_vec(),
            case_sensitive: true,
            seen: BTreeMap::new(),
        }
    }

    /// Whether `word` is known as it is.
    pub(super) fn knows(&self, word: Field<'_>) -> bool {
        self.known.iter().any(|known| word.is(known))
    }

    /// The known word `word` was probably meant to be; `None` when it is known itself, or new.
    pub(super) fn meant(&mut self, word: Field<'a>) -> Option<&'static str> {
        if let Some(meant) = self.seen.get(word.bytes()) {
            return *meant;
        }
        if self.seen.len() == MOST {
            return None;
        }
        let meant = word.as_str().and_then(|word| self.nearest(word));
        self.seen.insert(word.bytes(), meant);
        meant
    }

    fn nearest(&self, word: &str) -> Option<&'static str> {
        nearest(word, self.known.iter().copied(), self.case_sensitive)
    }
}

/// The one of `known` that `word` was probably meant to be; `None` when it is one of them, or new.
pub(super) fn nearest(
    word: &str,
    known: impl Iterator<Item = &'static str> + Clone,
    case_sensitive: bool,
) -> Option<&'static str> {
    let is = |known: &str| match case_sensitive {
        true => known == word,
        false => known.eq_ignore_ascii_case(word),
    };
    let vendors = word.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("x-"));
    if vendors || known.clone().any(is) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let near = known.filter_map(|known| {
        let slips = if known.len() < LONG { 1 } else { 2 };
        if known.len() < SHORTEST || known.len().abs_diff(lower.len()) > slips {
            return None;
        }
        let known_lower = known.to_ascii_lowercase();
        let distance = edit_distance(&lower, &known_lower);
        // Another number is another thing: G718 is not a misspelt G719.
        let numbered = distance > 0 && letters(&lower).eq(letters(&known_lower));
        (distance <= slips && !numbered).then_some((distance, known))
    });
    near.min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| !c.is_ascii_digit())
}

/// How many letters have to be added, dropped, changed or swapped with the next to make `a` of `b`;
/// of at most the first [`LONGEST`] characters (optimal string alignment distance).
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (i, ca) in a.chars().take(LONGEST).enumerate() {
        let mut row = Vec::with_capacity(above.len());
        let mut left = i + 1;
        row.push(left);
        let mut last_b = None;
        for (j, &cb) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            left = (at(&above, j) + usize::from(ca != cb))
                .min(at(&above, j + 1) + 1)
                .min(left + 1);
            if last_a == Some(cb) && last_b == Some(ca) {
                left = left.min(at(&before, j - 1) + 1);
            }
            row.push(left);
            last_b = Some(cb);
        }
        last_a = Some(ca);
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
        assert_eq!(
            edit_distance("opsu", "opus"),
            1,
            "swapped letters are one slip"
        );
        assert_eq!(edit_distance("ab", "ba"), 1);
    }

    #[test]
    fn attributes() {
        let mut speller = Speller::of_attributes();
        let mut meant = |word: &'static str| speller.meant(Field::new(word.as_bytes(), 0));
        for (word, known) in [
            ("sendrecive", "sendrecv"),
            ("rtpmp", "rtpmap"),
            ("fingerprnt", "fingerprint"),
            ("rtcp-mx", "rtcp-mux"),
            ("Sendrecv", "sendrecv"),
            ("fmpt", "fmtp"),
            ("ice_ufrag", "ice-ufrag"),
        ] {
            assert_eq!(meant(word), Some(known), "{word}");
        }
        for word in [
            "",
            "x",
            "sendrecv",
            "mptime",
            "rtcp-xr",
            "x-sendrecv",
            "candidates-of-mine",
            "md",
        ] {
            assert_eq!(meant(word), None, "{word}");
        }
    }

    #[test]
    fn codecs() {
        let mut speller = Speller::of_codecs();
        let mut meant = |word: &'static str| speller.meant(Field::new(word.as_bytes(), 0));
        assert_eq!(meant("opsu"), Some("opus"));
        assert_eq!(meant("telephone-events"), Some("telephone-event"));
        for word in ["OPUS", "VP7", "G718", "H267", "G726-48", "mycodec", ""] {
            assert_eq!(meant(word), None, "{word}");
        }
    }

    #[test]
    fn extensions() {
        let mut speller = Speller::of_extensions();
        let mut meant = |word: &'static str| speller.meant(Field::new(word.as_bytes(), 0));
        for (word, known) in [
            (
                "urn:ietf:params:rtp-hdrext:sdes:midd",
                "urn:ietf:params:rtp-hdrext:sdes:mid",
            ),
            (
                "https://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
            ),
            (
                "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extensions",
                "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
            ),
        ] {
            assert_eq!(meant(word), Some(known), "{word}");
        }
        for word in [
            "urn:example:mine",
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-02",
            "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation01",
        ] {
            assert_eq!(meant(word), None, "{word}");
        }
    }

    #[test]
    fn no_known_word_is_taken_for_another() {
        for mut speller in [
            Speller::of_attributes(),
            Speller::of_codecs(),
            Speller::of_extensions(),
        ] {
            for word in speller.known.clone() {
                assert_eq!(
                    speller.meant(Field::new(word.as_bytes(), 0)),
                    None,
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn there_is_an_end_to_looking_words_up() {
        let text: Vec<String> = (0..2 * MOST).map(|i| format!("word{i}")).collect();
        let mut speller = Speller::of_attributes();
        for word in &text {
            assert_eq!(speller.meant(Field::new(word.as_bytes(), 0)), None);
        }
        assert_eq!(speller.seen.len(), MOST);
    }
}
