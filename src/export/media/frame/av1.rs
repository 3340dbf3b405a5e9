//! AV1 (RTP payload format for AV1): a temporal unit is the OBUs of its packets, fragments joined. In
//! the file each has its size, and a temporal delimiter is before the first, which RTP leaves out.

use super::Facts;
use crate::export::media::assembly::Assembled;
use crate::proto::rtp::payload::{Av1Frame, Av1FrameKind, Av1Obu, Av1Payload, Av1Sequence};

const TEMPORAL_DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const HAS_SIZE: u8 = 0x02;

pub(super) fn unpack(unit: &Assembled, out: &mut Vec<u8>) -> Facts {
    let mut facts = Facts {
        is_whole: unit.is_contiguous(),
        ..Facts::default()
    };
    out.extend([TEMPORAL_DELIMITER << 3 | HAS_SIZE, 0]);
    let mut obu = Vec::new();
    let mut is_open = false;
    for payload in &unit.payloads {
        let Ok(packet) = Av1Payload::parse(&payload.data) else {
            facts.is_whole = false;
            continue;
        };
        for element in packet.elements() {
            let Ok(element) = element else {
                facts.is_whole = false;
                break;
            };
            facts.is_whole &= element.begins != is_open;
            if element.begins {
                obu.clear();
            }
            obu.extend(element.data);
            is_open = !element.ends;
            if !is_open {
                facts.is_whole &= write(&obu, &mut facts, out).is_some();
                obu.clear();
            }
        }
    }
    facts.is_whole &= !is_open;
    facts
}

/// Appends an OBU with its size; none if it cannot be one.
fn write(obu: &[u8], facts: &mut Facts, out: &mut Vec<u8>) -> Option<()> {
    let (first, rest) = obu.split_first()?;
    let kind = first >> 3 & 0x0f;
    if matches!(kind, TEMPORAL_DELIMITER | TILE_LIST) {
        return Some(());
    }
    let header = Av1Obu::parse(obu).ok()?;
    let body = obu.get(header.len..)?;
    match kind {
        Av1Obu::SEQUENCE_HEADER => {
            facts.size = Av1Sequence::parse(body).ok().map(|s| s.size).or(facts.size);
        }
        Av1Obu::FRAME | Av1Obu::FRAME_HEADER => {
            let is_key = |frame: Av1Frame| frame.kind == Av1FrameKind::Key;
            // A decoder needs the sequence header as well.
            facts.is_key |= facts.size.is_some() && Av1Frame::parse(body).is_ok_and(is_key);
        }
        _ => {}
    }
    out.push(first | HAS_SIZE);
    if first & 0x04 != 0 {
        out.push(*rest.first()?);
    }
    let mut size = body.len();
    while size >= 0x80 {
        out.push(size as u8 | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
    out.extend(body);
    Some(())
}
