//! `rtcscope decrypt` from outside: what is in clear comes out as it was or as an independent decoder
//! decrypted it, our own reader and tshark find the same media in the new file, and what goes wrong is
//! said in a line.
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod kit;

use kit::shared::{recording_folders, shared};
use rtcscope::capture::Capture;
use rtcscope::net::{Decoded, Decoder, Path as NetPath};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn rtcscope(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(args)
        .env_remove("SSLKEYLOGFILE")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a folder has to decrypt its capture with.
fn knowledge(folder: &Path) -> Vec<String> {
    let mut args = Vec::new();
    for sdp in ["offer.sdp", "answer.sdp", "stream.sdp"] {
        let file = folder.join(sdp);
        if file.exists() {
            args.extend(["--sdp".to_owned(), file.display().to_string()]);
        }
    }
    let keys = folder.join("keylog.txt");
    if keys.exists() {
        args.extend(["--keylog".to_owned(), keys.display().to_string()]);
    }
    args
}

/// Decrypts a capture into `out`, with what its folder knows.
fn decrypt(capture: &Path, out: &Path, more: &[&str]) -> Output {
    let (capture, out) = (capture.display().to_string(), out.display().to_string());
    let known = knowledge(Path::new(&capture).parent().unwrap());
    let mut args = vec!["decrypt", &capture, "-o", &out, "--force"];
    args.extend(known.iter().map(String::as_str));
    args.extend(more);
    let output = rtcscope(&args);
    assert!(output.status.success(), "{capture}: {}", stderr(&output));
    output
}

/// A packet as it travelled, in microseconds: what classic pcap files tell.
type Seen = (i64, NetPath, Vec<u8>);

/// Times that floating point numbers rounded on the way.
fn is_near(a: i64, b: i64) -> bool {
    (a - b).abs() <= 1
}

/// All UDP payloads of a capture but for announcements, and all SCTP packets.
fn contents(file: &Path) -> (Vec<Seen>, Vec<(i64, Vec<u8>)>) {
    let mut capture = Capture::open(file).unwrap();
    let mut decoder = Decoder::new();
    let (mut udp, mut sctp) = (Vec::new(), Vec::new());
    while let Some(frame) = capture.next_frame() {
        let time = frame.ts.nanos() / 1000;
        match decoder.decode(&frame) {
            Decoded::Udp(d) if d.path.dst.port() != 9875 => {
                udp.push((time, d.path, d.payload.to_vec()));
            }
            Decoded::Udp(_) => {}
            Decoded::Sctp(d) => sctp.push((time, d.payload.to_vec())),
            other => panic!("{}: {other:?}", file.display()),
        }
    }
    assert_eq!(capture.problem_count(), 0, "{:?}", capture.problems());
    (udp, sctp)
}

/// The streams as `stats` reports them, without what the rest of the packets adds to them.
fn streams(file: &Path, folder: &Path) -> Vec<Value> {
    let known = knowledge(folder);
    let file = file.display().to_string();
    let mut args = vec!["stats", "--format", "json", &file];
    args.extend(known.iter().map(String::as_str));
    let output = rtcscope(&args);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let facts = |stream: &Value| {
        let names = [
            "ssrc",
            "packetsReceived",
            "packetsExpected",
            "packetsLost",
            "packetsDuplicated",
            "packetsReordered",
            "bytesReceived",
            "headerBytesReceived",
            "kind",
            "codec",
        ];
        let missing = names.iter().find(|name| stream.get(**name).is_none());
        assert!(missing.is_none(), "{missing:?}: {stream}");
        Value::from(names.map(|name| stream[name].clone()).to_vec())
    };
    let mut all: Vec<Value> = report["streams"]
        .as_array()
        .unwrap()
        .iter()
        .map(facts)
        .collect();
    all.sort_by_key(Value::to_string);
    all
}

/// The plain captures: nothing is changed, and the new file has the same streams.
#[test]
fn plain_rtp_comes_out_as_it_was() {
    for name in ["rtp-ffmpeg-pcma-h264", "rtp-gst-opus-h264", "rtp-gst-wrap"] {
        let Some(folder) = shared(&format!("captures/{name}")) else {
            return;
        };
        let capture = folder.join("capture.pcapng");
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("clear.pcapng");
        decrypt(&capture, &out, &[]);
        let mut reader = Capture::open(&capture).unwrap();
        let mut decoder = Decoder::new();
        let mut before = Vec::new();
        while let Some(frame) = reader.next_frame() {
            if let Decoded::Udp(d) = decoder.decode(&frame)
                && d.payload.first().is_some_and(|b| b >> 6 == 2)
            {
                before.push((frame.ts.nanos() / 1000, d.path, d.payload.to_vec()));
            }
        }
        assert!(before.len() > 400, "{name}");
        assert!(contents(&out).0 == before, "{name}");
        assert_eq!(streams(&out, &folder), streams(&capture, &folder), "{name}");
    }
}

/// The must-show: what an independent decoder decrypted, byte for byte.
#[test]
fn decrypted_media_and_data_are_those_of_an_independent_decoder() {
    for folder in recording_folders() {
        let (rtp, sctp) = (
            folder.join("decrypted-rtp.pcap"),
            folder.join("decrypted-sctp.pcap"),
        );
        if !rtp.exists() && !sctp.exists() {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("clear.pcapng");
        decrypt(&folder.join("capture.pcapng"), &out, &[]);
        let found = contents(&out);
        let name = folder.display();
        if rtp.exists() {
            let expected = contents(&rtp).0;
            assert_eq!(found.0.len(), expected.len(), "{name}");
            let same = |a: &Seen, b: &Seen| is_near(a.0, b.0) && (&a.1, &a.2) == (&b.1, &b.2);
            let differs = found.0.iter().zip(&expected).position(|(a, b)| !same(a, b));
            assert_eq!(differs, None, "{name}");
        }
        if sctp.exists() {
            let expected = contents(&sctp).1;
            assert_eq!(found.1.len(), expected.len(), "{name}");
            let same = |a: &(i64, Vec<u8>), b: &(i64, Vec<u8>)| is_near(a.0, b.0) && a.1 == b.1;
            let differs = found.1.iter().zip(&expected).position(|(a, b)| !same(a, b));
            assert_eq!(differs, None, "{name}");
        }
    }
}

fn tshark(args: &[&str]) -> Option<String> {
    let output = Command::new("tshark").args(args).output();
    let Ok(output) = output else {
        eprintln!("skipped: tshark is not here");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Rows of tshark's RTP streams: SSRC and packets, sorted.
fn rtp_streams(file: &str) -> Option<Vec<(String, u64)>> {
    let text = tshark(&["-q", "-r", file, "-z", "rtp,streams"])?;
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ssrc = words.iter().position(|w| w.starts_with("0x"))?;
        let lost = words
            .iter()
            .position(|w| w.starts_with("(") && w.ends_with("%)"))?;
        Some((
            words[ssrc].to_lowercase(),
            words.get(lost - 2)?.parse().ok()?,
        ))
    };
    let mut rows: Vec<(String, u64)> = text.lines().filter_map(row).collect();
    rows.sort();
    Some(rows)
}

/// The recordings that hold what makes a difference to Wireshark.
const FOR_TSHARK: [&str; 9] = [
    "rtp-ffmpeg-pcma-h264",
    "rtp-gst-opus-h264",
    "cc-vp8-clean",
    "cc-data-only",
    "cc-ipv6",
    "cc-nobundle",
    "cc-any-sll2",
    "turn-udp",
    "janus-echotest",
];

/// Without any option, tshark sees every packet as what it is, in either shape.
#[test]
fn tshark_opens_it_and_shows_rtp_rtcp_and_sctp() {
    for name in FOR_TSHARK {
        let Some(folder) = shared(&format!("captures/{name}")) else {
            return;
        };
        let verify: Value =
            serde_json::from_slice(&fs::read(folder.join("verify.json")).unwrap()).unwrap();
        let counts = |key: &str| verify["counts"][key].as_u64().unwrap_or(0);
        let capture = ["capture.pcapng", "capture.pcap"].map(|f| folder.join(f));
        let capture = capture.iter().find(|f| f.exists()).unwrap();
        for shape in ["udp", "pdu"] {
            let dir = tempfile::tempdir().unwrap();
            let out = dir.path().join("clear.pcapng");
            decrypt(capture, &out, &["--as", shape]);
            let file = out.display().to_string();
            for (filter, expected) in [
                ("rtp && !rtcp", counts("srtp")),
                ("rtcp", counts("srtcp")),
                ("sctp", counts("sctp_packets")),
            ] {
                let Some(text) = tshark(&[
                    "-r",
                    &file,
                    "-Y",
                    filter,
                    "-T",
                    "fields",
                    "-e",
                    "frame.number",
                ]) else {
                    return;
                };
                let found = text.lines().count() as u64;
                assert_eq!(found, expected, "{name} as {shape}: {filter}");
            }
            let streams = rtp_streams(&file).unwrap();
            let total: u64 = streams.iter().map(|(_, packets)| packets).sum();
            assert_eq!(total, counts("srtp"), "{name} as {shape}: {streams:?}");
            let bad = tshark(&[
                "-r",
                &file,
                "-Y",
                "_ws.malformed || ip.checksum.status == 0",
                "-o",
                "ip.check_checksum:TRUE",
            ]);
            assert_eq!(bad.unwrap(), "", "{name} as {shape}");
            let bad = tshark(&[
                "-r",
                &file,
                "-o",
                "udp.check_checksum:TRUE",
                "-Y",
                "udp.checksum.status == 0",
            ]);
            assert_eq!(bad.unwrap(), "", "{name} as {shape}");
        }
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name)
}

/// A capture of the samples with RTP in clear.
fn plain_sample() -> String {
    sample("plain-opus-h264.pcapng").display().to_string()
}

#[test]
fn the_input_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("call.pcap");
    fs::copy(plain_sample(), &file).unwrap();
    let before = fs::read(&file).unwrap();
    let link = dir.path().join("link.pcap");
    fs::hard_link(&file, &link).unwrap();
    for output in [&file, &link] {
        let args = [
            "decrypt",
            file.to_str().unwrap(),
            "-o",
            output.to_str().unwrap(),
        ];
        let output = rtcscope(&args);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("would overwrite it"),
            "{}",
            stderr(&output)
        );
    }
    assert!(fs::read(&file).unwrap() == before);
}

#[test]
fn a_pipe_in_and_a_pipe_out_give_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("clear.pcapng");
    let file = plain_sample();
    let output = rtcscope(&["decrypt", &file, "-o", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let piped = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(["decrypt", "-", "-o", "-"])
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(piped.status.success(), "{}", stderr(&piped));
    let name = Path::new(&file).file_name().unwrap().to_str().unwrap();
    let frames = |file: &[u8]| {
        let mut capture =
            Capture::from_reader(Box::new(std::io::Cursor::new(file.to_vec()))).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = capture.next_frame() {
            frames.push((frame.ts, frame.data.to_vec()));
        }
        frames
    };
    let whole = fs::read(&out).unwrap();
    assert!(frames(&whole) == frames(&piped.stdout));
    let says = |file: &[u8], what: &str| file.windows(what.len()).any(|w| w == what.as_bytes());
    assert!(!says(&whole, "of standard input") && !says(&piped.stdout, name));
}

#[test]
fn what_cannot_be_written_is_said_in_a_line_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = plain_sample();
    let nowhere = dir.path().join("no/such/out.pcapng");
    for out in [nowhere.to_str().unwrap(), dir.path().to_str().unwrap()] {
        let output = rtcscope(&["decrypt", &file, "-o", out]);
        assert_eq!(output.status.code(), Some(3), "{out}");
        let text = stderr(&output);
        assert!(
            text.lines().last().unwrap().starts_with("error: "),
            "{text}"
        );
    }
    if Path::new("/dev/full").exists() {
        let output = rtcscope(&["decrypt", &file, "-o", "/dev/full"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            stderr(&output).contains("could not be written"),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    let output = rtcscope(&["decrypt", &file, "--all", "--as", "udp", "-o", "x"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_file_that_is_there_stays_without_force() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("clear.pcapng");
    fs::write(&out, "mine").unwrap();
    let (file, out_name) = (plain_sample(), out.to_str().unwrap());
    let refused = rtcscope(&["decrypt", &file, "-o", out_name]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(fs::read(&out).unwrap(), b"mine");
    let forced = rtcscope(&["decrypt", &file, "-o", out_name, "--force"]);
    assert!(forced.status.success(), "{}", stderr(&forced));
    assert!(fs::read(&out).unwrap() != b"mine");
}

#[test]
fn without_keys_one_line_says_what_to_do_and_no_file_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("clear.pcapng");
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/captures/cc-vp8-clean/capture.pcapng"
    );
    if !Path::new(file).exists() {
        println!("skipped: {file} is not there");
        return;
    }
    let output = rtcscope(&["decrypt", file, "-o", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let said = stderr(&output);
    let last = said.lines().last().unwrap();
    for wanted in ["--keylog", "SRTP packets", "SRTCP packets", "DTLS records"] {
        assert!(last.contains(wanted), "{said}");
    }
    assert!(!out.exists());
}
