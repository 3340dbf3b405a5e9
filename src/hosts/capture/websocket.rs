//! Frames of a WebSocket (RFC 6455), unmasked and, where both ends agreed on it, inflated
//! (permessage-deflate, RFC 7692).

use flate2::{Decompress, FlushDecompress, Status};

/// No message of signalling is longer.
const LONGEST: usize = 4 << 20;

/// Gives out the messages of text in the stream `bytes`, with where they begin.
pub(super) fn frames(bytes: &[u8], mut out: impl FnMut(usize, Vec<u8>)) {
    let mut inflater = Decompress::new(false);
    let mut message = Vec::new();
    let mut begin = 0;
    let mut is_packed = false;
    let mut is_data = false;
    let mut at = 0;
    while let Some(frame) = bytes.get(at..).and_then(Frame::read) {
        let payload = bytes.get(at + frame.header..).unwrap_or_default();
        let payload = payload
            .get(..frame.length.min(payload.len()))
            .unwrap_or_default();
        // Pings and closing may come between the frames of a message.
        if frame.opcode < 8 {
            if frame.opcode != 0 {
                message.clear();
                begin = at;
                is_packed = frame.is_packed;
                is_data = true;
            }
            if message.len() + payload.len() <= LONGEST {
                let mask = frame.mask.iter().cycle();
                message.extend(payload.iter().zip(mask).map(|(byte, key)| byte ^ key));
            }
            if frame.is_last && is_data {
                is_data = false;
                let text = if is_packed {
                    inflate(&mut inflater, &message)
                } else {
                    Some(std::mem::take(&mut message))
                };
                if let Some(text) = text {
                    out(begin, text);
                }
            }
        }
        at = at.saturating_add(frame.header).saturating_add(frame.length);
    }
}

#[derive(Debug)]
struct Frame {
    is_last: bool,
    is_packed: bool,
    opcode: u8,
    header: usize,
    length: usize,
    /// Zeros when it is not masked.
    mask: [u8; 4],
}

impl Frame {
    fn read(bytes: &[u8]) -> Option<Self> {
        let &[first, second, ..] = bytes else {
            return None;
        };
        let (length, mut header) = match second & 0x7f {
            126 => (
                u64::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
                4,
            ),
            127 => (u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?), 10),
            short => (u64::from(short), 2),
        };
        let mut mask = [0; 4];
        if second & 0x80 != 0 {
            mask = *bytes.get(header..)?.first_chunk()?;
            header += 4;
        }
        Some(Self {
            is_last: first & 0x80 != 0,
            is_packed: first & 0x40 != 0,
            opcode: first & 0x0f,
            header,
            length: usize::try_from(length).ok()?,
            mask,
        })
    }
}

/// What a message was before it was deflated; the one before it may have to be known.
fn inflate(inflater: &mut Decompress, packed: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(packed.len().saturating_mul(4).clamp(1024, LONGEST));
    let mut input = packed.to_vec();
    input.extend([0, 0, 0xff, 0xff]);
    let start = inflater.total_in();
    loop {
        let used = usize::try_from(inflater.total_in() - start).unwrap_or(usize::MAX);
        let rest = input.get(used..).unwrap_or_default();
        let before = text.len();
        let status = inflater.decompress_vec(rest, &mut text, FlushDecompress::Sync);
        match status {
            Err(_) => {
                inflater.reset(false);
                return None;
            }
            Ok(Status::StreamEnd) => {
                inflater.reset(false);
                return Some(text);
            }
            Ok(_) if text.len() < text.capacity() => return Some(text),
            Ok(_) if text.len() >= LONGEST => return None,
            Ok(_) if text.len() == before && rest.is_empty() => return Some(text),
            Ok(_) => text.reserve(text.len().max(1024)),
        }
    }
}
