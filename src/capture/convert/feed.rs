//! The plain bytes of a file, before it is known what they are: looked at, taken, or handed on.
//!
//! Used to tell dumps from captures, and by the readers of dumps. What was looked at and not taken is
//! read again by whoever comes next, and so is the failure that ended the data.

use std::io::{self, Read};

/// Nobody wants more than this at once.
const MOST: usize = 1024 * 1024;

/// A window over what a reader gives.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    /// No more than this is asked for at once.
    bite: usize,
    data: Vec<u8>,
    start: usize,
    /// Where `start` is in the stream.
    offset: u64,
    ended: bool,
    failure: Option<io::Error>,
}

impl Feed {
    pub(super) fn new(reader: Box<dyn Read + Send>, bite: usize) -> Self {
        Self {
            reader,
            bite,
            data: Vec::new(),
            start: 0,
            offset: 0,
            ended: false,
            failure: None,
        }
    }

    /// What has been read and not been taken.
    pub(super) fn window(&self) -> &[u8] {
        self.data.get(self.start..).unwrap_or_default()
    }

    /// Where the window begins, in bytes from the start of the data.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the window is all that is left.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the window is all that is left because nothing more could be read, which whoever reads
    /// on is told.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Reads until the window has `n` bytes; `false` if the data ends before.
    pub(super) fn ensure(&mut self, n: usize) -> bool {
        while self.window().len() < n.min(MOST) && self.more() {}
        self.window().len() >= n
    }

    /// Reads once more; `false` at the end, or when the window is as big as it may get.
    pub(super) fn more(&mut self) -> bool {
        if self.ended || self.window().len() >= MOST {
            return false;
        }
        self.data.drain(..self.start);
        self.start = 0;
        let end = self.data.len();
        self.data.resize(end + self.bite, 0);
        let room = self.data.get_mut(end..).unwrap_or_default();
        let got = loop {
            match self.reader.read(room) {
                Ok(got) => break got.min(room.len()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.failure = Some(e);
                    break 0;
                }
            }
        };
        self.data.truncate(end + got);
        self.ended = got == 0;
        !self.ended
    }

    /// Takes `n` bytes, or all there are.
    pub(super) fn consume(&mut self, n: usize) {
        let n = n.min(self.window().len());
        self.start += n;
        self.offset += n as u64;
    }

    /// Why the data ended, if not because all of it was read.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }
}

/// What was not taken, and then the rest.
impl Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut window = self.window();
        if !window.is_empty() {
            let got = window.read(out)?;
            self.consume(got);
            return Ok(got);
        }
        match (self.take_failure(), self.ended) {
            (Some(failure), _) => Err(failure),
            (None, true) => Ok(0),
            (None, false) => self.reader.read(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives three bytes at a time, and fails where it would end.
    struct Failing(Vec<u8>);

    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let n = self.0.len().min(3).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            Ok(n)
        }
    }

    #[test]
    fn what_is_only_looked_at_is_read_again_with_the_failure_behind_it() {
        for look in [0, 1, 4, 9, 100] {
            let mut feed = Feed::new(Box::new(Failing((0..10).collect())), 5);
            assert_eq!(feed.ensure(look), look <= 10);
            feed.consume(1.min(look));
            assert_eq!(feed.offset(), 1.min(look) as u64);
            let mut rest = Vec::new();
            let failure = feed.read_to_end(&mut rest).unwrap_err();
            assert_eq!(failure.kind(), io::ErrorKind::UnexpectedEof);
            assert_eq!(rest, (1.min(look) as u8..10).collect::<Vec<_>>(), "{look}");
        }
    }

    #[test]
    fn the_window_is_bounded() {
        let mut feed = Feed::new(Box::new(io::repeat(7)), 64 * 1024);
        assert!(!feed.ensure(usize::MAX));
        assert!(feed.window().len() <= MOST + 64 * 1024 && !feed.ended());
    }
}
