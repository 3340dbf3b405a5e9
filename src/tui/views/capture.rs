//! Capture: the file itself, what its packets are, and what was wrong with it.

use super::facts::protocols;
use super::{Ctx, Effect, Shared, View, step};
use crate::analysis::Analysis;
use crate::output::loss;
use crate::tui::format::{UNKNOWN, bytes, count, duration, plural};
use crate::tui::keys::{Action, Scope};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, heading, put_lines, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of facts above the problems.
const FACTS: u16 = 9;

/// The view's state.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    scroll: usize,
}

impl View for Capture {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Move]
    }

    fn update(&mut self, action: Action, _shared: &mut Shared, cx: &Ctx<'_>) -> Effect {
        if let Some(by) = step(action, page(cx), usize::MAX >> 2) {
            self.scroll = self.scroll.saturating_add_signed(by);
        }
        if action == Action::Back {
            Effect::Back
        } else {
            Effect::None
        }
    }

    fn refresh(&mut self, _shared: &mut Shared, cx: &Ctx<'_>) {
        self.scroll = self.scroll.min(problems(cx).len().saturating_sub(page(cx)));
    }

    fn draw(&self, buffer: &mut Buffer, _shared: &Shared, cx: &Ctx<'_>) {
        let facts = Rect {
            height: FACTS.min(cx.area.height),
            ..cx.area
        };
        put_lines(buffer, facts, &file_lines(cx.analysis), 0, &cx.look);
        let rest = Rect {
            y: facts.bottom(),
            height: cx.area.height - facts.height,
            ..cx.area
        };
        let lines = problems(cx);
        let note = match lines.len().saturating_sub(self.scroll + page(cx)) {
            0 => String::new(),
            n => format!("{n} more below"),
        };
        let body = heading(buffer, rest, "Problems of the file", &note, true, &cx.look);
        put_lines(buffer, body, &lines, self.scroll, &cx.look);
    }

    fn status(&self, _shared: &Shared, cx: &Ctx<'_>) -> Line {
        let problems = &cx.analysis.capture.problems;
        let count: u64 = problems.iter().map(|p| p.count).sum();
        let text = match (count, problems.len() as u64) {
            (0, _) => " no problems".to_owned(),
            (1, _) => " 1 problem".to_owned(),
            (n, 1) => format!(" {} of one kind", plural(n, "problem")),
            (n, kinds) => format!(" {} of {kinds} kinds", plural(n, "problem")),
        };
        Line::default().then(Role::Dim, text)
    }
}

/// Lines of problems that fit.
fn page(cx: &Ctx<'_>) -> usize {
    usize::from(cx.area.height.saturating_sub(FACTS + 1)).max(1)
}

fn file_lines(analysis: &Analysis) -> Vec<Line> {
    let c = &analysis.capture;
    let links: Vec<_> = c.link_types.iter().map(ToString::to_string).collect();
    let time = |ts: Option<_>| match ts {
        Some(_) if !c.is_dated() => format!("{UNKNOWN} (the dump does not tell the date)"),
        Some(ts) => format!("{ts}"),
        None => UNKNOWN.to_owned(),
    };
    let dropped = c.dropped_by_capture.map_or_else(
        || format!("{UNKNOWN} (the file does not say)"),
        |n| format!("{} by the capturing system", count(n)),
    );
    let so_far = if analysis.complete { "" } else { " so far" };
    let unread = Role::Warn;
    let role = |n: u64| if n > 0 { unread } else { Role::Text };
    vec![
        Line::fact("format", c.format.clone()),
        Line::fact("link types", links.join(", ")),
        Line::fact(
            "packets",
            format!(
                "{}, {} on the wire{so_far}",
                count(c.packets),
                bytes(c.bytes)
            ),
        ),
        Line::fact("from", time(c.first)),
        Line::fact(
            "to",
            format!("{}, {}", time(c.last), duration(c.duration())),
        ),
        Line::fact("holds", protocols(&analysis.protocols)),
        Line::fact("cut short", "").then(
            role(c.truncated_packets),
            plural(c.truncated_packets, "packet"),
        ),
        Line::fact("not decoded", "").then(
            role(c.undecoded_packets),
            plural(c.undecoded_packets, "packet"),
        ),
        Line::fact("dropped", dropped),
    ]
}

/// What was wrong, whole: long lines go on below.
fn problems(cx: &Ctx<'_>) -> Vec<Line> {
    let analysis = cx.analysis;
    let mut out = Vec::new();
    if let Some(text) = loss::by_capture(&analysis.capture.loss) {
        out.push(Line::default().then(Role::Warn, format!(" {text}")));
    }
    for counted in &analysis.capture.problems {
        let p = &counted.problem;
        let times = match counted.count {
            1 => String::new(),
            n => format!("  {} times", count(n)),
        };
        out.push(Line::default().then(Role::Warn, format!(" {}{times}", p.code)));
        let place = match (p.packet, p.offset) {
            (Some(no), _) => format!("packet {no}: "),
            (None, Some(offset)) => format!("byte {offset}: "),
            (None, None) => String::new(),
        };
        let text = Line::new(format!("{place}{}", p.message));
        let lines = wrap(vec![text], cx.area.width.saturating_sub(3));
        out.extend(lines.into_iter().map(|line| {
            let indented = Line::new("   ");
            Line(indented.0.into_iter().chain(line.0).collect())
        }));
    }
    if out.is_empty() {
        let none = if analysis.complete {
            " none"
        } else {
            " none so far"
        };
        out.push(Line::default().then(Role::Dim, none));
    }
    out
}
