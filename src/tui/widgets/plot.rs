//! Charts stacked on one time axis.
//!
//! ```text
//!  bit rate kb/s ──────────────────────────── max 2 104
//!   2000│⢀   ⡀    ⣀           ⡀
//!       │⠊⠑⠒⠒⠉⠊⠓⠊⠒⠉⠊⠊⠑⠑⠑⠒⠉⠒⠔⠒⠉⠈⠉⠑⠒⠑⠒
//!      0│
//!       └────────────────────────────────────
//!       0 s        10 s        20 s
//! ```
//!
//! All charts have the same gutter, so that one column is one moment in all of them, and only the
//! last has an axis. A column shows its lowest and its highest value.

use super::super::theme::{Glyphs, Look, Role};
use super::axis::{Axis, nice_above};
use super::resample::MinMax;
use super::text::{Line, heading, invert, put, put_line};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns left of a chart: a label and the line.
pub(crate) const GUTTER: u16 = 7;
/// Rows of the axis.
pub(crate) const AXIS: u16 = 2;
/// The least rows of a chart with its heading.
pub(crate) const LEAST: u16 = 4;

/// One chart.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// Its name with its unit.
    pub(crate) title: &'static str,
    /// A remark at the right of the heading.
    pub(crate) note: String,
    /// What to say instead of a chart, when there is nothing to draw.
    pub(crate) empty: Option<String>,
    /// Its columns.
    pub(crate) values: Vec<Option<MinMax>>,
    /// Its style.
    pub(crate) role: Role,
    /// Whether the space down to zero is filled.
    pub(crate) filled: bool,
}

/// How many of `charts` fit into `height` rows with their axis.
pub(crate) fn fitting(height: u16, charts: usize) -> usize {
    usize::from(height.saturating_sub(AXIS) / LEAST).min(charts)
}

/// The screen columns of the charts in `area`.
pub(crate) fn plot_width(area: Rect) -> u16 {
    area.width.saturating_sub(GUTTER)
}

/// Draws the charts from `first` on, as many as fit, and their axis.
pub(crate) fn put_stack(
    buffer: &mut Buffer,
    area: Rect,
    charts: &[Chart],
    first: usize,
    axis: &Axis,
    look: &Look,
) {
    let count = fitting(area.height, charts.len());
    let room = area.height.saturating_sub(AXIS);
    let shown = charts
        .iter()
        .skip(first.min(charts.len() - count))
        .take(count);
    let mut y = area.y;
    for (chart, i) in shown.zip(0u16..) {
        let count = u16::try_from(count).unwrap_or(1);
        let height = room / count + u16::from(i < room % count);
        put_chart(buffer, Rect { y, height, ..area }, chart, look);
        y = y.saturating_add(height);
    }
    axis.put(
        buffer,
        Rect {
            y,
            height: AXIS.min(area.bottom().saturating_sub(y)),
            ..area
        },
        look,
    );
    if let Some(x) = axis.cursor_x(area) {
        for y in area.y..y {
            let Some(cell) = buffer.cell_mut((x, y)) else {
                continue;
            };
            if matches!(cell.symbol(), " " | "\u{2800}") {
                cell.set_char(look.glyphs.vertical())
                    .set_style(look.style(Role::Border));
            } else {
                invert(buffer, x, y);
            }
        }
    }
}

/// Draws one chart with its heading.
fn put_chart(buffer: &mut Buffer, area: Rect, chart: &Chart, look: &Look) {
    let body = heading(buffer, area, chart.title, &chart.note, false, look);
    let gutter = Rect {
        width: GUTTER.min(body.width),
        ..body
    };
    let plot = Rect {
        x: body.x.saturating_add(GUTTER),
        width: body.width.saturating_sub(GUTTER),
        ..body
    }
    .intersection(buffer.area);
    if plot.is_empty() {
        return;
    }
    let highest = chart
        .values
        .iter()
        .flatten()
        .map(|v| v.max)
        .fold(0.0, f64::max);
    let top = nice_above(highest, &HEIGHTS);
    for y in gutter.y..gutter.bottom() {
        let label = match y {
            y if y + 1 == gutter.bottom() => "0".to_owned(),
            y if y == gutter.y => label(top),
            _ => String::new(),
        };
        let line = format!("{label:>6}{}", look.glyphs.vertical());
        put(
            buffer,
            Rect {
                y,
                height: 1,
                ..gutter
            },
            &line,
            Role::Dim,
            look,
        );
    }
    if let Some(why) = &chart.empty {
        let y = plot.y + plot.height / 2;
        let line = Line::default().then(Role::Dim, format!("  {why}"));
        put_line(
            buffer,
            Rect {
                y,
                height: 1,
                ..plot
            },
            &line,
            look,
        );
        return;
    }
    match look.glyphs {
        Glyphs::Braille => put_dots(buffer, plot, chart, top, look),
        Glyphs::Block | Glyphs::Ascii => put_bars(buffer, plot, chart, top, look),
    }
}

/// Two by four dots in a cell: a line through the extremes of every column, or the filled area.
fn put_dots(buffer: &mut Buffer, plot: Rect, chart: &Chart, top: f64, look: &Look) {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let (cells_x, cells_y) = (usize::from(plot.width), usize::from(plot.height));
    let (dots_x, dots_y) = (cells_x * 2, cells_y * 4);
    let mut cells = vec![0u32; cells_x * cells_y];
    let height_of = |value: f64| {
        let dots = (value / top * (dots_y - 1) as f64).round();
        (dots.max(0.0) as usize).min(dots_y - 1)
    };
    let mut before: Option<(usize, usize)> = None;
    for x in 0..dots_x {
        let column = chart
            .values
            .get(x * chart.values.len() / dots_x)
            .copied()
            .flatten();
        let Some(column) = column else {
            before = None;
            continue;
        };
        let (low, high) = (height_of(column.min), height_of(column.max));
        let (mut from, mut to) = if chart.filled { (0, high) } else { (low, high) };
        if let Some((low_before, high_before)) = before {
            // The line from the column before: half of the way is drawn on this side.
            from = from.min(high_before);
            to = to.max(low_before);
        }
        before = Some((low, high));
        for up in from..=to {
            let y = dots_y - 1 - up;
            let bit = BITS.get(y % 4).and_then(|row| row.get(x % 2));
            if let (Some(cell), Some(bit)) = (cells.get_mut(y / 4 * cells_x + x / 2), bit) {
                *cell |= bit;
            }
        }
    }
    let style = look.style(chart.role);
    for (i, dots) in cells.iter().enumerate().filter(|(_, dots)| **dots != 0) {
        let x = plot.x + u16::try_from(i % cells_x).unwrap_or(0);
        let y = plot.y + u16::try_from(i / cells_x).unwrap_or(0);
        if let (Some(cell), Some(c)) = (buffer.cell_mut((x, y)), char::from_u32(0x2800 + dots)) {
            cell.set_char(c).set_style(style);
        }
    }
}

/// A bar up to the highest value of every column.
fn put_bars(buffer: &mut Buffer, plot: Rect, chart: &Chart, top: f64, look: &Look) {
    let levels = look.glyphs.levels();
    let (width, height) = (usize::from(plot.width), usize::from(plot.height));
    let style = look.style(chart.role);
    for (column, x) in (0..width).zip(plot.x..) {
        // Several values may share a screen column: the highest of them is shown.
        let from = column * chart.values.len() / width;
        let to = ((column + 1) * chart.values.len() / width).max(from + 1);
        let highest = (from..to)
            .filter_map(|i| chart.values.get(i).copied().flatten())
            .map(|v| v.max)
            .reduce(f64::max);
        let Some(highest) = highest else { continue };
        let steps = (highest / top * (height * levels.len()) as f64)
            .ceil()
            .max(1.0) as usize;
        for (row, y) in (0..height).rev().zip(plot.y..) {
            let filled = steps.saturating_sub(row * levels.len()).min(levels.len());
            let c = filled.checked_sub(1).and_then(|i| levels.get(i));
            if let (Some(c), Some(cell)) = (c, buffer.cell_mut((x, y))) {
                cell.set_char(*c).set_style(style);
            }
        }
    }
}

/// What the top of a chart may be, times a power of ten.
const HEIGHTS: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 10.0];

/// The label of an axis value in at most six columns.
fn label(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.0}M", v / 1e6),
        v if v >= 1e4 => format!("{:.0}k", v / 1e3),
        v if v >= 10.0 => format!("{v:.0}"),
        v if v >= 0.01 => format!("{}", (v * 1000.0).round() / 1000.0),
        v => format!("{v:.0e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use crate::tui::testing::{at_ms, look, rows_of, series};
    use crate::tui::widgets::resample::{Grid, Metric, extremes};

    fn stack(glyphs: Glyphs, width: u16, height: u16, cursor: Option<Timestamp>) -> Vec<String> {
        let samples: Vec<_> = (0..100)
            .filter(|i| !(40..50).contains(i))
            .map(|i| {
                (
                    i * 100,
                    if i == 70 { 40 } else { 20 },
                    if i == 70 { 5 } else { 0 },
                )
            })
            .collect();
        let s = series(&samples);
        let area = Rect::new(0, 0, width, height);
        let grid = Grid::new(
            &s,
            at_ms(0),
            at_ms(9_999),
            usize::from(plot_width(area)) * 2,
        );
        let chart = |metric: Metric| Chart {
            title: metric.title(),
            note: String::new(),
            empty: None,
            values: extremes(&s, &grid, metric),
            role: Role::Series1,
            filled: metric == Metric::Loss,
        };
        let charts = [chart(Metric::Bitrate), chart(Metric::Loss)];
        let axis = Axis {
            grid,
            zero: at_ms(0),
            cursor,
        };
        let mut buffer = Buffer::empty(area);
        put_stack(&mut buffer, area, &charts, 0, &axis, &look(glyphs));
        rows_of(&buffer)
    }

    #[test]
    fn charts_share_one_axis_and_show_gap_and_spike() {
        let rows = stack(Glyphs::Braille, 57, 12, None);
        assert!(rows[0].starts_with("── bit rate kb/s ─"), "{rows:#?}");
        assert!(rows[1].starts_with("   500│"), "{rows:#?}");
        assert!(rows[4].starts_with("     0│"), "{rows:#?}");
        assert!(rows[10].starts_with("      └┴──"), "{rows:#?}");
        assert!(rows[11].starts_with("       0 s"), "{rows:#?}");
        assert!(rows[11].contains("5 s"), "{rows:#?}");
        // The loss at 7 s fills its column of the second chart, and only that.
        let row: String = rows[7].chars().skip(7).collect();
        assert_eq!(row.trim().chars().count(), 1, "{rows:#?}");
        // The gap from 4 s to 5 s is blank in every row of the first chart.
        for row in &rows[1..5] {
            let gap: String = row.chars().skip(7 + 21).take(3).collect();
            assert_eq!(gap.trim(), "", "{rows:#?}");
        }
    }

    #[test]
    fn every_tier_draws_the_spike_highest() {
        for (glyphs, full) in [(Glyphs::Block, '█'), (Glyphs::Ascii, '#')] {
            let rows = stack(glyphs, 107, 12, None);
            let fulls = |row: &String| row.chars().filter(|c| *c == full).count();
            assert!(fulls(&rows[2]) >= 1 && fulls(&rows[2]) <= 2, "{rows:#?}");
            assert!(fulls(&rows[4]) > 80, "{rows:#?}");
            assert_eq!(
                rows.iter().all(|row| row.is_ascii()),
                glyphs == Glyphs::Ascii
            );
        }
    }

    #[test]
    fn the_cursor_is_one_line_through_all_charts() {
        let rows = stack(Glyphs::Braille, 57, 12, Some(at_ms(4_500)));
        let x = 7 + 22;
        for y in [1, 2, 3, 4, 6, 7, 8, 9] {
            assert_eq!(rows[y].chars().nth(x), Some('│'), "{y} {rows:#?}");
        }
    }

    #[test]
    fn scales_are_round_numbers() {
        let pairs = [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.1, 1.5),
            (4.2, 5.0),
            (980.0, 1000.0),
            (0.04, 0.05),
        ];
        for (value, want) in pairs {
            assert!(
                (nice_above(value, &HEIGHTS) - want).abs() < want * 1e-6,
                "{value}"
            );
        }
        assert_eq!(label(20_000.0), "20k");
        assert_eq!(label(0.5), "0.5");
    }

    #[test]
    fn any_size_is_drawn_without_panic() {
        for width in 0..20 {
            for height in 0..14 {
                stack(Glyphs::Braille, width, height, Some(at_ms(4_500)));
                stack(Glyphs::Block, width, height, None);
            }
        }
    }
}
