//! Each line of a description explained where it stands, for people who learn SDP.
//!
//! One row a kind of line or attribute: what it is for, and where that is specified.

use crate::sdp::{Description, Line};

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// In plain words.
    pub words: &'static str,
    /// Where it is specified.
    pub spec: &'static str,
}

/// The lines of `description`, each with what it is for when that is known.
pub fn explained<'d, 'a>(
    description: &'d Description<'a>,
) -> impl Iterator<Item = (&'d Line<'a>, Option<Explanation>)> {
    description.lines().iter().map(|line| (line, explain(line)))
}

/// What `line` is for.
pub fn explain(line: &Line<'_>) -> Option<Explanation> {
    let find = |table: &[(&str, &'static str, &'static str)], name: &[u8]| {
        let row = table.iter().find(|row| row.0.as_bytes() == name);
        row.map(|&(_, words, spec)| Explanation { words, spec })
    };
    match line.letter()? {
        b'a' => find(ATTRIBUTES, line.name_text()?.bytes()),
        letter => find(TYPES, &[letter]),
    }
}

/// Line types (RFC 8866).
#[rustfmt::skip]
const TYPES: &[(&str, &str, &str)] = &[
    ("v", "the version of SDP: always 0", "RFC 8866 §5.1"),
    ("o", "who wrote this: user, session, version of this description, address; the version grows with each new one", "RFC 8866 §5.2"),
    ("s", "the name of the session; `-` when it has none", "RFC 8866 §5.3"),
    ("i", "a title, for people", "RFC 8866 §5.4"),
    ("u", "where to read more about the session", "RFC 8866 §5.5"),
    ("e", "whom to write to", "RFC 8866 §5.6"),
    ("p", "whom to call", "RFC 8866 §5.6"),
    ("c", "where to send media without ICE; 0.0.0.0 until candidates are known", "RFC 8866 §5.7"),
    ("b", "how much bandwidth may be used: AS in kbit/s, TIAS in bit/s", "RFC 8866 §5.8"),
    ("t", "when the session is; 0 0 for always", "RFC 8866 §5.9"),
    ("r", "how the session repeats", "RFC 8866 §5.10"),
    ("z", "when clocks are put forward or back", "RFC 8866 §5.11"),
    ("k", "a key; obsolete, must not be used", "RFC 8866 §5.12"),
    ("m", "a media section begins: kind, port (9 until candidates are known, 0 to refuse it), transport, formats in order of preference", "RFC 8866 §5.14"),
];

/// Attributes.
#[rustfmt::skip]
const ATTRIBUTES: &[(&str, &str, &str)] = &[
    ("group", "sections that belong together; BUNDLE: they share one transport", "RFC 5888, RFC 9143"),
    ("mid", "the tag of this section, by which groups and packets name it", "RFC 5888"),
    ("bundle-only", "use this section only if it is bundled", "RFC 9143"),
    ("msid-semantic", "an old way to list streams; ignored today", "draft-ietf-mmusic-msid"),
    ("msid", "the stream and the track that this section sends", "RFC 8830"),
    ("rtpmap", "what a payload type is: codec, clock rate in Hz, audio channels", "RFC 8866 §6.6"),
    ("fmtp", "parameters of a codec; for rtx, `apt` names the codec whose lost packets it sends again", "RFC 8866 §6.15"),
    ("rtcp-fb", "what the receiver may report or ask for: lost packets, key frames, arrival times", "RFC 4585"),
    ("extmap", "a number for an RTP header extension", "RFC 8285"),
    ("extmap-allow-mixed", "one- and two-byte header extensions may be mixed", "RFC 8285"),
    ("sendrecv", "media flows both ways", "RFC 8866 §6.7"),
    ("sendonly", "media flows from who wrote this", "RFC 8866 §6.7"),
    ("recvonly", "media flows to who wrote this", "RFC 8866 §6.7"),
    ("inactive", "no media flows for now", "RFC 8866 §6.7"),
    ("rtcp", "the port of RTCP, where it is not shared with RTP", "RFC 3605"),
    ("rtcp-mux", "RTP and RTCP share one port", "RFC 5761"),
    ("rtcp-mux-only", "and nothing else will do", "RFC 8858"),
    ("rtcp-rsize", "RTCP packets may leave out what RFC 3550 asks for", "RFC 5506"),
    ("rtcp-xr", "extended reports that may be sent", "RFC 3611"),
    ("ssrc", "a source that will send: its number, and something said of it", "RFC 5576"),
    ("ssrc-group", "sources that belong together; FID: the second sends again what the first lost", "RFC 5576"),
    ("rid", "a name for a simulcast layer, and its limits", "RFC 8851"),
    ("simulcast", "the layers in which the same picture is sent", "RFC 8853"),
    ("ice-ufrag", "the name of this ICE session; it changes with an ICE restart", "RFC 8839 §5.4"),
    ("ice-pwd", "the password of this ICE session: connectivity checks prove that they know it", "RFC 8839 §5.4"),
    ("ice-options", "what the ICE agent can; trickle: candidates may follow later", "RFC 8839 §5.6, RFC 8840"),
    ("ice-lite", "this side answers connectivity checks and makes none", "RFC 8839 §5.3"),
    ("ice-pacing", "milliseconds between connectivity checks", "RFC 8839 §5.5"),
    ("candidate", "an address to try: foundation, component, transport, priority, address, port, kind", "RFC 8839 §5.1"),
    ("remote-candidates", "the other side's addresses that checks have chosen", "RFC 8839 §5.2"),
    ("end-of-candidates", "no more candidates follow", "RFC 8840"),
    ("fingerprint", "the hash of the certificate that the DTLS handshake must show", "RFC 8122 §5"),
    ("setup", "who begins the DTLS handshake; actpass: the answerer says", "RFC 4145 §4, RFC 8842"),
    ("tls-id", "a name for the DTLS association; a new one asks for a new handshake", "RFC 8842"),
    ("connection", "whether an existing connection is used again", "RFC 4145 §5"),
    ("identity", "who vouches for the sender", "RFC 8827"),
    ("crypto", "an SRTP key, readable by everybody who sees this", "RFC 4568"),
    ("key-mgmt", "an SRTP key from another protocol", "RFC 4567"),
    ("sctp-port", "the SCTP port of data channels inside DTLS", "RFC 8841 §5"),
    ("sctpmap", "the same in an old draft", "draft-ietf-mmusic-sctp-sdp"),
    ("max-message-size", "the longest data channel message that is taken, in bytes; 0 for any", "RFC 8841 §6"),
    ("dcmap", "a data channel that is agreed on here", "RFC 8864"),
    ("dcsa", "an attribute of such a channel", "RFC 8864"),
    ("ptime", "milliseconds of media in a packet", "RFC 8866 §6.4"),
    ("maxptime", "milliseconds of media in a packet at most", "RFC 8866 §6.5"),
    ("framerate", "frames of video a second", "RFC 8866 §6.13"),
    ("quality", "how good pictures are, against frames a second", "RFC 8866 §6.14"),
    ("orient", "which way up a shared screen is", "RFC 8866 §6.8"),
    ("lang", "the language of media", "RFC 8866 §6.12"),
    ("charset", "how names here are written", "RFC 8866 §6.10"),
    ("tool", "the program that wrote this", "RFC 8866 §6.3"),
    ("type", "what kind of conference it is", "RFC 8866 §6.9"),
    ("cat", "a category of sessions", "RFC 8866 §6.1"),
    ("keywds", "words to find the session by", "RFC 8866 §6.2"),
    ("imageattr", "the picture sizes that are sent or wanted", "RFC 6236"),
    ("content", "what the media is: main, slides, speaker", "RFC 4796"),
    ("label", "a name for this stream that others use", "RFC 4574"),
    ("control", "the address by which RTSP controls this", "RFC 7826"),
    ("range", "how long the media is, for RTSP", "RFC 7826"),
    ("source-filter", "whose packets to a multicast address are wanted", "RFC 4570"),
    ("ts-refclk", "the clock that timestamps follow", "RFC 7273"),
    ("mediaclk", "how the media clock follows it", "RFC 7273"),
    ("sdplang", "the language of this description", "RFC 8866 §6.11"),
    ("cryptex", "header extensions are encrypted too", "RFC 9335"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart() {
        for table in [TYPES, ATTRIBUTES] {
            for (i, row) in table.iter().enumerate() {
                assert!(
                    table.iter().skip(i + 1).all(|other| other.0 != row.0),
                    "{}",
                    row.0
                );
                assert!(!row.1.ends_with('.') && !row.2.is_empty(), "{}", row.0);
            }
        }
    }

    #[test]
    fn what_browsers_write_is_explained() {
        for name in [
            "chromium-simulcast-offer",
            "firefox-offer",
            "janus-answer",
            "aiortc-offer",
        ] {
            let path = format!("{}/samples/sdp/{name}.sdp", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read(path).unwrap();
            let description = Description::parse(&text);
            for (line, explanation) in explained(&description) {
                assert!(explanation.is_some(), "{name}: {}", line.text());
            }
        }
        let unknown = Description::parse(b"a=x-thing:1\r\nnonsense\r\n");
        assert!(explained(&unknown).all(|(_, e)| e.is_none()));
    }
}
