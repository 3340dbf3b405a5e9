//! The test kit: builds captures in code, with the truth about what is in them.
//!
//! It shares no code with rtcscope's decoders, so that it can contradict them. From an integration
//! test it is `mod kit;`, from an example, a bench or a unit test
//! `#[path = "../tests/kit/mod.rs"] mod kit;`.
//!
//! - [`net`], [`stun`], [`dtls`], [`rtp`], [`rtcp`], [`sctp`]: the bytes of single packets;
//! - [`tunnel`]: any frame inside a tunnel; [`connection`]: messages over TCP;
//! - [`srtp`]: packets protected for whoever has the key;
//! - [`messages`]: one of each of them;
//! - [`writer`]: pcap and pcapng files;
//! - [`scenario`]: a short call written out packet by packet, for a test that wants exact numbers;
//! - [`traffic`]: many calls at once, as large as you like, for measurements;
//! - [`turn`]: a TURN client and its server, and calls wrapped into what goes between them;
//! - [`truth`]: what an analyser ought to find in them;
//! - [`shared`]: the recordings and public captures beside the repository, where they are.
//!
//! Everything is deterministic: the same arguments give the same bytes.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each crate that includes the kit uses a part of it, and none exports it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "the kit builds bytes from known values; what cannot happen should fail the test"
)]

pub mod connection;
pub mod dtls;
pub mod impair;
pub mod linear;
pub mod messages;
pub mod net;
pub mod prng;
pub mod profile;
pub mod rtcp;
pub mod rtp;
pub mod scenario;
pub mod sctp;
pub mod shared;
pub mod srtp;
pub mod stun;
pub mod traffic;
pub mod truth;
pub mod tunnel;
pub mod turn;
pub mod writer;
