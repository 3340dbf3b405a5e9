//! rtcscope: point it at a packet capture; it finds the WebRTC calls.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod demux;
pub mod diag;
pub mod lint;
pub mod net;
pub mod output;
pub mod proto;
pub mod sdp;
pub mod time;
pub mod tree;
pub mod wire;
