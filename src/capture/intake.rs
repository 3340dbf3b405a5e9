//! Where the window's bytes come from: one read at a time, with a copy of each to the spool.
//!
//! Used by `buffer.rs`, in place or in the thread of `read_ahead.rs`. A failed read ends the data
//! and is kept, so that what came before is still used.

use std::io::{self, Read, Write};

use super::Compression;

/// A decompressor that fails loses what it had produced in that same call; small bites lose little.
const SMALL_BITE: usize = 4 * 1024;

/// How much is asked for at once of what undoes `compression`.
pub(super) fn bite(compression: Compression) -> usize {
    match compression {
        Compression::None => usize::MAX,
        _ => SMALL_BITE,
    }
}

/// A reader, and what went wrong with it.
pub(super) struct Intake {
    reader: Box<dyn Read + Send>,
    /// No more than this is asked for at once.
    bite: usize,
    ended: bool,
    spool: Option<Box<dyn Write + Send>>,
    pub(super) trouble: Trouble,
}

/// What went wrong so far.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Why the data ended, if not because all of it was read.
    pub(super) reading: Option<io::Error>,
    /// Why the spool was given up.
    pub(super) spooling: Option<io::Error>,
}

impl Intake {
    /// Reads from `reader`, which undoes `compression`; everything read also goes to `spool`, if
    /// there is one.
    pub(super) fn new(
        reader: Box<dyn Read + Send>,
        compression: Compression,
        spool: Option<Box<dyn Write + Send>>,
    ) -> Self {
        Self {
            reader,
            bite: bite(compression),
            ended: false,
            spool,
            trouble: Trouble::default(),
        }
    }

    /// Reads once, into the start of `room`. Gives how many bytes came: fewer than there is room
    /// for when more would have to be waited for, 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> usize {
        let most = room.len().min(self.bite);
        let Some(room) = room.get_mut(..most) else {
            return 0;
        };
        while !self.ended {
            match self.reader.read(room) {
                Ok(0) => self.end(),
                Ok(got) => {
                    let got = got.min(most);
                    self.spool(room.get(..got).unwrap_or_default());
                    return got;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.end();
                    self.trouble.reading = Some(e);
                }
            }
        }
        0
    }

    /// Reads until `room` is full or the data ends: for a source that nobody waits for live.
    pub(super) fn read_all(&mut self, room: &mut [u8]) -> usize {
        let mut all = 0;
        while all < room.len() && !self.ended {
            all += self.read(room.get_mut(all..).unwrap_or_default());
        }
        all
    }

    /// Whether the end has been met.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Passes new bytes on to the spool.
    fn spool(&mut self, new: &[u8]) {
        let Some(spool) = &mut self.spool else { return };
        if let Err(e) = spool.write_all(new) {
            self.trouble.spooling = Some(e);
            self.spool = None;
        }
    }

    /// Nothing comes any more, and what came is in the spool.
    fn end(&mut self) {
        self.ended = true;
        if let Some(mut spool) = self.spool.take()
            && let Err(e) = spool.flush()
        {
            self.trouble.spooling = Some(e);
        }
    }
}

impl Trouble {
    /// Adds what is new in `newer`.
    pub(super) fn add(&mut self, newer: Self) {
        self.reading = self.reading.take().or(newer.reading);
        self.spooling = self.spooling.take().or(newer.spooling);
    }
}
