//! Files that hold nothing but descriptions, as they are or with their line ends spelled out.

use super::{Found, Kind, Text};
use crate::diag::Map;
use crate::sdp::find_descriptions;

/// The descriptions in `text`.
pub(super) fn find(text: &[u8]) -> Result<Vec<Found>, String> {
    let trimmed = text.trim_ascii();
    if let Some(bytes) = unescape(trimmed) {
        let map = Map::default();
        let mut found = Found::new(Kind::Raw, Text::Extracted { bytes, map });
        found.pointer = Some("unescaped".to_owned());
        return Ok(vec![found]);
    }
    let binary = text.iter().take(4).any(|&b| b == 0 || b >= 0xf8);
    let places = find_descriptions(text);
    let reason = if is_capture(text) {
        "a packet capture, not a session description; try `rtcscope stats FILE`"
    } else if places.is_empty() && is_dump(text) {
        "a dump of packets, not a session description; try `rtcscope stats FILE`"
    } else if binary {
        "no session description: it is not text"
    } else if places.is_empty() {
        "no session description: no line begins with `v=`"
    } else {
        let found = places
            .into_iter()
            .map(|place| Found::new(Kind::Raw, Text::InPlace(place)));
        return Ok(found.collect());
    };
    Err(reason.to_owned())
}

/// Whether `text` begins like a pcap or pcapng file; one may well have a `v=` line inside.
fn is_capture(text: &[u8]) -> bool {
    const MAGIC: [[u8; 4]; 5] = [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    MAGIC.iter().any(|magic| text.starts_with(magic))
}

/// Whether `text` is a dump of packets that is read as if it were a capture.
fn is_dump(text: &[u8]) -> bool {
    let begins = [&b"#!rtpplay1.0"[..], b"MJR0000", b"MEETECHO"];
    begins.iter().any(|magic| text.starts_with(magic))
        || text.windows(10).any(|words| words == b"# RTP_DUMP")
}

/// A description on one line with `\r\n` or `\n` spelled out, as logs have it.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let one_line = !text.contains(&b'\n');
    let text = std::str::from_utf8(text).ok().filter(|_| one_line)?;
    let text = text.trim_matches('\'');
    (text.starts_with("v=") && text.contains("\\n")).then(|| {
        text.replace("\\r\\n", "\r\n")
            .replace("\\n", "\n")
            .into_bytes()
    })
}
