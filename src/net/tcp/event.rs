//! What comes out of TCP streams.

use super::super::{Datagram, Path, Via};
use crate::capture::PacketNo;
use crate::demux::{Class, classify};
use crate::time::Timestamp;

/// Something met on a TCP stream.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A framed message, as if it were a datagram. Its packet is the one that completed it.
    Message(Datagram<'a>),
    /// Bytes of a stream with messages that are not in the capture.
    Gap {
        /// The packet that came after them.
        no: PacketNo,
        /// How many.
        bytes: u64,
        /// Whether their receiver acknowledged them: the capture does not have them, the network
        /// had.
        acknowledged: bool,
    },
    /// Bytes where a message should begin, and none does; the next one is looked for.
    FramingLost {
        /// The packet they came in.
        no: PacketNo,
    },
    /// A TLS handshake begins that TURN may hide in: to TURN's port for TLS, or with TURN's name in
    /// ALPN (RFC 7443).
    TurnOverTls {
        /// The packet of the ClientHello.
        no: PacketNo,
        /// From client to server.
        path: Path,
    },
    /// More connections than are followed at once; this one is not.
    TooMany {
        /// Its packet.
        no: PacketNo,
    },
}

/// TURN over TLS (RFC 8656).
const TURNS_PORT: u16 = 5349;
/// TURN's name in ALPN (RFC 7443).
const TURN_ALPN: &[u8] = b"\x09stun.turn";

/// The packet whose bytes are at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    pub(super) no: PacketNo,
    pub(super) ts: Timestamp,
    pub(super) path: Path,
}

impl Carrier {
    /// Gives out a message of which the last `missing` bytes are not there.
    pub(super) fn message(
        &self,
        payload: &[u8],
        missing: usize,
        out: &mut (dyn FnMut(Event<'_>) + '_),
    ) {
        out(Event::Message(Datagram {
            no: self.no,
            ts: self.ts,
            path: self.path,
            via: Via::Direct,
            missing: u32::try_from(missing).unwrap_or(u32::MAX),
            payload,
        }));
    }

    pub(super) fn framing_lost(&self, out: &mut (dyn FnMut(Event<'_>) + '_)) {
        out(Event::FramingLost { no: self.no });
    }

    /// Tells of a TLS stream that begins with `data`, if that may be TURN's.
    pub(super) fn tls(&self, data: &[u8], out: &mut (dyn FnMut(Event<'_>) + '_)) {
        let is_client_hello = matches!(data, [22, _, _, _, _, 1, ..]);
        let port = self.path.dst.port() == TURNS_PORT;
        let named = || data.windows(TURN_ALPN.len()).any(|w| w == TURN_ALPN);
        if is_client_hello && (port || named()) {
            out(Event::TurnOverTls {
                no: self.no,
                path: self.path,
            });
        }
    }

    /// Whether a message is of a protocol that is known.
    pub(super) fn is_known(message: &[u8]) -> bool {
        classify(message, 0) != Class::Unknown
    }
}
