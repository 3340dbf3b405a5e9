//! rtcscope: point it at a packet capture; it finds the WebRTC calls.
//!
//! The paved path is one call: read a capture, get an [`Analysis`] with its
//! connections and streams.
//!
//! ```
//! use rtcscope::analysis::Options;
//!
//! let analysis = rtcscope::analyze("samples/g722-dtmf.pcapng".as_ref(), &Options::default())?;
//! for stream in &analysis.streams {
//!     let jitter = stream.jitter.value().map(|j| j.last.seconds());
//!     println!("{} lost {} of {}, jitter {jitter:?} s", stream.ssrc, stream.lost, stream.expected);
//! }
//! assert_eq!(analysis.connections.len(), 1);
//! # Ok::<(), rtcscope::capture::OpenError>(())
//! ```
//!
//! Frame by frame, for progress and snapshots: [`capture::Capture`] and [`analysis::Analyzer`].
//! Session descriptions: [`sdp`] reads them without losing a byte, [`lint`] checks them.
//!
//! docs/ARCHITECTURE.md is the map.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod capture;
mod chars;
#[cfg(feature = "cli")]
pub mod cli;
pub mod demux;
pub mod diag;
pub mod dissect;
pub mod export;
pub mod hosts;
pub mod keys;
pub mod lint;
pub mod meaning;
pub mod net;
pub mod output;
pub mod proto;
pub mod sdp;
pub mod time;
pub mod tree;
#[cfg(feature = "tui")]
pub mod tui;
pub mod wire;

use analysis::{Analysis, Options};
use capture::{Capture, OpenError};
use std::path::Path;

/// Reads the capture at `path` and analyses it.
///
/// What is wrong inside the file is no error: what could be read is analysed, and
/// [`CaptureInfo::problems`](analysis::model::CaptureInfo) says what was wrong.
///
/// # Errors
/// If nothing can be read: see [`OpenError`].
pub fn analyze(path: &Path, options: &Options) -> Result<Analysis, OpenError> {
    let capture = Capture::open(path)?;
    // A named pipe gives its packets once.
    let again = || path.is_file().then(|| Capture::open(path).ok()).flatten();
    let reading = analysis::read(capture, options.clone(), again, |_| {});
    Ok(reading.analysis)
}
