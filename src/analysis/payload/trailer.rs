//! The trailer that several implementations of end-to-end encryption put behind each frame: the length
//! of the initialization vector, twelve, and the number of the key.

/// The length of an initialization vector of AES-GCM, in bytes.
const VECTOR: u8 = 12;
/// Key numbers that rings of keys have.
const KEYS: u8 = 32;
/// Frames whose ends are looked at before anything is said.
const LEAST: u64 = 24;

/// How the frames of a stream end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trailers {
    frames: u64,
    like: u64,
    keys: u32,
}

impl Trailers {
    /// Takes the payload of the last packet of a frame.
    pub(super) fn push(&mut self, payload: &[u8]) {
        self.frames += 1;
        if let [.., VECTOR, key @ 0..KEYS] = payload
            && payload.len() > usize::from(VECTOR) + 2
        {
            self.like += 1;
            self.keys |= 1 << key;
        }
    }

    /// Whether frames end with the trailer: nearly all, with few numbers of keys. By chance two bytes
    /// are these once in 2 048 times.
    pub(super) fn are_there(&self) -> bool {
        self.frames >= LEAST && self.like * 10 >= self.frames * 9 && self.keys.count_ones() <= 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_all_frames_must_end_so() {
        let with = |key: u8| [vec![7; 20], vec![12, key]].concat();
        let mut trailers = Trailers::default();
        (0..23).for_each(|_| trailers.push(&with(1)));
        assert!(!trailers.are_there(), "too few");
        trailers.push(&with(2));
        assert!(trailers.are_there());
        (0..4).for_each(|_| trailers.push(&[7; 30]));
        assert!(!trailers.are_there());
    }
}
