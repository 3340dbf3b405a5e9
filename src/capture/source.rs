//! From a file or a pipe to the plain bytes of a capture: counts what is read, sniffs the
//! compression and undoes it.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::OpenError;
use super::sniff::{self, Compression};

/// A reader of plain capture bytes, and what is known about where they come from.
pub(super) struct Source {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) compression: Compression,
    pub(super) consumed: Arc<AtomicU64>,
    pub(super) total: Option<u64>,
}

impl Source {
    pub(super) fn file(path: &Path) -> Result<Self, OpenError> {
        let metadata = std::fs::metadata(path).map_err(OpenError::Io)?;
        if metadata.is_dir() {
            return Err(OpenError::Directory);
        }
        let file = File::open(path).map_err(OpenError::Io)?;
        let mut source = Self::reader(Box::new(file))?;
        source.total = metadata.is_file().then_some(metadata.len());
        Ok(source)
    }

    pub(super) fn reader(reader: Box<dyn Read + Send>) -> Result<Self, OpenError> {
        let consumed = Arc::new(AtomicU64::new(0));
        let mut counted = Counted {
            reader,
            consumed: Arc::clone(&consumed),
        };
        let head = first_bytes(&mut counted).map_err(OpenError::Io)?;
        if head.is_empty() {
            return Err(OpenError::Empty);
        }
        let compression = sniff::compression(&head);
        let whole = Cursor::new(head).chain(counted);
        let buffered = |whole| BufReader::with_capacity(128 * 1024, whole);
        let reader: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(whole),
            Compression::Gzip => Box::new(MultiGzDecoder::new(buffered(whole))),
            Compression::Zstd => Box::new(
                zstd::stream::read::Decoder::with_buffer(buffered(whole)).map_err(|source| {
                    OpenError::Decompress {
                        compression,
                        source,
                    }
                })?,
            ),
            Compression::Lz4 => Box::new(Lz4Frames(lz4_flex::frame::FrameDecoder::new(buffered(
                whole,
            )))),
        };
        Ok(Self {
            reader,
            compression,
            consumed,
            total: None,
        })
    }
}

/// Enough bytes to tell the compression; fewer only when there are no more.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(4);
    reader.take(4).read_to_end(&mut head)?;
    Ok(head)
}

/// Counts the bytes that pass, where a progress bar can see it.
struct Counted {
    reader: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(out)?;
        self.consumed.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// lz4_flex reports the end of each frame as an end of data; this goes on to the next frame.
struct Lz4Frames<R: Read>(lz4_flex::frame::FrameDecoder<R>);

impl<R: Read> Read for Lz4Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 if !out.is_empty() => self.0.read(out),
            got => Ok(got),
        }
    }
}
