//! Sets of transports that grow together (union-find).

/// Which transports belong together. A transport is named by its index; one that was never put in a
/// set is in none.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    parent: Vec<Option<usize>>,
}

impl Groups {
    /// `n` transports, in no set yet.
    pub(super) fn new(n: usize) -> Self {
        Self {
            parent: vec![None; n],
        }
    }

    /// Puts a transport in a set of its own, unless it is in one.
    pub(super) fn add(&mut self, i: usize) {
        if !self.contains(i) {
            self.set(i, i);
        }
    }

    /// Whether a transport is in a set.
    pub(super) fn contains(&self, i: usize) -> bool {
        self.parent.get(i).is_some_and(Option::is_some)
    }

    /// Makes one set of those of `a` and `b`; nothing happens unless both are in one.
    pub(super) fn join(&mut self, a: usize, b: usize) {
        if let (Some(a), Some(b)) = (self.root(a), self.root(b)) {
            self.set(a.max(b), a.min(b));
        }
    }

    /// The first transport of the set of `i`, halving the way there for the next who asks.
    pub(super) fn root(&mut self, mut i: usize) -> Option<usize> {
        while let Some(up) = *self.parent.get(i)? {
            if up == i {
                return Some(i);
            }
            if let Some(&Some(above)) = self.parent.get(up) {
                self.set(i, above);
            }
            i = up;
        }
        None
    }

    fn set(&mut self, i: usize, to: usize) {
        if let Some(slot) = self.parent.get_mut(i) {
            *slot = Some(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_named_by_their_first_member() {
        let mut groups = Groups::new(6);
        for i in [1, 2, 4, 5] {
            groups.add(i);
        }
        groups.join(5, 4);
        groups.join(4, 2);
        groups.join(3, 1);
        let roots: Vec<_> = (0..7).map(|i| groups.root(i)).collect();
        assert_eq!(
            roots,
            [None, Some(1), Some(2), None, Some(2), Some(2), None]
        );
    }
}
