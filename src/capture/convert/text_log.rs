//! Logs with packets in hexadecimal: Chrome's `RTP_DUMP` and `SCTP_PACKET` lines, Firefox's
//! `RtpLogger`, and whatever else is written for text2pcap with directions and times.
//!
//! Chrome logs packets before encryption and after decryption if it is started with
//! `--enable-logging --v=1 --force-fieldtrials=WebRTC-Debugging-RtpDump/Enabled/`; the lines may
//! stand among thousands of others, or have been picked out with grep. No line tells addresses:
//! `O` goes from one made-up address to another, `I` back, and each process of a log has its own.

use super::envelope::{Carrier, Packet, Packets};
use super::feed::Feed;
use super::hex_line::{self, Hex, TimeOfDay};
use super::log_clock::LogClock;
use super::log_prefix::{Prefix, Written};
use super::{Dump, Notes, Reader, local, remote};
use crate::capture::Format;
use std::net::{Ipv4Addr, SocketAddrV4};

/// A line with the longest packet, in three characters a byte, and what stands around it.
const LINE_MAX: usize = 256 * 1024;

/// If there is no packet in so much text, it is no dump.
const SEARCH_MAX: u64 = 256 * 1024 * 1024;

/// Processes of one log that are told apart.
const PROCESSES_MAX: usize = 200;

/// A mark that says that there is a packet in this line.
const MARKS: [(&[u8], Mark); 4] = [
    (b"RTP_DUMP", Mark::Chrome),
    (b"SCTP_PACKET", Mark::Sctp),
    (b"RTCP_PACKET", Mark::Firefox),
    (b"RTP_PACKET", Mark::Firefox),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Chrome,
    Sctp,
    Firefox,
}

/// A packet whose bytes are being gathered.
#[derive(Clone, Copy, Debug)]
struct Pending {
    is_outbound: bool,
    time: TimeOfDay,
    prefix: Option<Prefix>,
    mark: Option<Mark>,
    line: u64,
    offset: u64,
}

/// Reads a log.
#[derive(Debug, Default)]
pub(super) struct TextLog {
    lines: u64,
    pending: Option<Pending>,
    bytes: Vec<u8>,
    clock: LogClock,
    /// That of the last line that has one: Chrome writes it on a line before the packet.
    prefix: Option<Prefix>,
    processes: Vec<u32>,
    /// The mark of the packets in this log; one without is a line that was cut.
    mark: Option<Mark>,
    is_dated: bool,
    /// Nothing more can be read, which is told by whoever reads what this gives.
    has_failed: bool,
    /// The address was said to be made up.
    is_said: bool,
}

impl Reader for TextLog {
    fn format(&self) -> Format {
        match self.mark {
            Some(Mark::Firefox) => Format::FirefoxLog,
            Some(Mark::Chrome | Mark::Sctp) => Format::ChromeLog,
            None => Format::TextDump,
        }
    }

    fn next(&mut self, feed: &mut Feed, out: &mut Packets, notes: &Notes) -> bool {
        let before = out.count();
        while out.count() == before {
            if before == 0 && feed.offset() > SEARCH_MAX {
                return false;
            }
            let Some(length) = line_length(feed) else {
                self.flush(out, notes);
                return false;
            };
            let offset = feed.offset();
            self.lines += 1;
            self.has_failed = feed.has_failed();
            let line = feed
                .window()
                .get(..length.min(LINE_MAX))
                .unwrap_or_default();
            self.line(line, offset, out, notes);
            skip_line(feed, length);
        }
        true
    }

    fn dump(&self) -> Dump {
        Dump {
            is_dated: self.is_dated,
            is_clear: self.mark.is_some(),
            is_part: false,
            description: None,
        }
    }
}

/// The length of the line at the start of the window, with its end if that is within reach.
fn line_length(feed: &mut Feed) -> Option<usize> {
    let mut seen = 0;
    loop {
        let new = feed.window().get(seen..).unwrap_or_default();
        if let Some(at) = new.iter().position(|b| *b == b'\n') {
            return Some(seen + at + 1);
        }
        seen = feed.window().len();
        if seen > LINE_MAX || !feed.more() {
            return (seen > 0).then_some(seen);
        }
    }
}

/// Takes the line: all of it, however long it is.
fn skip_line(feed: &mut Feed, length: usize) {
    let mut ended = feed.window().get(length.saturating_sub(1)) == Some(&b'\n');
    feed.consume(length);
    while !ended && feed.ensure(1) {
        let end = feed.window().iter().position(|b| *b == b'\n');
        ended = end.is_some();
        feed.consume(end.map_or(usize::MAX, |at| at + 1));
    }
}

impl TextLog {
    fn line(&mut self, line: &[u8], offset: u64, out: &mut Packets, notes: &Notes) {
        let Some(start) = hex_line::start(line) else {
            if !self.goes_on(line) {
                self.flush(out, notes);
                self.prefix = Prefix::parse(line).or(self.prefix);
            }
            if line.trim_ascii_end().ends_with(b"# RTP_DUMP") {
                self.damaged(offset, Wrong::Start, notes);
            }
            return;
        };
        self.flush(out, notes);
        // One on a line before is of this packet only.
        let prefix = Prefix::parse(line).or(self.prefix.take());
        let pending = Pending {
            is_outbound: start.is_outbound,
            time: start.time,
            prefix,
            mark: mark(start.before).or_else(|| mark(tail_of(start.after))),
            line: self.lines,
            offset,
        };
        self.bytes.clear();
        let hex = hex_line::hex(start.after, &mut self.bytes);
        let is_packet = pending.mark.is_some() || hex.offset == Some(0);
        match self.judge(&pending, hex, line.ends_with(b"\n"), line.len()) {
            Ok(()) if pending.mark.is_some() => {
                self.pending = Some(pending);
                self.flush(out, notes);
            }
            // There may be more lines of it.
            Ok(()) => self.pending = Some(pending),
            Err(Wrong::Cut) if self.has_failed => {}
            Err(Wrong::Cut) if is_packet => notes.report(
                "truncated-file",
                offset,
                format_args!("the file ends inside the packet on line {}", self.lines),
            ),
            Err(wrong) if is_packet => self.damaged(offset, wrong, notes),
            Err(_) => {}
        }
    }

    #[cold]
    fn damaged(&self, offset: u64, wrong: Wrong, notes: &Notes) {
        let why = match wrong {
            Wrong::Cut => "it ends early",
            Wrong::Long => "it is longer than a packet can be",
            Wrong::Start => "it does not begin with a direction and a time",
            Wrong::Offset => "it does not begin with the packet's first byte",
            Wrong::NotHex => "there is something in it that is no byte in hexadecimal",
            Wrong::Empty => "it has no bytes",
            Wrong::Unmarked => "it ends without the mark that the others have",
        };
        let line = self.lines;
        notes.report(
            "damaged-line",
            offset,
            format_args!("line {line} has a packet that cannot be read: {why}; it is skipped"),
        );
    }

    /// Whether the line is as this log writes them.
    fn judge(
        &self,
        pending: &Pending,
        hex: Hex<'_>,
        is_whole: bool,
        length: usize,
    ) -> Result<(), Wrong> {
        let tail = hex.tail;
        let is_marked = pending.mark.is_some();
        if !is_whole && (length >= LINE_MAX) {
            return Err(Wrong::Long);
        }
        if !is_whole && !is_marked {
            return Err(Wrong::Cut);
        }
        if hex.offset.is_some_and(|offset| offset != 0) {
            return Err(Wrong::Offset);
        }
        if !tail.is_empty() && !tail.starts_with(b"#") && mark_at(tail).is_none() {
            return Err(Wrong::NotHex);
        }
        if self.bytes.is_empty() && is_marked {
            return Err(Wrong::Empty);
        }
        if !is_marked && self.mark.is_some() {
            return Err(Wrong::Unmarked);
        }
        Ok(())
    }

    /// Takes in a line with more bytes of the packet at hand.
    fn goes_on(&mut self, line: &[u8]) -> bool {
        if self.pending.is_none() || self.bytes.len() > usize::from(u16::MAX) {
            return false;
        }
        let have = self.bytes.len();
        let hex = hex_line::hex(line, &mut self.bytes);
        let is_more = hex.offset == Some(have) && line.ends_with(b"\n");
        if !is_more {
            self.bytes.truncate(have);
        }
        is_more
    }

    /// Writes the packet at hand.
    fn flush(&mut self, out: &mut Packets, notes: &Notes) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        if self.bytes.is_empty() {
            return;
        }
        self.mark = self.mark.or(pending.mark);
        let written = pending.prefix.and_then(|p| p.written);
        self.is_dated |= matches!(written, Some(Written::At(_)));
        let is_firefox = pending.mark == Some(Mark::Firefox);
        let ns = self.clock.at(pending.time, is_firefox, written);
        let (here, there) = self.sides(pending.prefix.and_then(|p| p.process));
        let (from, to) = match pending.is_outbound {
            true => (here, there),
            false => (there, here),
        };
        let pushed = out.push(&Packet {
            ns,
            from,
            to,
            carrier: match pending.mark {
                Some(Mark::Sctp) => Carrier::Sctp,
                _ => Carrier::Udp,
            },
            data: &self.bytes,
            missing: 0,
        });
        if !pushed {
            notes.report(
                "damaged-line",
                pending.offset,
                format_args!(
                    "line {} has a packet of {} bytes, which no datagram can have; it is skipped",
                    pending.line,
                    self.bytes.len()
                ),
            );
        }
        if pushed && !self.is_said {
            self.is_said = true;
            notes.report_all(
                "made-up-addresses",
                format_args!(
                    "the addresses are made up, because the log has none: {} is where it was \
                     written, {} is everybody else",
                    local().ip(),
                    remote().ip()
                ),
            );
        }
    }

    /// The made-up ends of what a process logs.
    fn sides(&mut self, process: Option<u32>) -> (SocketAddrV4, SocketAddrV4) {
        let known = |p: u32| self.processes.iter().position(|known| *known == p);
        let index = match process.map(|p| (p, known(p))) {
            Some((_, Some(index))) => index,
            Some((process, None)) if self.processes.len() < PROCESSES_MAX => {
                self.processes.push(process);
                self.processes.len() - 1
            }
            _ => 0,
        };
        let beside = |end: SocketAddrV4| {
            let address = end.ip().to_bits().saturating_add(index as u32);
            SocketAddrV4::new(Ipv4Addr::from_bits(address), end.port())
        };
        (beside(local()), beside(remote()))
    }
}

/// The end of a line, where a mark can be.
fn tail_of(text: &[u8]) -> &[u8] {
    let comment = text.iter().rposition(|b| *b == b'#');
    let comment = comment.and_then(|at| text.get(at + 1..));
    let words = || {
        // Older versions of Firefox write theirs behind the bytes, without a sign between.
        let at = text.iter().position(|b| *b == b'R' || *b == b'S')?;
        text.get(at..)
    };
    comment.or_else(words).unwrap_or_default()
}

fn mark(text: &[u8]) -> Option<Mark> {
    let found = |word: &[u8]| text.windows(word.len()).any(|w| w == word);
    MARKS.iter().find(|(word, _)| found(word)).map(|row| row.1)
}

fn mark_at(text: &[u8]) -> Option<Mark> {
    let row = MARKS.iter().find(|(word, _)| text.starts_with(word));
    row.map(|row| row.1)
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    Cut,
    Long,
    Start,
    Offset,
    NotHex,
    Empty,
    Unmarked,
}
