//! G.722, ITU-T: 64 kbit/s to 16 kHz. Each byte is two sub-bands: six bits of the lower one and two of
//! the higher one, each adaptive differential PCM with a predictor of two poles and six zeros, which a
//! quadrature mirror filter of 24 taps puts together to two samples.
//!
//! Names and numbers of blocks and tables are those of the recommendation's clause 6, whose fixed-point
//! arithmetic this follows bit by bit.

/// Inverse quantizer of the lower band at 4 bits: what adapts the predictor, which must not depend on
/// the two bits that a 48 kbit/s mode would steal.
const QM4: [i32; 16] = [
    0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288,
    4_240, 2_584, 1_200, 0,
];
/// Inverse quantizer of the lower band at 6 bits: what is heard.
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192,
    -10_232, -9_360, -8_576, -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008,
    -3_576, -3_168, -2_776, -2_400, -2_032, -1_688, -1_360, -1_040, -728, 24_808, 21_904, 19_008,
    16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576, 6_000,
    5_456, 4_944, 4_464, 4_008, 3_576, 3_168, 2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728, 432,
    136, -432, -136,
];
/// Inverse quantizer of the higher band.
const QM2: [i32; 4] = [-7_408, -1_616, 7_408, 1_616];
/// How the scale of the lower band goes on, by the magnitude of the code.
const WL: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1_198, 3_042];
/// The magnitude of a code of the lower band.
const RL42: [usize; 16] = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
/// How the scale of the higher band goes on, by the magnitude of the code.
const WH: [i32; 3] = [0, -214, 798];
const RH2: [usize; 4] = [2, 1, 2, 1];
/// Antilogarithm of a scale.
const ILB: [i32; 32] = [
    2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656,
    2_714, 2_774, 2_834, 2_896, 2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520,
    3_597, 3_676, 3_756, 3_838, 3_922, 4_008,
];
/// Half of the mirror filter's taps; the other half is the same backwards.
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3_876, -805, 362, -156, 53, -11];

/// A decoder, which remembers what came before.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    low: Band,
    high: Band,
    /// The last 24 sums and differences of the bands.
    past: [i32; 24],
}

/// One sub-band.
#[derive(Clone, Debug)]
struct Band {
    /// Logarithmic scale of the quantizer, and the scale itself.
    nb: i32,
    det: i32,
    /// The prediction, and its part by zeros.
    s: i32,
    sz: i32,
    /// Coefficients and past values of the two poles.
    a: [i32; 2],
    r: [i32; 2],
    /// Coefficients and past values of the six zeros.
    b: [i32; 6],
    d: [i32; 6],
    /// The last two partial reconstructions.
    p: [i32; 2],
}

fn saturate(value: i32) -> i32 {
    value.clamp(i16::MIN.into(), i16::MAX.into())
}

fn at<const N: usize>(table: &[i32; N], index: usize) -> i32 {
    table.get(index).copied().unwrap_or_default()
}

impl Band {
    fn new(det: i32) -> Self {
        Self {
            nb: 0,
            det,
            s: 0,
            sz: 0,
            a: [0; 2],
            r: [0; 2],
            b: [0; 6],
            d: [0; 6],
            p: [0; 2],
        }
    }

    /// LOGSCL and SCALEL, LOGSCH and SCALEH: the scale of the next sample.
    fn adapt_scale(&mut self, step: i32, limit: i32, shift: i32) {
        self.nb = (((self.nb * 127) >> 7) + step).clamp(0, limit);
        let mantissa = at(&ILB, (self.nb >> 6 & 31) as usize);
        let exponent = shift - (self.nb >> 11);
        let scale = match exponent {
            ..0 => mantissa << -exponent,
            _ => mantissa >> exponent,
        };
        self.det = scale << 2;
    }

    /// Block 4: the predictor after the quantized difference `d`.
    fn adapt_predictor(&mut self, d: i32) {
        let reconstructed = saturate(self.s + d);
        let partial = saturate(self.sz + d);
        // UPPOL2: the second pole.
        let same = |x: i32, y: i32| (x < 0) == (y < 0);
        let [p1, p2] = self.p;
        let [a1, a2] = self.a;
        let four = saturate(a1 << 2);
        let lean = if same(partial, p1) { -four } else { four };
        let lean = lean.min(i16::MAX.into()) >> 7;
        let push = if same(partial, p2) { 128 } else { -128 };
        let second = (lean + push + ((a2 * 32_512) >> 15)).clamp(-12_288, 12_288);
        // UPPOL1: the first one, which the second bounds.
        let push = if same(partial, p1) { 192 } else { -192 };
        let bound = saturate(15_360 - second);
        let first = saturate(push + ((a1 * 32_640) >> 15)).clamp(-bound, bound);
        // UPZERO: the six zeros.
        let step = if d == 0 { 0 } else { 128 };
        for (b, past) in self.b.iter_mut().zip(self.d) {
            let push = if same(d, past) { step } else { -step };
            *b = saturate(push + ((*b * 32_640) >> 15));
        }
        // DELAYA.
        self.d.rotate_right(1);
        if let Some(newest) = self.d.first_mut() {
            *newest = d;
        }
        self.r = [reconstructed, self.r[0]];
        self.p = [partial, p1];
        self.a = [first, second];
        // FILTEP and FILTEZ: what comes next.
        let pole = |a: i32, r: i32| (a * saturate(r + r)) >> 15;
        let poles = saturate(pole(first, self.r[0]) + pole(second, self.r[1]));
        let zeros = self.b.iter().zip(self.d);
        self.sz = saturate(zeros.map(|(b, d)| (b * saturate(d + d)) >> 15).sum());
        self.s = saturate(poles + self.sz);
    }
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self {
            low: Band::new(32),
            high: Band::new(8),
            past: [0; 24],
        }
    }

    /// Decodes bytes to twice as many samples, behind those in `out`.
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<i16>) {
        out.reserve(bytes.len() * 2);
        for byte in bytes {
            out.extend(self.byte(*byte));
        }
    }

    fn byte(&mut self, byte: u8) -> [i16; 2] {
        let low = usize::from(byte & 0x3f);
        let high = usize::from(byte >> 6);
        // The lower band.
        let band = &mut self.low;
        let heard = (band.s + ((band.det * at(&QM6, low)) >> 15)).clamp(-16_384, 16_383);
        let code = low >> 2;
        let difference = (band.det * at(&QM4, code)) >> 15;
        let step = at(&WL, RL42.get(code).copied().unwrap_or_default());
        band.adapt_scale(step, 18_432, 8);
        band.adapt_predictor(difference);
        let low_sample = heard;
        // The higher band.
        let band = &mut self.high;
        let difference = (band.det * at(&QM2, high)) >> 15;
        let high_sample = (difference + band.s).clamp(-16_384, 16_383);
        let step = at(&WH, RH2.get(high).copied().unwrap_or_default());
        band.adapt_scale(step, 22_528, 10);
        band.adapt_predictor(difference);
        self.mirror(low_sample, high_sample)
    }

    /// The receiving quadrature mirror filter.
    fn mirror(&mut self, low: i32, high: i32) -> [i16; 2] {
        self.past.rotate_left(2);
        let [.., sum, difference] = &mut self.past;
        (*sum, *difference) = (low + high, low - high);
        let (pairs, _) = self.past.as_chunks::<2>();
        let taps = QMF.iter().zip(QMF.iter().rev()).zip(pairs);
        let (mut first, mut second) = (0, 0);
        for ((forward, backward), [even, odd]) in taps {
            second += even * forward;
            first += odd * backward;
        }
        [first, second].map(|sum| saturate(sum >> 11) as i16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_silent() {
        let mut out = Vec::new();
        Decoder::new().decode(&[], &mut out);
        assert!(out.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let mut out = Vec::new();
            Decoder::new().decode(&bytes, &mut out);
            prop_assert_eq!(out.len(), bytes.len() * 2);
        }
    }
}
