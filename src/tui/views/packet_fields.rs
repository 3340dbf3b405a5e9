//! The fields of one packet: which rows of its decode tree are shown, folded groups left out.

use super::Ctx;
use crate::tree::Row;
use crate::tui::format::width;
use crate::tui::theme::Role;
use crate::tui::widgets::list::ListState;
use crate::tui::widgets::text::{mark, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeSet;

/// What is selected and what is folded. Folding goes by the group's name, so that it stays as one
/// goes from packet to packet.
#[derive(Debug)]
pub(crate) struct Fields {
    /// The selected row among those shown.
    pub(crate) list: ListState,
    folded: BTreeSet<String>,
}

impl Default for Fields {
    fn default() -> Self {
        let carriers = crate::dissect::CARRIERS
            .iter()
            .map(|name| (*name).to_owned());
        Self {
            list: ListState::default(),
            folded: carriers.collect(),
        }
    }
}

impl Fields {
    /// The rows shown, by their index in the tree.
    pub(crate) fn shown(&self, rows: &[Row]) -> Vec<usize> {
        let mut out = Vec::with_capacity(rows.len());
        let mut hidden_below: Option<u16> = None;
        for (i, row) in rows.iter().enumerate() {
            if hidden_below.is_some_and(|depth| row.depth > depth) {
                continue;
            }
            out.push(i);
            hidden_below = self.folded.contains(&row.label).then_some(row.depth);
        }
        out
    }

    /// The selected row.
    pub(crate) fn selected<'a>(&self, rows: &'a [Row]) -> Option<&'a Row> {
        rows.get(*self.shown(rows).get(self.list.selected)?)
    }

    /// Selects the first row of the innermost protocol: what one opens a packet for.
    pub(crate) fn select_message(&mut self, rows: &[Row]) {
        let shown = self.shown(rows);
        let carrier = |row: &Row| crate::dissect::CARRIERS.contains(&row.label.as_str());
        let at = shown
            .iter()
            .position(|i| rows.get(*i).is_some_and(|row| !carrier(row)));
        let at = at.unwrap_or(0);
        self.list = ListState {
            selected: at,
            offset: at,
        };
    }

    /// Folds or unfolds the selected group; `None` does what is not so now.
    pub(crate) fn fold(&mut self, rows: &[Row], fold: Option<bool>) {
        let shown = self.shown(rows);
        let Some(&at) = shown.get(self.list.selected) else {
            return;
        };
        let Some(row) = rows.get(at) else { return };
        if !is_group(rows, at) {
            // From a field, folding goes to its group.
            if fold == Some(true) {
                let up = shown
                    .iter()
                    .take(self.list.selected)
                    .rposition(|i| rows.get(*i).is_some_and(|above| above.depth < row.depth));
                self.list.selected = up.unwrap_or(self.list.selected);
            }
            return;
        }
        let is_folded = self.folded.contains(&row.label);
        if fold.unwrap_or(!is_folded) {
            self.folded.insert(row.label.clone());
        } else {
            self.folded.remove(&row.label);
        }
    }

    /// Draws the rows.
    pub(crate) fn put(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        tree: &[Row],
        focused: bool,
        cx: &Ctx<'_>,
    ) {
        let shown = self.shown(tree);
        let rows = shown.iter().enumerate().skip(self.list.offset);
        for ((i, at), y) in rows.zip(area.y..area.bottom()) {
            let Some(row) = tree.get(*at) else {
                continue;
            };
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            let sign = match is_group(tree, *at) {
                false => ' ',
                true if self.folded.contains(&row.label) => '+',
                true => '-',
            };
            let indent = usize::from(row.depth.min(20)) * 2;
            let left = format!(" {:indent$}{sign} {}", "", row.label);
            let role = if row.problem { Role::Error } else { Role::Text };
            let used = put(buffer, line, &left, role, &cx.look);
            // Values of one level stand below each other.
            let value = used
                .max(u16::try_from(26 + indent).unwrap_or(0))
                .saturating_add(2);
            let value = if row.value.is_empty() { used } else { value };
            let rest = Rect {
                x: line.x.saturating_add(value),
                width: line.width.saturating_sub(value),
                ..line
            };
            let end = value.saturating_add(put(buffer, rest, &row.value, role, &cx.look));
            let place = place(row);
            let place_width = u16::try_from(width(&place)).unwrap_or(u16::MAX);
            if end.saturating_add(place_width).saturating_add(2) <= line.width {
                let x = line.right() - place_width - 1;
                let at = Rect {
                    x,
                    width: place_width,
                    ..line
                };
                put(buffer, at, &place, Role::Dim, &cx.look);
            }
            if i == self.list.selected {
                put(buffer, line, ">", Role::Text, &cx.look);
                if focused {
                    mark(buffer, line, &cx.look);
                }
            }
        }
    }
}

/// Whether rows below belong to row `i`.
fn is_group(rows: &[Row], i: usize) -> bool {
    match (rows.get(i), rows.get(i + 1)) {
        (Some(row), Some(next)) => next.depth > row.depth,
        _ => false,
    }
}

/// `52..56`, `52 [7:6]`: the bytes and bits a row came from.
fn place(row: &Row) -> String {
    let Some(bytes) = &row.bytes else {
        return String::new();
    };
    let bits = row.bits.filter(|mask| *mask != 0).map(|mask| {
        let high = 63 - mask.leading_zeros();
        let low = mask.trailing_zeros();
        if high == low {
            format!(" [{high}]")
        } else {
            format!(" [{high}:{low}]")
        }
    });
    let bits = bits.unwrap_or_default();
    match bytes.len() {
        0 => String::new(),
        1 => format!("{}{bits}", bytes.start),
        _ => format!("{}..{}{bits}", bytes.start, bytes.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(depth: u16, label: &str) -> Row {
        Row {
            depth,
            label: label.to_owned(),
            value: String::new(),
            bytes: Some(2..3),
            buffer: 0,
            bits: Some(0b1100_0000),
            problem: false,
        }
    }

    #[test]
    fn folding_hides_what_is_below_and_stays() {
        let rows = [
            row(0, "a"),
            row(1, "b"),
            row(2, "c"),
            row(1, "d"),
            row(0, "e"),
        ];
        let mut fields = Fields::default();
        assert_eq!(fields.shown(&rows), [0, 1, 2, 3, 4]);
        fields.list.selected = 1;
        fields.fold(&rows, Some(true));
        assert_eq!(fields.shown(&rows), [0, 1, 3, 4]);
        fields.list.selected = 2;
        fields.fold(&rows, Some(true));
        assert_eq!(
            fields.list.selected, 0,
            "folding from a field goes to its group"
        );
        fields.fold(&rows, None);
        assert_eq!(fields.shown(&rows), [0, 4]);
        fields.fold(&rows, None);
        assert_eq!(fields.shown(&rows), [0, 1, 3, 4], "b stays folded");
    }

    #[test]
    fn places_name_bytes_and_bits() {
        assert_eq!(place(&row(0, "x")), "2 [7:6]");
        let mut wide = row(0, "x");
        (wide.bytes, wide.bits) = (Some(60..64), None);
        assert_eq!(place(&wide), "60..64");
    }
}
