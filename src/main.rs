//! The `rtcscope` binary.
#![forbid(unsafe_code)]

fn main() {}
