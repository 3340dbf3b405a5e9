//! Streams: a row each with its measures and a sparkline, the selected one in detail below.

use super::connections::more;
use super::stream::{StreamCharts, put_charts};
use super::stream_facts::stream_lines;
use super::stream_table::StreamTable;
use super::{Ctx, Effect, Shared, View, split, step, stream};
use crate::analysis::model::Stream;
use crate::analysis::{Analysis, StreamId};
use crate::tui::format::plural;
use crate::tui::keys::{Action, Scope};
use crate::tui::theme::Role;
use crate::tui::widgets::list::ListState;
use crate::tui::widgets::resample::Metric;
use crate::tui::widgets::text::{Line, heading, put_lines, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sort {
    #[default]
    Number,
    Loss,
    Jitter,
    Bitrate,
}

/// The view's state.
#[derive(Debug)]
pub(crate) struct Streams {
    list: ListState,
    sort: Sort,
    metric: Metric,
    /// Whether the details have the keys.
    details: bool,
    /// The first line of the details that is shown.
    scroll: usize,
    order: Vec<StreamId>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            list: ListState::default(),
            sort: Sort::default(),
            metric: Metric::Bitrate,
            details: false,
            scroll: 0,
            order: Vec::new(),
        }
    }
}

impl Streams {
    /// The panes: list, details, and where there is room the charts.
    fn panes(&self, shared: &Shared, cx: &Ctx<'_>) -> (Rect, Rect, Rect) {
        let none = Rect::default();
        if shared.maximised {
            return if self.details {
                (none, cx.area, none)
            } else {
                (cx.area, none, none)
            };
        }
        let (list, details) = split(cx, self.order.len() + 2);
        if !cx.is_large() {
            return (list, details, none);
        }
        let rows = u16::try_from(self.order.len() + 2).unwrap_or(u16::MAX);
        let height = rows.min(list.height / 2);
        let charts = Rect {
            y: list.y + height,
            height: list.height - height,
            ..list
        };
        (Rect { height, ..list }, details, charts)
    }

    /// Streams that fit into the list below its headings.
    fn page(list: Rect) -> usize {
        usize::from(list.height.saturating_sub(1))
    }

    fn move_by(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> bool {
        let (list, details, _) = self.panes(shared, cx);
        let page = Self::page(if self.details { details } else { list });
        let Some(by) = step(action, page, usize::MAX >> 2) else {
            return false;
        };
        if self.details {
            self.scroll = self.scroll.saturating_add_signed(by);
        } else {
            self.list.step(by, self.order.len(), page);
            shared.stream = self.order.get(self.list.selected).copied();
            let current = shared.stream.and_then(|id| stream(cx.analysis, id));
            shared.connection = current.map(|s| s.connection).or(shared.connection);
            self.scroll = 0;
        }
        true
    }
}

fn order(analysis: &Analysis, shared: &Shared, sort: Sort) -> Vec<StreamId> {
    let only = shared.connection.filter(|_| shared.one_connection);
    let mut all: Vec<&Stream> = analysis
        .streams
        .iter()
        .filter(|s| only.is_none_or(|c| s.connection == c))
        .collect();
    let by = |s: &Stream| match sort {
        Sort::Number => 0.0,
        Sort::Loss => s.loss_fraction(),
        Sort::Jitter => s.jitter.value().map_or(-1.0, |j| j.mean.seconds()),
        Sort::Bitrate => s.bitrate.value().copied().unwrap_or(-1.0),
    };
    all.sort_by(|a, b| by(b).total_cmp(&by(a)));
    all.iter().map(|s| s.id).collect()
}

impl View for Streams {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Streams, Scope::Move, Scope::Panes]
    }

    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if self.move_by(action, shared, cx) {
            return Effect::None;
        }
        let current = shared.stream.and_then(|id| stream(cx.analysis, id));
        match (action, current) {
            (Action::NextPane | Action::PreviousPane, _) => self.details = !self.details,
            (Action::Sort, _) => {
                self.sort = match self.sort {
                    Sort::Number => Sort::Loss,
                    Sort::Loss => Sort::Jitter,
                    Sort::Jitter => Sort::Bitrate,
                    Sort::Bitrate => Sort::Number,
                }
            }
            (Action::Metric, _) => {
                self.metric = match self.metric {
                    Metric::Bitrate => Metric::Loss,
                    Metric::Loss => Metric::Jitter,
                    Metric::Jitter => Metric::Bitrate,
                }
            }
            (Action::OneConnection, _) => shared.one_connection = !shared.one_connection,
            (Action::Open, Some(_)) => return Effect::Open(Box::<StreamCharts>::default()),
            (Action::GoToPackets, Some(s)) => {
                shared.packet = cx.analysis.packets.first_at(s.first_seen);
                shared.filter = Some(s.ssrc.to_string());
                return Effect::Show("packets");
            }
            (Action::Back, _) if self.details => self.details = false,
            // Those of one connection were asked for with the jump, and go with it.
            (Action::Back, _) if shared.one_connection && !cx.opened => {
                shared.one_connection = false
            }
            (Action::Back, _) => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn another(&self) -> Option<Box<dyn View>> {
        Some(Box::new(Self {
            sort: self.sort,
            metric: self.metric,
            ..Self::default()
        }))
    }

    fn refresh(&mut self, shared: &mut Shared, cx: &Ctx<'_>) {
        self.order = order(cx.analysis, shared, self.sort);
        let (list, details, _) = self.panes(shared, cx);
        let at = self.order.iter().position(|id| Some(*id) == shared.stream);
        self.list
            .select(at.unwrap_or(0), self.order.len(), Self::page(list));
        if at.is_none() {
            shared.stream = self.order.first().copied();
        }
        let lines = shared
            .stream
            .and_then(|id| stream(cx.analysis, id))
            .map_or(0, |s| {
                wrap(stream_lines(s, cx.analysis), details.width).len()
            });
        self.scroll = self.scroll.min(lines.saturating_sub(Self::page(details)));
    }

    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>) {
        let (list, details, charts) = self.panes(shared, cx);
        let streams: Vec<&Stream> = self
            .order
            .iter()
            .filter_map(|id| stream(cx.analysis, *id))
            .collect();
        let table = StreamTable {
            streams: &streams,
            selected: Some(self.list.selected),
            offset: self.list.offset,
            metric: self.metric,
        };
        table.put(buffer, list, cx);
        let Some(s) = shared.stream.and_then(|id| stream(cx.analysis, id)) else {
            return;
        };
        if !details.is_empty() {
            let lines = wrap(stream_lines(s, cx.analysis), details.width);
            let note = more(lines.len(), self.scroll, details, self.details);
            let name = format!("Stream {}", s.id);
            let body = heading(buffer, details, &name, &note, self.details, &cx.look);
            put_lines(buffer, body, &lines, self.scroll, &cx.look);
        }
        if !charts.is_empty() {
            put_charts(buffer, charts, s, 0, shared, cx);
        }
    }

    fn status(&self, shared: &Shared, cx: &Ctx<'_>) -> Line {
        let sort = match self.sort {
            Sort::Number => "by number",
            Sort::Loss => "highest loss first",
            Sort::Jitter => "highest jitter first",
            Sort::Bitrate => "highest bit rate first",
        };
        let of = match shared.connection {
            Some(id) if shared.one_connection => format!(" of connection {id}"),
            _ => " of all connections".to_owned(),
        };
        let n = plural(self.order.len() as u64, "stream");
        let absent = cx.look.glyphs.absent();
        let key = if absent == ' ' {
            String::new()
        } else {
            format!("; {absent} no packets")
        };
        Line::default().then(Role::Dim, format!(" {n}{of}, {sort}{key}"))
    }

    fn click(&mut self, at: Position, shared: &mut Shared, cx: &Ctx<'_>) {
        let (list, details, _) = self.panes(shared, cx);
        self.details = details.contains(at);
        if list.contains(at) && at.y > list.y {
            let row = self.list.offset + usize::from(at.y - list.y - 1);
            if let Some(id) = self.order.get(row) {
                shared.stream = Some(*id);
            }
        }
    }
}
