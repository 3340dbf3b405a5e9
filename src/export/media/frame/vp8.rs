//! VP8 (RFC 7741): a frame is what follows the descriptors of its packets.

use super::Facts;
use crate::export::media::assembly::Assembled;
use crate::proto::rtp::payload::{Vp8Descriptor, Vp8Frame};

pub(super) fn unpack(frame: &Assembled, out: &mut Vec<u8>) -> Facts {
    let start = out.len();
    let mut facts = Facts {
        is_whole: frame.is_contiguous(),
        ..Facts::default()
    };
    for (i, payload) in frame.payloads.iter().enumerate() {
        let Ok(descriptor) = Vp8Descriptor::parse(&payload.data) else {
            facts.is_whole = false;
            continue;
        };
        if i == 0 {
            facts.is_whole &= descriptor.begins_frame();
            let bits = if descriptor.has_long_picture_id {
                15
            } else {
                7
            };
            facts.number = descriptor.picture_id.map(|id| (id, bits));
            facts.is_disposable = descriptor.is_non_reference;
        } else if descriptor.begins_frame() {
            facts.is_whole = false;
        }
        out.extend(payload.data.get(descriptor.len..).unwrap_or_default());
    }
    match out.get(start..).map(Vp8Frame::parse) {
        Some(Ok(header)) => {
            facts.is_key = header.is_key;
            facts.size = header.size;
        }
        _ => facts.is_whole = false,
    }
    facts
}
