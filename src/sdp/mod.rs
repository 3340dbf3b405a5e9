//! A lossless reader for session descriptions (SDP, RFC 8866) with the attributes of WebRTC.
//!
//! Two layers. [`Description::parse`] splits any bytes into lines and sections without losing one
//! of them and never fails: a damaged line is kept and the next one is read. On top, typed values
//! ([`MediaLine`], [`Rtpmap`], [`Candidate`], …) are read on demand; each is made of [`Field`]s,
//! which know where they lie in the file, and each that cannot be read says where and why
//! ([`Malformed`]). The linter uses both; the capture analysis only the typed values.
//!
//! ```
//! use rtcscope::sdp::{Description, Name, Rtpmap};
//!
//! let text = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
//!     m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n";
//! let description = Description::parse(text);
//! let audio = description.media().next().unwrap();
//! let line = audio.first(Name::Rtpmap).unwrap();
//! let opus = Rtpmap::parse(line.attribute_value().unwrap()).unwrap();
//! assert_eq!((opus.payload_type, opus.clock_rate), (111, 48_000));
//! assert!(opus.encoding.is("opus"));
//! assert_eq!(&text[opus.encoding.span()], b"opus");
//! ```

mod address;
mod candidate;
mod codec;
mod codecs;
mod crypto;
mod dtls;
mod field;
mod ice;
mod line;
mod media;
mod names;
mod payloads;
mod presentation;
mod role;
mod rtcp;
mod sctp;
mod session;
mod source_filter;
mod static_types;
mod streams;
mod tags;
mod transport;

pub use address::Address;
pub use candidate::Candidate;
pub use codec::{Fmtp, RtcpFb, Rtpmap};
pub use codecs::{Codec, CodecKind, Parameter, Parameters, Value, base64_head};
pub use crypto::{Crypto, InlineKey, Mki, SessionParameter};
pub use dtls::{Setup, TlsId};
pub use field::{Field, is_ice_char};
pub use ice::{IceOptions, IcePacing, IcePwd, IceUfrag, RemoteCandidate, RemoteCandidates};
pub use line::{Ending, Line};
pub use media::{MediaLine, Section};
pub(crate) use names::Names;
pub use names::{Level, Name, Presence, Times};
pub use payloads::{Payload, Payloads};
pub use presentation::{Content, ImageAttr, Label, Positive};
pub use role::{Role, Side};
pub use rtcp::{Rtcp, RtcpXr};
pub use sctp::{Dcmap, Dcsa, MaxMessageSize, SctpPort, Sctpmap};
pub use session::{Bandwidth, Origin, Repeat, Timing, Zones};
pub use source_filter::SourceFilter;
pub use static_types::StaticType;
pub use streams::{Restriction, Rid, Simulcast, Ssrc, SsrcGroup};
pub use tags::{Identity, Mid, Msid, MsidSemantic};
pub use transport::{Extmap, Fingerprint, Group};

use std::fmt;
use std::ops::Range;

/// A value that could not be read: where, and what was wanted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed<'a> {
    /// The text that does not fit.
    pub at: Field<'a>,
    /// What the specification wants, as a phrase after "expected".
    pub expected: &'static str,
}

impl<'a> Malformed<'a> {
    /// `expected` was wanted at `at`.
    pub fn new(at: Field<'a>, expected: &'static str) -> Self {
        Self { at, expected }
    }
}

impl fmt::Display for Malformed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, expected } = self;
        write!(
            f,
            "expected {expected}, found `{at}` at byte {}",
            at.start()
        )
    }
}

impl std::error::Error for Malformed<'_> {}

/// One session description, every byte of it.
#[derive(Clone, Debug)]
pub struct Description<'a> {
    lines: Vec<Line<'a>>,
    session: Part<'a>,
    media: Vec<Part<'a>>,
}

/// The session part or a media section, while the lines are elsewhere.
#[derive(Clone, Debug)]
struct Part<'a> {
    /// Which lines are its.
    lines: Range<usize>,
    media: Option<MediaLine<'a>>,
    names: Names,
}

impl<'a> Part<'a> {
    /// The part that consists of `range` of `lines`.
    fn of(lines: &[Line<'a>], range: Range<usize>) -> Self {
        let own = lines.get(range.clone()).unwrap_or_default();
        let head = own.first().filter(|line| line.letter() == Some(b'm'));
        Self {
            lines: range,
            media: head.and_then(|line| MediaLine::parse(line.value()).ok()),
            names: own.iter().filter_map(Line::name).collect(),
        }
    }

    /// It with its lines, which are among `lines`.
    fn section<'d>(&self, index: Option<usize>, lines: &'d [Line<'a>]) -> Section<'d, 'a> {
        Section {
            index,
            lines: lines.get(self.lines.clone()).unwrap_or_default(),
            media: self.media,
            names: self.names,
        }
    }
}

impl<'a> Description<'a> {
    /// Reads `data` as one description. Never fails: see the module documentation.
    pub fn parse(data: &'a [u8]) -> Self {
        Self::parse_at(data, 0)
    }

    /// Reads `data`, which begins `base` bytes into its file, as one description.
    pub fn parse_at(data: &'a [u8], base: usize) -> Self {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let bom = if data.starts_with(BOM) { BOM.len() } else { 0 };
        let lines = line::lines(data.get(bom..).unwrap_or_default(), base + bom);
        let mut starts = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.letter() == Some(b'm'))
            .map(|(i, _)| i)
            .peekable();
        let session = Part::of(&lines, 0..starts.peek().copied().unwrap_or(lines.len()));
        let mut media = Vec::new();
        while let Some(start) = starts.next() {
            let end = starts.peek().copied().unwrap_or(lines.len());
            media.push(Part::of(&lines, start..end));
        }
        Self {
            lines,
            session,
            media,
        }
    }

    /// All lines in order.
    pub fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    /// What stands before the first `m=` line.
    pub fn session(&self) -> Section<'_, 'a> {
        self.session.section(None, &self.lines)
    }

    /// The media sections in order.
    pub fn media(&self) -> impl ExactSizeIterator<Item = Section<'_, 'a>> {
        let each = self.media.iter().enumerate();
        each.map(|(index, part)| part.section(Some(index), &self.lines))
    }

    /// The session part and then every media section.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_, 'a>> {
        std::iter::once(self.session()).chain(self.media())
    }
}

/// Where the descriptions of a file begin and end: a `v=` line with an `o=` line after it opens one.
///
/// Data without a `v=` line is still one damaged description when it has an `o=` line and one of
/// `s=`, `t=` and `m=`; otherwise the answer is empty. Blank lines before the first description are left out; other
/// text there belongs to it, so that the linter can point at it.
pub fn find_descriptions(data: &[u8]) -> Vec<Range<usize>> {
    let lines = line::lines(data, 0);
    let is_version = |line: &Line<'_>| {
        let bytes = line.text().bytes();
        bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .starts_with(b"v=")
    };
    let mut starts = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let opens = || {
            lines
                .get(i + 1)
                .is_some_and(|next| next.letter() == Some(b'o'))
        };
        if is_version(line) && (starts.is_empty() || opens()) {
            starts.push(line.text().start());
        }
    }
    let has = |letters: &[u8]| {
        let mut all = lines.iter().filter_map(Line::letter);
        all.any(|l| letters.contains(&l))
    };
    if starts.is_empty() && has(b"o") && has(b"stm") {
        starts.push(0);
    }
    let first_text = lines
        .iter()
        .map(Line::text)
        .find(|text| !text.trim().is_empty())
        .map_or(0, Field::start);
    if let Some(first) = starts.first_mut() {
        *first = first_text;
    }
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_partition_the_lines() {
        let text = b"v=0\na=group:BUNDLE 0 1\nm=audio 9 RTP/AVP 0\na=mid:0\nm=broken\na=mid:1\n";
        let d = Description::parse(text);
        assert_eq!(d.session().lines().len(), 2);
        let mids: Vec<_> = d.media().map(|m| m.value(Name::Mid).unwrap()).collect();
        assert!(mids[0].is("0") && mids[1].is("1"));
        assert!(d.media().next().unwrap().media().is_some());
        assert!(d.media().nth(1).unwrap().media().is_none());
        assert_eq!(
            d.sections().map(|s| s.lines().len()).sum::<usize>(),
            d.lines().len()
        );
    }

    #[test]
    fn a_file_may_hold_several_descriptions() {
        let one = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
        let two = format!("\u{feff}{one}{one}");
        let found = find_descriptions(two.as_bytes());
        assert_eq!(found, [0..3 + one.len(), 3 + one.len()..3 + 2 * one.len()]);
        assert_eq!(
            find_descriptions(format!("\n\n{one}").as_bytes())[0].start,
            2
        );
        assert!(find_descriptions(b"hello\nworld\nm=3\n").is_empty());
        let damaged = find_descriptions(b"o=x\ns=-\n");
        assert_eq!(damaged.first(), Some(&(0..8)), "the version is missing");
        let d = Description::parse(two.as_bytes());
        assert_eq!(
            d.lines()[0].letter(),
            Some(b'v'),
            "a byte order mark is not part of a line"
        );
        assert_eq!(d.lines()[0].text().start(), 3);
    }
}
