//! Where messages begin and end on a TCP stream, and what shows that a stream has any.
//!
//! Two framings carry WebRTC over TCP: a 16-bit length before each packet (RFC 4571, used by
//! ICE-TCP, RFC 6544), and STUN messages mixed with ChannelData padded to four bytes (RFC 8489 and
//! RFC 8656, used to a TURN server). Most TCP is neither, so that a stream is claimed only for what
//! cannot be chance: STUN's cookie, a DTLS record that fits its frame, or frames in a row of which
//! the RTP sources or channels repeat.

use crate::demux::{Class, classify};
use crate::wire::part;
use std::ops::Range;

/// How messages follow each other on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each behind its length in 16 bits (RFC 4571).
    LengthPrefixed,
    /// STUN messages and ChannelData, which have lengths of their own (RFC 8489, RFC 8656).
    Stun,
}

/// One message in its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where the message is.
    pub body: Range<usize>,
    /// Where the next frame begins.
    pub end: usize,
}

/// What the bytes so far say about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// More bytes would tell.
    Maybe,
}

/// What a stream carries, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Framed(Framing),
    Tls,
    /// Nothing of ours.
    Other,
    /// More bytes would tell.
    Undecided,
}

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Before a stream is claimed, frames longer than this speak against it.
const CREDIBLE_FRAME: usize = 8 * 1024;
/// Frames in a row that a claim without STUN or DTLS takes.
const FRAMES_IN_A_ROW: usize = 3;

/// The frame at the start of `data`: `None` while its header is incomplete.
///
/// # Errors
/// If no frame begins like this.
pub fn frame(framing: Framing, data: &[u8]) -> Result<Option<Frame>, NoFrame> {
    match (framing, data) {
        (Framing::LengthPrefixed, [l0, l1, ..]) => {
            let end = 2 + usize::from(u16::from_be_bytes([*l0, *l1]));
            Ok(Some(Frame { body: 2..end, end }))
        }
        (Framing::Stun, [0x40..=0x4f, _, l0, l1, ..]) => {
            let end = (4 + usize::from(u16::from_be_bytes([*l0, *l1]))).next_multiple_of(4);
            Ok(Some(Frame { body: 0..end, end }))
        }
        (Framing::Stun, [0..=0x3f, _, l0, l1, rest @ ..]) => {
            if !COOKIE.starts_with(part(rest, 0..4)) || l1 & 3 != 0 {
                return Err(NoFrame);
            }
            let end = 20 + usize::from(u16::from_be_bytes([*l0, *l1]));
            Ok((rest.len() >= 4).then_some(Frame { body: 0..end, end }))
        }
        (Framing::Stun, [0x50..=0xff, ..]) => Err(NoFrame),
        _ => Ok(None),
    }
}

/// No frame begins like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoFrame;

/// How messages are framed in a segment, looked at without those before it: `None` if no frame
/// begins with its payload as far as that tells. For decode trees.
///
/// Where nothing speaks for a framing beyond doubt, `plain` tells that nothing of ours is known on
/// the stream.
pub(crate) fn of_segment(payload: &[u8], plain: bool) -> Option<Framing> {
    if let Verdict::Framed(framing) = decide(payload) {
        return Some(framing);
    }
    let framings = [Framing::Stun, Framing::LengthPrefixed];
    framings.into_iter().find(|f| !plain && fills(*f, payload))
}

/// Whether frames with messages of ours fill the payload to its end.
fn fills(framing: Framing, payload: &[u8]) -> bool {
    let mut rest = payload;
    while !rest.is_empty() {
        let Ok(Some(frame)) = frame(framing, rest) else {
            return false;
        };
        let known = rest
            .get(frame.body)
            .is_some_and(|body| body.is_empty() || classify(body, 0) != Class::Unknown);
        match rest.get(frame.end..) {
            Some(after) if known => rest = after,
            _ => return false,
        }
    }
    !payload.is_empty()
}

/// What a stream carries whose first bytes are `data`.
pub(super) fn decide(data: &[u8]) -> Verdict {
    if let [20..=23, 3, 0..=4, ..] = data {
        return Verdict::Tls;
    }
    let mut verdict = Verdict::Other;
    for framing in [Framing::Stun, Framing::LengthPrefixed] {
        match evidence(framing, data, &Hints::default()) {
            Answer::Yes => return Verdict::Framed(framing),
            Answer::Maybe => verdict = Verdict::Undecided,
            Answer::No => {}
        }
    }
    verdict
}

/// Whether a segment that begins like this makes it worth to look at a stream again that seemed to
/// be nothing of ours: STUN's cookie.
pub(super) fn glance(data: &[u8]) -> Option<Framing> {
    if part(data, 4..8) != COOKIE && part(data, 6..10) != COOKIE {
        return None;
    }
    match decide(data) {
        Verdict::Framed(framing) => Some(framing),
        _ => None,
    }
}

/// Whether a frame of this framing begins at the start of `data`, beyond doubt.
pub(super) fn evidence(framing: Framing, data: &[u8], hints: &Hints) -> Answer {
    match framing {
        Framing::Stun => match data {
            [] => Answer::Maybe,
            [0..=0x3f, ..] => match frame(framing, data) {
                Ok(Some(frame)) if frame.end <= CREDIBLE_FRAME => Answer::Yes,
                Ok(None) => Answer::Maybe,
                _ => Answer::No,
            },
            [0x40..=0x4f, ..] => row(framing, data, hints),
            _ => Answer::No,
        },
        Framing::LengthPrefixed => {
            let [l0, l1, body @ ..] = data else {
                return Answer::Maybe;
            };
            let length = usize::from(u16::from_be_bytes([*l0, *l1]));
            match body {
                [] => Answer::Maybe,
                [0..=3, ..] => stun_of(body, length),
                [20..=25, ..] => dtls_of(body, length),
                [128..=191, ..] => row(framing, data, hints),
                _ => Answer::No,
            }
        }
    }
}

/// A STUN message of exactly this length.
fn stun_of(body: &[u8], length: usize) -> Answer {
    let claims = match part(body, 2..4) {
        [l0, l1] => 20 + usize::from(u16::from_be_bytes([*l0, *l1])) == length,
        _ => length >= 20,
    };
    if !claims || !COOKIE.starts_with(part(body, 4..8)) {
        Answer::No
    } else if body.len() < 8 {
        Answer::Maybe
    } else {
        Answer::Yes
    }
}

/// A DTLS record with its full header, no longer than this.
fn dtls_of(body: &[u8], length: usize) -> Answer {
    const HEADER: usize = 13;
    if length < HEADER || !matches!(part(body, 1..3), [] | [0xfe] | [0xfe, 0xff | 0xfd | 0xfc]) {
        return Answer::No;
    }
    if body.len() < HEADER {
        return Answer::Maybe;
    }
    let (body, missing) = cut(body, 0..length);
    match classify(body, missing) {
        Class::Dtls => Answer::Yes,
        _ => Answer::No,
    }
}

/// Frames in a row, of which the sources or channels repeat, or are known already.
fn row(framing: Framing, data: &[u8], hints: &Hints) -> Answer {
    let mut met = Hints::default();
    let (mut at, mut related) = (0, 0);
    for count in 1..=2 * FRAMES_IN_A_ROW {
        let rest = part(data, at..data.len());
        let frame = match frame(framing, rest) {
            Ok(Some(frame)) if frame.end <= CREDIBLE_FRAME => frame,
            Ok(None) => return Answer::Maybe,
            _ => return Answer::No,
        };
        let (body, missing) = cut(rest, frame.body.clone());
        match origin(framing, body, missing) {
            Origin::Known(source) => {
                if hints.contains(source) {
                    return Answer::Yes;
                }
                related += usize::from(met.contains(source));
                met.add(source);
            }
            Origin::Cut => return Answer::Maybe,
            Origin::None => return Answer::No,
        }
        if count >= FRAMES_IN_A_ROW && 2 * related >= count {
            return Answer::Yes;
        }
        at += frame.end;
    }
    Answer::No
}

/// The part of `data` that is there of `range`, and how much of it is not.
fn cut(data: &[u8], range: Range<usize>) -> (&[u8], u32) {
    let there = part(data, range.clone());
    let missing = range.len() - there.len();
    (there, u32::try_from(missing).unwrap_or(u32::MAX))
}

/// Whom a message is from.
pub(super) enum Origin {
    /// Its SSRC, or its channel number.
    Known(u32),
    /// More bytes would tell.
    Cut,
    /// It is no message of ours, or one that names nobody.
    None,
}

/// The SSRC of RTP and RTCP, the channel of ChannelData that holds something of ours.
pub(super) fn origin(framing: Framing, body: &[u8], missing: u32) -> Origin {
    let at = |range| match part(body, range) {
        &[a, b, c, d] => Origin::Known(u32::from_be_bytes([a, b, c, d])),
        _ if missing > 0 => Origin::Cut,
        _ => Origin::None,
    };
    match (framing, classify(body, missing)) {
        (Framing::LengthPrefixed, Class::Rtp) => at(8..12),
        (Framing::LengthPrefixed, Class::Rtcp) => at(4..8),
        (Framing::Stun, Class::ChannelData) => match body {
            [c0, c1, _, _, inner @ ..] => match classify(inner, missing) {
                Class::Unknown if inner.len() < 12 && missing > 0 => Origin::Cut,
                Class::Unknown | Class::Zrtp | Class::Quic => Origin::None,
                _ => Origin::Known(u32::from(u16::from_be_bytes([*c0, *c1]))),
            },
            _ => Origin::Cut,
        },
        (_, Class::Unknown) if body.len() < 4 && missing > 0 => Origin::Cut,
        _ => Origin::None,
    }
}

/// Sources seen last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    known: [Option<u32>; 8],
    oldest: u8,
}

impl Hints {
    pub(super) fn contains(&self, source: u32) -> bool {
        self.known.contains(&Some(source))
    }

    pub(super) fn add(&mut self, source: u32) {
        if self.contains(source) {
            return;
        }
        if let Some(slot) = self.known.get_mut(usize::from(self.oldest % 8)) {
            *slot = Some(source);
        }
        self.oldest = self.oldest.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(len: u16) -> Vec<u8> {
        let mut message = vec![0, 1];
        message.extend(len.to_be_bytes());
        message.extend(COOKIE);
        message.resize(20 + usize::from(len), 7);
        message
    }

    fn rtp(ssrc: u32, len: usize) -> Vec<u8> {
        let mut packet = vec![0x80, 111, 0, 1, 0, 0, 0, 2];
        packet.extend(ssrc.to_be_bytes());
        packet.resize(len, 0x55);
        packet
    }

    fn prefixed(messages: &[Vec<u8>]) -> Vec<u8> {
        let framed = messages.iter().flat_map(|m| {
            let length = (m.len() as u16).to_be_bytes();
            [&length[..], m].concat()
        });
        framed.collect()
    }

    /// The verdict on a stream; no prefix of it may have another but "undecided".
    fn verdict(data: &[u8]) -> Verdict {
        let verdict = decide(data);
        for n in 0..data.len() {
            let early = decide(&data[..n]);
            assert!(
                early == verdict || early == Verdict::Undecided,
                "{n}: {early:?}"
            );
        }
        verdict
    }

    const PREFIXED: Verdict = Verdict::Framed(Framing::LengthPrefixed);
    const STUN: Verdict = Verdict::Framed(Framing::Stun);

    #[test]
    fn streams_are_claimed_for_what_cannot_be_chance() {
        assert_eq!(verdict(&stun(8)), STUN);
        assert_eq!(verdict(&prefixed(&[stun(8)])), PREFIXED);
        let mut hello = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40];
        hello.resize(53, 1);
        assert_eq!(verdict(&prefixed(&[hello])), PREFIXED);
        let media = [rtp(1, 90), rtp(2, 900), rtp(1, 90), rtp(2, 20)];
        assert_eq!(verdict(&prefixed(&media)), PREFIXED);
        assert_eq!(verdict(&prefixed(&media[..2])), Verdict::Undecided);
        let strangers: Vec<_> = (0..10).map(|ssrc| rtp(ssrc, 40)).collect();
        assert_eq!(verdict(&prefixed(&strangers)), Verdict::Other);
        let channel = |n, inner: &[u8]| {
            let length = (inner.len() as u16).to_be_bytes();
            let mut message = [&[0x40, n][..], &length, inner].concat();
            message.resize(message.len().next_multiple_of(4), 0);
            message
        };
        let channels = [
            channel(1, &rtp(1, 41)),
            channel(1, &rtp(2, 30)),
            channel(1, &stun(0)),
        ];
        assert_eq!(verdict(&channels.concat()), STUN);
    }

    #[test]
    fn what_else_runs_over_tcp_is_not() {
        assert_eq!(decide(&[0x16, 3, 1, 2, 0, 1]), Verdict::Tls);
        assert_eq!(decide(&[0x17, 3, 3]), Verdict::Tls);
        for text in [
            "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n",
            "INVITE sip:bob@example.org SIP/2.0\r\n",
            "220 mail.example.org ESMTP\r\n",
            "REGISTER sip:example.org SIP/2.0\r\n",
            "ABCDEFGHIJKLMNOP",
            "@ABCDEFGHIJKLMNO",
        ] {
            assert_eq!(verdict(text.as_bytes()), Verdict::Other, "{text}");
        }
        assert_eq!(decide(&[0; 100]), Verdict::Other);
        assert_eq!(decide(&[0xff; 100]), Verdict::Other);
    }

    #[test]
    fn frames_end_where_their_lengths_say() {
        let of = |framing, data: &[u8]| frame(framing, data).map(|f| f.map(|f| (f.body, f.end)));
        assert_eq!(of(Framing::LengthPrefixed, &[0, 5]), Ok(Some((2..7, 7))));
        assert_eq!(of(Framing::LengthPrefixed, &[0]), Ok(None));
        assert_eq!(of(Framing::Stun, &[0x40, 1, 0, 5]), Ok(Some((0..12, 12))));
        assert_eq!(of(Framing::Stun, &stun(8)), Ok(Some((0..28, 28))));
        assert_eq!(of(Framing::Stun, &stun(8)[..7]), Ok(None));
        assert_eq!(of(Framing::Stun, &[0, 1, 0, 8, 0x20]), Err(NoFrame));
        assert_eq!(of(Framing::Stun, &[0x80]), Err(NoFrame));
        assert_eq!(of(Framing::Stun, &[]), Ok(None));
    }

    #[test]
    fn a_segment_by_itself() {
        let media = prefixed(&[rtp(1, 90), rtp(2, 40)]);
        assert_eq!(of_segment(&media, false), Some(Framing::LengthPrefixed));
        assert_eq!(of_segment(&media, true), None);
        assert_eq!(
            of_segment(&media[..100], false),
            None,
            "a part of a message"
        );
        assert_eq!(of_segment(&stun(8), true), Some(Framing::Stun));
        assert_eq!(of_segment(&[], false), None);
    }

    #[test]
    fn a_known_source_is_evidence_enough() {
        let mut hints = Hints::default();
        let frame = prefixed(&[rtp(77, 40)]);
        let ask = |hints: &Hints| evidence(Framing::LengthPrefixed, &frame, hints);
        assert_eq!(ask(&hints), Answer::Maybe);
        hints.add(77);
        assert_eq!(ask(&hints), Answer::Yes);
        for other in 0..8 {
            hints.add(other);
        }
        assert_eq!(ask(&hints), Answer::Maybe, "the oldest are forgotten");
    }
}
