//! From messages to the model: connections, streams and their measures.
//!
//! This is the only place with state. [`Analyzer`] takes one frame at a time and keeps what a call
//! is made of; it copies numbers and short strings out of packets and never stores payload, so its
//! memory grows with streams and not with packets.

mod analyzer;
mod capture_loss;
mod clock;
mod connection;
mod contents;
mod counts;
mod credentials;
mod dtls;
mod event_log;
mod extensions;
mod feedback;
mod file_facts;
mod frames;
mod halve;
mod ice;
mod ids;
mod jitter;
mod known;
mod lane;
mod learning;
mod legs;
mod media;
pub mod model;
mod moment;
mod packets;
mod path;
mod payload;
mod pdv;
mod problems;
mod reading;
mod repair;
mod rtcp_senders;
mod sctp;
mod sequence;
mod series;
mod session;
mod sources;
mod static_types;
mod stream;
mod stun;
mod table;
mod tcp;
mod transport;
mod turn;
mod vault;

pub use analyzer::Analyzer;
pub use contents::{Content, ContentKind};
pub use credentials::Credentials;
pub use file_facts::FileFacts;

pub use ids::{ConnectionId, Ssrc, StreamId};
pub use known::{Known, Unknown};
pub use model::Analysis;
pub use packets::{NONE, PacketIndex, PacketKind, PacketRef};
pub use reading::{Reading, read};
pub use series::{Bucket, Series};
pub use session::Descriptions;
pub use vault::Opener;

use crate::keys::Secrets;

/// The most gaps kept for a stream.
pub const MAX_GAPS: usize = 16;

/// Media that ends so long before its connection has stopped.
pub const ENDED_EARLY: crate::time::Span = crate::time::Span::from_millis(5_000);

/// What to measure beyond the plain statistics; what costs is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Width of a time bucket.
    pub series_width: crate::time::Span,
    /// Most buckets a stream keeps before the width doubles.
    pub series_limit: usize,
    /// Most packets to keep a row of; 0 keeps none.
    pub packet_index: usize,
    /// ICE passwords and candidates that the user knows.
    pub credentials: std::sync::Arc<Credentials>,
    /// Session descriptions that may be of calls in the capture.
    pub descriptions: std::sync::Arc<Descriptions>,
    /// What to decrypt with.
    pub secrets: std::sync::Arc<Secrets>,
    /// Whether [`Analyzer::contents`] lends what each frame held in clear.
    pub contents: bool,
    /// Whether [`Analyzer::messages`] lends the data channel messages that each frame completed.
    pub messages: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            series_width: crate::time::Span::from_millis(100),
            series_limit: 512,
            packet_index: 0,
            credentials: std::sync::Arc::default(),
            descriptions: std::sync::Arc::default(),
            secrets: std::sync::Arc::default(),
            contents: false,
            messages: false,
        }
    }
}
