//! One stream: bit rate, loss and jitter stacked on one time axis that zooms and pans.
//!
//! The window and the cursor are shared with the other views: the packet list opens at the cursor.

use super::stream_facts::{life, stream_summary};
use super::{Ctx, Effect, Shared, View, stream};
use crate::analysis::model::Stream;
use crate::analysis::{Analysis, StreamId};
use crate::time::{Span, Timestamp};
use crate::tui::format::{UNKNOWN, duration, plural};
use crate::tui::keys::{Action, Scope};
use crate::tui::theme::Role;
use crate::tui::widgets::axis::Axis;
use crate::tui::widgets::plot::{Chart, fitting, plot_width, put_stack};
use crate::tui::widgets::resample::{Grid, Metric, extremes, sums};
use crate::tui::widgets::text::{Line, put_lines};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Rows above the charts.
const HEAD: u16 = 2;

/// The view's state.
#[derive(Debug, Default)]
pub(crate) struct StreamCharts {
    /// The first chart shown, where not all fit.
    first: usize,
}

/// The current stream.
fn current<'a>(shared: &Shared, analysis: &'a Analysis) -> Option<&'a Stream> {
    shared.stream.and_then(|id| stream(analysis, id))
}

/// The life of a stream's connection: a stream that begins late or ends early shows as empty there.
fn whole(s: &Stream, analysis: &Analysis) -> (Timestamp, Timestamp) {
    let (first, last) = life(s, analysis);
    (first, last.max(first))
}

/// The part of the connection's life that is shown.
fn window(s: &Stream, shared: &Shared, analysis: &Analysis) -> (Timestamp, Timestamp) {
    let (first, last) = whole(s, analysis);
    match shared.window {
        Some((start, end)) if start < last && end > first => (start.max(first), end.min(last)),
        _ => (first, last),
    }
}

/// The columns of the charts of `s` in `area`: two for each screen column, as braille has dots.
fn grid(s: &Stream, area: Rect, shared: &Shared, analysis: &Analysis) -> Grid {
    let (start, end) = window(s, shared, analysis);
    Grid::new(&s.series, start, end, usize::from(plot_width(area)) * 2)
}

fn middle((start, end): (Timestamp, Timestamp)) -> Timestamp {
    start.plus(Span::from_nanos((end - start).nanos() / 2))
}

/// Shows `by` halves of what is shown now, around the cursor where it is in sight.
fn zoom(s: &Stream, shared: &mut Shared, analysis: &Analysis, inwards: bool) {
    let (first, last) = whole(s, analysis);
    let (start, end) = window(s, shared, analysis);
    let span = (end - start).nanos();
    let least = s.series.width().nanos().saturating_mul(8);
    let span = if inwards {
        (span / 2).max(least)
    } else {
        span.saturating_mul(2)
    };
    if span >= (last - first).nanos() {
        shared.window = None;
        return;
    }
    let centre = shared.cursor.filter(|c| (start..=end).contains(c));
    let centre = centre.unwrap_or_else(|| middle((start, end)));
    let half = Span::from_nanos(-span / 2);
    place((first, last), shared, centre.plus(half), span);
}

/// Shows `span` nanoseconds from `start`, held inside the connection's life.
fn place(life: (Timestamp, Timestamp), shared: &mut Shared, start: Timestamp, span: i64) {
    let (first, last) = life;
    let latest = last
        .plus(Span::from_nanos(span.saturating_neg()))
        .max(first);
    let start = start.clamp(first, latest);
    shared.window = Some((start, start.plus(Span::from_nanos(span))));
}

fn pan(s: &Stream, shared: &mut Shared, analysis: &Analysis, quarters: i64) {
    if shared.window.is_none() {
        return;
    }
    let (start, end) = window(s, shared, analysis);
    let span = (end - start).nanos();
    let by = Span::from_nanos((span / 4).saturating_mul(quarters));
    place(whole(s, analysis), shared, start.plus(by), span);
}

/// Moves the cursor by columns of samples, so that none is passed over, and the window with it.
fn move_cursor(s: &Stream, shared: &mut Shared, area: Rect, analysis: &Analysis, columns: i64) {
    let shown = window(s, shared, analysis);
    let g = grid(s, area, shared, analysis);
    let Some(cursor) = shared.cursor.filter(|c| (shown.0..=shown.1).contains(c)) else {
        shared.cursor = Some(middle(shown));
        return;
    };
    let by = g.width().nanos().saturating_mul(columns);
    let (first, last) = whole(s, analysis);
    let cursor = cursor.plus(Span::from_nanos(by)).clamp(first, last);
    shared.cursor = Some(cursor);
    if cursor < shown.0 || cursor > shown.1 {
        pan(s, shared, analysis, columns.signum());
    }
}

impl View for StreamCharts {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Chart]
    }

    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        let Some(s) = current(shared, cx.analysis) else {
            return if action == Action::Back {
                Effect::Back
            } else {
                Effect::None
            };
        };
        let area = charts_area(cx.area);
        match action {
            Action::ZoomIn => zoom(s, shared, cx.analysis, true),
            Action::ZoomOut => zoom(s, shared, cx.analysis, false),
            Action::ZoomAll => shared.window = None,
            Action::PanLeft => pan(s, shared, cx.analysis, -1),
            Action::PanRight => pan(s, shared, cx.analysis, 1),
            Action::Left => move_cursor(s, shared, area, cx.analysis, -1),
            Action::Right => move_cursor(s, shared, area, cx.analysis, 1),
            Action::Cursor => {
                shared.cursor = match shared.cursor {
                    Some(_) => None,
                    None => Some(middle(window(s, shared, cx.analysis))),
                }
            }
            Action::PageUp => self.first = self.first.saturating_sub(1),
            Action::PageDown => self.first += 1,
            Action::Up => shared.stream = neighbour(s, shared, cx.analysis, -1),
            Action::Down => shared.stream = neighbour(s, shared, cx.analysis, 1),
            Action::GoToPackets => {
                let at = shared
                    .cursor
                    .unwrap_or_else(|| window(s, shared, cx.analysis).0);
                shared.packet = cx.analysis.packets.first_at(at);
                shared.filter = Some(s.ssrc.to_string());
                return Effect::Show("packets");
            }
            Action::Back => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn refresh(&mut self, _shared: &mut Shared, cx: &Ctx<'_>) {
        let charts = Metric::ALL.len();
        let shown = fitting(charts_area(cx.area).height, charts);
        self.first = self.first.min(charts - shown);
    }

    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>) {
        let Some(s) = current(shared, cx.analysis) else {
            return;
        };
        let head = stream_summary(s, cx.analysis);
        put_lines(
            buffer,
            Rect {
                height: HEAD.min(cx.area.height),
                ..cx.area
            },
            &head,
            0,
            &cx.look,
        );
        put_charts(buffer, charts_area(cx.area), s, self.first, shared, cx);
    }

    fn status(&self, shared: &Shared, cx: &Ctx<'_>) -> Line {
        match current(shared, cx.analysis) {
            Some(s) => reading(s, charts_area(cx.area), shared, cx.analysis),
            None => Line::default(),
        }
    }

    fn click(&mut self, at: Position, shared: &mut Shared, cx: &Ctx<'_>) {
        let area = charts_area(cx.area);
        if let Some(s) = current(shared, cx.analysis).filter(|_| area.contains(at)) {
            let grid = grid(s, area, shared, cx.analysis);
            let axis = Axis {
                grid,
                zero: Timestamp::default(),
                cursor: None,
            };
            shared.cursor = axis.time_at(area, at.x).or(shared.cursor);
        }
    }
}

fn charts_area(area: Rect) -> Rect {
    let head = HEAD.min(area.height);
    Rect {
        y: area.y + head,
        height: area.height - head,
        ..area
    }
}

/// The stream before or after this one, of the same connection where only one is looked at.
fn neighbour(s: &Stream, shared: &Shared, analysis: &Analysis, by: isize) -> Option<StreamId> {
    let ids: Vec<_> = analysis
        .streams
        .iter()
        .filter(|other| !shared.one_connection || other.connection == s.connection)
        .map(|other| other.id)
        .collect();
    let at = ids
        .iter()
        .position(|id| *id == s.id)?
        .saturating_add_signed(by);
    ids.get(at.min(ids.len() - 1)).copied()
}

/// The values at the cursor, or what is shown where there is none.
fn reading(s: &Stream, area: Rect, shared: &Shared, analysis: &Analysis) -> Line {
    let g = grid(s, area, shared, analysis);
    let seconds = |ts| analysis.capture.seconds_at(ts);
    let Some((column, cursor)) = shared.cursor.and_then(|c| Some((g.column(c)?, c))) else {
        let (start, end) = window(s, shared, analysis);
        return Line::default().then(
            Role::Dim,
            format!(
                " {:.3} to {:.3} s, {} in a column; h and l place a cursor",
                seconds(start),
                seconds(end),
                duration(g.width())
            ),
        );
    };
    let text = match sums(&s.series, &g).get(column).copied().flatten() {
        None => "no packets".to_owned(),
        Some(bucket) => {
            let show = |metric: Metric, digits: usize, unit: &str| {
                let value = metric.of(&bucket, g.width());
                let value = value.filter(|_| metric.unknown(s).is_none());
                value.map_or_else(|| UNKNOWN.to_owned(), |v| format!("{v:.digits$} {unit}"))
            };
            format!(
                "{}  {}  lost {} ({})  jitter {}",
                show(Metric::Bitrate, 0, "kb/s"),
                plural(bucket.packets.into(), "packet"),
                bucket.lost.max(0),
                show(Metric::Loss, 1, "%"),
                show(Metric::Jitter, 1, "ms"),
            )
        }
    };
    Line::default()
        .then(Role::Title, format!(" t={:.3} s", seconds(cursor)))
        .then(Role::Text, format!("  {text}  "))
        .then(Role::Dim, format!("in {}", duration(g.width())))
}

/// Draws the charts of a stream from the `first` on, as many as fit.
pub(crate) fn put_charts(
    buffer: &mut Buffer,
    area: Rect,
    s: &Stream,
    first: usize,
    shared: &Shared,
    cx: &Ctx<'_>,
) {
    let g = grid(s, area, shared, cx.analysis);
    let charts: Vec<Chart> = Metric::ALL
        .into_iter()
        .map(|metric| chart(metric, s, &g))
        .collect();
    let axis = Axis {
        grid: g,
        zero: cx.analysis.capture.first.unwrap_or(g.start),
        cursor: shared.cursor,
    };
    put_stack(buffer, area, &charts, first, &axis, &cx.look);
}

fn chart(metric: Metric, s: &Stream, g: &Grid) -> Chart {
    let values = extremes(&s.series, g, metric);
    let reason = metric.unknown(s);
    let nothing = values.iter().all(Option::is_none);
    let highest = values.iter().flatten().map(|v| v.max).fold(0.0, f64::max);
    let digits = usize::from(metric != Metric::Bitrate);
    let role = match metric {
        Metric::Bitrate => Role::Series1,
        Metric::Loss => Role::Series2,
        Metric::Jitter => Role::Series3,
    };
    Chart {
        title: metric.title(),
        note: if nothing || reason.is_some() {
            String::new()
        } else {
            format!("highest {highest:.digits$}")
        },
        empty: match reason {
            Some(why) => Some(format!("not known: {why}")),
            None if nothing => Some("no packets here".to_owned()),
            None => None,
        },
        values,
        role,
        filled: metric == Metric::Loss,
    }
}
