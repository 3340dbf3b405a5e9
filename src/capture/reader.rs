//! [`Capture`]: one pass over the packets of a capture, whatever its format.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::buffer::Buffer;
use super::convert::{self, Dump, Opened};
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
    /// What it was before it became the pcap file that is read.
    dump: Option<Opened>,
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
        let (plain, dump) = convert::open(source.reader, compression)?;
        let mut buffer = Buffer::new(plain, compression, source.total.is_none(), spool);
        // No more than the shortest file header, so that a live pipe is not waited for.
        buffer.ensure(24);
        let reader = match sniff::format(buffer.window()) {
            Some(Format::Pcap) => Reader::Pcap(PcapReader::open(&mut buffer)?),
            Some(Format::PcapNg) => Reader::PcapNg(Box::new(PcapNgReader::open(&mut buffer)?)),
            _ => return Err(not_a_capture(&mut buffer)),
        };
        let mut capture = Self {
            buffer,
            reader,
            problems: Problems::default(),
            link_types: Vec::new(),
            last_link: None,
            dump,
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
        capture.note_dump();
        Ok(capture)
    }

    /// The next packet; `None` at the end of what can be read.
    #[inline]
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        Some(self.next_with_secrets()?.0)
    }

    /// The next packet, and all decryption secrets that stand before it in the file.
    #[inline]
    pub fn next_with_secrets(&mut self) -> Option<(Frame<'_>, &[Secret])> {
        let Some(record) = self.next_record() else {
            self.end();
            return None;
        };
        if self.last_link != Some(record.link) {
            self.note_link(record.link);
        }
        if self.dump.is_some() {
            self.note_dump();
        }
        let data = self
            .buffer
            .window()
            .get(record.at..)
            .and_then(|rest| rest.get(..record.len))
            .unwrap_or_default();
        let frame = Frame {
            no: self.packets,
            ts: record.ts,
            link: record.link,
            // Some writers leave the original length 0; it cannot be below what is here.
            wire_len: record.wire_len.max(data.len() as u32),
            offset: self.buffer.offset() + record.at as u64,
            data,
        };
        Some((frame, self.secrets()))
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

    /// Takes over what was wrong with the dump.
    fn note_dump(&mut self) {
        if let Some(opened) = &self.dump {
            opened.notes.drain(&mut self.problems);
        }
    }

    #[cold]
    fn end(&mut self) {
        if self.ended {
            return;
        }
        self.ended = true;
        self.note_dump();
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
        match (&self.dump, &self.reader) {
            (Some(opened), _) => opened.format,
            (None, Reader::Pcap(_)) => Format::Pcap,
            (None, Reader::PcapNg(_)) => Format::PcapNg,
        }
    }

    /// What is known of the dump that is read as a capture; `None` if it is a capture.
    pub fn dump(&self) -> Option<&Dump> {
        self.dump.as_ref().map(|opened| &opened.dump)
    }

    /// Whether [`read_frame`](super::read_frame) finds packets in the file itself. It does not in one
    /// that was compressed, or that is a dump.
    pub fn is_plain(&self) -> bool {
        self.compression == Compression::None && self.dump.is_none()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::kit;
    use proptest::prelude::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn lz4(data: &[u8]) -> Vec<u8> {
        // Small blocks: nothing of a block that is cut can be had.
        let info =
            lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
        let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    /// In one piece, and in two that are concatenated, as parallel compressors write them.
    fn compressed(data: &[u8]) -> Vec<(Compression, Vec<u8>)> {
        let (a, b) = data.split_at(data.len() / 3);
        let zstd = |data| zstd::encode_all(data, 1).unwrap();
        vec![
            (Compression::Gzip, gzip(data)),
            (Compression::Gzip, [gzip(a), gzip(b)].concat()),
            (Compression::Zstd, zstd(data)),
            (Compression::Zstd, [zstd(a), zstd(b)].concat()),
            (Compression::Lz4, lz4(data)),
            (Compression::Lz4, [lz4(a), lz4(b)].concat()),
        ]
    }

    #[test]
    fn compression_makes_no_difference() {
        for plain in [kit::pcap(300), kit::pcapng(300)] {
            let all = kit::read(&plain);
            assert_eq!(all.0.len(), 300);
            for (compression, file) in compressed(&plain) {
                assert_eq!(kit::read(&file), all, "{compression}");
                assert_eq!(kit::open(&file).unwrap().compression(), compression);
            }
        }
    }

    #[test]
    fn compressed_and_cut_gives_what_is_there_and_one_problem() {
        let plain = kit::pcap(3_000);
        let (all, _) = kit::read(&plain);
        for (compression, file) in compressed(&plain) {
            let mut most = 0;
            for n in (0..file.len()).step_by(file.len() / 97 + 1) {
                let Ok(mut capture) = kit::open(&file[..n]) else {
                    continue;
                };
                let mut got = 0;
                while let Some(frame) = capture.next_frame() {
                    assert_eq!(frame.data, all[got].data);
                    got += 1;
                }
                most = most.max(got);
                let problems = capture.problems();
                assert!(problems.len() == 1, "{compression} at {n}: {problems:?}");
                assert_eq!(
                    problems[0].code, "truncated-file",
                    "{compression} at {n}: {problems:?}"
                );
                assert!(got < 3_000);
            }
            assert!(most > 500, "{compression}: {most}");
        }
    }

    #[test]
    fn compressed_and_corrupt_gives_what_came_before() {
        let plain = kit::pcap(3_000);
        for (compression, mut file) in compressed(&plain) {
            let middle = file.len() / 2;
            file[middle..middle + 64].fill(0xff);
            let mut capture = kit::open(&file).unwrap();
            while capture.next_frame().is_some() {}
            assert!(capture.problem_count() >= 1, "{compression}");
            assert!(
                capture.packets() > 200,
                "{compression}: {}",
                capture.packets()
            );
        }
    }

    #[test]
    fn what_is_no_capture_is_refused_in_one_line() {
        let says = |data: &[u8]| kit::open(data).unwrap_err().to_string();
        assert!(says(b"").starts_with("empty"));
        assert!(says(&gzip(b"")).ends_with("nothing inside"));
        assert!(says(b"hello, world\n").ends_with("looks like text"));
        assert!(says(&gzip(b"v=0\r\no=-")).contains("rtcscope lint"));
        assert!(says(&kit::pcap(0)[..23]).contains("23 bytes of at least 24"));
        assert!(says(&kit::pcapng(0)[..27]).contains("27 bytes of at least 28"));
        assert!(says(&gzip(&kit::pcap(9))[..8]).starts_with("gzip data that cannot"));
        let mut bad = kit::pcapng(0);
        bad[8] = 0;
        assert!(says(&bad).contains("byte-order magic"));
        let missing = Capture::open(Path::new("/nonexistent/x.pcap")).unwrap_err();
        assert_eq!(missing.to_string(), "no such file");
        let directory = Capture::open(Path::new("/")).unwrap_err();
        assert!(matches!(directory, OpenError::Directory));
        for n in 0..40 {
            for file in [kit::pcap(1), kit::pcapng(1), gzip(&kit::pcap(1))] {
                if let Err(e) = kit::open(&file[..n]) {
                    assert!(!e.to_string().contains('\n'));
                }
            }
        }
    }

    #[test]
    fn a_capture_without_packets_is_a_capture() {
        for file in [kit::pcap(0), kit::pcapng(0)] {
            assert_eq!(kit::read(&file), (vec![], vec![]));
        }
    }

    #[test]
    fn an_unknown_link_type_is_reported_once_and_its_packets_given() {
        let file = kit::Bytes::pcap(super::super::order::Order::Big, 0xa1b2_c3d4, 4, 147)
            .record(1, 0, b"whatever")
            .record(1, 0, b"this is");
        let (got, problems) = kit::read(&file.1);
        assert_eq!((got.len(), problems.len()), (2, 1));
        assert_eq!(problems[0].code, "unknown-link-type");
    }

    #[test]
    fn progress_and_spool_see_every_byte() {
        let plain = kit::pcap(300);
        let dir = tempfile::tempdir().unwrap();
        let (path, spool) = (dir.path().join("a.gz"), dir.path().join("spool"));
        let file = gzip(&plain);
        std::fs::write(&path, &file).unwrap();
        let sink = Box::new(std::fs::File::create(&spool).unwrap());
        let mut capture = Capture::open_spooling(&path, sink).unwrap();
        assert_eq!(capture.total_bytes(), Some(file.len() as u64));
        let mut places = Vec::new();
        while let Some(frame) = capture.next_frame() {
            places.push((frame.offset, frame.data.to_vec()));
        }
        assert_eq!(capture.bytes_read(), file.len() as u64);
        drop(capture);
        assert!(std::fs::read(&spool).unwrap() == plain);
        let mut spool = std::fs::File::open(&spool).unwrap();
        for (offset, data) in places.into_iter().rev() {
            let again = crate::capture::read_frame(&mut spool, offset, data.len());
            assert_eq!(again.unwrap(), data);
        }
    }

    #[test]
    fn a_big_file_that_is_read_ahead_reads_as_a_pipe_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("capture");
        let plain = kit::pcap(25_000);
        assert!(plain.len() > 2 * 1024 * 1024);
        let mut files = compressed(&plain);
        files.push((Compression::None, plain.clone()));
        for (compression, whole) in files {
            let mut corrupt = whole.clone();
            let late = whole.len() / 10 * 9;
            corrupt[late..late + 64].fill(0xff);
            for file in [&whole, &whole[..late], &corrupt] {
                std::fs::write(&path, file).unwrap();
                let spool = dir.path().join("spool");
                let to = std::fs::File::create(&spool).unwrap();
                let to = Box::new(std::io::BufWriter::new(to));
                let mut ahead = Capture::open_spooling(&path, to).unwrap();
                let mut piped = kit::open(file).unwrap();
                let (mut here, mut there) = (0, 0);
                loop {
                    match (ahead.next_frame(), piped.next_frame()) {
                        (Some(a), Some(b)) => {
                            assert_eq!((a.no, a.ts), (b.no, b.ts));
                            assert_eq!((a.offset, a.data), (b.offset, b.data));
                        }
                        (None, None) => break,
                        (a, b) => {
                            here += a.map_or(0, |a| a.data.len());
                            there += b.map_or(0, |b| b.data.len());
                        }
                    }
                }
                // Of damaged data a bite may be lost, and where bites begin differs.
                let most = if file == whole { 0 } else { 4096 };
                assert!(here.max(there) <= most, "{compression}: {here} {there}");
                let code = |capture: &Capture| {
                    let codes = capture.problems().iter().map(|problem| problem.code);
                    codes.collect::<Vec<_>>()
                };
                assert_eq!(code(&ahead), code(&piped), "{compression}");
                assert_eq!(ahead.bytes_read(), piped.bytes_read(), "{compression}");
                // Of a file that is cut or corrupt, what was had of it.
                let spooled = std::fs::read(&spool).unwrap();
                assert!(spooled.len() > 1024 * 1024, "{compression}");
                assert!(file != whole || spooled == plain, "{compression}");
            }
        }
    }

    #[test]
    fn a_spool_that_fails_does_not_stop_the_reading() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("no room"))
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let file = std::io::Cursor::new(kit::pcap(9));
        let mut capture = Capture::from_reader_spooling(Box::new(file), Box::new(Full)).unwrap();
        while capture.next_frame().is_some() {}
        assert_eq!(capture.packets(), 9);
        assert_eq!(capture.problems()[0].code, "spool-failed");
    }

    proptest! {
        /// Whatever the bytes, reading ends, and gives no more than there is.
        #[test]
        fn any_bytes_behind_a_header_end(
            which in 0usize..6,
            tail in prop::collection::vec(any::<u8>(), 0..2_000),
        ) {
            let mut file = match which {
                0 => kit::pcap(3),
                1 => kit::pcapng(3),
                n => kit::Bytes::pcap(
                    super::super::order::Order::Big,
                    [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34, 0xa1b2_c3d4][n - 2],
                    n as u16,
                    1,
                ).1,
            };
            file.extend(tail);
            let (got, _) = kit::read(&file);
            prop_assert!(got.len() <= file.len() / 16);
        }

        /// Damage in the middle never makes packets before it disappear.
        #[test]
        fn damage_leaves_what_came_before(
            ng in any::<bool>(),
            at in 0.1f64..1.0,
            damage in prop::collection::vec(any::<u8>(), 1..40),
        ) {
            let good = if ng { kit::pcapng(30) } else { kit::pcap(30) };
            let (all, _) = kit::read(&good);
            let mut bad = good.clone();
            let at = ((good.len() as f64 * at) as usize).max(48);
            let end = (at + damage.len()).min(bad.len());
            bad.splice(at..end, damage);
            let (got, _) = kit::read(&bad);
            let before = all.iter().take_while(|a| {
                let place = good.windows(a.data.len()).position(|w| w == a.data).unwrap();
                place + a.data.len() + 8 <= at
            }).count();
            prop_assert_eq!(&got[..before], &all[..before]);
        }
    }
}
