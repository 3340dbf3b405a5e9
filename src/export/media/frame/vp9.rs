//! VP9 (RFC 9628): a picture is the frames of its spatial layers, lowest first. Several are joined to
//! a superframe, whose index at the end tells a decoder their sizes (VP9 bitstream specification,
//! annex B). All but the last are [hidden](super::vp9_hidden), as far as the decoder does not notice.

use super::Facts;
use super::vp9_hidden::{Header, Kept};
use crate::export::media::assembly::Assembled;
use crate::proto::rtp::payload::{Size, Vp9Descriptor, Vp9Frame};

/// The most frames that an index can name.
const FRAMES_MAX: usize = 8;

pub(super) fn unpack(picture: &Assembled, kept: &mut Kept, out: &mut Vec<u8>) -> Facts {
    let mut facts = Facts {
        is_whole: picture.is_contiguous(),
        ..Facts::default()
    };
    // Where the frame of each layer begins in `out`.
    let mut starts = Vec::new();
    let mut is_open = false;
    for (i, payload) in picture.payloads.iter().enumerate() {
        let Ok(descriptor) = Vp9Descriptor::parse(&payload.data) else {
            facts.is_whole = false;
            continue;
        };
        let data = payload.data.get(descriptor.len..).unwrap_or_default();
        if i == 0 {
            let bits = if descriptor.has_long_picture_id {
                15
            } else {
                7
            };
            facts.number = descriptor.picture_id.map(|id| (id, bits));
            facts.is_key = !descriptor.is_inter;
            // The lowest layer comes first; of a stream that begins above it, nothing can be decoded.
            facts.is_whole &= descriptor.begins_frame;
        }
        facts.is_whole &= descriptor.begins_frame != is_open;
        is_open = !descriptor.ends_frame;
        if descriptor.begins_frame {
            starts.push(out.len());
        }
        for size in descriptor.structure.iter().flat_map(|s| s.sizes()) {
            facts.size = facts.size.max(Some(size));
        }
        out.extend(data);
    }
    facts.is_whole &= !is_open && !starts.is_empty() && starts.len() <= FRAMES_MAX;
    let ends = starts.iter().skip(1).copied().chain([out.len()]);
    let frames: Vec<_> = starts.iter().copied().zip(ends).collect();
    for (from, to) in &frames {
        match out.get(*from..*to).map(Vp9Frame::parse) {
            Some(Ok(header)) => facts.size = facts.size.max(header.size),
            _ => facts.is_whole = false,
        }
    }
    let headers: Vec<_> = frames
        .iter()
        .map(|(from, to)| Header::walk(out.get(*from..*to)?, kept))
        .collect();
    // A layer that is predicted from the one below does not name its size, but has one.
    for header in headers.iter().flatten() {
        let (width, height) = header.size;
        facts.size = facts.size.max(Some(Size { width, height }));
    }
    if frames.len() > 1 && facts.is_whole {
        superframe(&frames, &headers, out);
    }
    facts
}

/// Makes the frames in `out` one superframe.
fn superframe(frames: &[(usize, usize)], headers: &[Option<Header>], out: &mut Vec<u8>) {
    let Some((first, _)) = frames.first() else {
        return;
    };
    let all = out.split_off(*first);
    let mut lengths = Vec::new();
    for (i, (from, to)) in frames.iter().enumerate() {
        let frame = all.get(from - first..to - first).unwrap_or_default();
        let start = out.len();
        let next = headers.get(i + 1).copied().flatten();
        match (headers.get(i).copied().flatten(), next) {
            // A frame of the same size as the one before uses its motion vectors, if that was shown.
            (Some(header), Some(next)) if next.size != header.size => header.hide(frame, out),
            _ => out.extend(frame),
        }
        lengths.push(out.len() - start);
    }
    index(&lengths, out);
}

/// Appends the index of a superframe.
fn index(lengths: &[usize], out: &mut Vec<u8>) {
    let most = lengths.iter().copied().max().unwrap_or_default();
    let bytes = (1..4).find(|n| most >> (8 * n) == 0).unwrap_or(4usize);
    let marker = 0xc0 | (bytes as u8 - 1) << 3 | (lengths.len() as u8 - 1);
    out.push(marker);
    for length in lengths {
        out.extend(length.to_le_bytes().iter().take(bytes));
    }
    out.push(marker);
}
