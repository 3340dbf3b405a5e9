//! How often each of a few kinds was seen, in the order in which they came first: error codes,
//! alerts, header extensions. A list, because there are few; bounded, because whoever sends them
//! chooses how many.

/// Counts `n` more of this kind. Where `most` kinds are counted already, another one is not.
pub(super) fn add<K: PartialEq>(counts: &mut Vec<(K, u64)>, kind: K, n: u64, most: usize) {
    if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == kind) {
        *count += n;
    } else if counts.len() < most {
        counts.push((kind, n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kinds_are_counted_to_the_end_and_no_others() {
        let mut counts = Vec::new();
        for code in [438, 401, 438, 500, 401, 438] {
            add(&mut counts, code, 1, 2);
        }
        assert_eq!(counts, [(438, 3), (401, 2)]);
    }
}
