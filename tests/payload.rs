//! What payloads say, held against browsers' getStats, tshark, the `rtp` crate and vectors of others, in
//! the recordings beside the repository: decrypted with their keys, and the plain copies of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::{recording_folders, recordings, shared};
use rtcscope::analysis::model::{Kind, Media, Opaque, Stream};
use rtcscope::analysis::{Analysis, Known, Options};
use rtcscope::keys::srtp::{MasterKey, Profile};
use rtcscope::keys::{GivenKey, KeyOrigin, Secrets};
use rtcscope::proto::rtp::RtpPacket;
use rtcscope::proto::rtp::payload::{
    H264Payload, OpusPacket, TelephoneEvent, Vp8Descriptor, Vp8Frame, Vp9Descriptor,
};
use rtp::packetizer::Depacketizer;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use zeroize::Zeroizing;

fn hex(text: &Value) -> Zeroizing<Vec<u8>> {
    let text = text.as_str().unwrap();
    Zeroizing::new(data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap())
}

/// A recording opened with the keys that an independent decode found; none if that found none.
fn opened(path: &Path, verify: &Value) -> Option<Analysis> {
    let mut secrets = Secrets::default();
    for keys in verify["srtp_keys"].as_array().into_iter().flatten() {
        let profile = Profile::from_sdes(keys["profile"].as_str().unwrap()).unwrap();
        for side in ["client", "server"] {
            secrets.srtp.push(GivenKey {
                profile,
                master: MasterKey {
                    key: hex(&keys[format!("{side}_key")]),
                    salt: hex(&keys[format!("{side}_salt")]),
                },
                ssrc: None,
                mki: Vec::new(),
                origin: KeyOrigin::Explicit,
            });
        }
    }
    if secrets.srtp.is_empty() {
        return None;
    }
    let options = Options {
        secrets: Arc::new(secrets),
        ..Options::default()
    };
    Some(rtcscope::analyze(path, &options).unwrap())
}

/// The plain copies of the recordings.
fn plain() -> Vec<(String, Analysis)> {
    let files = recording_folders()
        .into_iter()
        .map(|f| f.join("decrypted-rtp.pcap"));
    let each = |file: std::path::PathBuf| {
        let name = file
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        (name, analysis)
    };
    files.filter(|f| f.exists()).map(each).collect()
}

/// The entries of a type in the stats of one side.
fn stats(folder: &Path, side: &str, kind: &str) -> Vec<Value> {
    let Ok(bytes) = fs::read(folder.join(format!("stats-{side}.json"))) else {
        return Vec::new();
    };
    let all: Value = serde_json::from_slice(&bytes).unwrap();
    let all: Vec<Value> = match all {
        Value::Array(all) => all,
        Value::Object(all) => all.into_iter().map(|(_, v)| v).collect(),
        _ => Vec::new(),
    };
    all.into_iter().filter(|s| s["type"] == kind).collect()
}

fn media(s: &Stream) -> &Media {
    match &s.media {
        Known::Yes(media) => media,
        Known::No(why) => panic!("stream {}: {why}", s.ssrc),
    }
}

fn codec_of(all: &[Value], entry: &Value) -> Option<String> {
    let codec = all.iter().find(|c| c["id"] == entry["codecId"])?;
    Some(
        codec["mimeType"]
            .as_str()?
            .split('/')
            .nth(1)?
            .to_lowercase(),
    )
}

/// Every stream that a browser received: codec, size, key frames and frames are what it says.
#[test]
fn decrypted_recordings_say_what_receivers_do() {
    let (mut compared, mut off) = (0, Vec::new());
    for (path, verify) in recordings() {
        let folder = path.parent().unwrap().to_owned();
        let Some(analysis) = opened(&path, &verify) else {
            continue;
        };
        // What came in at the point of capture: at A, but for what the other side captured.
        let is_b = path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .contains("capture-b");
        let side = if is_b { "b" } else { "a" };
        let codecs = stats(&folder, side, "codec");
        for theirs in stats(&folder, side, "inbound-rtp") {
            let ssrc = theirs["ssrc"].as_u64().unwrap();
            let found = analysis
                .streams
                .iter()
                .find(|s| u64::from(s.ssrc.0) == ssrc);
            let (Some(ours), true) = (found, theirs["packetsReceived"].as_u64() > Some(60)) else {
                continue;
            };
            let name = format!("{} {side} {ssrc}", folder.file_name().unwrap().display());
            let Known::Yes(m) = &ours.media else {
                off.push(format!("{name}: {:?}", ours.media.reason()));
                continue;
            };
            compared += 1;
            let codec = ours.codec.value().map(|c| c.name.to_lowercase());
            if m.opened == 0 || m.opaque.is_some() {
                off.push(format!("{name}: opened {} {:?}", m.opened, m.opaque));
            }
            if let Some(known) = codec_of(&codecs, &theirs)
                && codec.as_ref() != Some(&known)
            {
                off.push(format!("{name}: {codec:?} is {known}"));
            }
            if theirs["kind"] != "video" {
                continue;
            }
            let video = m.video.as_ref().unwrap();
            let size = video
                .sizes
                .last()
                .map(|s| (s.size.width.into(), s.size.height.into()));
            let known = (
                theirs["frameWidth"].as_u64(),
                theirs["frameHeight"].as_u64(),
            );
            if let (Some(w), Some(h)) = known
                && size != Some((w, h))
            {
                off.push(format!("{name}: {size:?} is {w}×{h}"));
            }
            let Known::Yes(frames) = &ours.frames else {
                off.push(format!("{name}: {:?}", ours.frames.reason()));
                continue;
            };
            let keys = frames.key.value().map(|k| k.count);
            if let Some(known) = theirs["keyFramesDecoded"].as_u64()
                && keys != Some(known)
            {
                off.push(format!("{name}: key frames {keys:?} is {known}"));
            }
            let Some(decoded) = theirs["framesDecoded"].as_u64() else {
                continue; // aiortc does not tell.
            };
            eprintln!(
                "{name}: complete {} of {decoded}, received {} of {}, keys {keys:?}",
                frames.complete, frames.received, theirs["framesReceived"]
            );
            // They were asked up to half a second before the end.
            let after = frames.per_second.value().unwrap_or(&0.0) / 2.0;
            let least = decoded - decoded / 100;
            if !(least..=decoded + after.ceil() as u64).contains(&frames.complete) {
                off.push(format!(
                    "{name}: {} frames, decoded {decoded}",
                    frames.complete
                ));
            }
        }
    }
    assert!(
        compared >= 40 || recording_folders().is_empty(),
        "{compared}"
    );
    assert!(off.is_empty(), "{off:#?}");
}

/// The plain copies prove their codecs by themselves.
#[test]
fn codecs_are_proven_by_payloads() {
    for (name, analysis) in plain() {
        let folder = shared("captures").unwrap().join(&name);
        let mut codecs = stats(&folder, "a", "codec");
        codecs.extend(stats(&folder, "b", "codec"));
        for side in ["a", "b"] {
            for theirs in stats(&folder, side, "inbound-rtp") {
                let ssrc = theirs["ssrc"].as_u64().unwrap();
                let found = analysis
                    .streams
                    .iter()
                    .find(|s| u64::from(s.ssrc.0) == ssrc);
                let Some(ours) = found.filter(|s| s.packets > 60) else {
                    continue;
                };
                let known = stats(&folder, side, "codec");
                let Some(known) = codec_of(&known, &theirs) else {
                    continue;
                };
                let codec = ours.codec.value().map(|c| c.name.to_lowercase());
                assert_eq!(codec, Some(known), "{name} {ssrc}");
            }
        }
    }
}

#[test]
fn scalable_video_has_its_layers() {
    let Some((_, analysis)) = plain().into_iter().find(|(name, _)| name == "cc-vp9-svc") else {
        return;
    };
    let s = analysis
        .streams
        .iter()
        .find(|s| s.kind == Kind::Video)
        .unwrap();
    let video = media(s).video.as_ref().unwrap();
    let folder = shared("captures/cc-vp9-svc").unwrap();
    let out = stats(&folder, "a", "outbound-rtp");
    let theirs = out
        .iter()
        .find(|o| o["ssrc"].as_u64() == Some(s.ssrc.0.into()))
        .unwrap();
    let mode = theirs["scalabilityMode"].as_str().unwrap();
    let most = |of: fn(&(u8, u8)) -> u8| {
        let all = video.layers.iter().map(|l| (l.spatial, l.temporal));
        1 + all.map(|l| of(&l)).max().unwrap()
    };
    let ours = format!("L{}T{}", most(|l| l.0), most(|l| l.1));
    assert!(mode.starts_with(&ours), "{ours} of {mode}");
    let packets: u64 = video.layers.iter().map(|l| l.packets).sum();
    assert_eq!(packets, media(s).read);
}

#[test]
fn keys_pressed_are_those_of_the_script() {
    for (name, analysis) in plain() {
        let keys: String = analysis
            .streams
            .iter()
            .filter_map(|s| s.media.value())
            .flat_map(|m| m.events.iter().filter_map(|e| e.digit))
            .collect();
        let expected = match &*name {
            "cc-g722-dtmf" | "cc-red-dtx" => "159#",
            _ => "",
        };
        assert_eq!(keys, expected, "{name}");
        let events = analysis.streams.iter().filter_map(|s| s.media.value());
        for e in events.flat_map(|m| &m.events) {
            // Unknown where Opus has another clock and too few reports tell theirs.
            let ms = e.duration.map_or(120.0, |d| d.seconds() * 1e3);
            let is_long = (100.0..=140.0).contains(&ms);
            assert!(e.is_complete && is_long, "{name}: {ms} ms");
        }
    }
}

#[test]
fn redundant_audio_tells_depth_and_silence() {
    let Some((_, analysis)) = plain().into_iter().find(|(name, _)| name == "cc-red-dtx") else {
        return;
    };
    for s in analysis.streams.iter().filter(|s| s.kind == Kind::Audio) {
        let m = media(s);
        let (red, opus) = (m.red.as_ref().unwrap(), m.opus.as_ref().unwrap());
        assert_eq!((red.depth, red.primary), (2, Some(111)));
        assert!(red.distances.iter().any(|(d, _)| *d == 960));
        assert!(opus.silent > 0 && opus.packets == red.packets);
        assert_eq!(s.codec.value().unwrap().name, "opus");
    }
}

/// Each plain RTP payload of a recording, with its payload type.
fn payloads(file: &Path, mut each: impl FnMut(u8, &[u8])) {
    let mut capture = rtcscope::capture::Capture::open(file).unwrap();
    while let Some(frame) = capture.next_frame() {
        // LINKTYPE_RAW: IPv4 of 20 bytes or IPv6, and UDP.
        let header = if frame.data[0] >> 4 == 6 { 48 } else { 28 };
        let Ok(rtp) = RtpPacket::parse(&frame.data[header..]) else {
            continue;
        };
        if let Some(payload) = rtp.unpadded_payload().filter(|p| !p.is_empty()) {
            each(rtp.payload_type(), payload);
        }
    }
}

#[test]
fn descriptors_agree_with_those_of_the_rtp_crate() {
    let Some(captures) = shared("captures") else {
        return;
    };
    let mut compared = [0; 3];
    payloads(
        &captures.join("cc-vp8-clean/decrypted-rtp.pcap"),
        |pt, payload| {
            if pt != 118 {
                return;
            }
            let payload = &payload[1..];
            let mut theirs = rtp::codecs::vp8::Vp8Packet::default();
            let rest = theirs.depacketize(&payload.to_vec().into()).unwrap();
            let ours = Vp8Descriptor::parse(payload).unwrap();
            assert_eq!(ours.len, payload.len() - rest.len());
            assert_eq!(ours.picture_id.unwrap_or(0), theirs.picture_id);
            assert_eq!(
                (u8::from(ours.starts_partition), ours.partition),
                (theirs.s, theirs.pid)
            );
            compared[0] += 1;
        },
    );
    payloads(
        &captures.join("cc-vp9-svc/decrypted-rtp.pcap"),
        |pt, payload| {
            if pt != 98 {
                return;
            }
            let mut theirs = rtp::codecs::vp9::Vp9Packet::default();
            let rest = theirs.depacketize(&payload.to_vec().into()).unwrap();
            let ours = Vp9Descriptor::parse(payload).unwrap();
            assert_eq!(ours.len, payload.len() - rest.len());
            let layer = ours.layer.unwrap();
            assert_eq!((layer.spatial, layer.temporal), (theirs.sid, theirs.tid));
            assert_eq!((ours.begins_frame, ours.ends_frame), (theirs.b, theirs.e));
            assert_eq!((ours.is_inter, ours.is_flexible), (theirs.p, theirs.f));
            let sizes = |s: rtcscope::proto::rtp::payload::Vp9Structure<'_>| {
                s.sizes().map(|s| s.width as u16).collect::<Vec<_>>()
            };
            assert_eq!(ours.structure.map(sizes).unwrap_or_default(), theirs.width);
            compared[1] += 1;
        },
    );
    payloads(
        &captures.join("cc-h264/decrypted-rtp.pcap"),
        |pt, payload| {
            if pt == 102 {
                H264Payload::parse(payload).unwrap();
                compared[2] += 1;
            }
        },
    );
    assert!(compared.iter().all(|n| *n > 100), "{compared:?}");
}

/// What tshark reads of the same payloads: start of partition, partition, number, width.
#[test]
fn descriptors_agree_with_tshark() {
    let Some(file) = shared("captures/janus-echotest/decrypted-rtp.pcap") else {
        return;
    };
    let tshark = Command::new("tshark")
        .args(["--enable-heuristic", "rtp_udp", "-d", "rtp.pt==96,vp8"])
        .args([
            "-Y",
            "vp8",
            "-T",
            "fields",
            "-e",
            "vp8.pld.s",
            "-e",
            "vp8.pld.partid",
        ])
        .args(["-e", "vp8.pld.pictureid", "-e", "vp8.keyframe.width", "-r"])
        .arg(&file)
        .output();
    let Ok(output) = tshark else {
        eprintln!("skipped: no tshark");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let theirs: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut ours = Vec::new();
    payloads(&file, |pt, payload| {
        if pt == 96 {
            let d = Vp8Descriptor::parse(payload).unwrap();
            let frame = d
                .begins_frame()
                .then(|| Vp8Frame::parse(&payload[d.len..]).unwrap());
            let size = frame.and_then(|f| f.size);
            let width = size.map_or_else(String::new, |s| format!("\t{}", s.width));
            let (s, id) = (u8::from(d.starts_partition), d.picture_id.unwrap());
            ours.push(format!("{s}\t{}\t{id}{width}", d.partition));
        }
    });
    assert!(ours.len() > 400, "{}", ours.len());
    assert_eq!(ours, theirs);
}

/// Vectors of others.
#[test]
fn vectors_of_aiortc_are_read() {
    let Some(folder) = shared("corpus/vectors/aiortc") else {
        return;
    };
    let read = |name: &str| fs::read(folder.join(name)).ok();
    if let Some(bytes) = read("rtp_dtmf.bin") {
        let rtp = RtpPacket::parse(&bytes).unwrap();
        let event = TelephoneEvent::parse(rtp.unpadded_payload().unwrap()).unwrap();
        assert!(event.digit().is_some(), "{event:?}");
    }
    let mut read_h264 = 0;
    for n in 0..8 {
        if let Some(bytes) = read(&format!("h264_{n:04}.bin")) {
            H264Payload::parse(&bytes).unwrap();
            read_h264 += 1;
        }
    }
    eprintln!("{read_h264} payloads of H.264");
}

/// Every prefix of every payload of the plain recordings, read as everything.
#[test]
fn prefixes_of_real_payloads_are_answered() {
    use rtcscope::proto::rtp::payload::{PayloadFormat, describe_payload};
    use rtcscope::tree::Tree;
    let Some(captures) = shared("captures") else {
        return;
    };
    let names = [
        "VP8",
        "VP9",
        "AV1",
        "H264",
        "H265",
        "opus",
        "red",
        "rtx",
        "ulpfec",
        "flexfec-03",
    ];
    for name in ["cc-vp9-svc", "cc-h264", "cc-red-dtx", "cc-ulpfec"] {
        let mut n = 0;
        payloads(
            &captures.join(name).join("decrypted-rtp.pcap"),
            |_, payload| {
                n += 1;
                if n % 40 != 0 {
                    return;
                }
                for end in 0..payload.len().min(60) {
                    let payload = &payload[..end];
                    let _ = OpusPacket::parse(payload);
                    for name in names {
                        let mut tree = Tree::new(payload);
                        let format = PayloadFormat::of(name).unwrap();
                        describe_payload(format, payload, &|_| None, &mut tree);
                        let inside = |r: &std::ops::Range<usize>| r.end <= end;
                        assert!(
                            tree.into_rows()
                                .iter()
                                .all(|r| r.bytes.as_ref().is_none_or(inside))
                        );
                    }
                }
            },
        );
    }
}

/// Nothing in the recordings is encrypted from end to end.
#[test]
fn nothing_plain_is_called_opaque() {
    for (name, analysis) in plain() {
        for s in &analysis.streams {
            let opaque: Option<Opaque> = s.media.value().and_then(|m| m.opaque);
            assert_eq!(opaque, None, "{name} {}", s.ssrc);
        }
    }
}
