//! What a capture holds, written as files that other programs read: decrypted captures, media.
//!
//! Fed by [`Analyzer::contents`](crate::analysis::Analyzer::contents) in a second reading of the capture,
//! when the analysis of the first tells what each stream is.

mod announcement;
mod clear;
mod clear_path;
mod exported_pdu;
mod headers;
pub mod media;
pub mod pcapng;

pub use clear::{Clear, Shape, Skipped, Written};
