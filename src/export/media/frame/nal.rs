//! H.264 (RFC 6184) and H.265 (RFC 7798): a frame is NAL units, each behind a start code (annex B of
//! both), taken out of aggregates and joined from fragments.

use super::Facts;
use crate::export::media::assembly::Assembled;
use crate::proto::rtp::payload::{
    H264Payload, H264Sps, H264Unit, H265Payload, H265Sps, H265Unit, NalUnits, Size,
};

const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// What a payload holds, for both.
enum Piece<'a> {
    Unit(&'a [u8]),
    Units(NalUnits<'a>),
    Part {
        begins: bool,
        ends: bool,
        header: [u8; 2],
        header_len: usize,
        data: &'a [u8],
    },
}

/// What a NAL unit is.
#[derive(Clone, Copy, Debug, Default)]
struct Unit {
    /// A slice of a picture.
    is_slice: bool,
    /// That, and the first of its picture; or what stands before pictures.
    begins_picture: bool,
    /// Decoding can begin with it.
    is_key: bool,
    /// Other pictures need it.
    is_reference: bool,
    size: Option<Size>,
}

/// How one of the two is read.
pub(super) struct Syntax {
    piece: fn(&[u8]) -> Option<Piece<'_>>,
    unit: fn(&[u8]) -> Unit,
}

/// H.264.
pub(super) const H264: Syntax = Syntax {
    piece: h264_piece,
    unit: h264_unit,
};

/// H.265.
pub(super) const H265: Syntax = Syntax {
    piece: h265_piece,
    unit: h265_unit,
};

fn h264_piece(payload: &[u8]) -> Option<Piece<'_>> {
    Some(match H264Payload::parse(payload).ok()? {
        H264Payload::Single(unit) => Piece::Unit(unit),
        H264Payload::Aggregate { units, .. } => Piece::Units(units),
        H264Payload::Fragment(f) => Piece::Part {
            begins: f.begins,
            ends: f.ends,
            header: [f.header, 0],
            header_len: 1,
            data: f.data,
        },
    })
}

fn h265_piece(payload: &[u8]) -> Option<Piece<'_>> {
    Some(match H265Payload::parse(payload).ok()? {
        H265Payload::Single(unit) => Piece::Unit(unit),
        H265Payload::Aggregate(units) => Piece::Units(units),
        H265Payload::Fragment(f) => Piece::Part {
            begins: f.begins,
            ends: f.ends,
            header: f.header,
            header_len: 2,
            data: f.data,
        },
        // A unit whose header is apart: a fragment that begins and ends at once.
        H265Payload::Paci { header, data, .. } => Piece::Part {
            begins: true,
            ends: true,
            header,
            header_len: 2,
            data,
        },
    })
}

/// The SEI message that says that decoding can begin at a picture without IDR.
const RECOVERY_POINT: u8 = 6;

fn h264_unit(bytes: &[u8]) -> Unit {
    let Some(unit) = H264Unit::of(bytes) else {
        return Unit::default();
    };
    let kind = unit.kind();
    let is_slice = matches!(kind, 1..=5);
    let is_first = unit.slice().is_some_and(|(_, is_first)| is_first);
    Unit {
        is_slice,
        begins_picture: matches!(kind, 6..=9) || is_first,
        is_key: kind == H264Unit::IDR || (kind == 6 && unit.data.first() == Some(&RECOVERY_POINT)),
        is_reference: unit.header & 0x60 != 0,
        size: (kind == H264Unit::SPS)
            .then(|| H264Sps::parse(unit.data).ok().map(|sps| sps.size))
            .flatten(),
    }
}

fn h265_unit(bytes: &[u8]) -> Unit {
    let Some(unit) = H265Unit::of(bytes) else {
        return Unit::default();
    };
    let kind = unit.kind();
    Unit {
        is_slice: kind < 32,
        // Parameter sets, delimiters and prefix SEI stand before pictures.
        begins_picture: matches!(kind, 32..=35 | 39) || unit.begins_picture(),
        is_key: H265Unit::is_random_access(kind),
        // Pictures of no reference in their own temporal layer may be one for a higher layer.
        is_reference: true,
        size: (kind == H265Unit::SPS)
            .then(|| H265Sps::parse(unit.data).ok().map(|sps| sps.size))
            .flatten(),
    }
}

/// Units being put together.
struct Units<'o> {
    out: &'o mut Vec<u8>,
    syntax: &'o Syntax,
    facts: Facts,
    has_slice: bool,
    is_first: bool,
    /// Where an unfinished fragment begins in `out`.
    open: Option<usize>,
}

impl Units<'_> {
    fn whole(&mut self, bytes: &[u8]) {
        let start = self.out.len();
        self.out.extend(START_CODE);
        self.out.extend(bytes);
        self.note(start);
    }

    /// Takes note of the unit that begins here and goes to the end.
    fn note(&mut self, start: usize) {
        let bytes = self.out.get(start + START_CODE.len()..).unwrap_or_default();
        let unit = (self.syntax.unit)(bytes);
        if std::mem::take(&mut self.is_first) {
            self.facts.is_whole &= unit.begins_picture;
        }
        self.has_slice |= unit.is_slice;
        self.facts.is_key |= unit.is_key;
        self.facts.is_disposable &= !unit.is_reference;
        self.facts.size = unit.size.or(self.facts.size);
    }

    /// Gives up a fragment whose end is missing.
    fn abandon(&mut self) {
        if let Some(start) = self.open.take() {
            self.out.truncate(start);
            self.facts.is_whole = false;
        }
    }

    fn part(&mut self, begins: bool, ends: bool, header: &[u8], data: &[u8]) {
        if begins {
            self.abandon();
            self.open = Some(self.out.len());
            self.out.extend(START_CODE);
            self.out.extend(header);
        }
        let Some(start) = self.open else {
            self.facts.is_whole = false;
            return;
        };
        self.out.extend(data);
        if ends {
            self.open = None;
            self.note(start);
        }
    }
}

pub(super) fn unpack(syntax: &Syntax, frame: &Assembled, out: &mut Vec<u8>) -> Facts {
    let mut units = Units {
        out,
        syntax,
        facts: Facts {
            is_whole: frame.is_contiguous(),
            is_disposable: true,
            ..Facts::default()
        },
        has_slice: false,
        // Where nothing is missing before it, the first unit need not be looked at.
        is_first: frame.lost_before > 0,
        open: None,
    };
    for payload in &frame.payloads {
        if payload.after_gap {
            units.abandon();
        }
        match (syntax.piece)(&payload.data) {
            Some(Piece::Unit(unit)) => units.whole(unit),
            Some(Piece::Units(all)) => {
                for unit in all {
                    match unit {
                        Ok(unit) => units.whole(unit),
                        Err(_) => units.facts.is_whole = false,
                    }
                }
            }
            Some(Piece::Part {
                begins,
                ends,
                header,
                header_len,
                data,
            }) => {
                let header = header.get(..header_len).unwrap_or_default();
                units.part(begins, ends, header, data);
            }
            None => units.facts.is_whole = false,
        }
    }
    units.abandon();
    let mut facts = units.facts;
    facts.is_disposable &= units.has_slice;
    facts
}
