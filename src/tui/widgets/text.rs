//! Lines of text in a rectangle: cut to fit, made harmless, never wrapped.

use super::super::format::{fit, width};
use super::super::theme::{Look, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// A piece of a line in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What it says.
    pub(crate) text: String,
    /// How it looks.
    pub(crate) role: Role,
}

/// The width of the labels of facts.
const INDENT: usize = 13;

/// A line made of pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(pub(crate) Vec<Piece>);

impl Line {
    /// An ordinary line.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::default().then(Role::Text, text)
    }

    /// A label in a column of its own, [`INDENT`] wide, and what it labels.
    pub(crate) fn fact(label: &str, text: impl Into<String>) -> Self {
        Self::default()
            .then(Role::Dim, format!(" {label:<11} "))
            .then(Role::Text, text)
    }

    /// Adds a piece.
    #[must_use]
    pub(crate) fn then(mut self, role: Role, text: impl Into<String>) -> Self {
        self.0.push(Piece {
            text: text.into(),
            role,
        });
        self
    }
}

/// The lines broken at spaces where they are wider than `columns`; what is broken goes on under the
/// text of a [`Line::fact`].
pub(crate) fn wrap(lines: Vec<Line>, columns: u16) -> Vec<Line> {
    let columns = usize::from(columns).max(INDENT + 8);
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let mut broken = Line::default();
        let mut used = 0;
        for piece in line.0 {
            let mut text = String::new();
            for word in piece.text.split_inclusive(' ') {
                let w = width(word);
                // The space after the last word may hang over the edge.
                if used > INDENT && used + width(word.trim_end()) > columns {
                    let whole = std::mem::take(&mut text);
                    broken = broken.then(piece.role, whole.trim_end());
                    out.push(std::mem::take(&mut broken));
                    broken = broken.then(Role::Text, " ".repeat(INDENT));
                    used = INDENT;
                }
                text.push_str(word);
                used += w;
            }
            broken = broken.then(piece.role, text);
        }
        out.push(broken);
    }
    out
}

/// Draws `text` at the left of `area`'s first row in `role`; returns the columns used.
pub(crate) fn put(buffer: &mut Buffer, area: Rect, text: &str, role: Role, look: &Look) -> u16 {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return 0;
    }
    let text = fit(text, usize::from(area.width), look.glyphs.ellipsis());
    let (end, _) = buffer.set_stringn(
        area.x,
        area.y,
        &text,
        usize::from(area.width),
        look.style(role),
    );
    end.saturating_sub(area.x)
}

/// Draws one line.
pub(crate) fn put_line(buffer: &mut Buffer, area: Rect, line: &Line, look: &Look) {
    let mut rest = Rect {
        height: area.height.min(1),
        ..area
    };
    for piece in &line.0 {
        let used = put(buffer, rest, &piece.text, piece.role, look);
        rest.x = rest.x.saturating_add(used);
        rest.width = rest.width.saturating_sub(used);
    }
}

/// Draws the lines from `offset` on, as many as fit.
pub(crate) fn put_lines(
    buffer: &mut Buffer,
    area: Rect,
    lines: &[Line],
    offset: usize,
    look: &Look,
) {
    for (line, y) in lines.iter().skip(offset).zip(area.y..area.bottom()) {
        put_line(
            buffer,
            Rect {
                y,
                height: 1,
                ..area
            },
            line,
            look,
        );
    }
}

/// Marks a whole row as selected.
pub(crate) fn mark(buffer: &mut Buffer, row: Rect, look: &Look) {
    buffer.set_style(row.intersection(buffer.area), look.style(Role::Select));
}

/// Draws `── Name ─────── note ─` over `area`'s first row and returns what is left below.
pub(crate) fn heading(
    buffer: &mut Buffer,
    area: Rect,
    name: &str,
    note: &str,
    focused: bool,
    look: &Look,
) -> Rect {
    let row = Rect {
        height: area.height.min(1),
        ..area
    };
    let rule: String = std::iter::repeat_n(look.glyphs.horizontal(), area.width.into()).collect();
    put(buffer, row, &rule, Role::Border, look);
    let inner = Rect {
        x: row.x.saturating_add(2),
        width: row.width.saturating_sub(4),
        ..row
    };
    let role = if focused { Role::Focus } else { Role::Title };
    let mut used = put(
        buffer,
        Rect {
            width: 1.min(inner.width),
            ..inner
        },
        " ",
        Role::Text,
        look,
    );
    let rest = |used: u16| Rect {
        x: inner.x.saturating_add(used),
        width: inner.width.saturating_sub(used),
        ..inner
    };
    used += put(buffer, rest(used), name, role, look);
    used += put(buffer, rest(used), " ", Role::Text, look);
    let note_width = u16::try_from(width(note)).unwrap_or(u16::MAX);
    if !note.is_empty() && inner.width > used.saturating_add(note_width).saturating_add(3) {
        let at = rest(inner.width - note_width - 2);
        put(buffer, at, &format!(" {note} "), Role::Dim, look);
    }
    Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// Takes the modifiers that a focused or selected thing has away from one cell's style.
pub(crate) fn invert(buffer: &mut Buffer, x: u16, y: u16) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|l| l.0.iter().map(|p| p.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn facts_are_broken_at_spaces_and_go_on_below_themselves() {
        let line = Line::fact("round trip", "median 1.5 ms, 0.2 to 95.8").then(Role::Warn, " late");
        let wrapped = wrap(vec![line.clone()], 30);
        assert_eq!(
            texts(&wrapped),
            [
                " round trip  median 1.5 ms,",
                "             0.2 to 95.8 late"
            ]
        );
        assert_eq!(texts(&wrap(vec![line], 80)).len(), 1);
        let long = Line::new("x".repeat(200));
        assert_eq!(
            wrap(vec![long], 30).len(),
            1,
            "a word is cut when it is drawn"
        );
    }
}
