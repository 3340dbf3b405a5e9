//! What the fuzzer runs: one function per parser, over any bytes.
//!
//! The `fuzz/` crate feeds them from libFuzzer; `tests/fuzz_seeds.rs` replays kept inputs through
//! the very same functions. They panic on what must never be: beyond a panic of the parser itself,
//! that a decoded field claims bytes outside the payload, that output grows out of proportion, or that
//! text from the wire could steer a terminal.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a broken promise must stop the fuzzer; nothing here is exported"
)]

mod files;
mod protocols;
mod streams;
mod texts;

pub use files::{analyze, capture, dump, net};
pub use protocols::{dtls, message, rtcp, rtp, rtp_extension, sctp, stun};
pub use streams::tcp;
pub use texts::{lint, sdp};

use rtcscope::tree::{Describe, Tree};
use rtcscope::wire::ParseError;

/// A fuzz target: its name, which is also that of its binary and of its seed folder.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("analyze", analyze),
    ("capture", capture),
    ("dtls", dtls),
    ("dump", dump),
    ("lint", lint),
    ("message", message),
    ("net", net),
    ("rtcp", rtcp),
    ("rtp", rtp),
    ("rtp_extension", rtp_extension),
    ("sctp", sctp),
    ("sdp", sdp),
    ("stun", stun),
    ("tcp", tcp),
];

/// Both descriptions of something that was decoded from all of `data`.
fn describe(what: &impl Describe, data: &[u8]) {
    let mut line = String::new();
    what.summary(&mut line);
    printable(&line);
    let mut tree = Tree::new(data);
    what.describe(&mut tree);
    let rows = tree.into_rows();
    assert!(
        rows.len() <= 256 + 16 * data.len(),
        "{} rows for {} bytes",
        rows.len(),
        data.len()
    );
    for row in rows {
        printable(&row.value);
        if let Some(bytes) = &row.bytes {
            assert!(
                bytes.start <= bytes.end && bytes.end <= data.len(),
                "{row:?}"
            );
        }
    }
}

/// An error points into the data, or just behind it.
fn within(error: &ParseError, data: &[u8]) {
    assert!(error.offset <= data.len(), "{error} of {}", data.len());
}

/// Text is one line and leaves the terminal alone, whatever was on the wire.
fn printable(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
}
