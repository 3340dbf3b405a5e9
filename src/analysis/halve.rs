//! Halving the number of buckets on a time axis, for every series that is bounded by it.

/// A bucket of a series, at its place on the axis.
pub(super) trait Place: Copy {
    /// Its place, in buckets from the origin.
    fn index(&self) -> u32;
    /// The same bucket at another place.
    fn moved_to(self, index: u32) -> Self;
    /// Takes what is in another bucket at the same place, which comes after it.
    fn join(&mut self, other: &Self);
}

/// Merges buckets in pairs, as their width doubles. They are in order, and stay so.
pub(super) fn merge_in_pairs<B: Place>(buckets: &mut Vec<B>) {
    let mut merged: Vec<B> = Vec::with_capacity(buckets.len());
    for bucket in buckets.drain(..) {
        let index = bucket.index() / 2;
        match merged.last_mut() {
            Some(last) if last.index() == index => last.join(&bucket),
            _ => merged.push(bucket.moved_to(index)),
        }
    }
    *buckets = merged;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Count(u32, u32);

    impl Place for Count {
        fn index(&self) -> u32 {
            self.0
        }
        fn moved_to(self, index: u32) -> Self {
            Self(index, self.1)
        }
        fn join(&mut self, other: &Self) {
            self.1 += other.1;
        }
    }

    #[test]
    fn neighbours_join_and_gaps_stay() {
        let mut buckets = vec![Count(0, 1), Count(1, 2), Count(3, 4), Count(10, 8)];
        merge_in_pairs(&mut buckets);
        assert_eq!(buckets, [Count(0, 3), Count(1, 4), Count(5, 8)]);
    }
}
