//! A window that slides over the (decompressed) bytes of a capture, which are parsed in place.
//!
//! A small capture is read straight into it, and so is a live one. A bigger file is read ahead by a
//! thread (`read_ahead.rs`), and the window moves from block to block: no byte is copied again but
//! those of the record that lies across two of them. The window grows only when one record is
//! bigger than it.

use std::fmt;
use std::io::{self, Read, Write};
use std::mem;

use super::Compression;
use super::intake::{Intake, Trouble};
use super::read_ahead::{Block, HEAD, ReadAhead};

/// The size that is enough for all but freak records.
const USUAL: usize = 512 * 1024;

/// No more than this is ever wanted at once, so no file can make the window bigger than twice this.
pub(super) const MOST: usize = 16 * 1024 * 1024;

/// A file with more bytes than this is read ahead: for less it does not pay to start a thread.
const SMALL: u64 = 1024 * 1024;

/// The window. Positions given to its methods count from its start.
pub(super) struct Buffer {
    feed: Feed,
    compression: Compression,
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` is in the stream.
    offset: u64,
    trouble: Trouble,
    /// Reading ahead begins when this much has been read.
    small: u64,
}

/// Where more bytes come from.
enum Feed {
    /// They are read here, when they are wanted.
    Direct(Intake),
    /// A thread has read them.
    Ahead(ReadAhead),
    /// There are no more.
    Ended,
}

impl Buffer {
    /// A window over `reader`, which undoes `compression`; everything read also goes to `spool`,
    /// if there is one.
    ///
    /// A `live` source may keep one waiting anywhere, as a pipe does. It is not read ahead: what
    /// has come of it must be shown before more is waited for, and handing over the small pieces
    /// that it comes in costs more than it saves.
    pub(super) fn new(
        reader: Box<dyn Read + Send>,
        compression: Compression,
        live: bool,
        spool: Option<Box<dyn Write + Send>>,
    ) -> Self {
        Self {
            feed: Feed::Direct(Intake::new(reader, compression, spool)),
            compression,
            data: vec![0; USUAL],
            start: 0,
            end: 0,
            offset: 0,
            trouble: Trouble::default(),
            small: if live { u64::MAX } else { SMALL },
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
        self.trouble.reading.take()
    }

    /// Why the spool was given up, if it was.
    pub(super) fn take_spool_failure(&mut self) -> Option<io::Error> {
        self.trouble.spooling.take()
    }

    #[cold]
    #[inline(never)]
    fn fill(&mut self, n: usize) -> bool {
        if n > 2 * MOST {
            return false;
        }
        while self.end - self.start < n {
            self.feed = match mem::replace(&mut self.feed, Feed::Ended) {
                Feed::Ended => return false,
                Feed::Direct(intake) if self.offset + self.left() as u64 >= self.small => {
                    self.read_ahead(intake)
                }
                Feed::Direct(intake) => self.read(intake, n),
                Feed::Ahead(ahead) => self.move_on(ahead, n),
            };
        }
        true
    }

    /// How many bytes the window has.
    fn left(&self) -> usize {
        self.end - self.start
    }

    /// Makes room for a window of `n` bytes from `start`, by moving what is left to the front and,
    /// if need be, by growing.
    fn make_room(&mut self, n: usize) {
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
    }

    /// Reads once into a window that is to have `n` bytes.
    fn read(&mut self, mut intake: Intake, n: usize) -> Feed {
        self.make_room(n);
        let room = self.data.get_mut(self.end..).unwrap_or_default();
        self.end += intake.read(room);
        self.trouble.add(mem::take(&mut intake.trouble));
        if intake.ended() {
            Feed::Ended
        } else {
            Feed::Direct(intake)
        }
    }

    /// Leaves the reading to a thread from now on.
    fn read_ahead(&mut self, intake: Intake) -> Feed {
        match ReadAhead::start(intake) {
            Ok(ahead) => Feed::Ahead(ahead),
            Err(intake) => {
                self.small = u64::MAX;
                Feed::Direct(intake)
            }
        }
    }

    /// Adds the next block to a window that is to have `n` bytes.
    fn move_on(&mut self, ahead: ReadAhead, n: usize) -> Feed {
        let mut block = ahead.next();
        self.trouble.add(mem::take(&mut block.trouble));
        let last = block.last;
        ahead.give_back(self.add(block, n));
        if last {
            Feed::Ended
        } else {
            Feed::Ahead(ahead)
        }
    }

    /// Joins what is left and what has come by copying the shorter to the other, if that has the
    /// room. Gives what is not used any more.
    fn add(&mut self, mut block: Block, n: usize) -> Vec<u8> {
        let (left, len) = (self.left(), block.len);
        let fits_behind = self.end + len <= self.data.len();
        if left <= HEAD && !(len <= left && fits_behind) {
            put(&mut block.data, HEAD - left, self.window());
            self.start = HEAD - left;
            self.end = HEAD + len;
            return mem::replace(&mut self.data, block.data);
        }
        self.make_room(n.max(left + len));
        let new = block.data.get(HEAD..HEAD + len).unwrap_or_default();
        put(&mut self.data, self.end, new);
        self.end += len;
        block.data
    }
}

/// Copies `from` to where there is room for it.
fn put(to: &mut [u8], at: usize, from: &[u8]) {
    if let Some(to) = to.get_mut(at..at + from.len()) {
        to.copy_from_slice(from);
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("offset", &self.offset)
            .field("window", &self.left())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::read_ahead::BLOCK;
    use proptest::prelude::*;
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
        let mut buffer = Buffer::new(
            Box::new(Trickle(vec![3, 2, 1])),
            Compression::None,
            true,
            None,
        );
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
            false,
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
        assert_eq!(buffer.data.len(), HEAD + BLOCK);
    }

    /// Gives as much as `sizes` say, one after the other and round again; then ends, or fails.
    struct Bites {
        data: io::Cursor<Vec<u8>>,
        sizes: Vec<usize>,
        reads: usize,
        fails: bool,
    }

    impl Read for Bites {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let size = self.sizes[self.reads % self.sizes.len()].min(out.len());
            self.reads += 1;
            match self.data.read(&mut out[..size])? {
                0 if self.fails => Err(io::Error::other("the disk is gone")),
                got => Ok(got),
            }
        }
    }

    /// A window that is read ahead from its first byte on.
    fn ahead(reader: impl Read + Send + 'static, compression: Compression) -> Buffer {
        let mut buffer = Buffer::new(Box::new(reader), compression, false, None);
        buffer.small = 0;
        buffer
    }

    fn numbers(n: usize) -> Vec<u8> {
        (0..n as u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect()
    }

    #[test]
    fn a_failure_far_behind_takes_nothing_that_came_before() {
        let all = numbers(5 * BLOCK + 77);
        for compression in [Compression::None, Compression::Zstd] {
            let bites = Bites {
                data: io::Cursor::new(all.clone()),
                sizes: vec![60_000, 1, 4_096],
                reads: 0,
                fails: true,
            };
            let mut buffer = ahead(bites, compression);
            let mut seen = 0;
            while buffer.ensure(1_000) {
                assert_eq!(buffer.window()[..1_000], all[seen..seen + 1_000]);
                buffer.consume(1_000);
                seen += 1_000;
            }
            assert_eq!(buffer.window(), &all[seen..]);
            assert_eq!(buffer.offset(), seen as u64);
            let failure = buffer.take_failure().unwrap();
            assert_eq!(failure.to_string(), "the disk is gone");
        }
    }

    #[test]
    fn a_record_may_lie_across_many_blocks() {
        let all = numbers(9 * BLOCK);
        let mut buffer = ahead(io::Cursor::new(all.clone()), Compression::None);
        assert!(buffer.ensure(10));
        buffer.consume(10);
        assert!(buffer.ensure(6 * BLOCK));
        assert!(buffer.window().starts_with(&all[10..10 + 6 * BLOCK]));
        // What had to grow for it becomes small again.
        buffer.consume(6 * BLOCK);
        while buffer.ensure(100) {
            buffer.consume(100);
        }
        assert!(buffer.data.capacity() <= HEAD + BLOCK);
        assert!(buffer.window() == &all[all.len() - buffer.window().len()..]);
    }

    #[test]
    fn a_reader_that_panics_is_a_failure_like_another() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("as a decompressor should not, but might")
            }
        }
        let mut buffer = ahead(numbers_then(Broken), Compression::None);
        assert!(!buffer.ensure(BLOCK + 1));
        assert!(buffer.take_failure().is_some());
        assert!(!buffer.ensure(BLOCK + 1), "and the end stays the end");
    }

    fn numbers_then(reader: impl Read + Send + 'static) -> impl Read + Send + 'static {
        io::Cursor::new(numbers(BLOCK)).chain(reader)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// However the bytes come and are taken, they are the same bytes at the same places.
        #[test]
        fn reading_ahead_shows_what_was_read(
            len in 0usize..4 * BLOCK,
            sizes in prop::collection::vec(1usize..300_000, 1..9),
            wants in prop::collection::vec((0usize..6_000, 0.0f64..1.0), 1..40),
            big in 0usize..3 * BLOCK,
            small in prop::sample::select(vec![0, 1, 700_000, u64::MAX]),
        ) {
            let all = numbers(len);
            let data = io::Cursor::new(all.clone());
            let bites = Bites { data, sizes, reads: 0, fails: false };
            let mut buffer = ahead(bites, Compression::None);
            buffer.small = small;
            let (mut at, mut turn) = (0, 0);
            loop {
                let (want, part) = wants[turn % wants.len()];
                let want = if turn % 100 == 50 { big } else { want };
                turn += 1;
                let whole = buffer.ensure(want);
                prop_assert_eq!(whole, all.len() - at >= want);
                let window = buffer.window();
                let look = window.len().min(2_000);
                prop_assert_eq!(&window[..look], &all[at..at + look]);
                let end = at + window.len();
                prop_assert_eq!(&window[window.len() - look..], &all[end - look..end]);
                if !whole || turn > 5_000 {
                    break;
                }
                let used = (want as f64 * part) as usize + 1;
                let used = used.min(window.len());
                buffer.consume(used);
                at += used;
                prop_assert_eq!(buffer.offset(), at as u64);
            }
        }
    }

    #[test]
    fn grows_for_one_big_record_but_not_without_limit() {
        let mut buffer = Buffer::new(Box::new(io::repeat(1)), Compression::None, true, None);
        assert!(buffer.ensure(MOST));
        assert!(!buffer.ensure(2 * MOST + 1));
    }
}
