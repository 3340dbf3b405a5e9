//! The table of streams with a sparkline each, as the stream view and the large connection view
//! show it.

use super::stream_facts::{codec_short, kind_short, life, loss_short};
use super::{Ctx, stream_direction};
use crate::analysis::Analysis;
use crate::analysis::model::Stream;
use crate::time::Timestamp;
use crate::tui::format::{UNKNOWN, duration, known, millis, width as text_width};
use crate::tui::theme::Role;
use crate::tui::widgets::resample::{Grid, Metric, sums};
use crate::tui::widgets::spark::put_spark;
use crate::tui::widgets::table::{Column, cell, header, layout, left, rest, right};
use crate::tui::widgets::text::{mark, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const COLUMNS: [Column; 16] = [
    right("#", 4, 1),
    right("conn", 4, 9),
    left("dir", 3, 2),
    left("kind", 5, 4),
    left("codec", 9, 7),
    left("ssrc", 10, 3),
    right("packets", 8, 5),
    right("loss %", 6, 1),
    right("lost", 7, 11),
    right("reord", 5, 14),
    right("dup", 5, 15),
    right("jit ms", 6, 4),
    right("kb/s", 6, 4),
    right("pause", 8, 12),
    left("sender", 24, 16),
    rest("", 10, 6),
];

/// The column of the sparkline.
const SPARK: usize = COLUMNS.len() - 1;

/// What the table shows.
pub(crate) struct StreamTable<'a> {
    /// The streams in order.
    pub(crate) streams: &'a [&'a Stream],
    /// The selected one, if any has the keys.
    pub(crate) selected: Option<usize>,
    /// The first row shown.
    pub(crate) offset: usize,
    /// What the sparkline shows.
    pub(crate) metric: Metric,
}

impl StreamTable<'_> {
    /// Draws it.
    pub(crate) fn put(&self, buffer: &mut Buffer, area: Rect, cx: &Ctx<'_>) {
        if area.is_empty() {
            return;
        }
        let look = &cx.look;
        let inner = Rect {
            x: area.x + 2,
            width: area.width.saturating_sub(2),
            ..area
        };
        let top = Rect { height: 1, ..inner };
        let places = layout(&COLUMNS, inner);
        header(buffer, top, &COLUMNS, &places, look);
        let spark = places.iter().find(|p| p.0 == SPARK);
        let span = span(self.streams, cx.analysis);
        if let (Some(&(_, x, width)), Some((start, end))) = (spark, span) {
            let name = self.metric.name();
            let title = format!("{name} {}", range(cx.analysis, start, end));
            let fits = text_width(&title) <= usize::from(width);
            let title = if fits { &title } else { name };
            put(buffer, Rect { x, width, ..top }, title, Role::Dim, look);
        }
        let rows = self.streams.iter().enumerate().skip(self.offset);
        for ((i, stream), y) in rows.zip(area.y + 1..area.bottom()) {
            let texts = texts(stream);
            for &(column, x, width) in &places {
                let at = Rect {
                    x,
                    y,
                    width,
                    height: 1,
                };
                if let (Some(c), Some((text, role))) = (COLUMNS.get(column), texts.get(column)) {
                    cell(buffer, at, text, c.right, *role, look);
                } else if let Some(span) = span {
                    self.put_series(buffer, at, stream, span, cx);
                }
            }
            if self.selected == Some(i) {
                let row = Rect {
                    y,
                    height: 1,
                    ..area
                };
                put(buffer, row, ">", Role::Text, look);
                // The sparkline keeps its looks: it is read by its shape.
                let end = spark.map_or(row.right(), |p| p.1);
                mark(
                    buffer,
                    Rect {
                        width: end.saturating_sub(row.x),
                        ..row
                    },
                    look,
                );
            }
        }
        if self.streams.is_empty() {
            let why = if cx.analysis.complete {
                "no RTP streams here"
            } else {
                "no RTP streams so far"
            };
            let at = Rect {
                y: inner.y + 1,
                height: inner.height - 1,
                ..inner
            };
            put(buffer, at, why, Role::Dim, look);
        }
    }

    fn put_series(
        &self,
        buffer: &mut Buffer,
        at: Rect,
        stream: &Stream,
        (start, end): (Timestamp, Timestamp),
        cx: &Ctx<'_>,
    ) {
        if self.metric.unknown(stream).is_some() {
            put(buffer, at, UNKNOWN, Role::Dim, &cx.look);
            return;
        }
        let grid = Grid::new(&stream.series, start, end, at.width.into());
        let values: Vec<_> = sums(&stream.series, &grid)
            .iter()
            .map(|b| b.as_ref().and_then(|b| self.metric.of(b, grid.width())))
            .collect();
        let highest = values.iter().flatten().copied().fold(0.0, f64::max);
        let (top, role) = match self.metric {
            Metric::Bitrate => (highest, Role::Series1),
            // One lost packet must not look like an outage.
            Metric::Loss => (highest.max(5.0), Role::Series2),
            Metric::Jitter => (highest.max(5.0), Role::Series3),
        };
        put_spark(buffer, at, &values, top, role, &cx.look);
    }
}

/// `0-94 s`, or how long it is where seconds say little.
fn range(analysis: &Analysis, start: Timestamp, end: Timestamp) -> String {
    if (end - start).seconds() < 7_200.0 {
        let at = |ts| analysis.capture.seconds_at(ts);
        format!("{:.0}-{:.0} s", at(start), at(end))
    } else {
        format!("over {}", duration(end - start))
    }
}

/// From the first packet of any stream's connection to the last.
fn span(streams: &[&Stream], analysis: &Analysis) -> Option<(Timestamp, Timestamp)> {
    let lives = streams.iter().map(|s| life(s, analysis));
    lives.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn texts(s: &Stream) -> [(String, Role); SPARK] {
    let plain = |text: String| (text, Role::Text);
    let loss = if s.lost > 0 { Role::Warn } else { Role::Text };
    [
        plain(s.id.to_string()),
        plain(s.connection.to_string()),
        plain(stream_direction(s).to_owned()),
        plain(kind_short(s.kind).to_owned()),
        plain(codec_short(s)),
        plain(s.ssrc.to_string()),
        plain(s.packets.to_string()),
        (loss_short(s), loss),
        (s.lost.to_string(), loss),
        plain(s.reordered.to_string()),
        plain(s.duplicated.to_string()),
        plain(known(&s.jitter, |j| millis(j.mean))),
        plain(known(&s.bitrate, |b| format!("{:.0}", b / 1000.0))),
        plain(known(&s.interarrival_max, |d| duration(*d))),
        plain(s.path.src.to_string()),
    ]
}
