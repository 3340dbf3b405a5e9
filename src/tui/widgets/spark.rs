//! A chart in one row of text.

use super::super::theme::{Glyphs, Look, Role};
use super::text::put;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// One character per value, scaled to `top`; what is not known differs from zero.
pub(crate) fn spark(values: &[Option<f64>], top: f64, glyphs: Glyphs) -> String {
    let levels = glyphs.levels();
    let zero = match glyphs {
        Glyphs::Ascii => '_',
        _ => '▁',
    };
    values
        .iter()
        .map(|value| match value {
            None => glyphs.absent(),
            Some(v) if *v <= 0.0 || top <= 0.0 => zero,
            Some(v) => {
                let i = (v / top * levels.len() as f64).ceil() as usize;
                let i = i.clamp(1, levels.len()) - 1;
                levels.get(i).copied().unwrap_or(zero)
            }
        })
        .collect()
}

/// Draws the sparkline over the whole width of `area`, repeating columns where there are fewer.
pub(crate) fn put_spark(
    buffer: &mut Buffer,
    area: Rect,
    values: &[Option<f64>],
    top: f64,
    role: Role,
    look: &Look,
) {
    let wide: Vec<Option<f64>> = (0..usize::from(area.width))
        .map(|x| {
            let i = x * values.len() / usize::from(area.width).max(1);
            values.get(i).copied().flatten()
        })
        .collect();
    put(buffer, area, &spark(&wide, top, look.glyphs), role, look);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_low_high_and_absent_differ() {
        let values = [Some(0.0), Some(0.3), None, Some(1.0)];
        assert_eq!(spark(&values, 1.0, Glyphs::Block), "▁▃·█");
        assert_eq!(spark(&values, 1.0, Glyphs::Ascii), "_. #");
        assert_eq!(spark(&values, 0.0, Glyphs::Block), "▁▁·▁");
    }
}
