//! TCP streams of text protocols, put together once all of them is there.
//!
//! Unlike [`net::tcp`](crate::net::tcp), which follows ICE and TURN as packets come, this keeps what
//! looks like text, within bounds, and sorts it at the end: signalling is small.

use super::Message;
use super::head::{self, Head};
use super::websocket;
use crate::capture::PacketNo;
use crate::net::Path;
use crate::net::tcp::Segment;
use hashbrown::HashMap;

/// Bytes kept of one direction, and of all.
const DIRECTION_MAX: usize = 8 << 20;
const ALL_MAX: usize = 128 << 20;

/// What was captured of the streams.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// In the order in which they began.
    all: Vec<Direction>,
    by_path: HashMap<Path, usize, foldhash::fast::RandomState>,
    bytes: usize,
}

#[derive(Debug)]
struct Direction {
    path: Path,
    first: u32,
    bytes: usize,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    at: i64,
    no: PacketNo,
    data: Vec<u8>,
}

impl Streams {
    /// Takes a segment.
    pub(super) fn push(&mut self, segment: &Segment<'_>) {
        if segment.payload.is_empty() || self.bytes + segment.payload.len() > ALL_MAX {
            return;
        }
        let begins = || Head::sniff(segment.payload).is_some();
        let index = match self.by_path.get(&segment.path) {
            Some(&index) => index,
            None if begins() => {
                self.by_path.insert(segment.path, self.all.len());
                self.all.push(Direction {
                    path: segment.path,
                    first: segment.seq,
                    bytes: 0,
                    pieces: Vec::new(),
                });
                self.all.len() - 1
            }
            None => return,
        };
        let Some(direction) = self.all.get_mut(index) else {
            return;
        };
        if direction.bytes + segment.payload.len() > DIRECTION_MAX {
            return;
        }
        // Serial numbers: what is less than half the circle ahead.
        let at = i64::from(segment.seq.wrapping_sub(direction.first) as i32);
        direction.bytes += segment.payload.len();
        self.bytes += segment.payload.len();
        direction.pieces.push(Piece {
            at,
            no: segment.no,
            data: segment.payload.to_vec(),
        });
    }

    /// Gives out the messages of all streams.
    pub(super) fn finish(self, out: &mut Vec<Message>) {
        for mut direction in self.all {
            // Of bytes that came twice, the first are kept.
            direction.pieces.sort_by_key(|piece| (piece.at, piece.no));
            let mut run = Run::default();
            for piece in direction.pieces {
                if !run.push(&piece) {
                    run.messages(direction.path, out);
                    run = Run::default();
                    run.push(&piece);
                }
            }
            run.messages(direction.path, out);
        }
    }
}

/// Bytes of a stream without a gap.
#[derive(Debug, Default)]
struct Run {
    bytes: Vec<u8>,
    end: i64,
    /// Where the bytes of each packet begin.
    packets: Vec<(usize, PacketNo)>,
}

impl Run {
    /// Takes what follows; `false` when something is missing before it.
    fn push(&mut self, piece: &Piece) -> bool {
        if self.packets.is_empty() {
            self.end = piece.at;
        }
        let Ok(old) = usize::try_from(self.end - piece.at) else {
            return false;
        };
        let fresh = piece.data.get(old..).unwrap_or_default();
        if !fresh.is_empty() {
            self.packets.push((self.bytes.len(), piece.no));
            self.bytes.extend_from_slice(fresh);
            self.end += fresh.len() as i64;
        }
        true
    }

    fn packet(&self, at: usize) -> PacketNo {
        let index = self.packets.partition_point(|&(start, _)| start <= at);
        let packet = index
            .checked_sub(1)
            .and_then(|index| self.packets.get(index));
        packet.map_or(0, |&(_, no)| no)
    }

    /// Gives out the messages, one after the other.
    fn messages(&self, path: Path, out: &mut Vec<Message>) {
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match rest {
                // Media between the messages of RTSP (RFC 2326 §10.12).
                [b'$', _, high, low, ..] => {
                    at += 4 + usize::from(u16::from_be_bytes([*high, *low]));
                    continue;
                }
                [b'\r' | b'\n', ..] => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let Some((head, len)) = Head::read(rest) else {
                if Head::sniff(rest).is_some() {
                    // Headers without an end: nothing there is read twice.
                    at += rest.len().min(head::LONGEST);
                    continue;
                }
                // The rest of something; a message begins behind a line end.
                let next = rest.iter().position(|&b| b == b'\n');
                at += next.map_or(rest.len(), |next| next + 1);
                continue;
            };
            let no = self.packet(at);
            at += len;
            let rest = self.bytes.get(at..).unwrap_or_default();
            if head.is_upgrade {
                websocket::frames(rest, |offset, body| {
                    out.push(Message {
                        no: self.packet(at + offset),
                        path,
                        head: None,
                        body,
                    });
                });
                return;
            }
            let (body, len) = body(&head, rest);
            at += len;
            out.push(Message {
                no,
                path,
                head: Some(head),
                body,
            });
        }
    }
}

/// The body behind `head`, and how long it is in the stream.
fn body(head: &Head, rest: &[u8]) -> (Vec<u8>, usize) {
    if head.is_chunked {
        return chunks(rest);
    }
    let len = match head.length {
        Some(length) => length.min(rest.len()),
        // A response may go on to the end; other messages have no body then.
        None if head.method.is_none() && !head.content_type.is_empty() => rest.len(),
        None => 0,
    };
    (rest.get(..len).unwrap_or_default().to_vec(), len)
}

/// A body in chunks (RFC 9112 §7.1).
fn chunks(rest: &[u8]) -> (Vec<u8>, usize) {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let line = rest.get(at..).unwrap_or_default();
        let Some(end) = line.iter().take(64).position(|&b| b == b'\n') else {
            return (body, rest.len());
        };
        let digits = line.get(..end).unwrap_or_default();
        let digits = digits.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let size = std::str::from_utf8(line.get(..digits).unwrap_or_default());
        let size = size
            .ok()
            .and_then(|digits| usize::from_str_radix(digits, 16).ok());
        at += end + 1;
        let Some(size) = size.filter(|&size| size > 0) else {
            return (body, at.min(rest.len()));
        };
        let chunk = rest.get(at..).unwrap_or_default();
        body.extend_from_slice(chunk.get(..size.min(chunk.len())).unwrap_or_default());
        at = at.saturating_add(size).saturating_add(2);
    }
}
