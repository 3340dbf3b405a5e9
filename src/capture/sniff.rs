//! What a file is, by its first bytes. Names and extensions lie; magic numbers seldom do.
//!
//! Also tells what a file that is no capture looks like, so that the error can say what to do.

use std::fmt;

use super::order::Order;

/// The file formats of packet captures, and of dumps that are read as if they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The classic format of tcpdump (draft-ietf-opsawg-pcap), or a variant of it.
    Pcap,
    /// The block format of Wireshark (draft-ietf-opsawg-pcapng).
    PcapNg,
    /// A log of Chrome or another user of libwebrtc, with `RTP_DUMP` or `SCTP_PACKET` lines.
    ChromeLog,
    /// A log of Firefox, with what its `RtpLogger` says.
    FirefoxLog,
    /// Packets in hexadecimal with directions and times, as text2pcap reads them.
    TextDump,
    /// A file of rtpdump, of rtptools.
    RtpDump,
    /// A recording of the Janus server (`.mjr`).
    JanusRecording,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pcap => "pcap",
            Self::PcapNg => "pcapng",
            Self::ChromeLog => "Chrome RTP_DUMP log",
            Self::FirefoxLog => "Firefox RtpLogger log",
            Self::TextDump => "text2pcap dump",
            Self::RtpDump => "rtpdump",
            Self::JanusRecording => "Janus recording",
        })
    }
}

/// How the capture is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
    /// LZ4 frames.
    Lz4,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        })
    }
}

/// How a classic pcap file lays out its numbers, as its magic number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PcapLayout {
    pub(super) order: Order,
    /// Fractions of a second are nanoseconds rather than microseconds.
    pub(super) nanos: bool,
    /// Alexey Kuznetzov's variant: 8 more bytes in each record header.
    pub(super) kuznetzov: bool,
}

/// The magic number of a pcapng section header block, the same in both byte orders.
pub(super) const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The layout that the first bytes of a classic pcap file tell; `None` if it is not one.
pub(super) fn pcap_layout(head: &[u8]) -> Option<PcapLayout> {
    let magic: [u8; 4] = *head.first_chunk()?;
    [Order::Big, Order::Little].into_iter().find_map(|order| {
        let (nanos, kuznetzov) = match order.u32(magic) {
            0xa1b2_c3d4 => (false, false),
            0xa1b2_3c4d => (true, false),
            0xa1b2_cd34 => (false, true),
            _ => return None,
        };
        Some(PcapLayout {
            order,
            nanos,
            kuznetzov,
        })
    })
}

/// The capture format that the first bytes tell.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    if head.starts_with(&SECTION_HEADER) {
        Some(Format::PcapNg)
    } else {
        pcap_layout(head).map(|_| Format::Pcap)
    }
}

/// How the file is compressed, as its first bytes tell.
pub(super) fn compression(head: &[u8]) -> Compression {
    match head {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        // A skippable frame, which pzstd writes first; lz4 never does.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Compression::Lz4,
        _ => Compression::None,
    }
}

/// Beginnings of files that people mistake for captures: magic, what it is, what to do.
const LOOKALIKES: &[(&[u8], &str, Option<&str>)] = &[
    (b"v=0\r", "a session description (SDP)", Some(LINT)),
    (b"v=0\n", "a session description (SDP)", Some(LINT)),
    (b"snoop\0\0\0", "a snoop capture", Some(EDITCAP)),
    (
        b"GMBU",
        "a Microsoft Network Monitor capture",
        Some(EDITCAP),
    ),
    (
        b"RTSS",
        "a Microsoft Network Monitor capture",
        Some(EDITCAP),
    ),
    (b"TRSNIFF data", "a Sniffer capture", Some(EDITCAP)),
    (b"\x7fELF", "an ELF program", None),
    (b"MZ", "a Windows program", None),
    (b"PK\x03\x04", "a ZIP archive", Some(UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", Some(UNPACK)),
    (b"\xfd7zXZ\0", "xz-compressed data", Some(UNPACK)),
    (b"BZh", "bzip2-compressed data", Some(UNPACK)),
    (b"%PDF", "a PDF document", None),
    (b"\x89PNG", "a PNG image", None),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM recording", None),
    (b"RIFF", "a WAV or AVI recording", None),
    (b"<?xml", "XML", None),
    (b"<!DOCTYPE html", "an HTML page", Some(PAGE)),
    (b"<!doctype html", "an HTML page", Some(PAGE)),
    (b"<html", "an HTML page", Some(PAGE)),
];

const LINT: &str = "check it with `rtcscope lint`";
const EDITCAP: &str = "convert it first: `editcap -F pcapng IN OUT`";
const UNPACK: &str = "unpack it first";
const PAGE: &str = "a download may have given its error page";

/// What the file is known to be by its first bytes, which are those of no capture.
fn known(head: &[u8]) -> Option<(&'static str, Option<&'static str>)> {
    let trimmed = trimmed(head);
    let row = LOOKALIKES.iter().find(|row| trimmed.starts_with(row.0));
    row.map(|(_, what, hint)| (*what, *hint))
}

fn trimmed(head: &[u8]) -> &[u8] {
    let bare = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    bare.trim_ascii_start()
}

/// Whether there are only characters of text. The head may end inside a UTF-8 character, hence the
/// 0x80.. range.
fn is_text(head: &[u8]) -> bool {
    head.iter()
        .all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x1b | 0x20..=0x7e | 0x80..))
}

/// Whether the file may be a log, in which packets would come later.
pub(super) fn may_be_log(head: &[u8]) -> bool {
    is_text(head) && known(head).is_none()
}

/// What a file that is no capture looks like, and what to do about it.
pub(super) fn lookalike(head: &[u8]) -> (&'static str, Option<&'static str>) {
    if let Some(known) = known(head) {
        return known;
    }
    if head.iter().all(|b| *b == 0) {
        return ("zeros", Some("the file may never have been written"));
    }
    match (is_text(head), trimmed(head).first()) {
        (true, Some(b'{' | b'[')) => (
            "JSON",
            Some("if it holds session descriptions, check them with `rtcscope lint`"),
        ),
        (true, _) if head.is_ascii() || std::str::from_utf8(head).is_ok() => ("text", None),
        _ => ("binary data of another kind", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_magic_numbers() {
        let pcap = |magic: u32| {
            let le = pcap_layout(&magic.to_le_bytes()).unwrap();
            let be = pcap_layout(&magic.to_be_bytes()).unwrap();
            assert_eq!((le.order, be.order), (Order::Little, Order::Big));
            assert_eq!((le.nanos, le.kuznetzov), (be.nanos, be.kuznetzov));
            (le.nanos, le.kuznetzov)
        };
        assert_eq!(pcap(0xa1b2_c3d4), (false, false));
        assert_eq!(pcap(0xa1b2_3c4d), (true, false));
        assert_eq!(pcap(0xa1b2_cd34), (false, true));
        assert_eq!(format(&SECTION_HEADER), Some(Format::PcapNg));
        assert_eq!(format(b"\xa1\xb2"), None);
        assert_eq!(compression(b"\x1f\x8b\x08"), Compression::Gzip);
        assert_eq!(compression(b"\x28\xb5\x2f\xfd"), Compression::Zstd);
        assert_eq!(compression(b"\x04\x22\x4d\x18"), Compression::Lz4);
        assert_eq!(compression(b""), Compression::None);
    }

    #[test]
    fn says_what_else_a_file_looks_like() {
        assert_eq!(lookalike(b"v=0\r\no=- 1 1 IN").1, Some(LINT));
        assert_eq!(lookalike(b"\xef\xbb\xbf  {\"a\":1}").0, "JSON");
        assert_eq!(lookalike(b"hello, world\n").0, "text");
        assert_eq!(lookalike("grüße\n".as_bytes()).0, "text");
        assert_eq!(lookalike(b"PK\x03\x04\x14\0").0, "a ZIP archive");
        assert_eq!(lookalike(&[0; 64]).0, "zeros");
        assert_eq!(
            lookalike(b"\x00\x01\x02\xff").0,
            "binary data of another kind"
        );
    }
}
