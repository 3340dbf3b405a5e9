//! The application: which view is up, what a key does, and the rows around the body.
//!
//! ```text
//! row 1   file, duration, counts, how far loading is
//! row 2   the views and their keys
//!         the body: the view
//! row -2  where the selection is; the filter
//! row -1  the most useful keys
//! ```
//!
//! It knows neither the terminal nor threads: events in, a drawn buffer out.

use super::history::{Arrival, History};
use super::keys::{self, Action, Scope};
use super::source::FrameBytes;
use super::theme::Look;
use super::views::help::Help;
use super::views::{Ctx, Effect, Shared, VIEWS, View};
use crate::analysis::{Analysis, Analyzer, Options};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// The smallest screen that the views are made for.
pub(super) const LEAST: (u16, u16) = (60, 16);

/// Rows that one turn of the mouse wheel moves.
const WHEEL: usize = 3;

/// How far the capture is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Reading it; of how many bytes, if that is known.
    Reading {
        /// Bytes read.
        read: u64,
        /// Bytes there are.
        total: Option<u64>,
    },
    /// All of it was read.
    Done,
}

/// What the terminal is to do after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Go on.
    Continue,
    /// Leave.
    Quit,
    /// Give the terminal back until `fg`.
    Suspend,
    /// Draw everything anew.
    Redraw,
}

/// The state of the application.
pub(crate) struct App {
    pub(super) name: String,
    pub(super) analysis: Arc<Analysis>,
    pub(super) load: Load,
    bytes: Box<dyn FrameBytes>,
    pub(super) look: Look,
    history: History,
    pub(super) shared: Shared,
    pub(super) area: Rect,
    pub(super) message: Option<String>,
}

/// All scopes that are active in a view.
pub(crate) fn scopes_of(view: &dyn View) -> Vec<Scope> {
    let mut scopes = view.scopes().to_vec();
    if !scopes.contains(&Scope::Prompt) {
        scopes.push(Scope::Global);
    }
    scopes.push(Scope::Always);
    scopes
}

impl App {
    /// The application for a capture called `name`, on a screen of `area`.
    pub(crate) fn new(name: String, bytes: Box<dyn FrameBytes>, look: Look, area: Rect) -> Self {
        let mut app = Self {
            name,
            analysis: Arc::new(Analyzer::new(Options::default()).snapshot()),
            load: Load::Reading {
                read: 0,
                total: None,
            },
            bytes,
            look,
            history: History::default(),
            shared: Shared::default(),
            area,
            message: None,
        };
        app.refresh();
        app
    }

    /// Takes a newer analysis.
    pub(crate) fn set_analysis(&mut self, analysis: Arc<Analysis>) {
        self.analysis = analysis;
        self.refresh();
    }

    /// Takes how far the capture is read.
    pub(crate) fn set_load(&mut self, load: Load) {
        self.load = load;
    }

    /// Takes the size of the screen.
    pub(crate) fn resize(&mut self, area: Rect) {
        self.area = area;
        self.refresh();
    }

    /// Answers a key.
    pub(crate) fn key(&mut self, event: KeyEvent) -> Request {
        self.message = None;
        let scopes = self.top().map(scopes_of).unwrap_or_default();
        let Some(action) = keys::lookup(&scopes, event) else {
            let command = KeyModifiers::CONTROL | KeyModifiers::ALT;
            let typed = scopes.contains(&Scope::Prompt) && !event.modifiers.intersects(command);
            match event.code {
                KeyCode::Char(c) if typed => {
                    self.with_top(|view, _, _| view.text(c));
                }
                _ => {
                    let key = keys::name_of(event);
                    self.message = Some(match scopes.contains(&Scope::Prompt) {
                        // There `?` is a letter.
                        true => format!("no key `{key}` here"),
                        false => format!("no key `{key}` here, ? lists them"),
                    });
                }
            }
            self.refresh();
            return Request::Continue;
        };
        let request = self.act(action, event);
        self.refresh();
        request
    }

    fn act(&mut self, action: Action, event: KeyEvent) -> Request {
        match action {
            Action::Quit => return Request::Quit,
            Action::Suspend => return Request::Suspend,
            Action::Redraw => return Request::Redraw,
            Action::SelectView => {
                if let KeyCode::Char(c) = event.code {
                    let digit = c.to_digit(10).unwrap_or(0) as usize;
                    self.select_tab(digit.saturating_sub(1));
                }
            }
            Action::Theme => {
                self.look.theme = self.look.theme.next();
                self.message = Some(format!("theme: {}", self.look.theme.name()));
            }
            Action::Maximise => self.shared.maximised = !self.shared.maximised,
            Action::PreviousConnection => self.step_connection(-1),
            Action::NextConnection => self.step_connection(1),
            Action::Help => {
                let scopes = self.top().map(scopes_of).unwrap_or_default();
                self.history.open(Box::new(Help::new(scopes)));
            }
            Action::Back if self.shared.maximised => self.shared.maximised = false,
            Action::JumpBack => {
                let shared = self.history.back();
                self.arrive(shared);
            }
            _ => {
                let before = self.shared.clone();
                let effect = self.with_top(|view, shared, cx| view.update(action, shared, cx));
                self.apply(effect.unwrap_or(Effect::None), before);
            }
        }
        Request::Continue
    }

    /// Answers the mouse.
    pub(crate) fn mouse(&mut self, event: MouseEvent) {
        let at = Position {
            x: event.column,
            y: event.row,
        };
        match event.kind {
            MouseEventKind::ScrollUp => self.wheel(at, Action::Up, Action::ZoomIn),
            MouseEventKind::ScrollDown => self.wheel(at, Action::Down, Action::ZoomOut),
            MouseEventKind::Down(MouseButton::Left) if at.y == self.tabs_row().y => {
                let hit = self
                    .tab_places()
                    .into_iter()
                    .find(|(_, x, w, _)| (*x..*x + *w).contains(&at.x));
                if let Some((i, ..)) = hit {
                    self.select_tab(i);
                }
            }
            MouseEventKind::Down(MouseButton::Left) => {
                self.with_top(|view, shared, cx| view.click(at, shared, cx));
            }
            _ => return,
        }
        self.refresh();
    }

    /// The wheel moves in lists and zooms charts, where the pointer is.
    fn wheel(&mut self, at: Position, in_lists: Action, in_charts: Action) {
        let charts = self
            .top()
            .is_some_and(|view| view.scopes().contains(&Scope::Chart));
        let (action, times) = if charts {
            (in_charts, 1)
        } else {
            (in_lists, WHEEL)
        };
        self.with_top(|view, shared, cx| {
            if charts {
                view.click(at, shared, cx);
            }
            for _ in 0..times {
                view.update(action, shared, cx);
            }
        });
    }

    /// Lets the view do a little of what takes long; `false` when there was nothing to do.
    pub(crate) fn work(&mut self) -> bool {
        let more = self.with_top(|view, _, cx| view.work(cx)).unwrap_or(false);
        if more {
            self.refresh();
        }
        more
    }

    /// Whether the screen is too small for the views.
    pub(super) fn too_small(&self) -> bool {
        self.area.width < LEAST.0 || self.area.height < LEAST.1
    }

    fn body(&self) -> Rect {
        Rect {
            y: self.area.y.saturating_add(2),
            height: self.area.height.saturating_sub(4),
            ..self.area
        }
    }

    pub(super) fn cx(&self) -> Ctx<'_> {
        Ctx {
            analysis: &self.analysis,
            bytes: &*self.bytes,
            look: self.look,
            area: self.body(),
            opened: self.history.is_open(),
        }
    }

    pub(super) fn top(&self) -> Option<&dyn View> {
        self.history.top()
    }

    /// The view of [`VIEWS`] that is up, or that what is up was opened from.
    pub(super) fn tab(&self) -> usize {
        self.history.tab()
    }

    /// Lets the view that is up change itself and what is shared.
    fn with_top<T>(
        &mut self,
        f: impl FnOnce(&mut dyn View, &mut Shared, &Ctx<'_>) -> T,
    ) -> Option<T> {
        let area = self.body();
        let cx = Ctx {
            analysis: &self.analysis,
            bytes: &*self.bytes,
            look: self.look,
            area,
            opened: self.history.is_open(),
        };
        let view = self.history.top_mut()?;
        Some(f(view, &mut self.shared, &cx))
    }

    fn refresh(&mut self) {
        if !self.too_small() {
            self.with_top(|view, shared, cx| view.refresh(shared, cx));
        }
    }

    fn apply(&mut self, effect: Effect, before: Shared) {
        match effect {
            Effect::None => {}
            Effect::Back => {
                let shared = self.history.close();
                self.arrive(shared);
            }
            Effect::Show(name) => {
                if let Some(i) = VIEWS.iter().position(|entry| entry.name == name) {
                    self.history.jump(i, before);
                }
            }
            Effect::Open(view) => self.history.open(view),
        }
    }

    /// Goes on with what was selected where a way back leads.
    fn arrive(&mut self, place: Arrival) {
        match place {
            Arrival::Nowhere => self.message = Some("nothing to go back to; q quits".to_owned()),
            Arrival::Here => {}
            Arrival::At(before) => self.shared.return_to(*before),
        }
    }

    fn select_tab(&mut self, i: usize) {
        self.history.switch(i, &self.shared);
    }

    fn step_connection(&mut self, by: isize) {
        let all = &self.analysis.connections;
        let at = all
            .iter()
            .position(|c| Some(c.id) == self.shared.connection);
        let next = at
            .map_or(0, |i| i.saturating_add_signed(by))
            .min(all.len().saturating_sub(1));
        if let Some(c) = all.get(next) {
            self.shared.connection = Some(c.id);
            self.shared.one_connection = true;
            self.message = Some(format!("connection {}, and only its streams", c.id));
        }
    }
}

#[cfg(test)]
impl App {
    /// What the views share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}
