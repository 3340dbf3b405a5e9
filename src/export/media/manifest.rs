//! What was written and what was not: `rtcscope.manifest/1`, docs/schema/manifest-1.json. Times are
//! seconds since the first packet of the capture, or dates in RFC 3339; what is not known is `null`,
//! with the reason in `unknown`.

use super::audio::AudioCounts;
use super::job::{Head, JobCounts};
use super::order::Counts;
use super::plan::Planned;
use super::video::VideoCounts;
use crate::analysis::model::Stream;
use crate::proto::rtp::payload::Size;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// The name and version of the document.
pub const SCHEMA: &str = "rtcscope.manifest/1";

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    schema: &'static str,
    tool: Tool,
    /// Name of the capture as given.
    pub capture: String,
    /// When its first packet was captured, RFC 3339.
    pub first_packet_time: Option<String>,
    #[serde(skip)]
    first: Option<Timestamp>,
    /// The files, in order of streams.
    pub files: Vec<Entry>,
    /// The streams without a file.
    pub not_extracted: Vec<Omitted>,
    /// Why fields are null.
    pub unknown: BTreeMap<&'static str, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its name, in the folder of the manifest.
    pub path: String,
    /// Number of the connection, as `stats` has it.
    pub connection: u32,
    /// Number of the stream.
    pub stream: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// Who sent.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The `m=` section.
    pub mid: Option<String>,
    /// The restriction identifier, of simulcast.
    pub rid: Option<String>,
    /// `audio` or `video`.
    pub kind: &'static str,
    /// Encoding name as in SDP.
    pub codec: &'static str,
    /// `ivf`, `annex-b`, `ogg` or `wav`.
    pub container: &'static str,
    /// Rate of the RTP clock, in Hz.
    pub clock_rate: u32,
    /// When the first packet of the file was captured, in seconds since the first of the capture.
    pub first_packet: f64,
    /// The same of the last packet.
    pub last_packet: f64,
    /// What lies between the first packet of the capture and time zero of the file, in seconds: what
    /// to shift the file by, to lay it beside others.
    pub offset: f64,
    /// When what is at time zero was sampled, by the sender's clock, RFC 3339; by its sender reports.
    pub sender_time: Option<String>,
    /// Length of the file, in seconds; of video, from the first frame to the last.
    pub duration: f64,
    /// Packets with media of this file, recovered ones included, without copies.
    pub packets: u64,
    /// Packets of the stream that never came.
    pub lost: u64,
    /// Packets of the stream that were lost and came back.
    pub recovered: Recovered,
    /// Packets that had come already.
    pub duplicates: u64,
    /// Packets that came too late for their place.
    pub late: u64,
    /// Packets far from all others in number.
    pub strays: u64,
    /// Times the sender began new sequence numbers.
    pub restarts: u64,
    /// Packets whose timestamps could not be right, and were placed by the capture's clock.
    pub clock_jumps: u64,
    /// Packets without media: padding, parity, key presses, comfort noise.
    pub without_media: u64,
    /// Packets of payload types that are not known or not written.
    pub other_packets: u64,
    /// Packets that the capture's snaplen cut.
    pub cut_packets: u64,
    /// Packets that could not be decrypted.
    pub encrypted_packets: u64,
    /// Of video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoFacts>,
    /// Of audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioFacts>,
    /// Why fields are null.
    pub unknown: BTreeMap<&'static str, String>,
}

/// How lost packets came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Retransmitted (RFC 4588).
    pub rtx: u64,
    /// Repeated in later packets (RFC 2198).
    pub red: u64,
}

/// The frames of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoFacts {
    /// Frames in the file.
    pub frames: u64,
    /// Key frames among them.
    pub key_frames: u64,
    /// Frames of which a part is missing.
    pub incomplete: u64,
    /// Those of them that are in the file, as far as they came.
    pub kept_damaged: u64,
    /// Whole frames left out because they may depend on missing ones.
    pub undecodable: u64,
    /// Whole frames before the first key frame, left out.
    pub before_key_frame: u64,
    /// Times that whole frames were missing, or may have been.
    pub breaks: u64,
    /// Sizes in order of appearance, at most 16.
    pub resolutions: Vec<Resolution>,
}

/// The size of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The sound of a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AudioFacts {
    /// Samples a second of the file.
    pub sample_rate: u32,
    /// Seconds that no packet covers, filled with silence or concealment.
    pub filled: f64,
    /// Seconds that no packet covers, left out because they are too many.
    pub cut: f64,
    /// Packets that hold nothing of the codec.
    pub unreadable: u64,
}

/// A stream without a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Omitted {
    /// Number of the connection.
    pub connection: u32,
    /// Number of the stream.
    pub stream: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// Who sent.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What it carries: `audio`, `video`, `rtx`, `fec`, `probe`, `unknown`.
    pub kind: &'static str,
    /// Why there is no file.
    pub reason: String,
}

impl Omitted {
    pub(super) fn new(stream: &Stream, reason: String) -> Self {
        Self {
            connection: stream.connection.0,
            stream: stream.id.0,
            ssrc: stream.ssrc.0,
            from: stream.path.src.to_string(),
            to: stream.path.dst.to_string(),
            kind: stream.kind.name(),
            reason,
        }
    }

    pub(super) fn of(plan: &Planned, reason: String) -> Self {
        Self {
            connection: plan.connection.0,
            stream: plan.id.0,
            ssrc: plan.ssrc,
            from: plan.path.src.to_string(),
            to: plan.path.dst.to_string(),
            kind: plan.kind.name(),
            reason,
        }
    }
}

impl Manifest {
    pub(super) fn new(capture: &str, first: Option<Timestamp>, omitted: Vec<Omitted>) -> Self {
        let mut unknown = BTreeMap::new();
        if first.is_none() {
            unknown.insert("firstPacketTime", "the capture is empty".to_owned());
        }
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: "rtcscope",
                version: env!("CARGO_PKG_VERSION"),
            },
            capture: capture.to_owned(),
            first_packet_time: first.map(|t| t.to_string()),
            first,
            files: Vec::new(),
            not_extracted: omitted,
            unknown,
        }
    }

    pub(super) fn sort(&mut self) {
        self.files.sort_by_key(|f| f.stream);
        self.not_extracted.sort_by_key(|f| f.stream);
    }

    fn seconds(&self, at: Timestamp) -> f64 {
        rounded(self.first.map_or(0.0, |first| (at - first).seconds()))
    }

    /// Writes the document.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)?;
        out.flush()
    }
}

impl Entry {
    pub(super) fn new(plan: &Planned, head: &Head, order: &Counts, counts: &JobCounts) -> Self {
        let mut unknown = BTreeMap::new();
        for (field, value) in [("mid", &plan.mid), ("rid", &plan.rid)] {
            if value.is_none() {
                unknown.insert(field, "none seen".to_owned());
            }
        }
        Self {
            path: head.name.clone(),
            connection: plan.connection.0,
            stream: plan.id.0,
            ssrc: plan.ssrc,
            from: plan.path.src.to_string(),
            to: plan.path.dst.to_string(),
            mid: plan.mid.clone(),
            rid: plan.rid.clone(),
            kind: if head.format.is_video() {
                "video"
            } else {
                "audio"
            },
            codec: head.format.name(),
            container: head.format.container().name(),
            clock_rate: head.format.clock_rate(),
            first_packet: 0.0,
            last_packet: 0.0,
            offset: 0.0,
            sender_time: None,
            duration: 0.0,
            packets: head.packets,
            lost: order.lost,
            recovered: Recovered {
                rtx: order.by_rtx,
                red: order.by_red,
            },
            duplicates: order.duplicates,
            late: order.late,
            strays: order.strays,
            restarts: order.restarts,
            clock_jumps: 0,
            without_media: counts.without_media,
            other_packets: counts.other,
            cut_packets: counts.cut,
            encrypted_packets: counts.encrypted,
            video: None,
            audio: None,
            unknown,
        }
    }

    /// Tells when it is; `start` is between its first packet and its time zero, in seconds.
    fn times(&mut self, head: &Head, start: f64, dated: Option<Timestamp>, manifest: &Manifest) {
        self.first_packet = manifest.seconds(head.first);
        self.last_packet = manifest.seconds(head.last);
        self.offset = rounded(self.first_packet + start);
        self.sender_time = dated.map(|t| t.to_string());
        if dated.is_none() {
            let why = "no sender report about it could be read";
            self.unknown.insert("senderTime", why.to_owned());
        }
    }

    pub(super) fn audio(
        &mut self,
        head: &Head,
        counts: &AudioCounts,
        dated: Option<Timestamp>,
        manifest: &Manifest,
    ) {
        self.times(head, 0.0, dated, manifest);
        self.duration = rounded(counts.duration);
        self.clock_jumps = counts.jumps;
        self.audio = Some(AudioFacts {
            sample_rate: counts.sample_rate,
            filled: rounded(counts.filled),
            cut: rounded(counts.cut),
            unreadable: counts.unreadable,
        });
    }

    pub(super) fn video(
        &mut self,
        head: &Head,
        counts: &VideoCounts,
        dated: Option<Timestamp>,
        manifest: &Manifest,
    ) {
        self.times(head, counts.start, dated, manifest);
        self.duration = rounded(counts.duration);
        self.clock_jumps = counts.jumps;
        let resolution = |size: &Size| Resolution {
            width: size.width,
            height: size.height,
        };
        self.video = Some(VideoFacts {
            frames: counts.frames,
            key_frames: counts.key_frames,
            incomplete: counts.incomplete,
            kept_damaged: counts.kept_damaged,
            undecodable: counts.undecodable,
            before_key_frame: counts.before_key,
            breaks: counts.breaks,
            resolutions: counts.sizes.iter().map(resolution).collect(),
        });
    }
}

/// To a microsecond: what lies below is noise of the arithmetic.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}
