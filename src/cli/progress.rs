//! A progress bar on stderr for a file that takes a while; nothing for one that does not, and
//! nothing when nobody watches.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Silence for this long: most captures are done before.
const PATIENCE: Duration = Duration::from_millis(500);

/// The progress of one file.
pub(super) struct Progress {
    started: Instant,
    total: Option<u64>,
    watched: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts the clock; `total` is the file's size in bytes, if it has one.
    pub(super) fn new(total: Option<u64>) -> Self {
        let watched = std::io::stderr().is_terminal();
        Self {
            started: Instant::now(),
            total,
            watched,
            bar: None,
        }
    }

    /// Says how many bytes have been read.
    pub(super) fn at(&mut self, bytes: u64) {
        if !self.watched {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.total));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{bar:30} {percent:>3} %  {bytes_per_sec}  {eta}",
        ),
        None => (
            ProgressBar::new_spinner(),
            "{spinner} {bytes} read  {bytes_per_sec}",
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
