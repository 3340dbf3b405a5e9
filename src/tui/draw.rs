//! The rows around the body: title, views, status, keys.

use super::app::{App, LEAST, Load, scopes_of};
use super::format::{bytes, duration, plural, width};
use super::keys;
use super::theme::Role;
use super::views::{VIEWS, View};
use super::widgets::text::{Line, put, put_line};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl App {
    /// Draws everything.
    pub(crate) fn draw(&self, buffer: &mut Buffer) {
        let area = self.area.intersection(buffer.area);
        if self.too_small() {
            let (w, h) = LEAST;
            let (width, height) = (self.area.width, self.area.height);
            let text = format!("needs {w}x{h}, has {width}x{height}; q quits");
            put(buffer, area, &text, Role::Text, &self.look);
            return;
        }
        self.put_title(buffer);
        self.put_tabs(buffer);
        if let Some(view) = self.top() {
            let cx = self.cx();
            view.draw(buffer, &self.shared, &cx);
            let status = match &self.message {
                Some(message) => Line::new(format!(" {message}")),
                None => view.status(&self.shared, &cx),
            };
            let row = Rect {
                y: self.area.bottom() - 2,
                height: 1,
                ..self.area
            };
            put_line(buffer, row, &status, &self.look);
            self.put_footer(buffer, view);
        }
    }

    fn put_title(&self, buffer: &mut Buffer) {
        let row = Rect {
            height: 1,
            ..self.area
        };
        let mut end = row.right();
        for (badge, role) in [(self.badge(), Role::Focus), (self.alarm(), Role::Warn)] {
            let wanted = u16::try_from(width(&badge))
                .unwrap_or(u16::MAX)
                .min(end - row.x);
            end -= wanted;
            let at = Rect {
                x: end,
                width: wanted,
                ..row
            };
            put(buffer, at, &badge, role, &self.look);
        }
        let a = &self.analysis;
        let counts = [
            duration(a.capture.duration()),
            plural(a.capture.packets, "packet"),
            plural(a.connections.len() as u64, "connection"),
            plural(a.streams.len() as u64, "stream"),
        ];
        let mut rest = Rect {
            width: (end - row.x).saturating_sub(1),
            ..row
        };
        let named = format!(" rtcscope  {}  ", self.name);
        let used = put(buffer, rest, &named, Role::Title, &self.look);
        rest = Rect {
            x: rest.x + used,
            width: rest.width - used,
            ..rest
        };
        for text in counts {
            // A count that does not fit is left out: half a number is a wrong number.
            if width(&text) > usize::from(rest.width) {
                break;
            }
            let used = put(buffer, rest, &text, Role::Text, &self.look);
            let used = (used + 2).min(rest.width);
            rest = Rect {
                x: rest.x + used,
                width: rest.width - used,
                ..rest
            };
        }
    }

    /// That something was wrong with the file, and the key of the view that says what.
    fn alarm(&self) -> String {
        let problems = &self.analysis.capture.problems;
        let key = VIEWS.iter().position(|view| view.name == "capture");
        match key {
            Some(i) if !problems.is_empty() => {
                let count: u64 = problems.iter().map(|p| p.count).sum();
                format!("! {}: {} ", plural(count, "problem"), i + 1)
            }
            _ => String::new(),
        }
    }

    /// How far the capture is read, while it is.
    fn badge(&self) -> String {
        match &self.load {
            Load::Done => String::new(),
            Load::Reading {
                read,
                total: Some(total),
            } if *total > 0 => {
                let percent = u128::from(*read) * 100 / u128::from(*total);
                format!("loading {} % ", percent.min(100))
            }
            Load::Reading { read, .. } => format!("reading {} ", bytes(*read)),
        }
    }

    pub(super) fn tabs_row(&self) -> Rect {
        Rect {
            y: self.area.y + 1,
            height: 1,
            ..self.area
        }
    }

    /// The number keys on the second row: (view, x, width, text).
    pub(super) fn tab_places(&self) -> Vec<(usize, u16, u16, String)> {
        let mut x = self.area.x + 1;
        let places = VIEWS.iter().enumerate().map(|(i, entry)| {
            let text = format!("{} {}", i + 1, entry.title);
            let w = u16::try_from(width(&text)).unwrap_or(0);
            let at = x;
            x += w + 2;
            (i, at, w, text)
        });
        places.collect()
    }

    fn put_tabs(&self, buffer: &mut Buffer) {
        let row = self.tabs_row();
        for (i, x, w, text) in self.tab_places() {
            let role = if i == self.tab() {
                Role::Select
            } else {
                Role::Text
            };
            let at = Rect {
                x,
                width: w.min(row.right().saturating_sub(x)),
                ..row
            };
            put(buffer, at, &text, role, &self.look);
        }
        if let Some(id) = self
            .shared
            .connection
            .filter(|_| self.shared.one_connection)
        {
            let of = self.analysis.connections.len();
            let text = format!("connection {id} of {of} ");
            let wanted = u16::try_from(width(&text)).unwrap_or(0);
            let used = self.tab_places().last().map_or(0, |(_, x, w, _)| x + w);
            if of > 1 && used + wanted < row.right() {
                let at = Rect {
                    x: row.right() - wanted,
                    width: wanted,
                    ..row
                };
                put(buffer, at, &text, Role::Dim, &self.look);
            }
        }
    }

    fn put_footer(&self, buffer: &mut Buffer, view: &dyn View) {
        let mut row = Rect {
            x: self.area.x + 1,
            y: self.area.bottom() - 1,
            width: self.area.width - 1,
            height: 1,
        };
        let idle = |action| view.idle(action);
        for key in keys::footer(&scopes_of(view), idle, row.width.into()) {
            let text = key.footer;
            let (chord, what) = text.split_once(' ').unwrap_or((text, ""));
            if width(text) > usize::from(row.width) {
                break;
            }
            let mut used = put(buffer, row, chord, Role::Title, &self.look);
            let rest = Rect {
                x: row.x + used,
                width: row.width - used,
                ..row
            };
            used += put(buffer, rest, &format!(" {what}"), Role::Dim, &self.look);
            let used = (used + 2).min(row.width);
            row.x += used;
            row.width -= used;
        }
    }
}
