//! Timeline: how the current connection came up and what happened on it, as a ladder.
//!
//! ```text
//!  Connection 1  connected  ICE 70.7 ms, DTLS 91.1 ms, first media after 235 ms
//!  A 10.77.1.2:44350  B 10.77.1.3:41486
//!        time s    delta  A        B
//!      0.000000           │<───────│  ICE   first check, username rtSY:3q3h
//! >    0.070290  70.3 ms  │───────>│  ICE   first check, username 3q3h:rtSY
//!                       … 12.1 s without events; 4 streams go on …
//! ── Event 2 of 12 ─────────────────────────────────────────────────────────────
//!  when …
//! ```
//!
//! A and B are the ends of the main transport. Where there are too many parties for columns, a row
//! says `A>B`.

use super::connections::more;
use super::filter_prompt;
use super::timeline_facts::{head_lines, legend_lines, party_name, row_lines};
use super::timeline_rows::{Row, Rows, Settings};
use super::{Ctx, Effect, Shared, View, connection, step};
use crate::analysis::ConnectionId;
use crate::analysis::model::Connection;
use crate::capture::PacketNo;
use crate::output::timeline::{ASCII, Grouping, LINES, Lanes, Party, fitting, protocol};
use crate::time::Timestamp;
use crate::tui::format::{UNKNOWN, clock, count, duration, plural};
use crate::tui::keys::{Action, Scope};
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::list::ListState;
use crate::tui::widgets::text::{Line, heading, mark, put, put_lines, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Rows of details below the ladder.
const DETAILS: u16 = 8;
/// Columns of details beside it.
const BESIDE: u16 = 54;
/// Columns of the time since the event before.
const DELTA: usize = 8;
/// Columns of the protocol, with what separates it.
const PROTOCOL: usize = 2 + 6;
/// The least that words get before arrows give way.
const WORDS: usize = 36;
/// From one party's line to the next, where words need the room.
const NARROW: usize = 9;
/// The most from one party's line to the next.
const WIDEST: usize = 28;
/// What words get before arrows get longer than they must be.
const ENOUGH: usize = 56;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TimeFormat {
    #[default]
    Connection,
    Capture,
    Clock,
}

/// The view's state.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    list: ListState,
    rows: Rows,
    how: Settings,
    time: TimeFormat,
    /// Whether a filter is typed.
    editing: bool,
    /// Whether the details have the keys.
    details: bool,
    /// The first line of the details that is shown.
    scroll: usize,
    /// What is selected: rows move while a capture loads.
    selected: Option<(ConnectionId, Timestamp, PacketNo)>,
}

/// Where the panes are.
struct Panes {
    head: Rect,
    ladder: Rect,
    details: Rect,
}

/// Where the ladder is drawn.
struct Room {
    pane: Rect,
    /// Columns that a row may have below the details.
    wide: u16,
    /// The first row below the details, where they are beside the ladder.
    from: u16,
}

fn current<'a>(shared: &Shared, cx: &Ctx<'a>) -> Option<&'a Connection> {
    let chosen = shared.connection.and_then(|id| connection(cx.analysis, id));
    chosen.or_else(|| cx.analysis.connections.first())
}

impl Timeline {
    /// State, setup, and who the letters are.
    fn head(&self, c: &Connection, shared: &Shared, cx: &Ctx<'_>) -> Vec<Line> {
        let ladder = match cx.is_wide() && !shared.maximised {
            true => cx.area.width.saturating_sub(BESIDE + 1),
            false => cx.area.width,
        };
        let mut lines = head_lines(c, cx);
        lines.extend(self.legend(ladder, cx));
        lines
    }

    fn panes(&self, shared: &Shared, cx: &Ctx<'_>) -> Panes {
        let area = cx.area;
        let head = current(shared, cx).map_or(0, |c| self.head(c, shared, cx).len());
        let height = u16::try_from(head).unwrap_or(0).min(area.height);
        let head = Rect { height, ..area };
        let rest = Rect {
            y: head.bottom(),
            height: area.height - height,
            ..area
        };
        let none = Rect::default();
        let (ladder, details) = if shared.maximised {
            match self.details {
                true => (none, rest),
                false => (rest, none),
            }
        } else if cx.is_wide() {
            let width = rest.width.saturating_sub(BESIDE + 1);
            let details = Rect {
                x: rest.x + width + 1,
                width: rest.width - width - 1,
                ..rest
            };
            (Rect { width, ..rest }, details)
        } else {
            let height = rest.height - DETAILS.min(rest.height / 2);
            let details = Rect {
                y: rest.y + height,
                height: rest.height - height,
                ..rest
            };
            (Rect { height, ..rest }, details)
        };
        Panes {
            head,
            ladder,
            details,
        }
    }

    fn row(&self) -> Option<Row> {
        self.rows.get(self.list.selected)
    }

    /// The other views follow what was selected here.
    fn remember(&mut self, shared: &mut Shared, cx: &Ctx<'_>) {
        let Some(c) = current(shared, cx) else { return };
        let Some(event) = self.row().and_then(|row| row.event(c)) else {
            return;
        };
        shared.packet = event.packet;
        shared.cursor = Some(event.at);
        self.selected = Some((c.id, event.at, event.packet));
        self.scroll = 0;
    }

    fn move_by(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> bool {
        let panes = self.panes(shared, cx);
        let pane = if self.details {
            panes.details
        } else {
            panes.ladder
        };
        let page = page(pane);
        let Some(by) = step(action, page, usize::MAX >> 2) else {
            return false;
        };
        if self.details {
            self.scroll = self.scroll.saturating_add_signed(by);
        } else {
            self.list.step(by, self.rows.len(), page);
            self.remember(shared, cx);
        }
        true
    }

    /// Columns of the time, and those from the row's edge to the arrows.
    fn lead(&self) -> (usize, usize) {
        let time = match self.time {
            TimeFormat::Connection | TimeFormat::Capture => 11,
            TimeFormat::Clock => 15,
        };
        (time, 1 + time + 1 + DELTA + 2)
    }

    fn lanes(&self, width: u16) -> Option<Lanes> {
        let parties = self.rows.parties.all().len();
        let room = usize::from(width).checked_sub(self.lead().1 + PROTOCOL)?;
        let spare = room.saturating_sub(ENOUGH) / parties.saturating_sub(1).max(1);
        Lanes::fitting(
            parties,
            room.checked_sub(WORDS)?,
            spare.clamp(NARROW, WIDEST),
        )
    }

    /// What the columns are called: letters, with addresses where they fit.
    fn names(&self, lanes: Lanes) -> Vec<String> {
        let parties = self.rows.parties.all();
        let room = |i: usize| match i == parties.len() {
            true => WIDEST,
            false => lanes.spacing() - 1,
        };
        (1..)
            .zip(parties)
            .map(|(i, party)| party_name(party, room(i)))
            .collect()
    }

    /// Who the letters are, where the columns do not say it.
    fn legend(&self, ladder: u16, cx: &Ctx<'_>) -> Vec<Line> {
        let parties = self.rows.parties.all();
        let names = self.lanes(ladder).map(|lanes| self.names(lanes));
        let whole = |(name, party): (&String, &Party)| *name == party_name(party, usize::MAX);
        if names.is_some_and(|names| names.iter().zip(parties).all(whole)) {
            return Vec::new();
        }
        let rows = usize::from(cx.area.height / 8).max(1);
        legend_lines(parties, rows, cx.area.width)
    }
}

/// Rows below a pane's first.
fn page(pane: Rect) -> usize {
    usize::from(pane.height.saturating_sub(1))
}

impl View for Timeline {
    fn scopes(&self) -> &'static [Scope] {
        if self.editing {
            &[Scope::Prompt]
        } else {
            &[Scope::Timeline, Scope::Move, Scope::Panes]
        }
    }

    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if !self.editing && self.move_by(action, shared, cx) {
            return Effect::None;
        }
        if filter_prompt::answer(action, &mut self.editing, &mut self.how.filter) {
            return Effect::None;
        }
        match action {
            Action::NextPane | Action::PreviousPane => self.details = !self.details,
            Action::Open => {
                self.remember(shared, cx);
                if self.row().is_some() {
                    shared.filter = Some(String::new());
                    return Effect::Show("packets");
                }
            }
            Action::TimeFormat => {
                self.time = match self.time {
                    TimeFormat::Connection => TimeFormat::Capture,
                    TimeFormat::Capture => TimeFormat::Clock,
                    TimeFormat::Clock => TimeFormat::Connection,
                }
            }
            Action::Unfold => self.how.unfolded = !self.how.unfolded,
            Action::Grouping => {
                self.how.grouping = match self.how.grouping {
                    Grouping::Host => Grouping::Port,
                    Grouping::Port => Grouping::Host,
                }
            }
            Action::GoToStreams => {
                shared.one_connection = true;
                return Effect::Show("streams");
            }
            Action::Back if self.details => self.details = false,
            Action::Back if !self.how.filter.is_empty() => self.how.filter.clear(),
            Action::Back => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn another(&self) -> Option<Box<dyn View>> {
        let filter = String::new();
        let how = Settings {
            filter,
            ..self.how.clone()
        };
        Some(Box::new(Self {
            how,
            time: self.time,
            ..Self::default()
        }))
    }

    fn idle(&self, action: Action) -> bool {
        match action {
            Action::Unfold => !self.how.unfolded && !self.rows.has_folded(),
            Action::Grouping => {
                let several = |p: &Party| p.endpoints.len() > 1;
                let alone = !self.rows.parties.all().iter().any(several);
                alone && self.how.grouping == Grouping::Host
            }
            _ => false,
        }
    }

    fn text(&mut self, c: char) {
        filter_prompt::type_in(c, &mut self.how.filter);
    }

    fn refresh(&mut self, shared: &mut Shared, cx: &Ctx<'_>) {
        let Some(c) = current(shared, cx) else {
            self.rows.clear();
            return;
        };
        shared.connection = Some(c.id);
        let changed = self.rows.update(c, &self.how, cx);
        let page = page(self.panes(shared, cx).ladder);
        match self.selected.filter(|(id, ..)| *id == c.id) {
            Some((_, at, no)) if changed => {
                let place = self.rows.place_of((at, no), c);
                self.list.select(place, self.rows.len(), page);
            }
            Some(_) => self.list.hold(self.rows.len(), page),
            None => {
                self.list.select(0, self.rows.len(), page);
                let first = self.row().and_then(|row| row.event(c));
                self.selected = first.map(|e| (c.id, e.at, e.packet));
            }
        }
        let details = self.panes(shared, cx).details;
        let lines = self.row().map_or(0, |row| {
            wrap(row_lines(row, c, &self.rows.parties, cx), details.width).len()
        });
        let page = usize::from(details.height.saturating_sub(1));
        self.scroll = self.scroll.min(lines.saturating_sub(page));
    }

    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>) {
        let Some(c) = current(shared, cx) else {
            let text = match cx.analysis.complete {
                true => " no connections in this capture",
                false => " no connections so far",
            };
            put(buffer, cx.area, text, Role::Dim, &cx.look);
            return;
        };
        let panes = self.panes(shared, cx);
        put_lines(buffer, panes.head, &self.head(c, shared, cx), 0, &cx.look);
        let row = self.row().filter(|_| !panes.details.is_empty());
        let lines = row.map(|row| row_lines(row, c, &self.rows.parties, cx));
        let lines = wrap(lines.unwrap_or_default(), panes.details.width);
        // Below the details beside the ladder there is room for long rows.
        let used = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let beside = panes.details.x > panes.ladder.x;
        let free = panes.details.y.saturating_add(used.saturating_add(1));
        let free = free.min(panes.details.bottom());
        let room = Room {
            pane: panes.ladder,
            wide: cx.area.width,
            from: if beside { free } else { u16::MAX },
        };
        self.put_ladder(buffer, &room, c, cx);
        let Some(row) = row else { return };
        let note = more(lines.len(), self.scroll, panes.details, self.details);
        let name = match row {
            Row::Rung(rung) if rung.count > 1 => {
                let (first, last) = (rung.first + 1, rung.last + 1);
                format!("Events {first} to {last} of {}", c.events.len())
            }
            Row::Rung(rung) => format!("Event {} of {}", rung.first + 1, c.events.len()),
            Row::Quiet(..) => "Nothing happened".to_owned(),
        };
        let body = heading(buffer, panes.details, &name, &note, self.details, &cx.look);
        put_lines(buffer, body, &lines, self.scroll, &cx.look);
    }

    fn status(&self, shared: &Shared, cx: &Ctx<'_>) -> Line {
        let Some(c) = current(shared, cx) else {
            return Line::default();
        };
        let all = c.events.len() as u64;
        if self.editing || !self.how.filter.is_empty() {
            let found = match self.how.filter.trim().is_empty() {
                true => "  words that an event must have: dtls  a>b  lost".to_owned(),
                false => format!("  {} of {}", count(self.rows.found as u64), count(all)),
            };
            return filter_prompt::line(&self.how.filter, self.editing, found);
        }
        let of = match cx.analysis.connections.len() {
            0 | 1 => String::new(),
            n => format!(" of {n}, [ and ] change it"),
        };
        let not_kept = match c.events_not_kept {
            0 => String::new(),
            n => format!(" ({} more were not kept)", count(n)),
        };
        let events = plural(all, "event");
        let text = format!(" {events}{not_kept} of connection {}{of}", c.id);
        Line::default().then(Role::Dim, text)
    }

    fn click(&mut self, at: Position, shared: &mut Shared, cx: &Ctx<'_>) {
        let panes = self.panes(shared, cx);
        self.details = panes.details.contains(at);
        if panes.ladder.contains(at) && at.y > panes.ladder.y {
            let row = self.list.offset + usize::from(at.y - panes.ladder.y - 1);
            if row < self.rows.len() {
                self.list.select(row, self.rows.len(), page(panes.ladder));
                self.remember(shared, cx);
            }
        }
    }
}

impl Timeline {
    fn put_ladder(&self, buffer: &mut Buffer, room: &Room, c: &Connection, cx: &Ctx<'_>) {
        let area = room.pane;
        if area.is_empty() {
            return;
        }
        let lanes = self.lanes(area.width);
        let title = match self.time {
            TimeFormat::Connection => "time s",
            TimeFormat::Capture => "capture s",
            TimeFormat::Clock => "time UTC",
        };
        let names = match lanes {
            None => "way".to_owned(),
            Some(lanes) => {
                let names = self.names(lanes);
                lanes.names(names.iter().map(String::as_str))
            }
        };
        let (width, _) = self.lead();
        let head = format!(" {title:>width$} {:>DELTA$}  {names}", "delta");
        put(buffer, area, &head, Role::Dim, &cx.look);
        let rows = self.rows.from(self.list.offset).take(page(area));
        for ((i, row), y) in (self.list.offset..).zip(rows).zip(area.y + 1..) {
            let line = Rect {
                y,
                height: 1,
                ..area
            };
            let whole = Rect {
                width: if y >= room.from {
                    room.wide
                } else {
                    area.width
                },
                ..line
            };
            self.put_row(buffer, whole, i, *row, lanes, c, cx);
            if i == self.list.selected {
                put(buffer, line, ">", Role::Text, &cx.look);
                mark(buffer, line, &cx.look);
            }
        }
        if self.rows.len() == 0 {
            let text = match (self.how.filter.trim().is_empty(), cx.analysis.complete) {
                (true, true) => "no events of this connection",
                (true, false) => "no events so far",
                (false, _) => "no event has all these words; Esc shows all",
            };
            let at = Rect {
                x: area.x + 2,
                y: area.y + 1,
                width: area.width.saturating_sub(2),
                height: area.height - 1,
            };
            put(buffer, at, text, Role::Dim, &cx.look);
        }
    }

    #[allow(clippy::too_many_arguments)] // the parts of one row, used here only
    fn put_row(
        &self,
        buffer: &mut Buffer,
        line: Rect,
        i: usize,
        row: Row,
        lanes: Option<Lanes>,
        c: &Connection,
        cx: &Ctx<'_>,
    ) {
        let look = &cx.look;
        let (width, lead) = self.lead();
        let (texts, role) = row.texts(c, &self.rows.parties, cx);
        if let Row::Quiet(..) = row {
            let text = fitting(&texts, 0);
            let dots = look.glyphs.ellipsis();
            let text = format!("{:width$}{dots} {text} {dots}", "", width = lead - 4);
            put(buffer, line, &text, role, look);
            return;
        }
        let Some(event) = row.event(c) else { return };
        let before = i.checked_sub(1).and_then(|i| self.rows.get(i));
        let delta = before
            .and_then(|before| Some(event.at - before.span(c)?.1))
            .filter(|_| !matches!(before, Some(Row::Quiet(..))));
        let delta = delta.map_or_else(String::new, duration);
        let time = match self.time {
            TimeFormat::Connection => format!("{:.6}", (event.at - c.first_seen).seconds()),
            TimeFormat::Capture => format!("{:.6}", cx.analysis.capture.seconds_at(event.at)),
            TimeFormat::Clock => clock(event.at),
        };
        let strokes = match look.glyphs {
            Glyphs::Ascii => ASCII,
            _ => LINES,
        };
        let way = match lanes {
            Some(lanes) => lanes.row(self.rows.parties.way_of(event), strokes),
            None => match self.rows.parties.arrow(event) {
                arrow if arrow.is_empty() => format!("{UNKNOWN:<5}"),
                arrow => format!("{arrow:<5}"),
            },
        };
        let said = protocol(&event.kind);
        let pieces = Line::default()
            .then(Role::Text, format!(" {time:>width$} "))
            .then(Role::Dim, format!("{delta:>DELTA$}  "))
            .then(Role::Text, format!("{way}  {said:<5} "));
        let used = lead + way.chars().count() + PROTOCOL;
        let room = usize::from(line.width).saturating_sub(used);
        let pieces = pieces.then(role, fitting(&texts, room));
        crate::tui::widgets::text::put_line(buffer, line, &pieces, look);
    }
}
