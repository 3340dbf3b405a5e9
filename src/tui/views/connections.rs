//! Connections: what the capture holds: what failed first, then the calls with most packets.
//!
//! ```text
//!    #  peers                              state      ICE        DTLS    media
//! >  1  A 10.0.0.2:51820                   connected  ok 12 ms   1.3 ok  4 streams
//!       B 203.0.113.9:3478  +2 paths       61 204 pk                     1.9 Mb/s
//! ── Connection 1 ──────────────────────────────────────────────────────────────
//!  ICE          47 checks, 46 answered, no errors
//!  …
//! ```

use super::facts::{connection_lines, connection_rate, dtls_short, ice_short, state_role};
use super::stream_facts::streams_of;
use super::stream_table::StreamTable;
use super::{Ctx, Effect, Shared, View, connection, split, step};
use crate::analysis::model::{Connection, ConnectionState};
use crate::analysis::{Analysis, ConnectionId};
use crate::tui::format::{UNKNOWN, bitrate, count, plural};
use crate::tui::keys::{Action, Scope};
use crate::tui::theme::Role;
use crate::tui::widgets::list::ListState;
use crate::tui::widgets::resample::Metric;
use crate::tui::widgets::table::{Column, cell, header, layout, left, rest, right};
use crate::tui::widgets::text::{Line, heading, mark, put, put_lines, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::cmp::Reverse;

const COLUMNS: [Column; 6] = [
    right("#", 4, 1),
    rest("peers", 24, 2),
    left("state", 10, 3),
    left("ICE", 10, 4),
    left("DTLS", 11, 5),
    left("media", 10, 6),
];

/// Rows that a connection takes.
const ROWS: usize = 2;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sort {
    #[default]
    FailedFirst,
    Number,
    Packets,
}

/// The view's state.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    list: ListState,
    sort: Sort,
    /// Whether the details have the keys.
    details: bool,
    /// The first line of the details that is shown.
    scroll: usize,
    order: Vec<ConnectionId>,
}

impl Connections {
    /// The panes: list, details, and where there is room the streams.
    fn panes(&self, shared: &Shared, cx: &Ctx<'_>) -> (Rect, Rect, Rect) {
        let none = Rect::default();
        if shared.maximised {
            return if self.details {
                (none, cx.area, none)
            } else {
                (cx.area, none, none)
            };
        }
        let (list, details) = split(cx, self.order.len() * ROWS + 1);
        if !cx.is_large() {
            return (list, details, none);
        }
        let rows = u16::try_from(self.order.len() * ROWS + 2).unwrap_or(u16::MAX);
        let height = rows.min(list.height / 2);
        let streams = Rect {
            y: list.y + height,
            height: list.height - height,
            ..list
        };
        (Rect { height, ..list }, details, streams)
    }

    /// Connections that fit into the list.
    fn page(area: Rect) -> usize {
        usize::from(area.height.saturating_sub(1)) / ROWS
    }

    fn move_by(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> bool {
        let (list, details, _) = self.panes(shared, cx);
        let page = if self.details {
            usize::from(details.height.saturating_sub(1))
        } else {
            Self::page(list)
        };
        let Some(by) = step(action, page, usize::MAX >> 2) else {
            return false;
        };
        if self.details {
            self.scroll = self.scroll.saturating_add_signed(by);
        } else {
            self.list.step(by, self.order.len(), page);
            shared.connection = self.order.get(self.list.selected).copied();
            self.scroll = 0;
        }
        true
    }
}

/// Whether there is a call to look at, and one that failed first: lowest first. Checks that nobody
/// answers are often the stray ones of a candidate, so they come after what carries traffic.
fn rank(c: &Connection) -> u8 {
    match c.state {
        ConnectionState::Failed => 0,
        ConnectionState::Connected | ConnectionState::MediaOnly | ConnectionState::Closed => 1,
        ConnectionState::Checking => 2,
        ConnectionState::New => 3,
    }
}

fn order(analysis: &Analysis, sort: Sort) -> Vec<ConnectionId> {
    let mut all: Vec<&Connection> = analysis.connections.iter().collect();
    match sort {
        Sort::Number => {}
        Sort::FailedFirst => all.sort_by_cached_key(|c| (rank(c), Reverse(c.packets()))),
        Sort::Packets => all.sort_by_cached_key(|c| Reverse(c.packets())),
    }
    all.iter().map(|c| c.id).collect()
}

impl View for Connections {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Connections, Scope::Move, Scope::Panes]
    }

    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if self.move_by(action, shared, cx) {
            return Effect::None;
        }
        let current = shared.connection.and_then(|id| connection(cx.analysis, id));
        match (action, current) {
            (Action::NextPane | Action::PreviousPane, _) => self.details = !self.details,
            (Action::Sort, _) => {
                self.sort = match self.sort {
                    Sort::FailedFirst => Sort::Number,
                    Sort::Number => Sort::Packets,
                    Sort::Packets => Sort::FailedFirst,
                }
            }
            (Action::Open, Some(_)) => {
                shared.one_connection = true;
                shared.stream = None;
                return Effect::Show("streams");
            }
            (Action::GoToTimeline, Some(_)) => return Effect::Show("timeline"),
            (Action::GoToPackets, Some(c)) => {
                shared.packet = cx.analysis.packets.first_at(c.first_seen);
                shared.filter = Some(String::new());
                return Effect::Show("packets");
            }
            (Action::Back, _) if self.details => self.details = false,
            (Action::Back, _) => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn refresh(&mut self, shared: &mut Shared, cx: &Ctx<'_>) {
        self.order = order(cx.analysis, self.sort);
        let (list, details, _) = self.panes(shared, cx);
        let at = self
            .order
            .iter()
            .position(|id| Some(*id) == shared.connection);
        self.list
            .select(at.unwrap_or(0), self.order.len(), Self::page(list));
        if at.is_none() {
            shared.connection = self.order.first().copied();
        }
        let lines = shared
            .connection
            .and_then(|id| connection(cx.analysis, id))
            .map_or(0, |c| {
                wrap(connection_lines(c, cx.analysis), details.width).len()
            });
        let page = usize::from(details.height.saturating_sub(1));
        self.scroll = self.scroll.min(lines.saturating_sub(page));
    }

    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>) {
        let (list, details, streams) = self.panes(shared, cx);
        self.put_list(buffer, list, shared, cx);
        let Some(c) = shared.connection.and_then(|id| connection(cx.analysis, id)) else {
            return;
        };
        if !details.is_empty() {
            let lines = wrap(connection_lines(c, cx.analysis), details.width);
            let note = more(lines.len(), self.scroll, details, self.details);
            let name = format!("Connection {}", c.id);
            let body = heading(buffer, details, &name, &note, self.details, &cx.look);
            put_lines(buffer, body, &lines, self.scroll, &cx.look);
        }
        if !streams.is_empty() {
            let name = format!("Streams of connection {}", c.id);
            let body = heading(buffer, streams, &name, "Enter opens", false, &cx.look);
            let of: Vec<_> = streams_of(cx.analysis, c.id).collect();
            let table = StreamTable {
                streams: &of,
                selected: None,
                offset: 0,
                metric: Metric::Bitrate,
            };
            table.put(buffer, body, cx);
        }
    }

    fn status(&self, _shared: &Shared, cx: &Ctx<'_>) -> Line {
        let sort = match self.sort {
            Sort::FailedFirst => "failed first",
            Sort::Number => "by number",
            Sort::Packets => "by packets",
        };
        let n = cx.analysis.connections.len() as u64;
        if n == 0 {
            return Line::default().then(Role::Dim, " no connections");
        }
        Line::default().then(
            Role::Dim,
            format!(
                " {}, {sort}. A is the lower address, B the higher.",
                plural(n, "connection")
            ),
        )
    }

    fn click(&mut self, at: Position, shared: &mut Shared, cx: &Ctx<'_>) {
        let (list, details, _) = self.panes(shared, cx);
        self.details = details.contains(at);
        if list.contains(at) && at.y > list.y {
            let row = self.list.offset + usize::from(at.y - list.y - 1) / ROWS;
            if let Some(id) = self.order.get(row) {
                shared.connection = Some(*id);
            }
        }
    }
}

/// How many lines of a details pane are below what is shown, and how to get there.
pub(crate) fn more(lines: usize, scroll: usize, pane: Rect, focused: bool) -> String {
    let shown = usize::from(pane.height.saturating_sub(1));
    match (lines.saturating_sub(scroll + shown), focused) {
        (0, _) => String::new(),
        (n, true) => format!("{n} more below"),
        (n, false) => format!("{n} more: Tab"),
    }
}

impl Connections {
    fn put_list(&self, buffer: &mut Buffer, area: Rect, shared: &Shared, cx: &Ctx<'_>) {
        if area.is_empty() {
            return;
        }
        let inner = Rect {
            x: area.x + 2,
            width: area.width.saturating_sub(2),
            ..area
        };
        let places = layout(&COLUMNS, inner);
        header(
            buffer,
            Rect { height: 1, ..inner },
            &COLUMNS,
            &places,
            &cx.look,
        );
        if self.order.is_empty() {
            let at = Rect {
                y: inner.y + 1,
                height: inner.height - 1,
                ..inner
            };
            put(buffer, at, &nothing(cx.analysis), Role::Dim, &cx.look);
            return;
        }
        let shown = self
            .order
            .iter()
            .skip(self.list.offset)
            .take(Self::page(area));
        for (id, y) in shown.zip((area.y + 1..area.bottom()).step_by(ROWS)) {
            let Some(c) = connection(cx.analysis, *id) else {
                continue;
            };
            for (texts, y) in cells(c, cx.analysis).iter().zip(y..area.bottom()) {
                for &(column, x, width) in &places {
                    let at = Rect {
                        x,
                        y,
                        width,
                        height: 1,
                    };
                    if let (Some(c), Some((text, role))) = (COLUMNS.get(column), texts.get(column))
                    {
                        cell(buffer, at, text, c.right, *role, &cx.look);
                    }
                }
            }
            if Some(*id) == shared.connection {
                let row = Rect {
                    y,
                    height: 1,
                    ..area
                };
                put(buffer, row, ">", Role::Text, &cx.look);
                mark(buffer, row, &cx.look);
            }
        }
    }
}

/// What to say where there are no connections.
fn nothing(analysis: &Analysis) -> String {
    if !analysis.complete {
        return "no connections so far".to_owned();
    }
    let packets = plural(analysis.capture.packets, "packet");
    format!("no WebRTC or RTP connections in {packets}; what they are: 5 Capture")
}

/// The cells of a connection's two rows.
fn cells(c: &Connection, analysis: &Analysis) -> [[(String, Role); 6]; 2] {
    let main = c.main_transport();
    let end = |name: char, of: Option<String>| {
        format!("{name} {}", of.unwrap_or_else(|| UNKNOWN.to_owned()))
    };
    let more = match c.transports.len() as u64 {
        0 | 1 => String::new(),
        n => format!("  +{}", plural(n - 1, "path")),
    };
    let state = state_role(c.state);
    let streams = streams_of(analysis, c.id).count() as u64;
    let media = if streams == 0 {
        UNKNOWN.to_owned()
    } else {
        plural(streams, "stream")
    };
    let rate = connection_rate(c).map_or_else(|| UNKNOWN.to_owned(), bitrate);
    let plain = |text: String| (text, Role::Text);
    [
        [
            plain(c.id.to_string()),
            plain(end('A', main.map(|t| t.a.to_string()))),
            (c.state.name().to_owned(), state),
            ice_short(c.ice.as_ref()),
            dtls_short(c),
            plain(media),
        ],
        [
            plain(String::new()),
            plain(format!("{}{more}", end('B', main.map(|t| t.b.to_string())))),
            plain(format!("{} pk", count(c.packets()))),
            plain(String::new()),
            plain(String::new()),
            plain(rate),
        ],
    ]
}
