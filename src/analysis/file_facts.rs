//! What a reader knows of the file behind the frames, handed to the analysis by whoever reads it.

use crate::capture::{Capture, Compression, Dump, Problem};

/// What a reader knows of the file behind the frames.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// `"pcap"`, `"pcapng.gzip"`, `"rtpdump in gzip"`.
    pub format: String,
    /// What is known of the dump behind it, if it is no capture.
    pub dump: Option<Dump>,
    /// Packets the capturing system says it dropped, if it says so.
    pub dropped_by_capture: Option<u64>,
    /// What was wrong with the file: the first of it.
    pub problems: Vec<Problem>,
    /// How many more such problems there were, that are only counted.
    pub more_problems: u64,
}

impl FileFacts {
    /// What `capture` knows so far.
    pub fn of(capture: &Capture) -> Self {
        let format = match capture.compression() {
            Compression::None => capture.format().to_string(),
            packed if capture.dump().is_some() => format!("{} in {packed}", capture.format()),
            packed => format!("{}.{packed}", capture.format()),
        };
        let dropped = capture.interface_statistics();
        let counts = [dropped.dropped_by_interface, dropped.dropped_by_os];
        let dropped_by_capture = counts.into_iter().flatten().reduce(u64::saturating_add);
        Self {
            format,
            dump: capture.dump().cloned(),
            dropped_by_capture,
            problems: capture.problems().to_vec(),
            more_problems: capture.problem_count() - capture.problems().len() as u64,
        }
    }
}
