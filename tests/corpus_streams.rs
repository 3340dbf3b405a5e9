//! The streams of public captures against tshark's list of them (`*.rtpstreams.txt` beside each, made
//! with its RTP heuristics on): packets and losses of every stream agree, path by path, or the exception
//! is explained here. An exception that no longer occurs fails the test too.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod kit;

use kit::shared::{files_below, shared};
use rtcscope::analysis::Options;
use rtcscope::net::Endpoint;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// Captures without real-time media, and how many streams tshark's heuristic sees in them: it takes any
/// datagram that begins with two bits of a version for RTP.
const NO_MEDIA: &[(&str, usize)] = &[
    ("PcapPlusPlus/ip4_fragments.pcap", 2), // NFS: transaction ids where RTP has sequence numbers
    ("nDPI/crynet.pcap", 7),
    ("nDPI/epicgames.pcapng", 4),
    ("nDPI/genshin-impact.pcap", 3),
    ("nDPI/gnutella.pcap", 9),
    ("nDPI/raknet.pcap", 3),
    ("nDPI/riotgames.pcap", 4),
    ("nDPI/telegram.pcap", 26),
    ("peafowl/skype-irc.cap", 19),
];

/// Captures in which every packet has an SSRC of its own: each is RTP, but nothing shows it.
const LONE_PACKETS: &[(&str, usize)] = &[
    ("pi-list/ttml/ttmlRTP_truncated_start.pcap", 10),
    ("pi-list/ttmlRTP-invalid-clock-timing.pcap", 6),
    ("pi-list/ttmlRTP_fourPacketDocs.pcap", 12),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// tshark takes duplicates for negative loss.
    Duplicates,
    /// tshark adds a cycle of 65 536 for each packet that is late, over and over.
    Cycles,
    /// Fax: tshark decodes the rest of the RTP as T.38 as soon as SIP has agreed on that.
    TakenForFax,
    /// Padded SRTP: tshark reads the count of padding from ciphertext, and sees no RTP where that is
    /// more than the packet holds.
    EncryptedPadding,
    /// RTP over TCP (RFC 4571), which tshark does not look for.
    OverTcp,
}

/// Packets and losses.
type Counts = (u64, i64);

/// File, source and SSRC, what tshark counts, what rtcscope does, and why.
type Exception = (
    &'static str,
    &'static str,
    Option<Counts>,
    Option<Counts>,
    Why,
);

const EXCEPTIONS: &[Exception] = &[
    (
        "membrane_rtp_plugin/h264_before_sr.pcap",
        "127.0.0.1:39834 4313b7d4",
        Some((427, 196_611)),
        Some((427, 6)),
        Why::Cycles,
    ),
    (
        "nDPI/FAX-Call-t38-CA-TDM-SIP-FB-1.pcap",
        "10.35.60.100:15580 0eaf0eaf",
        Some((132, 1712)),
        Some((159, 1712)),
        Why::TakenForFax,
    ),
    (
        "nDPI/rtp.pcapng",
        "172.16.168.24:40252 00000000",
        None,
        Some((17, 0)),
        Why::OverTcp,
    ),
    (
        "nDPI/stun_google_meet.pcapng",
        "142.250.82.76:19305 00000000",
        Some((25, 4)),
        Some((31, 0)),
        Why::EncryptedPadding,
    ),
    (
        "nDPI/stun_google_meet.pcapng",
        "[2001:4860:4864:6::81]:19305 00000000",
        Some((93, 10)),
        Some((104, 0)),
        Why::EncryptedPadding,
    ),
    (
        "sipp/dtmf_2833_1.pcap",
        "192.168.0.3:49176 0e05384e",
        Some((10, -2)),
        Some((10, 0)),
        Why::Duplicates,
    ),
    (
        "sipp/dtmf_2833_pound.pcap",
        "192.168.0.3:49176 0e05384e",
        Some((10, -2)),
        Some((10, 0)),
        Why::Duplicates,
    ),
];

/// Streams by source, destination and SSRC.
type Streams = BTreeMap<(SocketAddr, SocketAddr, u32), Counts>;

/// One row of tshark's table; the payload types between SSRC and counts have any number of words.
fn row(line: &str) -> Option<((SocketAddr, SocketAddr, u32), Counts)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ssrc = words.iter().position(|w| w.starts_with("0x"))?;
    let at = |i: usize| {
        let host = words.get(i)?.parse().ok()?;
        Some(SocketAddr::new(host, words.get(i + 1)?.parse().ok()?))
    };
    let share = words.iter().position(|w| w.starts_with('('))?;
    let key = (
        at(2)?,
        at(4)?,
        u32::from_str_radix(words[ssrc].strip_prefix("0x")?, 16).ok()?,
    );
    Some((
        key,
        (
            words[share - 2].parse().unwrap(),
            words[share - 1].parse().unwrap(),
        ),
    ))
}

fn theirs(list: &Path) -> Streams {
    let text = fs::read_to_string(list).unwrap();
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    let lines = text.lines().filter(|l| l.contains(" 0x")).count();
    assert_eq!(rows.len(), lines, "{}: every row is read", list.display());
    rows.into_iter().collect()
}

/// One for each leg, as tshark has them: a stream that moved is one stream here and several there.
fn ours(capture: &Path) -> Streams {
    let analysis = rtcscope::analyze(capture, &Options::default()).unwrap();
    let socket = |e: Endpoint| SocketAddr::new(e.ip(), e.port());
    let legs = analysis.streams.iter().flat_map(|s| {
        s.legs.iter().map(move |l| {
            let key = (socket(l.path.src), socket(l.path.dst), s.ssrc.0);
            (key, (l.packets, l.lost as i64))
        })
    });
    legs.collect()
}

#[test]
fn packets_and_losses_are_those_of_tshark_or_the_difference_is_explained() {
    let Some(dir) = shared("corpus/captures") else {
        return;
    };
    let (mut compared, mut used) = (0, Vec::new());
    for list in files_below(&dir) {
        let name = list.strip_prefix(&dir).unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".rtpstreams.txt") else {
            continue;
        };
        let (theirs, ours) = (theirs(&list), ours(&dir.join(name)));
        let no_streams = NO_MEDIA.iter().chain(LONE_PACKETS);
        if let Some((_, count)) = no_streams.into_iter().find(|(file, _)| *file == name) {
            assert_eq!(theirs.len(), *count, "{name}");
            assert!(ours.is_empty(), "{name}: {ours:?}");
            compared += count;
            continue;
        }
        let keys: std::collections::BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
        for key in keys {
            let (they, we) = (theirs.get(key).copied(), ours.get(key).copied());
            compared += 1;
            if they == we {
                continue;
            }
            let who = format!("{} {:08x}", key.0, key.2);
            let exception = EXCEPTIONS
                .iter()
                .position(|e| e.0 == name && e.1 == who && e.2 == they && e.3 == we);
            match exception {
                Some(i) => used.push(i),
                None => panic!("{name}, {who}: tshark {they:?}, rtcscope {we:?}"),
            }
        }
    }
    used.sort_unstable();
    let all: Vec<usize> = (0..EXCEPTIONS.len()).collect();
    assert_eq!(used, all, "each exception occurs once");
    eprintln!("{compared} streams compared");
    assert!(compared > 150, "{compared}");
}

/// The captures that have no list hold no RTP at all, but for more telephone events like those listed.
#[test]
fn no_stream_where_there_is_no_media() {
    let Some(dir) = shared("corpus/captures") else {
        return;
    };
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in files_below(&dir) {
        let name = file.strip_prefix(&dir).unwrap().to_str().unwrap();
        let listed = dir.join(format!("{name}.rtpstreams.txt")).exists();
        let Ok(analysis) = rtcscope::analyze(&file, &Options::default()) else {
            continue;
        };
        // Dumps hold nothing but media.
        let is_dump = analysis.capture.dump.is_some();
        if listed || is_dump || name.starts_with("sipp/dtmf_2833_") {
            continue;
        }
        seen += 1;
        if !analysis.streams.is_empty() {
            wrong.push((name.to_owned(), analysis.streams.len()));
        }
    }
    assert_eq!(wrong, []);
    assert!(seen > 100, "{seen} captures");
}
