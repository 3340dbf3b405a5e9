//! Media written to files: read back by ffprobe and ffmpeg where they are installed, and held against
//! what the manifest says and what the browsers counted.

// A test may say what it means, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod kit;

use kit::shared::{recording_folders, shared};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn rtcscope(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcscope"));
    command
        .env_remove("SSLKEYLOGFILE")
        .args(args)
        .output()
        .unwrap()
}

/// Extracts a capture with what lies beside it; returns the manifest.
fn extract(capture: &Path, out: &Path, more: &[&str]) -> Value {
    let folder = capture.parent().unwrap();
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let mut args = vec![
        "extract".to_owned(),
        path(capture),
        "--out".to_owned(),
        path(out),
    ];
    let sdp: Vec<_> = ["offer.sdp", "answer.sdp", "stream.sdp"]
        .iter()
        .map(|name| folder.join(name))
        .filter(|p| p.exists())
        .collect();
    if !sdp.is_empty() {
        args.push("--sdp".to_owned());
        args.extend(sdp.iter().map(|p| path(p)));
    }
    let keys = folder.join("keylog.txt");
    // What is in clear needs no keys.
    if keys.exists() && !capture.ends_with("decrypted-rtp.pcap") {
        args.extend(["--keylog".to_owned(), path(&keys)]);
    }
    args.extend(more.iter().map(|a| (*a).to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = rtcscope(&args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", capture.display());
    let manifest = fs::read(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    follows_schema(&manifest);
    manifest
}

fn follows_schema(manifest: &Value) {
    let schema = rtcscope(&["schema", "manifest"]).stdout;
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(manifest)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

fn has(program: &str) -> bool {
    let runs = Command::new(program).arg("-version").output().is_ok();
    if !runs {
        eprintln!("skipped: {program} is not installed");
    }
    runs
}

fn files(manifest: &Value) -> impl Iterator<Item = &Value> {
    manifest["files"].as_array().unwrap().iter()
}

fn probe(file: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_packets",
            "-count_frames",
            "-of",
            "json",
        ])
        .args(["-show_streams", "-show_format"])
        .arg(file)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

/// What ffprobe says of a file is what the manifest says of it.
fn check(manifest: &Value, out: &Path) {
    for entry in files(manifest) {
        let file = out.join(entry["path"].as_str().unwrap());
        let told = probe(&file);
        let stream = &told["streams"][0];
        let name = file.display();
        let codec = match entry["container"].as_str().unwrap() {
            "wav" => "pcm_s16le".to_owned(),
            _ => match entry["codec"].as_str().unwrap() {
                "H265" => "hevc".to_owned(),
                other => other.to_ascii_lowercase(),
            },
        };
        assert_eq!(stream["codec_name"], codec, "{name}");
        let duration = entry["duration"].as_f64().unwrap();
        if let Some(video) = entry.get("video") {
            let packets = number(&stream["nb_read_packets"]);
            assert_eq!(packets, video["frames"].as_f64().unwrap(), "{name}");
            if entry["lost"] == 0 {
                assert_eq!(number(&stream["nb_read_frames"]), packets, "{name}");
            }
            if entry["container"] == "ivf" {
                let seconds = number(&told["format"]["duration"]);
                let frame = duration / (packets - 1.0).max(1.0);
                assert!(
                    (seconds - duration - frame).abs() <= frame,
                    "{name}: {seconds} {duration}"
                );
            }
            let sizes = video["resolutions"].as_array().unwrap();
            let decoded = (&stream["width"], &stream["height"]);
            let is_told = sizes.iter().any(|s| (&s["width"], &s["height"]) == decoded);
            assert!(is_told, "{name}: {decoded:?} of {sizes:?}");
        } else {
            let seconds = number(&told["format"]["duration"]);
            assert!(
                (seconds - duration).abs() < 0.001,
                "{name}: {seconds} {duration}"
            );
        }
    }
}

/// What decoding says that is not right.
fn complaints(file: &Path) -> String {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-fps_mode", "passthrough", "-f", "null", "-"])
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// The captures whose media is in clear, or whose keys are beside them.
fn readable() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in recording_folders() {
        let is_plain = folder
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("rtp-");
        for name in ["decrypted-rtp.pcap", "capture.pcapng", "capture-b.pcapng"] {
            let path = folder.join(name);
            let is_keyed = folder.join("keylog.txt").exists();
            if path.exists() && (is_plain || is_keyed || name == "decrypted-rtp.pcap") {
                all.push(path);
            }
        }
    }
    all
}

#[test]
fn every_file_of_every_recording_is_read_as_the_manifest_says() {
    let is_probed = has("ffprobe");
    let mut written = 0;
    for capture in readable() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = extract(&capture, dir.path(), &[]);
        written += files(&manifest).count();
        if is_probed {
            check(&manifest, dir.path());
        }
    }
    assert!(shared("captures").is_none() || written > 40, "{written}");
}

#[test]
fn what_was_captured_without_loss_decodes_without_a_word() {
    if !has("ffmpeg") {
        return;
    }
    for capture in readable() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = extract(&capture, dir.path(), &[]);
        for entry in files(&manifest) {
            let broken = entry["lost"].as_u64().unwrap() > 0;
            if broken {
                continue;
            }
            let file = dir.path().join(entry["path"].as_str().unwrap());
            // Frames closer than the rate that FFmpeg guesses are no fault of the file.
            let said = complaints(&file);
            let said: Vec<_> = said
                .lines()
                .filter(|l| !l.contains("monotonically"))
                .collect();
            assert!(said.is_empty(), "{}: {said:?}", file.display());
        }
    }
}

/// Frames that the receiver counted, by SSRC.
fn frames_received(stats: &Path) -> Vec<(u64, u64)> {
    let Ok(text) = fs::read(stats) else {
        return Vec::new();
    };
    let stats: Value = serde_json::from_slice(&text).unwrap();
    let mut all = Vec::new();
    let mut walk = vec![&stats];
    while let Some(value) = walk.pop() {
        match value {
            Value::Array(items) => walk.extend(items),
            Value::Object(fields) => {
                let inbound = fields.get("type").is_some_and(|t| t == "inbound-rtp");
                let both = (fields.get("ssrc"), fields.get("framesReceived"));
                if let (true, (Some(ssrc), Some(frames))) = (inbound, both) {
                    all.extend(ssrc.as_u64().zip(frames.as_u64()));
                }
                walk.extend(fields.values());
            }
            _ => {}
        }
    }
    all
}

#[test]
fn frames_are_as_many_as_chromium_received() {
    let mut compared = 0;
    for name in ["cc-vp8-clean", "cc-h264", "cc-vp9-svc"] {
        let Some(folder) = shared(&format!("captures/{name}")) else {
            return;
        };
        let dir = tempfile::tempdir().unwrap();
        let manifest = extract(&folder.join("decrypted-rtp.pcap"), dir.path(), &[]);
        for side in ["stats-a.json", "stats-b.json"] {
            for (ssrc, received) in frames_received(&folder.join(side)) {
                let entry = files(&manifest).find(|e| e["ssrc"].as_u64() == Some(ssrc));
                let Some(entry) = entry.filter(|e| e.get("video").is_some()) else {
                    continue;
                };
                let video = &entry["video"];
                let frames = video["frames"].as_u64().unwrap();
                // The counters were read shortly before the capture ended.
                assert!(
                    frames.abs_diff(received) <= 3,
                    "{name} {ssrc}: {frames} {received}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 2, "{compared}");
}

#[test]
fn selections_names_and_refusals() {
    let Some(folder) = shared("captures/rtp-ffmpeg-pcma-h264") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("media");
    let capture = folder.join("capture.pcapng");
    let manifest = extract(&capture, &out, &["--kind", "audio"]);
    assert_eq!(files(&manifest).count(), 1);
    let entry = files(&manifest).next().unwrap();
    let path = entry["path"].as_str().unwrap();
    assert!(
        path.starts_with("conn1-stream") && path.ends_with("-a-to-b.wav"),
        "{path}"
    );
    let args = [
        "extract",
        capture.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let again = rtcscope(&args);
    assert_eq!(again.status.code(), Some(2));
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(error.contains("--force"), "{error}");
    let forced = rtcscope(&[&args[..], &["--force"]].concat());
    assert!(forced.status.success());
    let missing = rtcscope(&[&args[..], &["--force", "--stream", "0x1"]].concat());
    assert_eq!(missing.status.code(), Some(2));
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let blocked = rtcscope(&["extract", args[1], "--out", file.to_str().unwrap()]);
    assert_eq!(blocked.status.code(), Some(3));
}

#[test]
fn what_is_encrypted_is_said_to_be() {
    let Some(folder) = shared("captures/cc-vp8-clean") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let (capture, out) = (folder.join("capture.pcapng"), dir.path().to_str().unwrap());
    let output = rtcscope(&["extract", capture.to_str().unwrap(), "--out", out]);
    assert!(output.status.success());
    let manifest = fs::read(dir.path().join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    follows_schema(&manifest);
    assert_eq!(files(&manifest).count(), 0);
    let omitted = manifest["notExtracted"].as_array().unwrap();
    let encrypted = |o: &&Value| o["reason"].as_str().unwrap().starts_with("encrypted");
    assert_eq!(omitted.iter().filter(encrypted).count(), 4, "{omitted:?}");
}

/// G.722 is decoded to the very samples that FFmpeg decodes.
#[test]
fn g722_is_bit_exact() {
    let Some(folder) = shared("captures/cc-g722-dtmf").filter(|_| has("ffmpeg")) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let capture = folder.join("decrypted-rtp.pcap");
    let manifest = extract(&capture, dir.path(), &[]);
    let mut compared = 0;
    for entry in files(&manifest) {
        let wav = fs::read(dir.path().join(entry["path"].as_str().unwrap())).unwrap();
        let raw = dir.path().join("g722.raw");
        fs::write(
            &raw,
            g722_payloads(&capture, entry["ssrc"].as_u64().unwrap()),
        )
        .unwrap();
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "g722", "-i"])
            .arg(&raw)
            .args(["-f", "s16le", "-"])
            .output()
            .unwrap();
        // Silence is filled in between, so that runs of samples are looked for.
        for run in output.stdout.chunks_exact(640) {
            assert!(wav.windows(640).any(|w| w == run));
            compared += 1;
        }
    }
    assert!(compared > 400, "{compared}");
}

/// The payloads of static type 9, unpadded, one after the other.
fn g722_payloads(capture: &Path, ssrc: u64) -> Vec<u8> {
    let bytes = fs::read(capture).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut all) = (24, Vec::new());
    while at + 16 <= bytes.len() {
        let packet = &bytes[at + 16..at + 16 + word(at + 8)];
        at += 16 + packet.len();
        let rtp = &packet[usize::from(packet[0] & 15) * 4 + 8..];
        let Ok(rtp) = rtcscope::proto::rtp::RtpPacket::parse(rtp) else {
            continue;
        };
        if u64::from(rtp.ssrc()) == ssrc && rtp.payload_type() == 9 {
            all.extend(rtp.unpadded_payload().unwrap());
        }
    }
    all
}

/// Cuts the frames of a capture, as a snaplen does; little-endian pcapng with Enhanced Packet Blocks.
fn cut_to(snaplen: usize, pcapng: &[u8]) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(pcapng[at..at + 4].try_into().unwrap());
    let (mut at, mut all) = (0, Vec::new());
    while at + 12 <= pcapng.len() {
        let length = word(at + 4) as usize;
        let captured = word(at + 20) as usize;
        if word(at) != 6 || captured <= snaplen {
            all.extend(&pcapng[at..at + length]);
        } else {
            let total = (32 + snaplen.next_multiple_of(4)) as u32;
            all.extend(6u32.to_le_bytes());
            all.extend(total.to_le_bytes());
            all.extend(&pcapng[at + 8..at + 20]);
            all.extend((snaplen as u32).to_le_bytes());
            all.extend(&pcapng[at + 24..at + 28 + snaplen.next_multiple_of(4)]);
            all.extend(total.to_le_bytes());
        }
        at += length;
    }
    all
}

#[test]
fn what_the_snaplen_cut_is_said_to_be_cut() {
    let Some(folder) = shared("captures/cc-vp8-clean") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let whole = fs::read(folder.join("capture.pcapng")).unwrap();
    let capture = dir.path().join("cut.pcapng");
    // The handshake is whole, and audio; video is not.
    fs::write(&capture, cut_to(300, &whole)).unwrap();
    let keys = folder.join("keylog.txt");
    fs::copy(&keys, dir.path().join("keylog.txt")).unwrap();
    let out = dir.path().join("media");
    let manifest = extract(&capture, &out, &[]);
    assert!(files(&manifest).count() >= 2);
    let omitted = manifest["notExtracted"].as_array().unwrap();
    let video = omitted.iter().filter(|o| o["kind"] == "video");
    let reasons: Vec<_> = video.map(|o| o["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 2, "{omitted:?}");
    assert!(reasons.iter().all(|r| r.contains("snaplen")), "{reasons:?}");
}
