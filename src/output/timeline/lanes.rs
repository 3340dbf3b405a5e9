//! The columns of a ladder: one line down for each party, and arrows between them.
//!
//! ```text
//! A              B              C
//! |------------->|              |
//! |              |<-------------|
//! ```

/// The narrowest that still shows an arrow.
const NARROWEST: usize = 5;

/// The characters of arrows; all of one column.
#[derive(Clone, Copy, Debug)]
pub struct Strokes {
    /// A party's line.
    pub lane: char,
    /// An arrow's body.
    pub shaft: char,
    /// An arrow's head to the left.
    pub left: char,
    /// An arrow's head to the right.
    pub right: char,
}

/// Those that every terminal has.
pub const ASCII: Strokes = Strokes {
    lane: '|',
    shaft: '-',
    left: '<',
    right: '>',
};

/// Box drawing for the lines.
pub const LINES: Strokes = Strokes {
    lane: '│',
    shaft: '─',
    left: '<',
    right: '>',
};

/// Where the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    parties: usize,
    /// From one line to the next.
    spacing: usize,
}

impl Lanes {
    /// Columns for so many parties in at most `room` columns of the screen, if they fit: no further
    /// apart than `widest`.
    pub fn fitting(parties: usize, room: usize, widest: usize) -> Option<Self> {
        let gaps = parties.checked_sub(1)?;
        let spacing = match gaps {
            0 => widest,
            _ => (room.checked_sub(1)? / gaps).min(widest),
        };
        (spacing >= NARROWEST && room > 0).then_some(Self { parties, spacing })
    }

    /// Columns of the screen that they take.
    pub fn width(&self) -> usize {
        self.parties.saturating_sub(1) * self.spacing + 1
    }

    /// From one line to the next.
    pub fn spacing(&self) -> usize {
        self.spacing
    }

    /// One row: the lines, and an arrow between two of them.
    pub fn row(&self, way: Option<(usize, usize)>, strokes: Strokes) -> String {
        let mut cells = vec![' '; self.width()];
        for cell in cells.iter_mut().step_by(self.spacing.max(1)) {
            *cell = strokes.lane;
        }
        if let Some((from, to)) = way {
            let (left, right) = (from.min(to) * self.spacing, from.max(to) * self.spacing);
            let inside = cells.get_mut((left + 1)..right);
            for cell in inside.into_iter().flatten() {
                *cell = strokes.shaft;
            }
            let (head, at) = match from <= to {
                true => (strokes.right, right.saturating_sub(1)),
                false => (strokes.left, left + 1),
            };
            if let Some(cell) = cells.get_mut(at).filter(|_| from != to) {
                *cell = head;
            }
        }
        cells.into_iter().collect()
    }

    /// The row of names above, each beginning at its line and cut where the next begins.
    pub fn names<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> String {
        let mut out = String::new();
        for (i, name) in names.into_iter().take(self.parties).enumerate() {
            let pad = (i * self.spacing).saturating_sub(out.chars().count());
            out.extend(std::iter::repeat_n(' ', pad));
            let room = match i + 1 == self.parties {
                true => usize::MAX,
                false => self.spacing.saturating_sub(1),
            };
            out.extend(name.chars().take(room));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arrows_go_from_line_to_line() {
        let lanes = Lanes::fitting(3, 13, 14).unwrap();
        assert_eq!(lanes.spacing(), 6);
        assert_eq!(lanes.row(Some((0, 1)), ASCII), "|---->|     |");
        assert_eq!(lanes.row(Some((2, 1)), ASCII), "|     |<----|");
        assert_eq!(lanes.row(Some((2, 0)), ASCII), "|<----------|");
        assert_eq!(lanes.row(None, ASCII), "|     |     |");
        assert_eq!(lanes.row(Some((1, 1)), ASCII), "|     |     |");
        assert_eq!(lanes.names(["A", "B", "C"]), "A     B     C");
        assert_eq!(
            lanes.names(["A 1.2.3.4", "B", "C 5.6"]),
            "A 1.2 B     C 5.6"
        );
    }

    #[test]
    fn what_does_not_fit_has_no_columns() {
        assert_eq!(Lanes::fitting(0, 80, 14), None);
        assert_eq!(Lanes::fitting(2, 5, 14), None);
        assert_eq!(Lanes::fitting(2, 0, 14), None);
        assert_eq!(Lanes::fitting(1, 1, 14).unwrap().width(), 1);
        assert_eq!(Lanes::fitting(2, 200, 14).unwrap().width(), 15);
    }

    proptest! {
        #[test]
        fn a_row_is_as_wide_as_the_lanes(
            parties in 0usize..40, room in 0usize..300, from in 0usize..50, to in 0usize..50
        ) {
            if let Some(lanes) = Lanes::fitting(parties, room, 30) {
                prop_assert!(lanes.width() <= room.max(1));
                let row = lanes.row(Some((from, to)), ASCII);
                prop_assert_eq!(row.chars().count(), lanes.width());
            }
        }
    }
}
