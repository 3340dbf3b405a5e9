//! Header extension elements that are encrypted one by one (RFC 6904).
//!
//! A packet does not tell which are: session descriptions do, with
//! `a=extmap:N urn:ietf:params:rtp-hdrext:encrypt …`.

use super::block::Keystream;

/// A set of local identifiers of header extension elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionIds([u64; 4]);

impl ExtensionIds {
    /// Adds an identifier.
    pub fn insert(&mut self, id: u8) {
        if let Some(word) = self.0.get_mut(usize::from(id / 64)) {
            *word |= 1 << (id % 64);
        }
    }

    /// Whether it is one of them.
    pub fn contains(&self, id: u8) -> bool {
        (self.0.get(usize::from(id / 64))).is_some_and(|word| word & 1 << (id % 64) != 0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}

impl FromIterator<u8> for ExtensionIds {
    fn from_iter<I: IntoIterator<Item = u8>>(ids: I) -> Self {
        let mut all = Self::default();
        ids.into_iter().for_each(|id| all.insert(id));
        all
    }
}

/// Decrypts the data of the elements with these identifiers, up to the first element that does not fit.
/// The keystream runs over the whole of `elements`; identifiers and lengths stay in clear.
pub(super) fn decrypt_elements(
    profile: u16,
    elements: &mut [u8],
    ids: &ExtensionIds,
    mut keystream: Keystream<'_>,
) {
    let is_two_byte = profile & 0xfff0 == 0x1000;
    if !is_two_byte && profile != 0xbede {
        return;
    }
    let mut at = 0;
    while let Some(&first) = elements.get(at) {
        if first == 0 {
            at += 1;
            continue;
        }
        let (id, data) = if is_two_byte {
            let Some(&len) = elements.get(at + 1) else {
                return;
            };
            (first, at + 2..at + 2 + usize::from(len))
        } else {
            (first >> 4, at + 1..at + 2 + usize::from(first & 0x0f))
        };
        // Reserved: processing ends here (RFC 8285).
        if !is_two_byte && matches!(id, 0 | 15) {
            return;
        }
        at = data.end;
        let begin = data.start;
        let Some(data) = elements.get_mut(data) else {
            return;
        };
        if ids.contains(id) {
            keystream.seek(begin);
            keystream.apply(data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::BlockKey;
    use super::*;

    #[test]
    fn only_the_data_of_the_chosen_elements_changes() {
        let key = BlockKey::new(&[1; 16]).unwrap();
        let ids: ExtensionIds = [1, 3].into_iter().collect();
        assert!(ids.contains(3) && !ids.contains(2) && !ids.is_empty());
        for (profile, plain) in [
            (0xbede, vec![0x12, 9, 9, 9, 0x20, 9, 0, 0x31, 9, 9, 0xf0, 9]),
            (0x1003, vec![1, 3, 9, 9, 9, 2, 1, 9, 0, 3, 2, 9, 9, 3, 0]),
        ] {
            let mut bytes = plain.clone();
            decrypt_elements(profile, &mut bytes, &ids, key.keystream(&[3; 16]));
            let mut changed = vec![0; plain.len()];
            key.keystream(&[3; 16]).apply(&mut changed);
            let own: Vec<usize> = match profile {
                0xbede => vec![1, 2, 3, 8, 9],
                _ => vec![2, 3, 4, 11, 12],
            };
            for (i, (a, b)) in plain.iter().zip(&bytes).enumerate() {
                let mask = if own.contains(&i) { changed[i] } else { 0 };
                assert_eq!(a ^ mask, *b, "{profile:04x} byte {i}");
            }
        }
    }

    #[test]
    fn any_bytes_are_taken() {
        let key = BlockKey::new(&[1; 16]).unwrap();
        let ids: ExtensionIds = (0..=255).collect();
        for seed in 0..=255u8 {
            for len in 0..40usize {
                let mut bytes: Vec<u8> = (0..len)
                    .map(|i| (i as u8).wrapping_mul(37).wrapping_add(seed))
                    .collect();
                let before = bytes.clone();
                decrypt_elements(0xbede, &mut bytes, &ids, key.keystream(&[0; 16]));
                decrypt_elements(0x1000, &mut bytes, &ids, key.keystream(&[0; 16]));
                decrypt_elements(0x1234, &mut bytes, &ids, key.keystream(&[0; 16]));
                assert_eq!(before.len(), bytes.len());
            }
        }
    }
}
