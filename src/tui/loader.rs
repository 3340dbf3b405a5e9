//! Reads and analyses the capture in a thread of its own and publishes what it has so far.
//!
//! What is published is an [`Analysis`] that nobody changes any more, in a slot of which the newest
//! is taken: a slow terminal never holds up the reading.

use super::app::Load;
use super::source::{FrameBytes, Nowhere, PlainFile};
use super::{Event, Input};
use crate::analysis::{Analysis, Analyzer, FileFacts, Options};
use crate::capture::Capture;
use crate::time::Span;
use anyhow::Context;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// The time to the first publication.
const FIRST: Duration = Duration::from_millis(40);
/// The least time between two publications.
const INTERVAL: Duration = Duration::from_millis(150);
/// Publishing may take this part of the time at most.
const SHARE: u32 = 10;
/// Packets between two looks at the clock.
const BATCH: u32 = 64;
/// Packets that the list keeps a row of: 48 bytes each.
const ROWS: usize = 20_000_000;

/// A capture that was opened, and where its packets can be read again.
pub(super) struct Opened {
    pub(super) capture: Capture,
    pub(super) bytes: Box<dyn FrameBytes>,
    pub(super) again: Again,
}

/// Opens the capture once more, from its start; none if that fails.
pub(super) type Again = Box<dyn FnOnce() -> Option<Capture> + Send>;

/// Opens the capture and names it.
///
/// What cannot be read twice, because it is compressed, a pipe or a dump, is copied to a temporary file as
/// it is read.
pub(super) fn open(input: &Input) -> anyhow::Result<(String, Opened)> {
    match input {
        Input::Stdin => {
            let Spool { copy, bytes, again } = spool()?;
            let capture = Capture::from_reader_spooling(Box::new(std::io::stdin()), copy)?;
            let opened = Opened {
                capture,
                bytes,
                again,
            };
            Ok(("standard input".to_owned(), opened))
        }
        Input::File(path) => {
            let name = path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned();
            Ok((name, open_file(path)?))
        }
    }
}

fn open_file(path: &Path) -> anyhow::Result<Opened> {
    // A named pipe can be opened once only; a missing file is for the reader to name.
    let rereadable = std::fs::metadata(path).map_or(true, |m| m.is_file());
    if rereadable {
        let capture = Capture::open(path)?;
        if capture.is_plain() {
            let file = File::open(path).context("cannot be opened a second time")?;
            return Ok(Opened {
                capture,
                bytes: Box::new(PlainFile::new(file)),
                again: reopen(path.to_owned()),
            });
        }
    }
    let Spool { copy, bytes, again } = spool()?;
    let capture = Capture::open_spooling(path, copy)?;
    Ok(Opened {
        capture,
        bytes,
        again,
    })
}

fn reopen(path: PathBuf) -> Again {
    Box::new(move || Capture::open(&path).ok())
}

/// A temporary copy.
struct Spool {
    /// To copy to.
    copy: Box<dyn std::io::Write + Send>,
    /// To read packets from again.
    bytes: Box<dyn FrameBytes>,
    /// To read all from again.
    again: Again,
}

fn spool() -> anyhow::Result<Spool> {
    let why = "no temporary file can be made for the packets' bytes";
    let file = NamedTempFile::new().context(why)?;
    // Three handles, because each has its own place in the file; the name is not needed any more.
    let bytes: Box<dyn FrameBytes> = match file.reopen() {
        Ok(handle) => Box::new(PlainFile::new(handle)),
        Err(error) => Box::new(Nowhere(format!("{why}: {error}"))),
    };
    let handle = file.reopen().ok();
    let again = move || Capture::from_reader(Box::new(handle?)).ok();
    Ok(Spool {
        bytes,
        again: Box::new(again),
        copy: Box::new(file.into_file()),
    })
}

/// The newest state of the reading.
#[derive(Debug)]
struct Slot {
    analysis: Option<Arc<Analysis>>,
    load: Load,
}

/// The thread that reads.
#[derive(Debug)]
pub(super) struct Loader {
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
}

impl Loader {
    /// Starts to read `capture`, and what `again` opens if keys in it stand behind their packets; every
    /// publication is announced to `events`. Of `told` what the user knows is taken.
    pub(super) fn start(
        capture: Capture,
        again: Again,
        events: Sender<Event>,
        told: Options,
    ) -> std::io::Result<Self> {
        let loader = Self {
            slot: Arc::new(Mutex::new(Slot {
                analysis: None,
                load: Load::Reading {
                    read: 0,
                    total: capture.total_bytes(),
                },
            })),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let job = Job {
            slot: Arc::clone(&loader.slot),
            stop: Arc::clone(&loader.stop),
            events,
        };
        std::thread::Builder::new()
            .name("loader".to_owned())
            .spawn(move || job.read(capture, again, told))?;
        Ok(loader)
    }

    /// The newest analysis, if it was not yet taken, and how far the reading is.
    pub(super) fn take(&self) -> (Option<Arc<Analysis>>, Load) {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        (slot.analysis.take(), slot.load.clone())
    }

    /// Lets the thread end soon.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the thread works with.
#[derive(Clone)]
struct Job {
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    events: Sender<Event>,
}

/// The analysis while it grows.
struct Growing {
    /// `None` once it is finished.
    analyzer: Option<Analyzer>,
    load: Load,
    /// When it may be published again.
    due: Instant,
    /// Whether it has packets that were not published.
    news: bool,
}

/// What the screens need.
fn wanted(told: Options) -> Options {
    Options {
        series_width: Span::from_millis(100),
        series_limit: 4096,
        packet_index: ROWS,
        ..told
    }
}

impl Growing {
    fn new(load: Load, told: Options) -> Self {
        Self {
            analyzer: Some(Analyzer::new(wanted(told))),
            load,
            due: Instant::now() + FIRST,
            news: false,
        }
    }

    /// Publishes what there is; `false` when there is nobody to take it or nothing more to come.
    fn publish(&mut self, job: &Job) -> bool {
        let Some(analyzer) = &self.analyzer else {
            return false;
        };
        let began = Instant::now();
        let taken = job.publish(analyzer.snapshot(), self.load.clone());
        self.due = Instant::now() + INTERVAL.max(began.elapsed() * SHARE);
        self.news = false;
        taken
    }
}

impl Job {
    fn read(self, mut capture: Capture, again: Again, told: Options) {
        let load = Load::Reading {
            read: 0,
            total: capture.total_bytes(),
        };
        let growing = Arc::new(Mutex::new(Growing::new(load, told.clone())));
        // A pipe may give one packet a minute: look at the clock each time, and in between.
        let is_pipe = capture.total_bytes().is_none();
        let batch = if is_pipe { 1 } else { BATCH };
        if is_pipe {
            let (job, growing) = (self.clone(), Arc::clone(&growing));
            let ticking = std::thread::Builder::new().name("ticker".to_owned());
            // Without it, the packets before a silence come with the next one.
            let _ = ticking.spawn(move || job.tick(&growing));
        }
        let mut first = growing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(analyzer) = &mut first.analyzer {
            analyzer.describe_file(FileFacts::of(&capture));
        }
        drop(first);
        let mut until_look = batch;
        while let Some((frame, secrets)) = capture.next_with_secrets() {
            let mut now = growing.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(analyzer) = &mut now.analyzer {
                analyzer.learn(secrets);
                analyzer.push(&frame);
            }
            now.news = true;
            until_look -= 1;
            if until_look > 0 {
                continue;
            }
            until_look = batch;
            now.load = Load::Reading {
                read: capture.bytes_read(),
                total: capture.total_bytes(),
            };
            if Instant::now() < now.due {
                continue;
            }
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            if let Some(analyzer) = &mut now.analyzer {
                analyzer.describe_file(FileFacts::of(&capture));
            }
            if !now.publish(&self) {
                return;
            }
        }
        let mut last = growing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut analyzer) = last.analyzer.take() else {
            return;
        };
        drop(last);
        analyzer.learn(capture.secrets());
        analyzer.describe_file(FileFacts::of(&capture));
        match analyzer.late_sessions() {
            0 => self.publish(analyzer.finish(), Load::Done),
            late => self.read_again(analyzer, late, again, told),
        };
    }

    /// Shows what the first reading found, and then what all keys of the capture open; `false` when
    /// nobody is there to see it.
    fn read_again(&self, mut first: Analyzer, late: u64, again: Again, told: Options) -> bool {
        let secrets = first.secrets();
        let Some(mut capture) = again() else {
            first.say_secrets_came_late(late);
            return self.publish(first.finish(), Load::Done);
        };
        let load = |capture: &Capture| Load::Reading {
            read: capture.bytes_read(),
            total: capture.total_bytes(),
        };
        if !self.publish(first.finish(), load(&capture)) {
            return false;
        }
        let mut analyzer = Analyzer::new(wanted(Options { secrets, ..told }));
        while analyzer.take(&mut capture) {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
        }
        analyzer.describe_file(FileFacts::of(&capture));
        self.publish(analyzer.finish(), Load::Done)
    }

    /// Publishes what came since the last time, while the reading waits for more.
    fn tick(&self, growing: &Mutex<Growing>) {
        loop {
            std::thread::sleep(INTERVAL);
            // Poisoned: the reading panicked, which it tells itself.
            let Ok(mut now) = growing.lock() else { return };
            let stopped = now.analyzer.is_none() || self.stop.load(Ordering::Relaxed);
            let wanted = now.news && Instant::now() >= now.due;
            if stopped || (wanted && !now.publish(self)) {
                return;
            }
        }
    }

    /// Puts an analysis into the slot; `false` when nobody is there to take it.
    fn publish(&self, analysis: Analysis, load: Load) -> bool {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.analysis = Some(Arc::new(analysis));
        slot.load = load;
        drop(slot);
        self.events.send(Event::Fresh).is_ok()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Nobody may be listening any more.
            let _ = self.events.send(Event::LoaderDied);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::sync::mpsc::{Receiver, channel};

    /// A pipe: what is sent can be read, and then it waits.
    struct Pipe(Receiver<Vec<u8>>, Vec<u8>);

    impl Read for Pipe {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.1.is_empty() {
                self.1 = self.0.recv().unwrap_or_default();
            }
            let n = out.len().min(self.1.len());
            out[..n].copy_from_slice(&self.1[..n]);
            self.1.drain(..n);
            Ok(n)
        }
    }

    /// A pcap file of raw IP with so many packets.
    fn pcap(packets: u32) -> Vec<u8> {
        let words = |words: &[u32]| -> Vec<u8> {
            words.iter().flat_map(|word| word.to_le_bytes()).collect()
        };
        let mut out = words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101]);
        for i in 0..packets {
            out.extend(words(&[1_700_000_000, i, 4, 4, 0x45]));
        }
        out
    }

    #[test]
    fn the_last_packets_of_a_pipe_are_seen_while_it_is_silent() {
        let (pipe, reader) = channel();
        let (events, received) = channel();
        pipe.send(pcap(3)).unwrap();
        let capture = Capture::from_reader(Box::new(Pipe(reader, Vec::new()))).unwrap();
        let loader = Loader::start(capture, Box::new(|| None), events, Options::default()).unwrap();
        let mut seen = 0;
        while seen < 3 {
            let event = received.recv_timeout(Duration::from_secs(10));
            assert!(matches!(event, Ok(Event::Fresh)), "{seen} packets seen");
            let (analysis, load) = loader.take();
            assert!(matches!(load, Load::Reading { .. }));
            seen = analysis.map_or(seen, |a| a.capture.packets);
        }
        // The end comes too.
        drop(pipe);
        assert!(received.recv_timeout(Duration::from_secs(10)).is_ok());
        assert_eq!(loader.take().1, Load::Done);
    }
}
