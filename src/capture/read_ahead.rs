//! Reading ahead: a thread fills blocks while the packets of the ones before are looked at.
//!
//! A few blocks go round, full ones one way and used ones the other, so nothing is allocated for
//! them after the first. Each has room in front, into which `buffer.rs` copies the beginning of a
//! record whose rest is in the block: the bytes are parsed where the reader put them.
//!
//! The thread ends with the data, or when nobody wants its blocks any more. Nobody waits for it: it
//! may be in the middle of a read that never returns.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::intake::{Intake, Trouble};

/// Room in front of the bytes of a block: enough for the beginning of all but freak records.
pub(super) const HEAD: usize = 128 * 1024;

/// Bytes of a block: few enough for all of them to stay in the cache that processors share, and so
/// many that handing them over costs nothing. What was measured: docs/performance.md.
pub(super) const BLOCK: usize = 512 * 1024;

/// Blocks that go round, with the one that is being parsed. With two, each thread waits for the
/// other all the time.
const BLOCKS: usize = 4;

/// The other end of the thread.
pub(super) struct ReadAhead {
    full: Receiver<Block>,
    used: Sender<Vec<u8>>,
}

/// What the thread has read.
pub(super) struct Block {
    /// [`HEAD`] bytes of room, then what was read.
    pub(super) data: Vec<u8>,
    /// How much was read.
    pub(super) len: usize,
    /// What went wrong since the last block.
    pub(super) trouble: Trouble,
    /// Nothing comes behind this one.
    pub(super) last: bool,
}

impl ReadAhead {
    /// Starts a thread that reads from `intake`. Gives that back where a thread would not help or
    /// cannot be had.
    pub(super) fn start(intake: Intake) -> Result<Self, Intake> {
        if thread::available_parallelism().is_ok_and(|n| n.get() == 1) {
            return Err(intake);
        }
        let (to_parser, full) = sync_channel(BLOCKS);
        let (used, to_thread) = channel();
        // Given to the thread once it exists: what a thread that cannot be had was given is lost.
        let (give, take) = sync_channel::<Intake>(1);
        let thread = thread::Builder::new().name("reading ahead".to_owned());
        let started = thread.spawn(move || {
            if let Ok(intake) = take.recv() {
                run(intake, &to_thread, &to_parser);
            }
        });
        if started.is_err() {
            return Err(intake);
        }
        give.send(intake).map_err(|unsent| unsent.0)?;
        let ahead = Self { full, used };
        // The one more is what the window is in now.
        for _ in 1..BLOCKS {
            ahead.give_back(Vec::new());
        }
        Ok(ahead)
    }

    /// The next block: waits for it.
    pub(super) fn next(&self) -> Block {
        self.full.recv().unwrap_or_else(|_| Block {
            data: Vec::new(),
            len: 0,
            trouble: Trouble {
                reading: Some(io::Error::other("the thread that reads has died")),
                spooling: None,
            },
            last: true,
        })
    }

    /// Gives back what a block, or anything else, was parsed in.
    pub(super) fn give_back(&self, mut data: Vec<u8>) {
        // One that has grown for a big record must not stay big.
        data.truncate(HEAD + BLOCK);
        data.shrink_to(HEAD + BLOCK);
        // A thread that has ended needs no more blocks.
        let _ = self.used.send(data);
    }
}

/// What the thread does.
fn run(mut intake: Intake, used: &Receiver<Vec<u8>>, full: &SyncSender<Block>) {
    while !intake.ended() {
        let Ok(mut data) = used.recv() else { return };
        if data.len() < HEAD + BLOCK {
            data = vec![0; HEAD + BLOCK];
        }
        let room = data.get_mut(HEAD..).unwrap_or_default();
        let len = intake.read_all(room);
        let block = Block {
            data,
            len,
            trouble: std::mem::take(&mut intake.trouble),
            last: intake.ended(),
        };
        if full.send(block).is_err() {
            return;
        }
    }
}

impl fmt::Debug for ReadAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Compression;
    use std::io::Read;
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    /// Never ends by itself; tells when it is dropped, by dropping what it holds.
    struct Endless(#[allow(dead_code, reason = "its end is what is told")] SyncSender<()>);

    impl Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            out.fill(7);
            Ok(out.len())
        }
    }

    #[test]
    fn the_thread_ends_when_nobody_wants_more() {
        for taken in 0..3 * BLOCKS {
            let (alive, dropped) = sync_channel(1);
            let intake = Intake::new(Box::new(Endless(alive)), Compression::None, None);
            let Ok(ahead) = ReadAhead::start(intake) else {
                return; // one processor
            };
            for _ in 0..taken {
                let block = ahead.next();
                assert_eq!((block.len, block.last), (BLOCK, false));
                ahead.give_back(block.data);
            }
            drop(ahead);
            let end = dropped.recv_timeout(Duration::from_secs(60));
            assert_eq!(end, Err(RecvTimeoutError::Disconnected));
        }
    }

    #[test]
    fn nobody_waits_for_a_read_that_does_not_return() {
        struct Stuck(Receiver<()>);
        impl Read for Stuck {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(0)
            }
        }
        let (release, stuck) = sync_channel(1);
        let intake = Intake::new(Box::new(Stuck(stuck)), Compression::None, None);
        let ahead = ReadAhead::start(intake);
        drop(ahead); // returns, or this test never ends
        drop(release);
    }

    #[test]
    fn blocks_are_used_again_and_do_not_stay_big() {
        let intake = Intake::new(Box::new(io::repeat(1)), Compression::None, None);
        let Ok(ahead) = ReadAhead::start(intake) else {
            return;
        };
        let mut places = std::collections::HashSet::new();
        for _ in 0..50 {
            let block = ahead.next();
            places.insert(block.data.as_ptr().addr());
            ahead.give_back(block.data);
        }
        assert!(places.len() < BLOCKS, "{}", places.len());
        let mut big = ahead.next().data;
        big.resize(4 * BLOCK, 0);
        ahead.give_back(big);
        for _ in 0..BLOCKS {
            let block = ahead.next();
            assert!(block.data.capacity() <= HEAD + BLOCK);
            ahead.give_back(block.data);
        }
    }
}
