//! Help: the keys that work in the view below, from the key table.

use super::{Ctx, Effect, Shared, VIEWS, View, step};
use crate::tui::keys::{Action, KEYS, Scope, chord_names};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, heading, put_lines};
use ratatui::buffer::Buffer;

/// The view's state.
#[derive(Debug)]
pub(crate) struct Help {
    /// Where the keys are explained for.
    of: Vec<Scope>,
    scroll: usize,
}

impl Help {
    /// Help for a view with these keys.
    pub(crate) fn new(of: Vec<Scope>) -> Self {
        Self { of, scroll: 0 }
    }

    fn lines(&self) -> Vec<Line> {
        let mut out = Vec::new();
        let mut heading = "";
        for scope in &self.of {
            for key in KEYS.iter().filter(|key| key.scope == *scope) {
                if scope.heading() != heading {
                    if !heading.is_empty() {
                        out.push(Line::default());
                    }
                    heading = scope.heading();
                    out.push(Line::default().then(Role::Title, format!(" {heading}")));
                }
                let chords = chord_names(key).replace("1-9", &format!("1-{}", VIEWS.len()));
                out.push(Line::new(format!("   {chords:<20} ")).then(Role::Text, key.help));
            }
        }
        out.push(Line::default());
        out.push(Line::default().then(Role::Title, " What you see"));
        out.extend(LEGEND.iter().map(|text| Line::new(format!("   {text}"))));
        out
    }
}

/// What is the same on every screen.
const LEGEND: [&str; 5] = [
    "A>B, B>A   direction; A is the lower address of the two, B the higher",
    "--         not known; the details say why. It never means 0",
    "loss       packets lost before the point of capture",
    "jitter     RFC 3550 interarrival jitter at the point of capture",
    "times      seconds since the first packet of the capture",
];

impl View for Help {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Move]
    }

    fn update(&mut self, action: Action, _shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if let Some(by) = step(action, cx.area.height.into(), usize::MAX >> 2) {
            self.scroll = self.scroll.saturating_add_signed(by);
        }
        match action {
            Action::Back | Action::Help => Effect::Back,
            _ => Effect::None,
        }
    }

    fn refresh(&mut self, _shared: &mut Shared, cx: &Ctx<'_>) {
        let page = usize::from(cx.area.height.saturating_sub(1));
        self.scroll = self.scroll.min(self.lines().len().saturating_sub(page));
    }

    fn draw(&self, buffer: &mut Buffer, _shared: &Shared, cx: &Ctx<'_>) {
        let body = heading(buffer, cx.area, "Help", "Esc closes", true, &cx.look);
        put_lines(buffer, body, &self.lines(), self.scroll, &cx.look);
    }

    fn status(&self, _shared: &Shared, cx: &Ctx<'_>) -> Line {
        let page = usize::from(cx.area.height.saturating_sub(1));
        let text = match self.lines().len().saturating_sub(self.scroll + page) {
            0 => " rtcscope: point it at a capture; it finds the calls".to_owned(),
            1 => " 1 more line below: PgDn".to_owned(),
            n => format!(" {n} more lines below: PgDn"),
        };
        Line::default().then(Role::Dim, text)
    }
}
