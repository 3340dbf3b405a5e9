//! The time axis under a stack of charts, its cursor, and round numbers for scales.

use super::super::theme::{Glyphs, Look, Role};
use super::plot::{GUTTER, plot_width};
use super::resample::Grid;
use super::text::{invert, put};
use crate::time::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The time axis under a stack of charts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    /// The columns of the charts.
    pub(crate) grid: Grid,
    /// Time zero of the labels.
    pub(crate) zero: Timestamp,
    /// The cursor, if shown.
    pub(crate) cursor: Option<Timestamp>,
}

impl Axis {
    /// Draws it.
    pub(super) fn put(&self, buffer: &mut Buffer, area: Rect, look: &Look) {
        let width = usize::from(plot_width(area));
        if width == 0 {
            return;
        }
        let rule: String = std::iter::repeat_n(look.glyphs.horizontal(), width).collect();
        let line = format!("{:>6}{}{rule}", "", look.glyphs.corner());
        put(buffer, area, &line, Role::Dim, look);
        let start = (self.grid.start - self.zero).seconds();
        let seconds = (self.grid.end() - self.grid.start).seconds().max(1e-9);
        let step = nice_above(seconds * 16.0 / width as f64, &[1.0, 2.0, 5.0, 10.0]);
        let digits = if step < 1.0 {
            (-step.log10().floor()) as usize
        } else {
            0
        };
        let first = (start / step).ceil();
        let mut end = 0;
        for i in 0..=width / 8 {
            let t = (first + i as f64) * step;
            let x = ((t - start) / seconds * width as f64).round() as usize;
            let label = format!("{t:.digits$} s");
            if x < end || x + label.len() > width {
                continue;
            }
            end = x + label.len() + 1;
            let x = area
                .x
                .saturating_add(GUTTER)
                .saturating_add(u16::try_from(x).unwrap_or(0));
            let at = Rect {
                x,
                y: area.y.saturating_add(1),
                width: area.right().saturating_sub(x),
                height: area.height.saturating_sub(1),
            };
            put(buffer, at, &label, Role::Dim, look);
            if let Some(cell) = buffer.cell_mut((x, area.y)) {
                cell.set_char(if look.glyphs == Glyphs::Ascii {
                    '+'
                } else {
                    '┴'
                });
            }
        }
        if let Some(x) = self.cursor_x(area) {
            invert(buffer, x, area.y);
        }
    }

    /// The screen column of the cursor.
    pub(super) fn cursor_x(&self, area: Rect) -> Option<u16> {
        let column = self.grid.column(self.cursor?)?;
        let width = usize::from(plot_width(area));
        let x = (column * width + width / 2) / self.grid.columns.max(1);
        let x = u16::try_from(x.min(width.checked_sub(1)?)).ok()?;
        Some(area.x + GUTTER + x)
    }

    /// The moment that is shown at screen column `x`.
    pub(crate) fn time_at(&self, area: Rect, x: u16) -> Option<Timestamp> {
        let x = usize::from(x.checked_sub(area.x + GUTTER)?);
        let width = usize::from(plot_width(area));
        (x < width).then(|| self.grid.at(x * self.grid.columns / width))
    }
}

/// The next of `steps`, times a power of ten, that is not below `value`.
pub(super) fn nice_above(value: f64, steps: &[f64]) -> f64 {
    if value.is_nan() || value <= 0.0 || value.is_infinite() {
        return 1.0;
    }
    let scale = 10f64.powf(value.log10().floor());
    let step = steps.iter().find(|s| **s * scale >= value * (1.0 - 1e-9));
    step.copied().unwrap_or(10.0) * scale
}
