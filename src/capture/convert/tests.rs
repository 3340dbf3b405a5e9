//! Dumps through [`Capture`](crate::capture::Capture), as everybody reads them.

use super::super::kit::{self, Got};
use super::super::{Capture, Format, OpenError, Problem};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::io::Write as _;

const SECOND: i64 = 1_000_000_000;
/// IPv4 and UDP headers.
const HEADERS: usize = 28;

fn payloads(got: &[Got]) -> Vec<&[u8]> {
    got.iter().map(|g| &g.data[HEADERS..]).collect()
}

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|p| p.code).collect()
}

fn message<'a>(problems: &'a [Problem], code: &str) -> &'a str {
    let found = problems.iter().find(|p| p.code == code);
    &found
        .unwrap_or_else(|| panic!("no {code} in {problems:?}"))
        .message
}

fn refused(file: &[u8]) -> String {
    kit::open(file).unwrap_err().to_string()
}

/// An RTP packet: no two are alike, and none looks like a mark.
fn rtp(n: usize) -> Vec<u8> {
    let mut packet = vec![0x80, 96, 0, n as u8, 0, 0, 0, n as u8, 1, 2, 3, 4];
    packet.extend((0..20 + n % 7).map(|i| (i * 31 + n) as u8));
    packet
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        write!(out, " {byte:02x}").unwrap();
    }
    out
}

/// Every prefix gives the first packets, and says it when there was more; nothing panics.
fn every_prefix(file: &[u8], header: usize) {
    let (all, _) = kit::read(file);
    let mut most = 0;
    for n in 0..file.len() {
        let Ok(mut capture) = kit::open(&file[..n]) else {
            assert!(n <= header, "{n} bytes are no dump");
            continue;
        };
        let mut got = 0;
        while let Some(frame) = capture.next_frame() {
            assert_eq!(frame.data, all[got].data, "{n} bytes");
            got += 1;
        }
        assert!(got >= most && got <= all.len(), "{n} bytes");
        most = got;
        let cut = capture
            .problems()
            .iter()
            .filter(|p| p.code == "truncated-file");
        let others = codes(capture.problems());
        assert!(cut.count() <= 1, "{n} bytes: {others:?}");
        assert!(
            !others.iter().any(|c| c.starts_with("damaged")),
            "{n}: {others:?}"
        );
    }
    assert!(most + 1 >= all.len());
}

/// A log as Chrome writes it, with other messages in between.
fn chrome_log(packets: usize) -> String {
    let mut log = String::from("/usr/bin/chromium: 9: [: 25276502016: unexpected operator\n");
    for n in 0..packets {
        let (second, way) = (n % 60, if n % 3 == 0 { 'I' } else { 'O' });
        let minute = 36 + n / 60;
        writeln!(
            log,
            "[7:8:1122/16{minute:02}{second:02}.5:INFO:pc/x.cc(5)] I 1 O hello"
        )
        .unwrap();
        let stamp =
            format!("[7:8:1122/16{minute:02}{second:02}.599607:VERBOSE1:pc/srtp_session.cc:549] ");
        let bytes = hex(&rtp(n));
        writeln!(
            log,
            "{stamp}\n\n{way} 00:00:{second:02}.599 0000{bytes} # RTP_DUMP"
        )
        .unwrap();
    }
    log
}

#[test]
fn packets_are_found_in_a_log_of_chrome() {
    let log = chrome_log(130);
    let (got, problems) = kit::read(log.as_bytes());
    assert_eq!(codes(&problems), ["made-up-addresses", "no-date"]);
    assert_eq!(got.len(), 130);
    for (n, g) in got.iter().enumerate() {
        assert_eq!(g.data[HEADERS..], rtp(n));
        let (local, remote) = ([192, 0, 2, 1], [198, 51, 100, 1]);
        let (from, to) = if n % 3 == 0 {
            (remote, local)
        } else {
            (local, remote)
        };
        assert_eq!((&g.data[12..16], &g.data[16..20]), (&from[..], &to[..]));
        assert_eq!(g.ns - got[0].ns, n as i64 * SECOND, "minutes begin again");
    }
    let capture = kit::open(log.as_bytes()).unwrap();
    assert_eq!(capture.format(), Format::ChromeLog);
    let dump = capture.dump().unwrap();
    assert!(dump.is_clear && !dump.is_dated && !dump.is_part && !capture.is_plain());
    every_prefix(chrome_log(3).as_bytes(), log.find("RTP_DUMP").unwrap() + 7);
}

#[test]
fn lines_picked_out_of_a_log_are_enough_and_may_be_compressed() {
    let log = chrome_log(50);
    let lines: Vec<&str> = log.lines().filter(|l| l.contains("RTP_DUMP")).collect();
    let grep = lines.join("\r\n") + "\r\n";
    let (got, _) = kit::read(grep.as_bytes());
    assert_eq!(payloads(&got), payloads(&kit::read(log.as_bytes()).0));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(log.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    assert_eq!(kit::read(&gz).0.len(), 50);
    let (got, problems) = kit::read(&gz[..gz.len() - 20]);
    assert!(got.len() < 50);
    assert!(message(&problems, "truncated-file").contains("gzip data ends early"));
}

#[test]
fn processes_have_addresses_of_their_own() {
    let mut log = String::new();
    for (n, process) in [10, 20, 10, 30].into_iter().enumerate() {
        let bytes = hex(&rtp(n));
        let at = format!("[{process}:1:0101/000000.1:VERBOSE1:x.cc(1)] ");
        writeln!(log, "{at}O 16:00:00.000 000000{bytes} # RTP_DUMP").unwrap();
    }
    let (got, _) = kit::read(log.as_bytes());
    let last: Vec<_> = got.iter().map(|g| (g.data[15], g.data[19])).collect();
    assert_eq!(last, [(1, 1), (2, 2), (1, 1), (3, 3)]);
}

#[test]
fn damaged_lines_are_told_and_the_others_read() {
    let good = |n: usize| format!("O 16:00:00.000 0000{} # RTP_DUMP\n", hex(&rtp(n)));
    let long = format!("O 16:00:00.000 0000{} # RTP_DUMP\n", " 80".repeat(200_000));
    let big = format!("O 16:00:00.000 0000{} # RTP_DUMP\n", " 80".repeat(65_600));
    let broken = [
        (good(1).replacen(" 60", " 6x", 1), "no byte in hexadecimal"),
        (good(1).replace(" # RTP_DUMP", ""), "without the mark"),
        (good(1).replace("0000", "0010"), "first byte"),
        (good(1).replacen("O 16", "O 1", 1), "direction and a time"),
        ("O 16:00:00.000 0000 # RTP_DUMP\n".to_owned(), "no bytes"),
        (long, "longer than a packet"),
        (big, "no datagram can have"),
    ];
    for (line, why) in broken {
        let log = good(0) + &line + &good(2);
        let (got, problems) = kit::read(log.as_bytes());
        assert_eq!(payloads(&got), [rtp(0), rtp(2)], "{why}");
        let said = message(&problems, "damaged-line");
        assert!(said.starts_with("line 2 ") && said.contains(why), "{said}");
        let offset = problems
            .iter()
            .find(|p| p.code == "damaged-line")
            .unwrap()
            .offset;
        assert_eq!(offset, Some(good(0).len() as u64));
    }
}

#[test]
fn logs_of_firefox_tell_the_date_or_not() {
    let (a, b) = (rtp(1), rtp(2));
    let log = format!(
        "2026-11-22 16:36:39.000200 UTC - [Child 41: Socket Thread]: D/RtpLogger {{x}}| y RTP_PACKET|>> \
         I 17:36:39.200  000000{}\n\
         2026-11-22 16:36:40.000200 UTC - [Child 41]: D/RtpLogger {{x}} RTCP_PACKET|>> O 17:36:40.9 \
         000000{}\n",
        hex(&a),
        hex(&b)
    );
    let (got, problems) = kit::read(log.as_bytes());
    assert_eq!(payloads(&got), [&a[..], &b]);
    assert_eq!(
        (got[0].ns, got[1].ns - got[0].ns),
        (1_795_365_399_000_200_000, SECOND)
    );
    assert_eq!(codes(&problems), ["made-up-addresses"]);
    assert_eq!(
        kit::open(log.as_bytes()).unwrap().format(),
        Format::FirefoxLog
    );
    let old = format!("I 14:53:41.688890  000000{} RTCP_PACKET 55f7|x\n", hex(&a));
    let (got, problems) = kit::read(old.as_bytes());
    assert_eq!(payloads(&got), [a]);
    assert_eq!(codes(&problems), ["made-up-addresses", "no-date"]);
}

#[test]
fn sctp_is_sctp() {
    let bytes = b"\x13\x88\x13\x88\0\0\0\x01\0\0\0\0";
    let log = format!("O 16:00:00.000 0000{} # SCTP_PACKET data\n", hex(bytes));
    let (got, _) = kit::read(log.as_bytes());
    assert_eq!((got[0].data[9], &got[0].data[20..]), (132, &bytes[..]));
}

#[test]
fn packets_of_text2pcap_may_go_on_over_lines() {
    let packet = rtp(4);
    let mut text = String::new();
    for _ in 0..2 {
        writeln!(text, "O 10:15:14.5476").unwrap();
        for (i, part) in packet.chunks(16).enumerate() {
            writeln!(text, "{:06x}{}", i * 16, hex(part)).unwrap();
        }
        writeln!(text).unwrap();
    }
    let (got, problems) = kit::read(text.as_bytes());
    assert_eq!(payloads(&got), [&packet[..], &packet]);
    assert_eq!(codes(&problems), ["made-up-addresses", "no-date"]);
    let capture = kit::open(text.as_bytes()).unwrap();
    assert_eq!(capture.format(), Format::TextDump);
    assert!(!capture.dump().unwrap().is_clear, "nobody says so");
}

#[test]
fn other_texts_are_no_dumps() {
    for text in [
        "hello, world\n",
        "I was there at 10:00:00 and saw O 10:00:00 too\n",
        "[13072:13129:1122/163637.177468:ERROR:x] nothing # RTP_DUM\n",
        "O 10:00:00.000 0000 80 60 00",
        "{\"RTP_DUMP\": \"O 10:00:00.000 0000 zz # RTP_DUMP\"}\n",
    ] {
        assert!(refused(text.as_bytes()).contains("looks like"), "{text}");
    }
    let sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n".to_owned() + &chrome_log(3);
    assert!(refused(sdp.as_bytes()).contains("session description"));
}

/// A file of rtpdump, its packets 20 ms apart.
fn rtpdump(line: &str, start: [u32; 2], packets: &[(Vec<u8>, u16)]) -> Vec<u8> {
    let mut file = format!("#!rtpplay1.0 {line}\n").into_bytes();
    for word in [start[0], start[1], 0, 0] {
        file.extend(word.to_be_bytes());
    }
    for (n, (data, plen)) in packets.iter().enumerate() {
        file.extend((data.len() as u16 + 8).to_be_bytes());
        file.extend(plen.to_be_bytes());
        file.extend((n as u32 * 20).to_be_bytes());
        file.extend(data);
    }
    file
}

fn whole(count: usize) -> Vec<(Vec<u8>, u16)> {
    let all = (0..count).map(rtp);
    all.map(|p| (p.clone(), p.len() as u16)).collect()
}

#[test]
fn rtpdump_files_are_read() {
    let mut packets = whole(4);
    packets[1].1 = 0; // RTCP
    packets[2].1 += 1000; // cut by rtpdump
    let file = rtpdump("224.2.0.1/3456", [1_700_000_000, 250_000], &packets);
    let (got, problems) = kit::read(&file);
    assert_eq!(payloads(&got), [rtp(0), rtp(1), rtp(2), rtp(3)]);
    let start = 1_700_000_000 * SECOND + 250_000_000;
    let times: Vec<_> = got.iter().map(|g| (g.ns - start) / 1_000_000).collect();
    assert_eq!(times, [0, 20, 40, 60]);
    let cut: Vec<_> = got
        .iter()
        .map(|g| g.wire_len as usize - g.data.len())
        .collect();
    assert_eq!(cut, [0, 0, 1000, 0]);
    assert_eq!(
        (&got[0].data[16..20], &got[0].data[22..24]),
        (&[224, 2, 0, 1][..], &[0x0d, 0x80][..])
    );
    assert_eq!(codes(&problems), ["made-up-addresses"]);
    assert!(problems[0].message.contains("224.2.0.1:3456"));
    every_prefix(&file, 44);
    let nothing = (Vec::new(), 0);
    let none = rtpdump(
        "0.0.0.0/0",
        [0, 0],
        &[nothing.clone(), whole(1).remove(0), nothing],
    );
    let (got, problems) = kit::read(&none);
    assert_eq!(
        (got.len(), codes(&problems)),
        (1, vec!["made-up-addresses", "no-date"])
    );
}

#[test]
fn a_damaged_rtpdump_record_is_skipped() {
    let file = rtpdump("0.0.0.0/0", [0, 0], &whole(12));
    let at =
        "#!rtpplay1.0 0.0.0.0/0\n".len() + 16 + (0..3).map(|n| 8 + rtp(n).len()).sum::<usize>();
    for (place, bytes) in [(0, [0, 3]), (2, [0xff, 0xff]), (2, [0, 1])] {
        let mut bad = file.clone();
        bad[at + place..][..2].copy_from_slice(&bytes);
        let (got, problems) = kit::read(&bad);
        assert_eq!(got.len(), 11);
        assert!(message(&problems, "damaged-record").starts_with("record 4 "));
        assert_eq!(got.last().unwrap().data[HEADERS..], rtp(11));
    }
    let mut hopeless = file[..at].to_vec();
    hopeless.extend([0; 300]);
    let (got, problems) = kit::read(&hopeless);
    assert_eq!(got.len(), 3);
    assert!(message(&problems, "damaged-record").ends_with("none is found behind it"));
}

#[test]
fn rtpdump_headers_that_cannot_be_read_are_refused() {
    assert!(refused(b"#!rtpplay1.0 ").contains("cut short in its file header"));
    assert!(refused(b"#!rtpplay1.0 1.2.3.4/5\n1234567").contains("cut short"));
    let endless = [b"#!rtpplay1.0 ".to_vec(), vec![b'x'; 1000]].concat();
    assert!(refused(&endless).contains("first line does not end"));
}

const AUDIO: &str = r#"{"t": "a", "c": "opus", "f": "useinbandfec=1", "s": 1795364831730295, "u": 1795364831856642, "x": {"1": "urn:ietf:params:rtp-hdrext:ssrc-audio-level"}}"#;

/// A recording; times are 20 ms apart.
fn mjr(magic: &[u8], json: &str, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = magic.to_vec();
    file.extend((json.len() as u16).to_be_bytes());
    file.extend(json.as_bytes());
    for (n, packet) in packets.iter().enumerate() {
        file.extend(b"MEET");
        match magic {
            b"MJR00002" => file.extend((n as u32 * 20).to_be_bytes()),
            _ => file.extend(b"ECHO"),
        }
        file.extend((packet.len() as u16).to_be_bytes());
        file.extend(packet);
    }
    file
}

fn some(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(rtp).collect()
}

#[test]
fn recordings_are_read_and_say_what_they_hold() {
    let file = mjr(b"MJR00002", AUDIO, &some(3));
    let (got, problems) = kit::read(&file);
    assert_eq!(payloads(&got), some(3));
    let times: Vec<_> = got
        .iter()
        .map(|g| g.ns - 1_795_364_831_856_642_000)
        .collect();
    assert_eq!(times, [0, 20_000_000, 40_000_000]);
    assert_eq!(codes(&problems), ["made-up-addresses"]);
    let capture = kit::open(&file).unwrap();
    assert_eq!(capture.format(), Format::JanusRecording);
    let dump = capture.dump().unwrap();
    assert!(dump.is_clear && dump.is_dated && dump.is_part);
    let sdp = dump.description.as_deref().unwrap();
    for line in [
        "m=audio 5004 RTP/AVP 96\r\n",
        "a=rtpmap:96 opus/48000/2\r\n",
        "a=fmtp:96 useinbandfec=1\r\n",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
    ] {
        assert!(sdp.contains(line), "{sdp}");
    }
    every_prefix(&file, 10 + AUDIO.len());
}

#[test]
fn old_recordings_tell_no_times() {
    for (magic, json) in [(b"MJR00001", AUDIO), (b"MEETECHO", "video")] {
        let file = mjr(magic, json, &some(3));
        let (got, problems) = kit::read(&file);
        assert_eq!(payloads(&got), some(3));
        assert!(got.iter().all(|g| g.ns == got[0].ns));
        assert!(codes(&problems).contains(&"no-timestamp"));
        every_prefix(&file, 10 + json.len());
    }
}

#[test]
fn messages_are_in_sctp() {
    let json = r#"{"t":"d","c":"text","s":1,"u":2}"#;
    let at = |us: i64, text: &[u8]| [&us.to_be_bytes()[..], text].concat();
    let long = vec![b'x'; 65_527];
    let messages = [
        at(5_000_000, b"hello"),
        at(6_000_000, b"\xff"),
        at(7_000_000, &long),
    ];
    let file = mjr(b"MJR00002", json, &messages);
    let (got, problems) = kit::read(&file);
    let seen: Vec<_> = got
        .iter()
        .map(|g| (g.data[9], g.data[20 + 13], g.data[20 + 27], g.ns))
        .collect();
    assert_eq!(
        seen,
        [
            (132, 3, 51, 5 * SECOND),
            (132, 3, 53, 6 * SECOND),
            (132, 2, 51, 7 * SECOND),
            (132, 1, 51, 7 * SECOND)
        ]
    );
    assert_eq!(codes(&problems), ["made-up-addresses", "made-up-sctp"]);
}

#[test]
fn a_damaged_record_of_a_recording_is_skipped() {
    let file = mjr(b"MJR00002", AUDIO, &some(9));
    let at = 10 + AUDIO.len() + (0..3).map(|n| 10 + rtp(n).len()).sum::<usize>();
    let bad = |place: usize, bytes: &[u8]| {
        let mut bad = file.clone();
        bad[at + place..][..bytes.len()].copy_from_slice(bytes);
        let (got, problems) = kit::read(&bad);
        let good: Vec<_> = (0..9).filter(|n| *n != 3).map(rtp).collect();
        assert_eq!(payloads(&got), good, "{place}");
        assert!(message(&problems, "damaged-record").starts_with("record 4 "));
    };
    bad(0, b"X");
    bad(0, b"XXXX");
    bad(8, &[0xff, 0xff]);
    bad(8, &[1, 0]);
    let empty = [rtp(0), Vec::new(), rtp(1)];
    let (got, problems) = kit::read(&mjr(b"MJR00002", AUDIO, &empty));
    assert_eq!((got.len(), codes(&problems).len()), (2, 2));
    // A gap of more than what is looked at in one go.
    let mut gap = file[..at].to_vec();
    gap.extend(vec![7; 400_000]);
    gap.extend(&file[at..]);
    let (got, problems) = kit::read(&gap);
    assert_eq!(payloads(&got), some(9));
    assert!(message(&problems, "damaged-record").contains("400000 bytes are skipped"));
}

#[test]
fn recordings_without_a_header_are_refused() {
    assert!(refused(b"MJR00002").contains("cut short in its file header"));
    assert!(refused(b"MJR00002\0\x05{\"t\"").contains("cut short"));
    assert!(refused(b"MJR00002\0\x05{\"t\":").contains("no JSON"));
    let (got, _) = kit::read(&mjr(b"MJR00002", "{}", &[]));
    assert!(got.is_empty());
    let hostile =
        r#"{"t":"a","c":"opus","f":"x\r\na=evil","x":{"300":"y","3":"a\nb"},"or":999,"u":-5}"#;
    let capture = kit::open(&mjr(b"MJR00002", hostile, &some(1))).unwrap();
    let sdp = capture.dump().unwrap().description.clone().unwrap();
    assert!(!sdp.contains("evil") && !sdp.contains("extmap"), "{sdp}");
}

#[test]
fn red_is_described_with_what_it_carries() {
    let json = r#"{"t":"a","c":"opus","u":1,"or":63}"#;
    let described = |json: &str| {
        let capture = kit::open(&mjr(b"MJR00002", json, &some(1))).unwrap();
        capture.dump().unwrap().description.clone()
    };
    let sdp = described(json).unwrap();
    assert!(sdp.contains("m=audio 5004 RTP/AVP 96 63\r\n") && sdp.contains("a=fmtp:63 96/96\r\n"));
    assert_eq!(described(&json.replace("63", "96")), None);
    assert_eq!(described(&json.replace("opus", "whatever")), None);
}

/// What a pipe gives is shown although more is waited for.
#[test]
fn a_live_dump_is_read_as_it_comes() {
    let (pipe, reader) = std::sync::mpsc::channel::<Vec<u8>>();
    struct Pipe(std::sync::mpsc::Receiver<Vec<u8>>, Vec<u8>);
    impl std::io::Read for Pipe {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.1.is_empty() {
                self.1 = self.0.recv().unwrap_or_default();
            }
            let n = out.len().min(self.1.len());
            out[..n].copy_from_slice(&self.1[..n]);
            self.1.drain(..n);
            Ok(n)
        }
    }
    pipe.send(chrome_log(2).into_bytes()).unwrap();
    let mut capture = Capture::from_reader(Box::new(Pipe(reader, Vec::new()))).unwrap();
    assert!(capture.next_frame().is_some());
    assert!(capture.next_frame().is_some());
    drop(pipe);
    assert!(capture.next_frame().is_none());
}

/// Reads all; the fuzz target does more.
fn drain(file: &[u8]) {
    match kit::open(file) {
        Ok(mut capture) => {
            while capture.next_frame().is_some() {}
            assert!(capture.packets() <= file.len() as u64 / 2);
        }
        Err(OpenError::Io(e)) => panic!("{e}"),
        Err(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_bytes_behind_a_header_are_taken(rest in proptest::collection::vec(any::<u8>(), 0..600)) {
        let header = rtpdump("0.0.0.0/0", [0, 0], &[]);
        drain(&[&header[..], &rest].concat());
        drain(&[b"MJR00002", &rest[..]].concat());
        drain(&[mjr(b"MJR00002", AUDIO, &some(1)), rest.clone()].concat());
        drain(&[chrome_log(1).as_bytes(), &rest].concat());
    }

    #[test]
    fn any_change_of_a_dump_is_survived(at in 0usize..600, value: u8, cut in 0usize..700) {
        for mut file in [
            chrome_log(4).into_bytes(),
            rtpdump("0.0.0.0/0", [0, 0], &whole(12)),
            mjr(b"MJR00002", AUDIO, &some(12)),
        ] {
            let length = file.len();
            file[at % length] = value;
            file.truncate(cut.max(1));
            drain(&file);
        }
    }
}
