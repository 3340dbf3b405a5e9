//! A window that slides over the (decompressed) bytes of a capture.
//!
//! One allocation, filled by `read()` and parsed in place: measured to be the fastest way to walk a
//! capture, and the same for files, pipes and decompressors. It grows only when one record is
//! bigger than it. A failed read ends the data and is kept, so that what came before is still used.

use std::fmt;
use std::io::{self, Read, Write};

use super::Compression;

/// The size that is enough for all but freak records.
const USUAL: usize = 512 * 1024;

/// No more than this is ever wanted at once, so no file can make the window bigger than twice this.
pub(super) const MOST: usize = 16 * 1024 * 1024;

/// A decompressor that fails loses what it had produced in that same call; small bites lose little.
const SMALL_BITE: usize = 4 * 1024;

/// The window. Positions given to its methods count from its start.
pub(super) struct Buffer {
    reader: Box<dyn Read + Send>,
    compression: Compression,
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` is in the stream.
    offset: u64,
    ended: bool,
    failure: Option<io::Error>,
    spool: Option<Box<dyn Write + Send>>,
    spool_failure: Option<io::Error>,
}

impl Buffer {
    /// A window over `reader`, which undoes `compression`; everything read also goes to `spool`,
    /// if there is one.
    pub(super) fn new(
        reader: Box<dyn Read + Send>,
        compression: Compression,
        spool: Option<Box<dyn Write + Send>>,
    ) -> Self {
        Self {
            reader,
            compression,
            data: vec![0; USUAL],
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            failure: None,
            spool,
            spool_failure: None,
        }
    }

    /// What has been read and not been consumed.
    #[inline]
    pub(super) fn window(&self) -> &[u8] {
        self.data.get(self.start..self.end).unwrap_or_default()
    }

    /// Where the window begins in the stream.
    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Moves the start of the window forward by `n` bytes, or to its end.
    #[inline]
    pub(super) fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.offset += n as u64;
    }

    /// Reads until the window has `n` bytes. `false` when the data ends before that, or when `n`
    /// is more than [`MOST`] can ever need.
    #[inline]
    pub(super) fn ensure(&mut self, n: usize) -> bool {
        self.end - self.start >= n || self.fill(n)
    }

    /// How the data was compressed.
    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Why the data ended, if not because all of it was read.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Why the spool was given up, if it was.
    pub(super) fn take_spool_failure(&mut self) -> Option<io::Error> {
        self.spool_failure.take()
    }

    #[cold]
    #[inline(never)]
    fn fill(&mut self, n: usize) -> bool {
        if n > 2 * MOST {
            return false;
        }
        if self.start + n > self.data.len() {
            self.data.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            // Always room for a good read behind what is wanted: wanting one byte more at a time
            // must not copy the window each time.
            if n + USUAL / 2 > self.data.len() {
                self.data.resize(n + USUAL, 0);
            }
        }
        let most = match self.compression {
            Compression::None => usize::MAX,
            _ => SMALL_BITE,
        };
        while !self.ended && self.end - self.start < n {
            let room = self.data.get_mut(self.end..).unwrap_or_default();
            let bite = room.len().min(most);
            match self.reader.read(room.get_mut(..bite).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(got) => {
                    let got = got.min(bite);
                    self.end += got;
                    self.spool(got);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.ended = true;
                    self.failure = Some(e);
                }
            }
        }
        self.end - self.start >= n
    }

    /// Passes the last `got` bytes read on to the spool.
    fn spool(&mut self, got: usize) {
        let Some(spool) = &mut self.spool else { return };
        let new = self.data.get(self.end - got..self.end).unwrap_or_default();
        if let Err(e) = spool.write_all(new) {
            self.spool_failure = Some(e);
            self.spool = None;
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("offset", &self.offset)
            .field("window", &(self.end - self.start))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Gives one byte at a time, then fails.
    struct Trickle(Vec<u8>);

    impl Read for Trickle {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match (self.0.pop(), out.first_mut()) {
                (Some(byte), Some(to)) => {
                    *to = byte;
                    Ok(1)
                }
                _ => Err(io::Error::other("the line went dead")),
            }
        }
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, data: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(data);
            Ok(data.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_came_before_a_failure_is_still_there() {
        let mut buffer = Buffer::new(Box::new(Trickle(vec![3, 2, 1])), Compression::None, None);
        assert!(buffer.ensure(2));
        buffer.consume(1);
        assert!(!buffer.ensure(3));
        assert_eq!(buffer.window(), [2, 3]);
        assert_eq!(buffer.offset(), 1);
        let failure = buffer.take_failure().unwrap();
        assert_eq!(failure.to_string(), "the line went dead");
    }

    #[test]
    fn slides_over_more_than_its_size_and_spools_everything() {
        let all: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
        let spool = Shared::default();
        let mut buffer = Buffer::new(
            Box::new(io::Cursor::new(all.clone())),
            Compression::None,
            Some(Box::new(spool.clone())),
        );
        let mut seen = Vec::new();
        while buffer.ensure(1) {
            let n = 7_919.min(buffer.window().len());
            seen.extend_from_slice(&buffer.window()[..n]);
            buffer.consume(n);
        }
        assert!(seen == all);
        assert!(*spool.0.lock().unwrap() == all);
        assert_eq!(buffer.offset(), 3_000_000);
        assert_eq!(buffer.data.len(), USUAL);
    }

    #[test]
    fn grows_for_one_big_record_but_not_without_limit() {
        let mut buffer = Buffer::new(Box::new(io::repeat(1)), Compression::None, None);
        assert!(buffer.ensure(MOST));
        assert!(!buffer.ensure(2 * MOST + 1));
    }
}
