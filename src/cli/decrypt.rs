//! `rtcscope decrypt`: a capture in, its media and data in clear out, for Wireshark and others.

use super::Exit;
use super::knowledge::{Knowledge, no_capture};
use super::outfile::{OutFile, is_same_file};
use super::twice::{Trouble, Twice, name};
use crate::analysis::model::{Connection, Decryption, Openings};
use crate::analysis::{Analysis, Analyzer, Known, Options, Unknown};
use crate::capture::Capture;
use crate::export::{Clear, Shape, Written};
use crate::output::printable;
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rtcscope decrypt call.pcapng -o clear.pcapng --sdp offer.sdp answer.sdp
  rtcscope decrypt call.pcapng -o - | tshark -r - -q -z rtp,streams
  rtcscope decrypt call.pcapng --all -o whole.pcapng

The new file has RTP and RTCP in UDP and SCTP on IP, with the addresses and times of the packets they
came from; comments name those. What a TURN server relayed goes between its client and the peer, what
came over TCP is in UDP. Session announcements at the beginning, which were not in the capture, make
Wireshark see RTP and the codecs without further settings.";

/// What `decrypt` takes.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct DecryptArgs {
    /// Capture to decrypt; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub file: Option<PathBuf>,

    /// The pcapng file to write; `-` is standard output
    #[arg(long, short, value_name = "OUT")]
    pub output: PathBuf,

    /// How to wrap what is in clear
    #[arg(long = "as", value_enum, value_name = "SHAPE")]
    pub shape: Option<ShapeChoice>,

    /// Also all other packets, as they were: STUN, DTLS handshakes, what could not be decrypted; takes
    /// `--as pdu`
    #[arg(long)]
    pub all: bool,

    /// Replace OUT if it is there already
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub knowledge: Knowledge,
}

/// How packets are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShapeChoice {
    /// RTP and RTCP in UDP, SCTP on IP: for every program that reads captures (the default)
    Udp,
    /// Wireshark's exported PDUs: nothing else reads them
    Pdu,
}

/// Decrypts a capture.
pub(super) fn run(
    args: &DecryptArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let shape = match (args.shape, args.all) {
        (None | Some(ShapeChoice::Udp), false) => Shape::Udp,
        (None, true) | (Some(ShapeChoice::Pdu), _) => Shape::Pdu,
        (Some(ShapeChoice::Udp), true) => {
            writeln!(
                err,
                "error: --all needs --as pdu: where STUN and media share ports, Wireshark would take \
                 the media for STUN"
            )?;
            return Ok(Exit::Usage);
        }
    };
    let named: Vec<PathBuf> = args.file.iter().cloned().collect();
    let (files, told) = args.knowledge.captures(&named);
    let [file] = &files[..] else {
        return match files.len() {
            0 => no_capture(err),
            n => {
                writeln!(err, "error: {n} captures, and one is decrypted at a time")?;
                Ok(Exit::Usage)
            }
        };
    };
    let output = &args.output;
    let inputs = files.iter().chain(&told.sdp).chain(&told.keylog);
    if let Some(input) = inputs.into_iter().find(|input| is_same_file(input, output)) {
        let input = input.to_string_lossy();
        let input = printable(&input);
        writeln!(err, "error: {input}: the output would overwrite it")?;
        return Ok(Exit::Usage);
    }
    // Pipes and devices are written to.
    if !args.force && output.is_file() {
        let output = output.to_string_lossy();
        let output = printable(&output);
        writeln!(
            err,
            "error: {output}: it is there already; --force replaces it"
        )?;
        return Ok(Exit::Usage);
    }
    if output == Path::new("-") && io::stdout().is_terminal() {
        writeln!(err, "error: -: a capture is nothing for a terminal")?;
        return Ok(Exit::Usage);
    }
    let (known, exit) = told.read(err)?;
    let mut options = Options::default();
    known.tell(&mut options);
    let shown = file.to_string_lossy();
    let shown = printable(&shown);
    let (analysis, capture, options) = match read(file, &options) {
        Ok(read) => read,
        Err(trouble) => {
            writeln!(err, "error: {shown}: {trouble}")?;
            return Ok(Exit::Unreadable);
        }
    };
    for p in &analysis.capture.problems {
        writeln!(err, "warning: {shown}: {}", p.problem.message)?;
    }
    let no_keys = options.secrets.is_empty();
    let job = Job {
        analysis: &analysis,
        options,
        shape,
        all: args.all,
        source: name(file),
    };
    match job.write(capture, output, out) {
        Ok(written) => {
            if written.packets() == 0 {
                let left = left_out(&written, &analysis);
                let left = left.map_or(String::new(), |left| format!("; encrypted: {left}"));
                let why = why_none(&analysis, no_keys);
                writeln!(err, "error: {shown}: nothing to write: {why}{left}")?;
                return Ok(Exit::Unreadable);
            }
            summary(&written, &analysis, err)?;
            Ok(exit)
        }
        // Whoever read it has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(error),
        Err(error) => {
            let output = output.to_string_lossy();
            let output = printable(&output);
            writeln!(err, "error: {output}: it could not be written: {error}")?;
            Ok(Exit::Unreadable)
        }
    }
}

fn read(file: &Path, options: &Options) -> Result<(Analysis, Capture, Options), Trouble> {
    Twice::open(file)?.analyse(options.clone())
}

/// What is to be written.
struct Job<'a> {
    analysis: &'a Analysis,
    options: Options,
    shape: Shape,
    all: bool,
    source: String,
}

impl Job<'_> {
    fn write(
        self,
        mut capture: Capture,
        output: &Path,
        stdout: &mut dyn Write,
    ) -> io::Result<Written> {
        let file = OutFile::create(output, stdout)?;
        let mut clear = Clear::new(file, self.analysis, self.shape, &self.source)?;
        let mut analyzer = Analyzer::of(
            &capture,
            Options {
                contents: true,
                ..self.options
            },
        );
        while let Some(frame) = capture.next_frame() {
            analyzer.push(&frame);
            let mut is_written = false;
            for content in analyzer.contents() {
                is_written |= clear.push(&content)?;
            }
            if self.all && !is_written {
                clear.keep(&frame)?;
            }
        }
        let (file, written) = clear.finish()?;
        // A file without packets is of no use to anybody.
        if written.packets() > 0 {
            file.keep()?;
        }
        Ok(written)
    }
}

/// Why there is nothing in clear, and what to do.
fn why_none(analysis: &Analysis, no_keys: bool) -> &'static str {
    let encrypted = |c: &Connection| c.decryption.reason() != Some(Unknown::NotEncrypted);
    match analysis.connections.iter().any(encrypted) {
        true if no_keys => "no keys were given (--keylog, --srtp-key, or --sdp with a=crypto)",
        true => "the keys given open none of it",
        false => "the capture has no media and no data",
    }
}

/// Says what was written and what was not, in two lines at most.
fn summary(written: &Written, analysis: &Analysis, err: &mut dyn Write) -> io::Result<()> {
    let media = [
        (written.rtp, "RTP"),
        (written.rtcp, "RTCP"),
        (written.sctp, "SCTP"),
        (written.announcements, "announcements for Wireshark"),
        (written.others, "others as they were"),
    ];
    let parts: Vec<String> = media
        .iter()
        .filter(|(n, what)| *n > 0 || !what.contains(' '))
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    let all = written.packets();
    writeln!(err, "wrote {all} packets: {}", parts.join(", "))?;
    match left_out(written, analysis) {
        Some(what) => writeln!(err, "could not be decrypted: {what}"),
        None => Ok(()),
    }
}

/// What stayed encrypted, and why; none if nothing did.
fn left_out(written: &Written, analysis: &Analysis) -> Option<String> {
    let mut sum = Decryption::default();
    let known = analysis.connections.iter().map(|c| &c.decryption);
    for decryption in known.filter_map(Known::value) {
        sum.srtp.add(&decryption.srtp);
        sum.srtcp.add(&decryption.srtcp);
        sum.dtls.add(&decryption.dtls);
    }
    // Without any key nothing was counted while trying.
    let untried = analysis.connections.iter();
    for c in untried.filter(|c| c.decryption.value().is_none()) {
        let rtcp = c
            .transports
            .iter()
            .map(|t| t.protocols.rtcp.saturating_sub(t.rtcp_clear));
        sum.srtcp.no_key += rtcp.sum::<u64>();
        sum.dtls.no_key += c.dtls.as_ref().map_or(0, |d| d.application_records);
    }
    let left = |o: &Openings| o.total() - o.opened;
    // Without any key nothing was tried and counted.
    let skipped = written.encrypted_rtp;
    let srtp = left(&sum.srtp).max(skipped.packets);
    let kinds = [
        (srtp, "SRTP packets"),
        (left(&sum.srtcp), "SRTCP packets"),
        (left(&sum.dtls), "DTLS records"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let all = sum.all();
    let mut why = Vec::new();
    if all.failed > 0 {
        let first = all.first_failed.or(skipped.first);
        let first = first.map_or(String::new(), |no| format!(", the first is packet {no}"));
        why.push(format!("{} damaged or of other keys{first}", all.failed));
    }
    if all.cut > 0 {
        why.push(format!("{} cut when captured", all.cut));
    }
    let no_key = all.no_key + (srtp - left(&sum.srtp));
    if no_key > 0 {
        let first = skipped.first.filter(|_| all.failed == 0);
        let first = first.map_or(String::new(), |no| format!(", the first is packet {no}"));
        why.push(format!("{no_key} without a key{first}"));
    }
    Some(format!("{} ({})", kinds.join(", "), why.join("; ")))
}
