//! The list of packets: which are shown, and their rows.
//!
//! Only the packets on the screen are read and decoded, for their summaries.

use super::filter_prompt;
use super::packet_filter::{Filter, frame};
use super::packet_insight::PacketInsight;
use super::{Ctx, direction};
use crate::analysis::{PacketKind, PacketRef};
use crate::capture::PacketNo;
use crate::dissect::{Brief, brief};
use crate::tui::format::{UNKNOWN, clock, count, fit};
use crate::tui::theme::Role;
use crate::tui::widgets::list::ListState;
use crate::tui::widgets::table::{Column, cell, header, layout, left, rest, right};
use crate::tui::widgets::text::{Line, mark, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

const COLUMNS: [Column; 8] = [
    right("no", 8, 1),
    right("time s", 13, 3),
    left("dir", 3, 4),
    left("proto", 6, 2),
    right("len", 5, 6),
    left("from", 24, 8),
    left("to", 24, 9),
    rest("summary", 48, 5),
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TimeFormat {
    #[default]
    SinceStart,
    SincePrevious,
    Clock,
}

/// The list's state.
#[derive(Debug, Default)]
pub(super) struct PacketList {
    /// The selected row.
    pub(super) state: ListState,
    /// What the time column shows.
    pub(super) time: TimeFormat,
    /// Which packets are listed.
    pub(super) filter: Filter,
    /// What the packets on the screen are, in brief.
    briefs: BTreeMap<PacketNo, Brief>,
}

/// Rows below a heading.
pub(super) fn page(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(1))
}

impl TimeFormat {
    /// The one that the key goes to.
    pub(super) fn next(self) -> Self {
        match self {
            Self::SinceStart => Self::SincePrevious,
            Self::SincePrevious => Self::Clock,
            Self::Clock => Self::SinceStart,
        }
    }
}

impl PacketList {
    /// How many packets are listed.
    pub(super) fn len(&self, cx: &Ctx<'_>) -> usize {
        if self.filter.is_empty() {
            cx.analysis.packets.len()
        } else {
            self.filter.len()
        }
    }

    /// The packet in a row.
    pub(super) fn no_at(&self, row: usize, cx: &Ctx<'_>) -> Option<PacketNo> {
        if self.filter.is_empty() {
            (row < cx.analysis.packets.len()).then_some(row as PacketNo + 1)
        } else {
            self.filter.get(row)
        }
    }

    /// The packet in the selected row, which is the one that is taken apart; `None` while nothing
    /// is listed.
    pub(super) fn selected(&self, cx: &Ctx<'_>) -> Option<PacketNo> {
        self.no_at(self.state.selected, cx)
    }

    /// The row of a packet, or of the next one that is listed.
    pub(super) fn row_of(&self, no: PacketNo) -> usize {
        if self.filter.is_empty() {
            usize::try_from(no.saturating_sub(1)).unwrap_or(usize::MAX)
        } else {
            self.filter.row_of(no)
        }
    }

    /// The numbers of the packets on the screen.
    fn visible(&self, list: Rect, cx: &Ctx<'_>) -> Vec<PacketNo> {
        let rows = self.state.offset..self.state.offset + page(list);
        rows.map_while(|row| self.no_at(row, cx)).collect()
    }

    /// Reads and decodes what is on the screen and was not yet.
    pub(super) fn load(&mut self, area: Rect, cx: &Ctx<'_>) {
        let visible = self.visible(area, cx);
        let mut old = std::mem::take(&mut self.briefs);
        for no in visible {
            let Some(row) = cx.analysis.packets.get(no) else {
                continue;
            };
            let brief = old.remove(&no).unwrap_or_else(|| read_brief(no, row, cx));
            self.briefs.insert(no, brief);
        }
    }

    /// Draws the list.
    pub(super) fn put(&self, buffer: &mut Buffer, area: Rect, cx: &Ctx<'_>) {
        if area.is_empty() {
            return;
        }
        let look = &cx.look;
        let inner = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(1),
            ..area
        };
        let mut columns = COLUMNS;
        let [_, time, .., summary] = &mut columns;
        if inner.width < 100 {
            summary.width = 20;
        }
        time.title = match self.time {
            TimeFormat::SinceStart => "time s",
            TimeFormat::SincePrevious => "since previous",
            TimeFormat::Clock => "time UTC",
        };
        if self.time != TimeFormat::SinceStart {
            time.width = 15;
        }
        let places = layout(&columns, inner);
        header(buffer, Rect { height: 1, ..inner }, &columns, &places, look);
        let visible = self.visible(area, cx);
        for ((i, no), y) in (self.state.offset..)
            .zip(&visible)
            .zip(area.y + 1..area.bottom())
        {
            let Some(row) = cx.analysis.packets.get(*no) else {
                continue;
            };
            let texts = self.texts(i, *no, row, cx);
            let role = match row.kind {
                PacketKind::Malformed => Role::Error,
                PacketKind::Udp | PacketKind::Other | PacketKind::Tcp => Role::Dim,
                _ => Role::Text,
            };
            for &(column, x, width) in &places {
                if let (Some(c), Some(text)) = (columns.get(column), texts.get(column)) {
                    cell(
                        buffer,
                        Rect {
                            x,
                            y,
                            width,
                            height: 1,
                        },
                        text,
                        c.right,
                        role,
                        look,
                    );
                }
            }
            if i == self.state.selected {
                let line = Rect {
                    y,
                    height: 1,
                    ..area
                };
                put(buffer, line, ">", Role::Text, look);
                mark(buffer, line, look);
            }
        }
        if visible.is_empty() {
            let text = match (self.filter.is_empty(), cx.analysis.complete) {
                (true, true) => "no packets in this capture",
                (true, false) => "no packets so far",
                (false, _) => "no packet found with all these words; Esc shows all",
            };
            let at = Rect {
                y: inner.y + 1,
                height: inner.height - 1,
                ..inner
            };
            put(buffer, at, text, Role::Dim, look);
        }
    }

    fn texts(&self, i: usize, no: PacketNo, row: &PacketRef, cx: &Ctx<'_>) -> [String; 8] {
        let brief = self.briefs.get(&no);
        let path = brief.and_then(|b| b.path);
        let end = |e: Option<String>| e.unwrap_or_else(|| UNKNOWN.to_owned());
        let time = match self.time {
            TimeFormat::SinceStart => format!("{:.6}", cx.analysis.capture.seconds_at(row.ts)),
            TimeFormat::Clock => clock(row.ts),
            TimeFormat::SincePrevious => i
                .checked_sub(1)
                .and_then(|i| cx.analysis.packets.get(self.no_at(i, cx)?))
                .map_or_else(
                    || UNKNOWN.to_owned(),
                    |b| format!("{:.6}", (row.ts - b.ts).seconds()),
                ),
        };
        let summary = brief.map_or("", |b| b.summary.as_str());
        [
            no.to_string(),
            time,
            path.map_or("", |p| direction(p.canonical().1)).to_owned(),
            row.kind.name().to_owned(),
            row.wire_len.to_string(),
            end(path.map(|p| p.src.to_string())),
            end(path.map(|p| p.dst.to_string())),
            fit(summary, 300, cx.look.glyphs.ellipsis()),
        ]
    }

    /// How many packets there are, or how far the filter is; `editing` while it is typed.
    pub(super) fn status(&self, editing: bool, cx: &Ctx<'_>) -> Line {
        let all = cx.analysis.packets.len() as u64;
        let not_kept = cx.analysis.packets.not_kept();
        if self.filter.is_empty() && !editing {
            let more = match not_kept {
                0 => String::new(),
                n => format!(
                    "; {} later ones are beyond the limit of this list",
                    count(n)
                ),
            };
            return Line::default().then(Role::Dim, format!(" {} packets{more}", count(all)));
        }
        let found = match self.filter.is_empty() {
            true => "  words that a packet's line must have: rtcp  0x1f2e3d4c  192.0.2.1  pli"
                .to_owned(),
            false => format!("  {} of {}", count(self.filter.len() as u64), count(all)),
        };
        let left = all.saturating_sub(self.filter.compared());
        let left = if left > 0 && !self.filter.is_empty() {
            format!(", {} to go", count(left))
        } else {
            String::new()
        };
        filter_prompt::line(self.filter.text(), editing, format!("{found}{left}"))
    }
}

fn read_brief(no: PacketNo, row: &PacketRef, cx: &Ctx<'_>) -> Brief {
    match cx.bytes.read(row) {
        Ok(data) => {
            let insight = PacketInsight::new(row, cx.analysis);
            brief(&frame(no, row, &data), row.is_plain(), &insight)
        }
        Err(summary) => Brief {
            summary,
            path: None,
        },
    }
}
