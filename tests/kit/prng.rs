//! A pseudo-random number generator whose sequence never changes (SplitMix64, Steele et al. 2014).
//!
//! Not a crate, because a generated capture must stay the same bytes when dependencies move.

/// SplitMix64: 64 bits of state, every seed is a good seed.
#[derive(Clone, Debug)]
pub struct Prng(u64);

impl Prng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent generator for part `n` of a whole, so that parts do not disturb each other.
    pub fn fork(&self, n: u64) -> Self {
        let mut p = Self(self.0 ^ n.wrapping_mul(0xd1b5_4a32_d192_ed03));
        p.next_u64();
        p
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number in `0..n`; the tiny bias of the multiplication does not matter here.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && ((self.next_u64() >> 11) as f64) < p * (1u64 << 53) as f64
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    pub fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }

    /// `n` characters of ICE's alphabet (RFC 8839 section 5.4 `ice-char`, without `+` and `/`).
    pub fn ice_chars(&mut self, n: usize) -> String {
        const CHARS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..n)
            .map(|_| char::from(CHARS[self.below(62) as usize]))
            .collect()
    }
}

/// A block of noise that payloads are cut from: ciphertext to look at, at the price of a copy.
#[derive(Clone, Debug)]
pub struct Noise(Vec<u8>);

impl Noise {
    const SIZE: usize = 1 << 16;

    pub fn new(prng: &mut Prng) -> Self {
        let mut block = vec![0; Self::SIZE];
        prng.fill(&mut block);
        Self(block)
    }

    /// `len` bytes (at most 4096) chosen by `n`.
    pub fn cut(&self, n: u64, len: usize) -> &[u8] {
        let start = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % (Self::SIZE - 4096);
        &self.0[start..start + len]
    }
}
