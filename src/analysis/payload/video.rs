//! The pictures of a stream as one video format: sizes, key frames, layers, types of frames.

use super::facts::{self, Facts, FrameKind, Misfit, Profile};
use crate::analysis::model::{CodedLayer, FrameTypes, KeyFrame, KeyReason, SizeChange, Video};
use crate::capture::PacketNo;
use crate::proto::rtp::payload::{Size, VideoFormat};
use crate::time::{Span, Timestamp};

/// Changes of size listed of one stream.
const SIZES_MAX: usize = 64;
/// Key frames listed of one stream.
const KEYS_MAX: usize = 256;
/// Layers told apart: eight spatial by eight temporal ones are more than formats have.
const LAYERS_MAX: usize = 64;

/// One packet of the stream, as its pictures need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// The payload, without its padding.
    pub(super) payload: &'a [u8],
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) at: Timestamp,
    pub(super) no: PacketNo,
}

/// A stream read as video of one format.
#[derive(Clone, Debug)]
pub(super) struct VideoMeter {
    pub(super) format: VideoFormat,
    /// Packets that fit.
    pub(super) fitted: u64,
    /// Packets whose descriptor does not.
    pub(super) misfits: u64,
    /// Packets whose descriptor does, and whose frame does not.
    pub(super) broken: u64,
    /// Frames of which the beginning was seen.
    pub(super) begun: u64,
    types: FrameTypes,
    sizes: Vec<SizeChange>,
    /// RTP timestamp of the latest of them.
    sized_at: u32,
    sizes_not_kept: u64,
    keys: Vec<KeyFrame>,
    keys_not_kept: u64,
    /// RTP timestamp of the latest key frame.
    key_at: Option<u32>,
    layers: Vec<CodedLayer>,
    profile: Option<Profile>,
}

impl VideoMeter {
    pub(super) fn new(format: VideoFormat) -> Self {
        Self {
            format,
            fitted: 0,
            misfits: 0,
            broken: 0,
            begun: 0,
            types: FrameTypes::default(),
            sizes: Vec::new(),
            sized_at: 0,
            sizes_not_kept: 0,
            keys: Vec::new(),
            keys_not_kept: 0,
            key_at: None,
            layers: Vec::new(),
            profile: None,
        }
    }

    /// Reads one packet, and says what it is.
    pub(super) fn push(&mut self, piece: &Piece<'_>) -> Result<Facts, Misfit> {
        let read = facts::read(self.format, piece.payload);
        match &read {
            Ok(facts) => self.take(facts, piece),
            Err(Misfit::Descriptor) => self.misfits += 1,
            Err(Misfit::Frame) => self.broken += 1,
        }
        read
    }

    fn take(&mut self, facts: &Facts, piece: &Piece<'_>) {
        self.fitted += 1;
        if facts.profile.is_some() {
            self.profile = facts.profile;
        }
        let size_changed = facts.size.is_some_and(|size| self.note_size(size, piece));
        if let Some(kind) = facts.begins {
            self.begun += 1;
            match kind {
                FrameKind::Key => self.note_key(size_changed, piece),
                FrameKind::Intra => self.types.intra += 1,
                FrameKind::Predicted => self.types.predicted += 1,
                FrameKind::Bidirectional => self.types.bidirectional += 1,
                FrameKind::Untold => {}
            }
        }
        if let Some((spatial, temporal)) = facts.layer {
            let known = |l: &CodedLayer| l.spatial == spatial && l.temporal == temporal;
            let place = self.layers.iter().position(known);
            if place.is_none() && self.layers.len() < LAYERS_MAX {
                self.layers.push(CodedLayer {
                    spatial,
                    temporal,
                    ..CodedLayer::default()
                });
            }
            let place = place.unwrap_or(self.layers.len().saturating_sub(1));
            if let Some(layer) = self.layers.get_mut(place).filter(|l| known(l)) {
                layer.packets += 1;
                layer.bytes += piece.payload.len() as u64;
                layer.frames += u64::from(facts.begins.is_some());
            }
        }
    }

    /// Notes the size of a picture, of which the largest layer counts; says whether it is a new one.
    fn note_size(&mut self, size: Size, piece: &Piece<'_>) -> bool {
        let same_picture = self.sized_at == piece.timestamp;
        match self.sizes.last_mut() {
            Some(last) if last.size == size => {
                self.sized_at = piece.timestamp;
                return false;
            }
            // A higher layer of the picture whose size has just been noted.
            Some(last) if same_picture => {
                last.size = last.size.max(size);
                let now = last.size;
                let before = self
                    .sizes
                    .len()
                    .checked_sub(2)
                    .and_then(|i| self.sizes.get(i));
                if before.is_some_and(|before| before.size == now) {
                    self.sizes.pop();
                }
                return false;
            }
            _ => {}
        }
        let is_first = self.sizes.is_empty();
        self.sized_at = piece.timestamp;
        if self.sizes.len() < SIZES_MAX {
            self.sizes.push(SizeChange { at: piece.at, size });
        } else {
            self.sizes_not_kept += 1;
            // The last one listed is the last there was.
            if let Some(last) = self.sizes.last_mut() {
                *last = SizeChange { at: piece.at, size };
            }
        }
        !is_first
    }

    fn note_key(&mut self, size_changed: bool, piece: &Piece<'_>) {
        // Several slices, or a packet that came twice.
        if self.key_at.replace(piece.timestamp) == Some(piece.timestamp) {
            return;
        }
        self.types.key += 1;
        let reason = match (self.begun, size_changed) {
            (1, _) => Some(KeyReason::Start),
            (_, true) => Some(KeyReason::Size),
            _ => None,
        };
        if self.keys.len() < KEYS_MAX {
            self.keys.push(KeyFrame {
                at: piece.at,
                packet: piece.no,
                reason,
            });
        } else {
            self.keys_not_kept += 1;
        }
    }

    /// Whether this format was read beyond doubt, if no other fits: sync codes, parameter sets and
    /// start codes are no chance.
    pub(super) fn has_proof(&self) -> bool {
        self.types.key > 0 && !self.sizes.is_empty()
    }

    /// What is reported of the pictures of a stream that lasted so long.
    pub(super) fn report(&self, lasted: Span) -> Video {
        let (profile, level) = match &self.profile {
            None => (None, None),
            Some(Profile::Vp8(n)) => (Some(n.to_string().into()), None),
            Some(Profile::Vp9(n)) => (Some(n.to_string().into()), None),
            Some(Profile::H264(sps)) => (Some(sps.profile_name().into()), Some(sps.level_name())),
            Some(Profile::H265(sps)) => (Some(sps.profile_name().into()), Some(sps.level_name())),
            Some(Profile::Av1 { profile, level }) => {
                let level = format!("{}.{}", 2 + level / 4, level % 4);
                (Some((*profile).into()), Some(level))
            }
        };
        let seconds = lasted.seconds();
        let mut layers = self.layers.clone();
        layers.sort_unstable_by_key(|l| (l.spatial, l.temporal));
        for layer in &mut layers {
            if seconds > 0.0 {
                layer.per_second = layer.frames as f64 / seconds;
            }
        }
        Video {
            sizes: self.sizes.clone(),
            sizes_not_kept: self.sizes_not_kept,
            keys: self.keys.clone(),
            keys_not_kept: self.keys_not_kept,
            layers,
            profile,
            level,
            types: self.types,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(payload: &[u8], timestamp: u32) -> Piece<'_> {
        Piece {
            payload,
            timestamp,
            marker: true,
            at: Timestamp::from_nanos(i64::from(timestamp) * 1_000),
            no: timestamp.into(),
        }
    }

    fn key(width: u8) -> Vec<u8> {
        vec![0x10, 0x10, 0, 0, 0x9d, 1, 0x2a, width, 1, 0xf0, 0, 0]
    }

    #[test]
    fn key_frames_have_times_and_reasons() {
        let mut meter = VideoMeter::new(VideoFormat::Vp8);
        let delta = [0x10, 0x11, 0, 0, 9];
        for (payload, timestamp) in [
            (&key(64)[..], 1),
            (&delta, 2),
            (&key(64), 3),
            (&key(64), 3),
            (&key(32), 4),
        ] {
            meter.push(&piece(payload, timestamp)).unwrap();
        }
        let video = meter.report(Span::from_millis(1_000));
        let keys: Vec<_> = video.keys.iter().map(|k| (k.packet, k.reason)).collect();
        use KeyReason::{Size, Start};
        assert_eq!(keys, [(1, Some(Start)), (3, None), (4, Some(Size))]);
        let sizes: Vec<_> = video.sizes.iter().map(|s| s.size.to_string()).collect();
        assert_eq!(sizes, ["320×240", "288×240"]);
        assert_eq!((video.types.key, video.types.predicted), (3, 1));
        assert!(meter.has_proof());
    }

    #[test]
    fn lists_are_bounded_and_say_so() {
        let mut meter = VideoMeter::new(VideoFormat::Vp8);
        for timestamp in 0..1_000_u32 {
            meter
                .push(&piece(&key(timestamp as u8), timestamp + 1))
                .unwrap();
        }
        let video = meter.report(Span::default());
        assert_eq!((video.sizes.len(), video.sizes_not_kept), (64, 936));
        assert_eq!((video.keys.len(), video.keys_not_kept), (256, 744));
        assert_eq!(video.sizes.last().unwrap().at.nanos(), 1_000_000);
    }
}
