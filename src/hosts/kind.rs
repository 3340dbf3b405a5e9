//! The kinds of file that descriptions are found in, and how they are told apart.

use super::json;

/// What kind of file a description was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing but descriptions.
    Raw,
    /// Strings in JSON.
    Json,
    /// A dump of `chrome://webrtc-internals`.
    Internals,
    /// A dump of rtcstats.
    Rtcstats,
    /// What a browser's network panel saves.
    Har,
    /// Strings of a program.
    Code,
    /// Markdown, HTML and XML.
    Markup,
    /// SIP, HTTP and whatever else is logged as text.
    Log,
    /// A capture of packets.
    Capture,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Raw,
        Self::Json,
        Self::Internals,
        Self::Rtcstats,
        Self::Har,
        Self::Code,
        Self::Markup,
        Self::Log,
        Self::Capture,
    ];

    /// The name by which it is chosen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "sdp",
            Self::Json => "json",
            Self::Internals => "internals",
            Self::Rtcstats => "rtcstats",
            Self::Har => "har",
            Self::Code => "js",
            Self::Markup => "md",
            Self::Log => "log",
            Self::Capture => "pcap",
        }
    }

    /// Whether it records what happened, and is never written to.
    pub fn is_evidence(self) -> bool {
        matches!(
            self,
            Self::Internals | Self::Rtcstats | Self::Har | Self::Log | Self::Capture
        )
    }

    /// Why a file of this kind is of no use when nothing was found in it.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Raw | Self::Log => "no session description: no line begins with `v=`",
            Self::Markup => "no session description: no block of it begins with `v=` or is ```sdp",
            Self::Capture => {
                "no session description: no packet of SIP, HTTP, RTSP or a WebSocket in clear has one"
            }
            _ => "no session description: no string in it begins with `v=`",
        }
    }
}

/// The kinds that a file called `name` with `bytes` may be of, the likeliest first.
pub(super) fn guess(name: &str, bytes: &[u8]) -> Vec<Kind> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    if is_capture(bytes) {
        return vec![Kind::Capture];
    }
    let is_named = extension == "sdp";
    if is_indented(bytes) && (is_named || !is_known(extension)) {
        return vec![Kind::Log, Kind::Raw];
    }
    if is_named && first_line_is_sdp(bytes) {
        return vec![Kind::Raw];
    }
    if CODE.contains(&extension) {
        return vec![Kind::Code];
    }
    if MARKUP.contains(&extension) {
        return vec![Kind::Markup];
    }
    if json::begins(bytes) {
        let kind = json::kind_of(bytes);
        return match extension {
            "json" | "har" | "jsonl" | "ndjson" => vec![kind],
            _ => vec![kind, Kind::Log, Kind::Code],
        };
    }
    if first_line_is_sdp(bytes) {
        return vec![Kind::Raw];
    }
    if bytes.trim_ascii_start().starts_with(b"<!") {
        return vec![Kind::Markup, Kind::Log];
    }
    // A line that begins with `v=` somewhere in a text makes no description of the text.
    if is_named {
        vec![Kind::Log, Kind::Code, Kind::Raw]
    } else {
        vec![Kind::Log, Kind::Code]
    }
}

/// Whether a name's ending tells what a file is.
fn is_known(extension: &str) -> bool {
    CODE.contains(&extension) || MARKUP.contains(&extension)
}

/// Whether the first lines are those of a description that was copied with its indent.
fn is_indented(bytes: &[u8]) -> bool {
    let lines = bytes.split(|&b| b == b'\n');
    let mut filled = lines.filter(|line| !line.trim_ascii().is_empty());
    let mut is = |begin: &[u8]| {
        filled.next().is_some_and(|line| {
            let text = line.trim_ascii_start();
            text.len() < line.len() && text.starts_with(begin)
        })
    };
    is(b"v=0") && is(b"o=")
}

/// What programs end in.
const CODE: &[&str] = &[
    "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "py", "go", "rs", "c",
    "h", "cc", "cpp", "cxx", "hpp", "hh", "java", "kt", "kts", "swift", "m", "mm", "cs", "rb",
    "php", "pl", "lua", "dart", "ex", "exs", "erl", "scala", "sh",
];
/// What documents with blocks end in.
const MARKUP: &[&str] = &[
    "md", "markdown", "mdx", "rst", "adoc", "html", "htm", "xhtml", "xml",
];

/// Whether the first line that is not blank is one of a description.
fn first_line_is_sdp(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = text.strip_prefix(b"'").unwrap_or(text);
    matches!(text, [letter, b'=', ..] if letter.is_ascii_lowercase())
}

/// Why `bytes`, which hold nothing, hold nothing, when that can be said.
pub(super) fn no_text(bytes: &[u8]) -> Option<&'static str> {
    let binary = bytes.iter().take(4).any(|&b| b == 0 || b >= 0xf8);
    if is_dump(bytes) {
        Some("a dump of packets, not a session description; try `rtcscope stats FILE`")
    } else if binary {
        Some("no session description: it is not text")
    } else {
        None
    }
}

/// Whether `text` begins like a pcap or pcapng file; one may well have a `v=` line inside.
pub(super) fn is_capture(text: &[u8]) -> bool {
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
        || json::memmem(text, b"# RTP_DUMP").is_some()
}

#[cfg(test)]
mod tests {
    use super::super::{Found, Text, find};

    fn found(name: &str, text: &str) -> Vec<Found> {
        find(name, text.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn a_line_in_a_text_is_no_description() {
        let trace = "U 10.0.0.1:5060 -> 10.0.0.2:5060\nINVITE sip:b SIP/2.0.\nv=0.\no=- 1 1 IN IP4 0.\ns=-.\n";
        for name in ["x", "trace.txt"] {
            assert!(found(name, "some notes\nv=spf1 include:x\no=1\ns=2\n").is_empty());
            assert!(found(name, trace).is_empty());
        }
        assert_eq!(found("x.sdp", "broken\nv=0 \ns=-\n").len(), 1);
        assert_eq!(found("x", "v=1\no=-\n").len(), 1);
    }

    #[test]
    fn an_indented_description_is_dedented() {
        let lines = "\n    v=0\n    o=- 1 1 IN IP4 0.0.0.0\n    s=-\n    t=0 0\n";
        for name in ["x.sdp", "x.txt", "x"] {
            let all = found(name, lines);
            let Text::Extracted { bytes, .. } = &all[0].text else {
                panic!("not dedented")
            };
            assert!(bytes.starts_with(b"v=0\no=- 1 1"), "{name}");
        }
        // One blank too many is a mistake.
        let first = found("x.sdp", " v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\n");
        assert!(matches!(first[0].text, Text::InPlace(_)));
    }
}
