//! Packets: a list, the fields of the selected packet and its bytes, each marking the others' place.
//!
//! Only the rows on the screen are read and decoded.

use super::filter_prompt;
use super::packet_fields::Fields;
use super::packet_filter::frame;
use super::packet_insight::{PacketInsight, stream_of};
use super::packet_list::{PacketList, page};
use super::stream::StreamCharts;
use super::{Ctx, Effect, Shared, View, step};
use crate::capture::PacketNo;
use crate::dissect::{Plain, dissect};
use crate::tree::Row;
use crate::tui::keys::{Action, Scope};
use crate::tui::widgets::hex::{per_row, put_hex};
use crate::tui::widgets::text::{Line, heading};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pane {
    #[default]
    List,
    Fields,
    Hex,
}

/// A packet that was read and decoded.
#[derive(Debug)]
struct Opened {
    no: PacketNo,
    data: Vec<u8>,
    rows: Vec<Row>,
    /// What was decrypted of it.
    plain: Vec<Plain>,
}

impl Opened {
    /// The bytes that a row's place counts in, and what they are called.
    fn bytes_of(&self, row: Option<&Row>) -> (&str, &[u8]) {
        let plain = row.and_then(|row| self.plain.get(usize::from(row.buffer).checked_sub(1)?));
        plain.map_or(("", &self.data), |plain| (plain.name, &plain.bytes))
    }
}

/// The view's state.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    list: PacketList,
    pane: Pane,
    editing: bool,
    fields: Fields,
    /// The first row of bytes shown.
    hex: usize,
    opened: Option<Opened>,
    /// The filter that the jump here asked for, and takes away again.
    given: String,
}

/// Where the panes are.
struct Panes {
    list: Rect,
    fields: Rect,
    hex: Rect,
}

impl Packets {
    fn panes(&self, shared: &Shared, cx: &Ctx<'_>) -> Panes {
        let area = cx.area;
        let none = Rect::default();
        if shared.maximised {
            let at = |pane| if self.pane == pane { area } else { none };
            return Panes {
                list: at(Pane::List),
                fields: at(Pane::Fields),
                hex: at(Pane::Hex),
            };
        }
        let height = (area.height * 2 / 5).max(4).min(area.height);
        let list = Rect { height, ..area };
        let rest = Rect {
            y: list.bottom(),
            height: area.height - height,
            ..area
        };
        if cx.is_wide() {
            let width = 76.min(rest.width);
            let hex = Rect {
                x: rest.right() - width,
                width,
                ..rest
            };
            let fields = Rect {
                width: (rest.width - width).saturating_sub(1),
                ..rest
            };
            return Panes { list, fields, hex };
        }
        let height = rest.height * 2 / 5;
        let hex = Rect {
            y: rest.bottom() - height,
            height,
            ..rest
        };
        let fields = Rect {
            height: rest.height - height,
            ..rest
        };
        Panes { list, fields, hex }
    }

    /// Reads and decodes what is on the screen and was not yet.
    fn load(&mut self, shared: &Shared, cx: &Ctx<'_>) {
        self.list.load(self.panes(shared, cx).list, cx);
        let no = self.list.selected(cx);
        if no.is_some() && self.opened.as_ref().map(|o| o.no) == no {
            return;
        }
        self.opened = no.and_then(|no| {
            let row = cx.analysis.packets.get(no)?;
            let data = cx.bytes.read(row).ok()?;
            let insight = PacketInsight::new(row, cx.analysis);
            let found = dissect(&frame(no, row, &data), row.is_plain(), &insight);
            Some(Opened {
                no,
                data,
                rows: found.rows,
                plain: found.plain,
            })
        });
        if let Some(opened) = &self.opened {
            self.fields.select_message(&opened.rows);
        }
        self.show_field(shared, cx);
    }

    /// Scrolls the bytes to those of the selected field.
    fn show_field(&mut self, shared: &Shared, cx: &Ctx<'_>) {
        let hex = self.panes(shared, cx).hex;
        let Some(opened) = &self.opened else { return };
        let n = per_row(hex.width);
        let marked = self
            .fields
            .selected(&opened.rows)
            .and_then(|row| row.bytes.clone());
        let Some(bytes) = marked else { return };
        let page = page(hex).max(1);
        let (first, last) = (bytes.start / n, bytes.end.saturating_sub(1) / n);
        if last >= self.hex + page {
            self.hex = (last + 1).saturating_sub(page);
        }
        self.hex = self.hex.min(first);
    }

    fn move_by(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> bool {
        let panes = self.panes(shared, cx);
        let (pane, len) = match (self.pane, &self.opened) {
            (Pane::List, _) => (panes.list, self.list.len(cx)),
            (Pane::Fields, Some(o)) => (panes.fields, self.fields.shown(&o.rows).len()),
            (Pane::Hex, Some(o)) => {
                let (_, bytes) = o.bytes_of(self.fields.selected(&o.rows));
                (panes.hex, bytes.len())
            }
            (Pane::Fields | Pane::Hex, None) => (panes.fields, 0),
        };
        let Some(by) = step(action, page(pane), len) else {
            return false;
        };
        match self.pane {
            Pane::List => {
                self.list.state.step(by, len, page(pane));
                shared.packet = self
                    .list
                    .no_at(self.list.state.selected, cx)
                    .unwrap_or(shared.packet);
                self.remember_time(shared, cx);
            }
            Pane::Fields => {
                self.fields.list.step(by, len, page(pane));
                self.show_field(shared, cx);
            }
            Pane::Hex => {
                let rows = len.div_ceil(per_row(pane.width));
                self.hex = self
                    .hex
                    .saturating_add_signed(by)
                    .min(rows.saturating_sub(page(pane)));
            }
        }
        true
    }

    /// The charts' cursor follows the packet.
    fn remember_time(&self, shared: &mut Shared, cx: &Ctx<'_>) {
        if let Some(row) = cx.analysis.packets.get(shared.packet) {
            shared.cursor = Some(row.ts);
        }
    }

    fn fold(&mut self, fold: Option<bool>, shared: &Shared, cx: &Ctx<'_>) {
        if let Some(opened) = &self.opened {
            self.fields.fold(&opened.rows, fold);
            self.show_field(shared, cx);
        }
    }

    /// Selects the field before or after.
    fn next_field(&mut self, by: isize, shared: &Shared, cx: &Ctx<'_>) {
        if let Some(opened) = &self.opened {
            let len = self.fields.shown(&opened.rows).len();
            self.fields
                .list
                .step(by, len, page(self.panes(shared, cx).fields));
            self.show_field(shared, cx);
        }
    }
}

impl View for Packets {
    fn scopes(&self) -> &'static [Scope] {
        if self.editing {
            &[Scope::Prompt]
        } else {
            &[Scope::Packets, Scope::Move, Scope::Panes]
        }
    }

    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if !self.editing && self.move_by(action, shared, cx) {
            return Effect::None;
        }
        let mut filter = self.list.filter.text().to_owned();
        if filter_prompt::answer(action, &mut self.editing, &mut filter) {
            self.list.filter.set(filter);
            return Effect::None;
        }
        match action {
            Action::NextPane => {
                self.pane = match self.pane {
                    Pane::List => Pane::Fields,
                    Pane::Fields => Pane::Hex,
                    Pane::Hex => Pane::List,
                }
            }
            Action::PreviousPane => {
                self.pane = match self.pane {
                    Pane::List => Pane::Hex,
                    Pane::Fields => Pane::List,
                    Pane::Hex => Pane::Fields,
                }
            }
            Action::Open if self.pane == Pane::List => self.pane = Pane::Fields,
            Action::Open => self.fold(None, shared, cx),
            Action::Left if self.pane == Pane::Hex => self.next_field(-1, shared, cx),
            Action::Right if self.pane == Pane::Hex => self.next_field(1, shared, cx),
            Action::Left => self.fold(Some(true), shared, cx),
            Action::Right => self.fold(Some(false), shared, cx),
            Action::TimeFormat => {
                self.list.time = self.list.time.next();
            }
            Action::GoToStream => {
                let no = self.list.selected(cx);
                let row = no.and_then(|no| cx.analysis.packets.get(no));
                if let Some((row, id)) =
                    row.and_then(|row| Some((row, stream_of(row, cx.analysis)?.id)))
                {
                    shared.stream = Some(id);
                    shared.cursor = Some(row.ts);
                    return Effect::Open(Box::<StreamCharts>::default());
                }
            }
            Action::Back if self.pane != Pane::List => self.pane = Pane::List,
            Action::Back if cx.opened && self.list.filter.says(&self.given) => return Effect::Back,
            Action::Back if cx.opened => self.list.filter.set(self.given.clone()),
            Action::Back if !self.list.filter.is_empty() => self.list.filter.set(String::new()),
            Action::Back => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn text(&mut self, c: char) {
        let mut text = self.list.filter.text().to_owned();
        filter_prompt::type_in(c, &mut text);
        self.list.filter.set(text);
    }

    fn another(&self) -> Option<Box<dyn View>> {
        let mut fresh = Self::default();
        fresh.list.time = self.list.time;
        Some(Box::new(fresh))
    }

    fn work(&mut self, cx: &Ctx<'_>) -> bool {
        self.list.filter.work(cx)
    }

    fn refresh(&mut self, shared: &mut Shared, cx: &Ctx<'_>) {
        if let Some(text) = shared.filter.take() {
            self.given.clone_from(&text);
            self.list.filter.set(text);
            self.pane = Pane::List;
        }
        let panes = self.panes(shared, cx);
        let len = self.list.len(cx);
        let comparing = !self.list.filter.is_empty()
            && self.list.filter.compared() < cx.analysis.packets.len() as PacketNo;
        self.list
            .state
            .select(self.list.row_of(shared.packet), len, page(panes.list));
        // A packet that the filter hides gives way to the next one that it shows.
        let next = self.list.selected(cx);
        if let Some(next) = next.filter(|no| !comparing || *no >= shared.packet) {
            shared.packet = next;
        }
        self.load(shared, cx);
        let rows = self
            .opened
            .as_ref()
            .map_or(0, |o| self.fields.shown(&o.rows).len());
        self.fields.list.hold(rows, page(panes.fields));
    }

    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>) {
        let panes = self.panes(shared, cx);
        self.list.put(buffer, panes.list, cx);
        let Some(opened) = &self.opened else { return };
        if !panes.fields.is_empty() {
            let name = format!("Packet {}", opened.no);
            let rows = self.fields.shown(&opened.rows).len();
            let below = rows.saturating_sub(self.fields.list.offset + page(panes.fields));
            let note = if below > 0 {
                format!("{below} more below")
            } else {
                String::new()
            };
            let focused = self.pane == Pane::Fields;
            let body = heading(buffer, panes.fields, &name, &note, focused, &cx.look);
            self.fields.put(buffer, body, &opened.rows, focused, cx);
        }
        if !panes.hex.is_empty() {
            let selected = self.fields.selected(&opened.rows);
            let (what, bytes) = opened.bytes_of(selected);
            let name = if what.is_empty() {
                "Bytes".to_owned()
            } else {
                format!("Bytes: {what}")
            };
            let note = format!("{} bytes", bytes.len());
            let focused = self.pane == Pane::Hex;
            let body = heading(buffer, panes.hex, &name, &note, focused, &cx.look);
            let marked = selected.and_then(|r| r.bytes.as_ref());
            put_hex(buffer, body, bytes, self.hex, marked, &cx.look);
        }
    }

    fn status(&self, _shared: &Shared, cx: &Ctx<'_>) -> Line {
        self.list.status(self.editing, cx)
    }

    fn click(&mut self, at: Position, shared: &mut Shared, cx: &Ctx<'_>) {
        let panes = self.panes(shared, cx);
        let row = |area: Rect| usize::from(at.y.saturating_sub(area.y + 1));
        if panes.list.contains(at) {
            self.pane = Pane::List;
            let no = self
                .list
                .no_at(self.list.state.offset + row(panes.list), cx);
            if let Some(no) = no.filter(|_| at.y > panes.list.y) {
                shared.packet = no;
                self.remember_time(shared, cx);
            }
        } else if panes.fields.contains(at) {
            self.pane = Pane::Fields;
            if at.y > panes.fields.y {
                self.fields.list.selected = self.fields.list.offset + row(panes.fields);
                self.show_field(shared, cx);
            }
        } else if panes.hex.contains(at) {
            self.pane = Pane::Hex;
        }
    }
}
