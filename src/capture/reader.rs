//! [`Capture`]: one pass over the packets of a capture, whatever its format.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::buffer::Buffer;
use super::pcap::PcapReader;
use super::pcapng::{InterfaceStatistics, PcapNgReader, Secret};
use super::problems::Problems;
use super::sniff::{self, Compression, Format};
use super::source::Source;
use super::{Frame, LinkType, OpenError, PacketNo, Problem, Record};

/// More link types than this in one file are not listed.
const MAX_LINK_TYPES: usize = 64;

/// A capture being read, packet by packet, in constant memory.
///
/// What is wrong with it never stops the reading while anything can still be read: it is collected
/// as [`problems`](Self::problems).
#[derive(Debug)]
pub struct Capture {
    buffer: Buffer,
    reader: Reader,
    problems: Problems,
    link_types: Vec<LinkType>,
    last_link: Option<LinkType>,
    /// Packets met, including those that could not be shown.
    packets: PacketNo,
    ended: bool,
    compression: Compression,
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
}

#[derive(Debug)]
enum Reader {
    Pcap(PcapReader),
    PcapNg(Box<PcapNgReader>),
}

impl Capture {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// If it cannot be opened, or is no capture: see [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::start(Source::file(path)?, None)
    }

    /// Opens the file at `path`, and copies the decompressed bytes to `spool` as they are read, so
    /// that [`read_frame`](super::read_frame) can find packets again in it.
    ///
    /// # Errors
    /// As [`open`](Self::open). A spool that cannot be written is a [`Problem`], no error.
    pub fn open_spooling(path: &Path, spool: Box<dyn Write + Send>) -> Result<Self, OpenError> {
        Self::start(Source::file(path)?, Some(spool))
    }

    /// Reads a capture from a pipe, from memory, from anything.
    ///
    /// # Errors
    /// If it cannot be read, or is no capture: see [`OpenError`].
    pub fn from_reader(reader: Box<dyn Read + Send>) -> Result<Self, OpenError> {
        Self::start(Source::reader(reader)?, None)
    }

    /// As [`from_reader`](Self::from_reader), with a copy to `spool` as in
    /// [`open_spooling`](Self::open_spooling).
    ///
    /// # Errors
    /// If it cannot be read, or is no capture: see [`OpenError`].
    pub fn from_reader_spooling(
        reader: Box<dyn Read + Send>,
        spool: Box<dyn Write + Send>,
    ) -> Result<Self, OpenError> {
        Self::start(Source::reader(reader)?, Some(spool))
    }

    fn start(source: Source, spool: Option<Box<dyn Write + Send>>) -> Result<Self, OpenError> {
        let compression = source.compression;
        let mut buffer = Buffer::new(source.reader, compression, spool);
        // No more than the shortest file header, so that a live pipe is not waited for.
        buffer.ensure(24);
        let reader = match sniff::format(buffer.window()) {
            Some(Format::Pcap) => Reader::Pcap(PcapReader::open(&mut buffer)?),
            Some(Format::PcapNg) => Reader::PcapNg(Box::new(PcapNgReader::open(&mut buffer)?)),
            None => return Err(not_a_capture(&mut buffer)),
        };
        let mut capture = Self {
            buffer,
            reader,
            problems: Problems::default(),
            link_types: Vec::new(),
            last_link: None,
            packets: 0,
            ended: false,
            compression,
            consumed: source.consumed,
            total: source.total,
        };
        if let Reader::Pcap(pcap) = &capture.reader {
            let link = pcap.link();
            capture.note_link(link);
        }
        Ok(capture)
    }

    /// The next packet; `None` at the end of what can be read.
    #[inline]
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        let Some(record) = self.next_record() else {
            self.end();
            return None;
        };
        if self.last_link != Some(record.link) {
            self.note_link(record.link);
        }
        let data = self
            .buffer
            .window()
            .get(record.at..)
            .and_then(|rest| rest.get(..record.len))
            .unwrap_or_default();
        Some(Frame {
            no: self.packets,
            ts: record.ts,
            link: record.link,
            wire_len: record.wire_len,
            offset: self.buffer.offset() + record.at as u64,
            data,
        })
    }

    #[inline]
    fn next_record(&mut self) -> Option<Record> {
        if self.ended {
            return None;
        }
        let mut no = self.packets + 1;
        let record = match &mut self.reader {
            Reader::Pcap(pcap) => pcap.next(&mut self.buffer, no, &mut self.problems),
            Reader::PcapNg(pcapng) => pcapng.next(&mut self.buffer, &mut no, &mut self.problems),
        };
        self.packets = no - u64::from(record.is_none());
        record
    }

    /// Notes a link type on its first appearance, and whether its packets can be read.
    #[cold]
    fn note_link(&mut self, link: LinkType) {
        self.last_link = Some(link);
        if self.link_types.contains(&link) || self.link_types.len() >= MAX_LINK_TYPES {
            return;
        }
        self.link_types.push(link);
        if link.name().is_none() {
            self.problems.report("unknown-link-type", None, None, format_args!(
                "link type {link} is not one that rtcscope reads; packets of this type are counted, not looked into"
            ));
        }
    }

    #[cold]
    fn end(&mut self) {
        if self.ended {
            return;
        }
        self.ended = true;
        let (packets, offset) = (self.packets, self.buffer.offset());
        report_failure(
            &mut self.buffer,
            &mut self.problems,
            packets,
            format_args!("after packet {packets}"),
        );
        if let Some(e) = self.buffer.take_spool_failure() {
            self.problems.report(
                "spool-failed",
                None,
                Some(offset),
                format_args!(
                    "the temporary copy of the capture could not be written: {}",
                    super::error::plain(&e)
                ),
            );
        }
    }

    /// The file format.
    pub fn format(&self) -> Format {
        match self.reader {
            Reader::Pcap(_) => Format::Pcap,
            Reader::PcapNg(_) => Format::PcapNg,
        }
    }

    /// How the file is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The link types met so far, in order of appearance.
    pub fn link_types(&self) -> &[LinkType] {
        &self.link_types
    }

    /// Packets met so far, including those that could not be shown.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// The first problems met so far; [`problem_count`](Self::problem_count) tells whether there
    /// were more.
    pub fn problems(&self) -> &[Problem] {
        self.problems.kept()
    }

    /// How many problems were met so far.
    pub fn problem_count(&self) -> u64 {
        self.problems.count()
    }

    /// Bytes of the file read so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Size of the file in bytes, before decompression; `None` for a pipe.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total
    }

    /// The decryption secrets met so far; only pcapng files have them.
    pub fn secrets(&self) -> &[Secret] {
        match &self.reader {
            Reader::Pcap(_) => &[],
            Reader::PcapNg(pcapng) => &pcapng.secrets.all,
        }
    }

    /// What the capturing machine said so far about packets it missed; only pcapng files can tell.
    pub fn interface_statistics(&self) -> InterfaceStatistics {
        match &self.reader {
            Reader::Pcap(_) => InterfaceStatistics::default(),
            Reader::PcapNg(pcapng) => pcapng.statistics.total(),
        }
    }
}

/// Reports that the data ends in the middle of something, `place`, and why.
pub(super) fn report_cut(
    buffer: &mut Buffer,
    problems: &mut Problems,
    no: PacketNo,
    place: fmt::Arguments<'_>,
) {
    if !report_failure(buffer, problems, no, place) {
        problems.report(
            "truncated-file",
            Some(no),
            Some(buffer.offset()),
            format_args!("the file ends {place}"),
        );
    }
}

/// If the data ended because it could not be read, reports that.
fn report_failure(
    buffer: &mut Buffer,
    problems: &mut Problems,
    no: PacketNo,
    place: fmt::Arguments<'_>,
) -> bool {
    let Some(failure) = buffer.take_failure() else {
        return false;
    };
    let (packet, offset) = (Some(no), Some(buffer.offset()));
    let compression = buffer.compression();
    let early = failure.kind() == std::io::ErrorKind::UnexpectedEof;
    let why = super::error::plain(&failure);
    match (compression, early) {
        (Compression::None, _) => problems.report(
            "read-error",
            packet,
            offset,
            format_args!("reading stopped {place}: {why}"),
        ),
        (_, true) => problems.report(
            "truncated-file",
            packet,
            offset,
            format_args!("the {compression} data ends early, {place}"),
        ),
        (_, false) => problems.report(
            "corrupt-compression",
            packet,
            offset,
            format_args!("the {compression} data is corrupt ({why}); reading stopped {place}"),
        ),
    }
    true
}

/// Why nothing can be read at all.
fn not_a_capture(buffer: &mut Buffer) -> OpenError {
    let compression = buffer.compression();
    match buffer.take_failure() {
        Some(source) if compression == Compression::None => return OpenError::Io(source),
        Some(source) if buffer.window().is_empty() => {
            return OpenError::Decompress {
                compression,
                source,
            };
        }
        _ => {}
    }
    if buffer.window().is_empty() {
        return OpenError::EmptyInside(compression);
    }
    buffer.ensure(512);
    let window = buffer.window();
    let (looks_like, hint) = sniff::lookalike(window.get(..512).unwrap_or(window));
    OpenError::NotACapture { looks_like, hint }
}
