//! Which row of a list is selected and which rows are on the screen.

/// The selected row and the first one shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListState {
    /// The selected row.
    pub(crate) selected: usize,
    /// The first row on the screen.
    pub(crate) offset: usize,
}

impl ListState {
    /// Selects the row `by` further, held to `len` rows of which `height` are on the screen.
    pub(crate) fn step(&mut self, by: isize, len: usize, height: usize) {
        self.selected = self.selected.saturating_add_signed(by);
        self.hold(len, height);
    }

    /// Selects row `index`.
    pub(crate) fn select(&mut self, index: usize, len: usize, height: usize) {
        self.selected = index;
        self.hold(len, height);
    }

    /// Keeps the selection inside the list and on the screen.
    pub(crate) fn hold(&mut self, len: usize, height: usize) {
        let height = height.max(1);
        self.selected = self.selected.min(len.saturating_sub(1));
        self.offset = self
            .offset
            .max((self.selected + 1).saturating_sub(height))
            .min(self.selected)
            .min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_selection_stays_in_the_list_and_on_the_screen(
            steps in proptest::collection::vec((-50isize..50, 0usize..60, 0usize..20), 1..20)
        ) {
            let mut list = ListState::default();
            for (by, len, height) in steps {
                list.step(by, len, height);
                prop_assert!(list.selected < len.max(1));
                prop_assert!(list.offset <= list.selected);
                prop_assert!(list.selected - list.offset < height.max(1));
            }
        }
    }
}
