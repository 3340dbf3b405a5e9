//! Bytes in hexadecimal and ASCII, with some of them marked.
//!
//! ```text
//! 0030  81 ce 00 02 00 00 00 01  5a 1c 22 f0 80 00 00 2f  ........Z."..../
//! ```

use super::super::theme::{Look, Role};
use super::text::{mark, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::fmt::Write;
use std::ops::Range;

/// Columns before the first byte.
const OFFSET: u16 = 7;

/// Bytes in a row of this width: sixteen, or eight where sixteen do not fit.
pub(crate) fn per_row(width: u16) -> usize {
    if width >= 74 { 16 } else { 8 }
}

/// Where byte `i` of a row of `n` stands, and where its character does.
fn places(i: usize, n: usize) -> (u16, u16) {
    let gap = |i: usize| if i >= 8 { 1 } else { 0 };
    let hex = usize::from(OFFSET) + 3 * i + gap(i);
    let text = usize::from(OFFSET) + 3 * n + gap(n - 1) + 1 + i;
    (
        u16::try_from(hex).unwrap_or(u16::MAX),
        u16::try_from(text).unwrap_or(u16::MAX),
    )
}

/// Draws `data` from row `first` on.
pub(crate) fn put_hex(
    buffer: &mut Buffer,
    area: Rect,
    data: &[u8],
    first: usize,
    marked: Option<&Range<usize>>,
    look: &Look,
) {
    let n = per_row(area.width);
    let rows = data.chunks(n).enumerate().skip(first);
    let right = area.right();
    for ((row, bytes), y) in rows.zip(area.y..area.bottom()) {
        let at = |x: u16, width: u16| Rect {
            x,
            y,
            width: width.min(right.saturating_sub(x)),
            height: 1,
        };
        put(
            buffer,
            at(area.x, OFFSET),
            &format!(" {:04x}", row * n),
            Role::Dim,
            look,
        );
        let mut text = String::with_capacity(2);
        for (i, byte) in bytes.iter().enumerate() {
            let (hex, ascii) = places(i, n);
            let (hex, ascii) = (area.x.saturating_add(hex), area.x.saturating_add(ascii));
            text.clear();
            let _ = write!(text, "{byte:02x}");
            put(buffer, at(hex, 2), &text, Role::Text, look);
            let c = if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '.'
            };
            put(
                buffer,
                at(ascii, 1),
                c.encode_utf8(&mut [0; 4]),
                Role::Dim,
                look,
            );
            let index = row * n + i;
            if marked.is_some_and(|range| range.contains(&index)) {
                // The space between two marked bytes is marked too, so that a field is one block.
                let joined =
                    i + 1 < bytes.len() && marked.is_some_and(|r| r.contains(&(index + 1)));
                let (next, _) = places(i + 1, n);
                let width = if joined {
                    area.x.saturating_add(next) - hex
                } else {
                    2
                };
                mark(buffer, at(hex, width), look);
                mark(buffer, at(ascii, 1), look);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::{look, rows_of};
    use crate::tui::theme::Glyphs;
    use ratatui::style::Modifier;

    fn draw(width: u16, marked: Option<&Range<usize>>) -> Buffer {
        let data: Vec<u8> = (0x40..0x60).collect();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 3));
        put_hex(
            &mut buffer,
            Rect::new(0, 0, width, 3),
            &data,
            0,
            marked,
            &look(Glyphs::Ascii),
        );
        buffer
    }

    #[test]
    fn rows_have_offset_bytes_and_text() {
        assert_eq!(
            rows_of(&draw(80, None))[1],
            " 0010  50 51 52 53 54 55 56 57  58 59 5a 5b 5c 5d 5e 5f  PQRSTUVWXYZ[\\]^_"
        );
        assert_eq!(
            rows_of(&draw(40, None))[1],
            " 0008  48 49 4a 4b 4c 4d 4e 4f  HIJKLMNO"
        );
    }

    #[test]
    fn marked_bytes_are_one_block_in_both_columns() {
        let buffer = draw(80, Some(&(6..10)));
        let marked: String = (0..80)
            .filter_map(|x| buffer.cell((x, 0)))
            .filter(|c| c.modifier.contains(Modifier::REVERSED))
            .map(|c| c.symbol())
            .collect();
        assert_eq!(marked, "46 47  48 49FGHI");
    }

    #[test]
    fn any_size_is_drawn_without_panic() {
        for width in 0..90 {
            draw(width, Some(&(0..99)));
        }
    }
}
