//! Columns of a list: which fit, where they are, and one row of them.
//!
//! Only the rows on the screen are ever made: a list of two million packets costs what twenty do.

use super::super::format::{fit, width};
use super::super::theme::{Look, Role};
use super::text::put;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its width, or the least of it.
    pub(crate) width: u16,
    /// Whether it takes what is left; one column of a table does.
    pub(crate) grows: bool,
    /// Whether its content is at the right, as numbers are.
    pub(crate) right: bool,
    /// Which columns go first when there is no room: those with the highest number.
    pub(crate) rank: u8,
}

/// A column at the left.
pub(crate) const fn left(title: &'static str, width: u16, rank: u8) -> Column {
    Column {
        title,
        width,
        grows: false,
        right: false,
        rank,
    }
}

/// A column at the right.
pub(crate) const fn right(title: &'static str, width: u16, rank: u8) -> Column {
    Column {
        title,
        width,
        grows: false,
        right: true,
        rank,
    }
}

/// A column at the left that takes what is left, `least` columns at least.
pub(crate) const fn rest(title: &'static str, least: u16, rank: u8) -> Column {
    Column {
        title,
        width: least,
        grows: true,
        right: false,
        rank,
    }
}

/// The columns that fit and where: (index, x, width).
pub(crate) fn layout(columns: &[Column], area: Rect) -> Vec<(usize, u16, u16)> {
    let mut by_rank: Vec<usize> = (0..columns.len()).collect();
    by_rank.sort_by_key(|i| columns.get(*i).map(|c| c.rank));
    let mut left = area.width;
    let mut kept = Vec::new();
    for i in by_rank {
        let Some(column) = columns.get(i) else {
            continue;
        };
        match left.checked_sub(column.width + 1) {
            Some(rest) => left = rest,
            None => break,
        }
        kept.push(i);
    }
    kept.sort_unstable();
    let mut x = area.x;
    kept.into_iter()
        .filter_map(|i| {
            let column = columns.get(i)?;
            let w = column.width + if column.grows { left } else { 0 };
            let at = x;
            x = x.saturating_add(w).saturating_add(1);
            Some((i, at, w))
        })
        .collect()
}

/// Draws the headings.
pub(crate) fn header(
    buffer: &mut Buffer,
    row: Rect,
    columns: &[Column],
    places: &[(usize, u16, u16)],
    look: &Look,
) {
    for &(i, x, w) in places {
        if let Some(c) = columns.get(i) {
            cell(
                buffer,
                Rect {
                    x,
                    width: w,
                    height: 1,
                    ..row
                },
                c.title,
                c.right,
                Role::Dim,
                look,
            );
        }
    }
}

/// Draws the text of one cell.
pub(crate) fn cell(
    buffer: &mut Buffer,
    area: Rect,
    text: &str,
    right: bool,
    role: Role,
    look: &Look,
) {
    if right {
        let columns = usize::from(area.width);
        let cut = fit(text, columns, look.glyphs.ellipsis());
        let pad = columns.saturating_sub(width(&cut));
        put(buffer, area, &format!("{:pad$}{cut}", ""), role, look);
    } else {
        put(buffer, area, text, role, look);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        left("a", 5, 1),
        right("b", 5, 3),
        rest("rest", 10, 2),
        right("c", 5, 4),
    ];

    #[test]
    fn the_least_important_columns_go_first() {
        let at = |width| {
            let places = layout(&COLUMNS, Rect::new(0, 0, width, 1));
            places.iter().map(|p| p.0).collect::<Vec<_>>()
        };
        assert_eq!(at(40), [0, 1, 2, 3]);
        assert_eq!(at(25), [0, 1, 2]);
        assert_eq!(at(18), [0, 2]);
        assert_eq!(at(8), [0]);
        assert!(at(3).is_empty());
    }

    #[test]
    fn columns_fill_the_width_and_do_not_overlap() {
        for width in 0..200 {
            let places = layout(&COLUMNS, Rect::new(3, 0, width, 1));
            let mut end = 3;
            for (_, x, w) in places {
                assert!(x >= end);
                end = x + w;
            }
            assert!(end <= 3 + width);
        }
    }
}
