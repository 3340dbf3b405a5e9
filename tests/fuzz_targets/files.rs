//! Capture files, the frames in them, and what the analyser makes of it all.

use super::{printable, within};
use rtcscope::analysis::model::Message;
use rtcscope::analysis::{Analysis, Analyzer, FileFacts, Options};
use rtcscope::capture::{Capture, Frame, LinkType};
use rtcscope::net::{Decoded, Decoder};
use rtcscope::output::{Presenter, csv::Csv, json::Json, text::Text};
use rtcscope::time::Timestamp;
use std::io::Cursor;

/// Packets taken from one input: a few kilobytes may decompress to many more than matter here.
const PACKETS: usize = 10_000;

const LINK_TYPES: [LinkType; 11] = [
    LinkType::NULL,
    LinkType::ETHERNET,
    LinkType::PPP,
    LinkType::RAW_12,
    LinkType::RAW,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType::LINUX_SLL2,
    LinkType(147),
];

/// What a data channel message says of itself fits together.
fn message_fits(message: &Message) {
    assert!(message.first.0 <= message.last.0);
    if let Some(label) = &message.label {
        printable(label);
    }
    if let Some(control) = &message.control {
        printable(&control.words());
    }
    if let Some(incomplete) = message.whole.incomplete() {
        let something = [incomplete.missing_fragments, incomplete.missing_bytes]
            .iter()
            .any(|n| *n > 0);
        assert!(incomplete.no_start || incomplete.no_end || something);
    }
}

/// A capture file, compressed or not, and everything in it down to UDP.
pub fn capture(data: &[u8]) {
    let mut capture = match Capture::from_reader(Box::new(Cursor::new(data.to_vec()))) {
        Ok(capture) => capture,
        Err(error) => return printable(&error.to_string()),
    };
    let plain = capture.is_plain();
    let mut decoder = Decoder::new();
    let mut last = 0;
    for _ in 0..PACKETS {
        let Some(frame) = capture.next_frame() else {
            break;
        };
        assert!(frame.no > last, "packet {} after {last}", frame.no);
        last = frame.no;
        assert!(frame.wire_len as usize >= frame.data.len());
        if plain {
            let start = frame.offset as usize;
            assert_eq!(frame.data, &data[start..start + frame.data.len()]);
        }
        decode(&mut decoder, &frame);
    }
    assert!(capture.problem_count() >= capture.problems().len() as u64);
    for problem in capture.problems() {
        printable(&problem.message);
    }
}

/// How dumps of other programs begin.
const DUMPS: [&[u8]; 5] = [
    b"O 16:26:15.717 0000 80 60 00 01 # RTP_DUMP\n",
    b"#!rtpplay1.0 0.0.0.0/0\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    b"MJR00002\0\x19{\"t\":\"a\",\"c\":\"opus\"}   ",
    b"MJR00002\0\x19{\"t\":\"d\",\"c\":\"text\"}   ",
    b"MEETECHO\0\x05audio",
];

/// A dump of another program: the bytes themselves, and behind a header of each kind.
pub fn dump(data: &[u8]) {
    capture(data);
    for header in DUMPS {
        capture(&[header, data].concat());
    }
}

/// A capture file, and all that the analyser makes of it, as JSON.
pub fn analyze(data: &[u8]) {
    let Ok(mut capture) = Capture::from_reader(Box::new(Cursor::new(data.to_vec()))) else {
        return;
    };
    let options = Options {
        packet_index: 1000,
        messages: true,
        ..Options::default()
    };
    let mut analyzer = Analyzer::new(options);
    for _ in 0..PACKETS {
        let Some(frame) = capture.next_frame() else {
            break;
        };
        analyzer.push(&frame);
        analyzer.messages().iter().for_each(message_fits);
    }
    analyzer.last_messages().iter().for_each(message_fits);
    analyzer.describe_file(FileFacts::of(&capture));
    let analysis = analyzer.finish();
    for stream in &analysis.streams {
        assert!(stream.lost <= stream.expected);
        assert!(stream.expected - stream.lost + stream.duplicated <= stream.packets);
        assert!(stream.first_seen <= stream.last_seen);
    }
    let json = Json {
        compact: true,
        series: true,
    };
    let json = report(&json, &analysis);
    serde_json::from_str::<serde::de::IgnoredAny>(&json).expect("a report is JSON");
    for line in report(&Text { color: false }, &analysis).lines() {
        printable(line);
    }
    report(&Csv::default(), &analysis);
}

fn report(presenter: &dyn Presenter, analysis: &Analysis) -> String {
    let mut out = Vec::new();
    let written = presenter.write("fuzz", analysis, &mut out);
    written.expect("writing to memory");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// A frame of every link type; and a sequence of raw IP packets, each behind a 16-bit length, so
/// that fragments meet.
pub fn net(data: &[u8]) {
    for link in LINK_TYPES {
        for missing in [0, 1200] {
            decode(&mut Decoder::new(), &frame(1, link, data, missing));
        }
    }
    let mut decoder = Decoder::new();
    let mut rest = data;
    let mut no = 0;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (packet, next) = after.split_at(after.len().min(u16::from_be_bytes(*length).into()));
        no += 1;
        decode(&mut decoder, &frame(no, LinkType::RAW, packet, 0));
        assert!(decoder.incomplete() as u64 <= no);
        rest = next;
    }
}

fn frame(no: u64, link: LinkType, data: &[u8], missing: usize) -> Frame<'_> {
    Frame {
        no,
        ts: Timestamp::from_nanos(no as i64),
        link,
        wire_len: (data.len() + missing) as u32,
        offset: 0,
        data,
    }
}

fn decode(decoder: &mut Decoder, frame: &Frame<'_>) {
    match decoder.decode(frame) {
        Decoded::Udp(datagram) => {
            assert_eq!((datagram.no, datagram.ts), (frame.no, frame.ts));
            assert!(datagram.payload.len() + datagram.missing as usize <= 65_535);
        }
        Decoded::Tcp(segment) => assert!(segment.payload.len() <= frame.data.len().max(65_535)),
        Decoded::Sctp(datagram) => assert!(datagram.payload.len() <= frame.data.len().max(65_535)),
        Decoded::Malformed(error) => within(&error, frame.data),
        Decoded::Icmp
        | Decoded::Tunnel(_)
        | Decoded::OtherIp(_)
        | Decoded::Fragment
        | Decoded::NotIp(_)
        | Decoded::UnknownLink => {}
    }
}
