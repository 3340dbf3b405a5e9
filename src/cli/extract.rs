//! `rtcscope extract`: a capture in, the media of its streams out as files.

use super::Exit;
use super::knowledge::{Knowledge, no_capture};
use super::twice::{Twice, name};
use crate::analysis::{Analysis, Analyzer, ConnectionId, Options};
use crate::capture::Capture;
use crate::export::media::{
    Damage, Directory, Entry, Extraction, Folder, Manifest, MediaKind, Omitted, Selection,
    StreamRef,
};
use crate::output::printable;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

/// The name of the list of what was written.
const MANIFEST: &str = "manifest.json";

const EXAMPLES: &str = "\
Examples:
  rtcscope extract call.pcapng --out media --keylog keys.log --sdp offer.sdp answer.sdp
  rtcscope extract plain-rtp.pcap --out media --sdp call.sdp --kind audio
  rtcscope extract call.pcapng --out media --connection 2 --stream 0x5a1c22f0
  ffmpeg -i media/conn1-stream2-video-vp8-1404298162-a-to-b.ivf frames-%03d.png

VP8, VP9 and AV1 become IVF, H.264 and H.265 Annex B, Opus Ogg Opus; G.711, G.722 and L16 become WAV.
Each file keeps the time of its stream; manifest.json tells where it begins in the capture, what was
lost, recovered and left out, and which streams have no file and why.

The manifest follows a schema: rtcscope schema manifest";

/// What `extract` takes.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExtractArgs {
    /// Capture to extract from; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub file: Option<PathBuf>,

    /// Folder to write into; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    pub out: PathBuf,

    /// Only this stream, by its SSRC (decimal or 0x…) or its number in `stats`; may be given again
    #[arg(long, value_name = "SSRC|ID", value_parser = stream)]
    pub stream: Vec<StreamRef>,

    /// Only the connection of this number, as `stats` numbers them
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub connection: Option<u32>,

    /// Only media of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<KindChoice>,

    /// Keep video frames that may depend on lost ones, and what there is of damaged H.264 and H.265
    /// frames; otherwise video goes on at the next key frame
    #[arg(long)]
    pub keep_damaged: bool,

    /// Replace files that are in the folder already
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub knowledge: Knowledge,
}

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KindChoice {
    /// Audio only
    Audio,
    /// Video only
    Video,
}

/// Extracts a capture.
pub(super) fn run(
    args: &ExtractArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let named: Vec<PathBuf> = args.file.iter().cloned().collect();
    let (files, told) = args.knowledge.captures(&named);
    let [file] = &files[..] else {
        return match files.len() {
            0 => no_capture(err),
            n => {
                writeln!(err, "error: {n} captures, and one is extracted at a time")?;
                Ok(Exit::Usage)
            }
        };
    };
    let (known, exit) = told.read(err)?;
    let mut options = Options::default();
    known.tell(&mut options);
    let shown = file.to_string_lossy();
    let shown = printable(&shown);
    let read = Twice::open(file).and_then(|twice| twice.analyse(options));
    let (analysis, capture, options) = match read {
        Ok(read) => read,
        Err(trouble) => {
            writeln!(err, "error: {shown}: {trouble}")?;
            return Ok(Exit::Unreadable);
        }
    };
    for p in &analysis.capture.problems {
        writeln!(err, "warning: {shown}: {}", p.problem.message)?;
    }
    let selection = args.selection();
    if let Some(why) = nothing_fits(&analysis, &selection) {
        writeln!(err, "error: {shown}: {why}")?;
        return Ok(Exit::Usage);
    }
    let folder = args.out.to_string_lossy();
    let folder = printable(&folder);
    let written = Directory::open(&args.out, args.force).and_then(|mut directory| {
        // Before anything is written: an earlier extraction is not to be mixed with this one.
        if directory.refuses(MANIFEST) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let options = Options {
            contents: true,
            ..options
        };
        extract(
            capture,
            options,
            &analysis,
            &selection,
            &name(file),
            &mut directory,
        )
    });
    match written {
        Ok(manifest) => {
            summary(&manifest, &folder, out)?;
            Ok(exit)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            writeln!(
                err,
                "error: {folder}: media was extracted there before; --force replaces files"
            )?;
            Ok(Exit::Usage)
        }
        Err(error) => {
            let why = error.to_string();
            writeln!(
                err,
                "error: {folder}: it could not be written: {}",
                printable(&why)
            )?;
            Ok(Exit::Unreadable)
        }
    }
}

impl ExtractArgs {
    fn selection(&self) -> Selection {
        Selection {
            streams: self.stream.clone(),
            connection: self.connection.map(ConnectionId),
            kind: self.kind.map(|kind| match kind {
                KindChoice::Audio => MediaKind::Audio,
                KindChoice::Video => MediaKind::Video,
            }),
            damage: match self.keep_damaged {
                true => Damage::Keep,
                false => Damage::Drop,
            },
        }
    }
}

/// What to say when a stream or connection was named that is not there.
fn nothing_fits(analysis: &Analysis, selection: &Selection) -> Option<String> {
    let is_named = selection.connection.is_some() || !selection.streams.is_empty();
    let any = analysis.streams.iter().any(|s| selection.wants(s));
    (is_named && !any).then(|| {
        let (streams, connections) = (analysis.streams.len(), analysis.connections.len());
        format!("no such stream: the capture has {streams} in {connections} connections")
    })
}

/// Reads the capture again and writes what it holds.
fn extract(
    mut capture: Capture,
    options: Options,
    analysis: &Analysis,
    selection: &Selection,
    name: &str,
    folder: &mut dyn Folder,
) -> io::Result<Manifest> {
    let mut extraction = Extraction::new(analysis, selection, folder);
    let mut analyzer = Analyzer::new(options);
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
        for content in analyzer.contents() {
            extraction.push(&content)?;
        }
    }
    let (manifest, folder) = extraction.finish(name)?;
    manifest.write(&mut *folder.create(MANIFEST)?)?;
    Ok(manifest)
}

/// Says what was written, for people.
fn summary(manifest: &Manifest, folder: &str, out: &mut dyn Write) -> io::Result<()> {
    let count = |n: usize, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    let files = count(manifest.files.len(), "file");
    writeln!(out, "{files} in {folder}, listed in {MANIFEST}")?;
    for entry in &manifest.files {
        writeln!(out, "\n  {}", entry.path)?;
        writeln!(out, "    {}", facts(entry))?;
        if let Some(losses) = losses(entry) {
            writeln!(out, "    {losses}")?;
        }
    }
    if !manifest.not_extracted.is_empty() {
        writeln!(out, "\nNot extracted")?;
    }
    for Omitted {
        stream,
        ssrc,
        kind,
        reason,
        ..
    } in &manifest.not_extracted
    {
        writeln!(
            out,
            "  stream {stream}, {kind}, SSRC 0x{ssrc:08x}: {reason}"
        )?;
    }
    Ok(())
}

/// What is in a file.
fn facts(entry: &Entry) -> String {
    let mut facts = vec![entry.codec.to_owned()];
    if let Some(video) = &entry.video {
        let sizes = video.resolutions.iter();
        let sizes: Vec<_> = sizes.map(|r| format!("{}×{}", r.width, r.height)).collect();
        if !sizes.is_empty() {
            facts.push(sizes.join(", "));
        }
        let key = video.key_frames;
        facts.push(format!("{} frames ({key} key)", video.frames));
    }
    if let Some(audio) = &entry.audio {
        facts.push(format!("{} Hz", audio.sample_rate));
        facts.push(format!("{} packets", entry.packets));
    }
    facts.push(format!("{:.2} s", entry.duration));
    facts.push(format!("from {:.3} s", entry.offset));
    facts.push(format!("{} → {}", entry.from, entry.to));
    facts.join(", ")
}

/// What is missing in a file, or came back; none if all is well.
fn losses(entry: &Entry) -> Option<String> {
    let recovered = entry.recovered;
    let video = entry.video.as_ref();
    let audio = entry.audio.as_ref();
    let of = |n: u64, what: &str| (n > 0).then(|| format!("{n} {what}"));
    let seconds = |s: f64, what: &str| (s > 0.0).then(|| format!("{s:.2} s {what}"));
    let all = [
        of(entry.lost, "packets lost"),
        of(recovered.rtx, "recovered by RTX"),
        of(recovered.red, "recovered by RED"),
        video.and_then(|v| of(v.incomplete - v.kept_damaged, "incomplete frames left out")),
        video.and_then(|v| of(v.kept_damaged, "damaged frames kept")),
        video.and_then(|v| {
            of(
                v.undecodable,
                "frames left out up to the next key frame (--keep-damaged writes them)",
            )
        }),
        video.and_then(|v| {
            of(
                v.before_key_frame,
                "frames before the first key frame left out",
            )
        }),
        audio.and_then(|a| seconds(a.filled, "without packets filled")),
        audio.and_then(|a| seconds(a.cut, "without packets left out")),
        audio.and_then(|a| of(a.unreadable, "unreadable packets")),
        of(entry.encrypted_packets, "packets that no key opened"),
        of(entry.cut_packets, "packets cut by the snaplen"),
        of(entry.restarts, "restarts"),
        of(entry.clock_jumps, "jumps of the clock"),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Reads `0x5a1c22f0`, `1512842992` or `3`.
fn stream(text: &str) -> Result<StreamRef, String> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let read = match hex {
        Some(digits) => u32::from_str_radix(digits, 16).map(StreamRef::Ssrc),
        None => text.parse().map(StreamRef::Number),
    };
    read.map_err(|_| "an SSRC, as 0x5a1c22f0 or in decimal, or a stream's number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_by_number_or_ssrc() {
        assert_eq!(stream("3"), Ok(StreamRef::Number(3)));
        assert_eq!(stream("0x5a1c22f0"), Ok(StreamRef::Ssrc(0x5a1c_22f0)));
        assert_eq!(stream("4294967295"), Ok(StreamRef::Number(u32::MAX)));
        for bad in ["", "0x", "x3", "-1", "4294967296", "0x100000000"] {
            assert!(stream(bad).is_err(), "{bad}");
        }
    }
}
