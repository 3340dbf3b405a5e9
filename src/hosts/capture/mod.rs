//! Descriptions in captures, where signalling went in clear: SIP over UDP and TCP, HTTP (WHIP and
//! WHEP, JSON), RTSP, WebSockets, and announcements of multicast (SAP).
//!
//! The bytes of a message may lie in many packets, and are masked or compressed: no place in the file
//! is told, but the packet. Messages are taken in the order in which they began.

mod head;
mod said;
mod streams;
mod websocket;

use super::json::memmem;
use super::{Context, Finds};
use crate::capture::{Capture, PacketNo};
use crate::net::{Decoded, Decoder, Path};
use head::Head;
use said::Said;
use streams::Streams;

/// A message that may have a description in it.
#[derive(Debug)]
pub(super) struct Message {
    /// The packet it began in.
    no: PacketNo,
    path: Path,
    /// Nothing for frames of a WebSocket, and for bodies without a message.
    head: Option<Head>,
    body: Vec<u8>,
}

/// Bytes of messages that are held.
const BYTES_MAX: usize = 256 << 20;

/// Adds the descriptions in the capture that `bytes` are.
pub(super) fn find(bytes: &[u8], cx: &Context, finds: &mut Finds) -> Result<(), String> {
    let reader = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let capture = Capture::from_reader(reader).map_err(|error| error.to_string())?;
    read(capture, cx, finds);
    Ok(())
}

/// Adds the descriptions in `capture`.
pub(super) fn read(mut capture: Capture, cx: &Context, finds: &mut Finds) {
    let mut decoder = Decoder::new();
    let mut streams = Streams::default();
    let mut messages = Vec::new();
    let mut held = 0;
    while let Some(frame) = capture.next_frame() {
        match decoder.decode(&frame) {
            Decoded::Udp(datagram) => {
                if let Some((head, body)) = datagram_text(datagram.payload) {
                    held += body.len();
                    messages.push(Message {
                        no: datagram.no,
                        path: datagram.path,
                        head,
                        body: body.to_vec(),
                    });
                }
            }
            Decoded::Tcp(segment) => streams.push(&segment),
            _ => {}
        }
        if held > BYTES_MAX {
            break;
        }
    }
    streams.finish(&mut messages);
    messages.sort_by_key(|message| message.no);
    let mut said = Said::default();
    for message in &messages {
        said.message(message, cx, finds);
    }
}

/// The message in a datagram; of one that is no message of SIP, a description that stands in it.
fn datagram_text(payload: &[u8]) -> Option<(Option<Head>, &[u8])> {
    // Media begins with other bits.
    let first = payload.first()?;
    if first.is_ascii_uppercase()
        && let Some((head, len)) = Head::read(payload)
    {
        let body = payload.get(len..).unwrap_or_default();
        let body = head
            .length
            .and_then(|length| body.get(..length))
            .unwrap_or(body);
        return Some((Some(head), body));
    }
    // SAP (RFC 2974) has a few bytes before its description.
    let begin = payload.get(..payload.len().min(64)).unwrap_or_default();
    let at = memmem(begin, b"v=0")?;
    let rest = payload.get(at..)?;
    let second = rest.get(3..)?.trim_ascii_start();
    second.starts_with(b"o=").then_some((None, rest))
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests;
