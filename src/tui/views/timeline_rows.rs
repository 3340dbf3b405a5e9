//! The rows of the timeline: the events of one connection that the filter lets through, repeats
//! folded, and the quiet times between. They are found once for an analysis and a connection; only
//! those on the screen become text.

use super::Ctx;
use super::stream_facts::streams_of;
use crate::analysis::ConnectionId;
use crate::analysis::model::{Connection, Event};
use crate::capture::PacketNo;
use crate::output::timeline::{
    Grouping, Parties, QUIET, Rung, Tone, fold, protocol, tone, unfolded,
};
use crate::time::Timestamp;
use crate::tui::format::{duration, plural};
use crate::tui::theme::Role;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// An event, or several alike.
    Rung(Rung),
    /// A time without events, between those of these indices.
    Quiet(usize, usize),
}

/// How the rows are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// What makes two endpoints one column.
    pub(super) grouping: Grouping,
    /// Whether each repeat has a row.
    pub(super) unfolded: bool,
    /// Words that a row must have.
    pub(super) filter: String,
}

/// The rows of one connection.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Who takes part.
    pub(super) parties: Parties,
    all: Vec<Row>,
    /// Events that the filter let through.
    pub(super) found: usize,
    /// What they were made from: connection, packets read, whether that was all; and how.
    made: Option<(ConnectionId, u64, bool)>,
    how: Settings,
}

impl Rows {
    /// Makes them anew where the analysis, the connection or the settings changed; says whether.
    pub(super) fn update(&mut self, c: &Connection, how: &Settings, cx: &Ctx<'_>) -> bool {
        let from = (c.id, cx.analysis.capture.packets, cx.analysis.complete);
        if self.made == Some(from) && self.how == *how {
            return false;
        }
        self.parties = Parties::of(c, how.grouping);
        let words: Vec<String> = how
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let wanted = |e: &Event| {
            let line = || line(e, &self.parties).to_lowercase();
            words.is_empty() || {
                let line = line();
                words.iter().all(|word| line.contains(word))
            }
        };
        let events = c.events.iter().enumerate();
        let indices: Vec<usize> = events.filter(|(_, e)| wanted(e)).map(|(i, _)| i).collect();
        self.found = indices.len();
        let rungs = match how.unfolded {
            true => unfolded(indices),
            false => fold(&c.events, indices),
        };
        self.all = Vec::with_capacity(rungs.len());
        let mut before: Option<Rung> = None;
        for rung in rungs {
            if let Some(before) = before {
                let since = rung.since(&before, &c.events);
                if since.is_some_and(|since| since >= QUIET) {
                    self.all.push(Row::Quiet(before.last, rung.first));
                }
            }
            self.all.push(Row::Rung(rung));
            before = Some(rung);
        }
        self.made = Some(from);
        self.how = how.clone();
        true
    }

    /// Forgets them: there is no connection.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether a row stands for several events.
    pub(super) fn has_folded(&self) -> bool {
        let folded = |row: &Row| matches!(row, Row::Rung(rung) if rung.count > 1);
        self.all.iter().any(folded)
    }

    /// The row at this place.
    pub(super) fn get(&self, i: usize) -> Option<Row> {
        self.all.get(i).copied()
    }

    /// From this row on.
    pub(super) fn from(&self, offset: usize) -> impl Iterator<Item = &Row> {
        self.all.iter().skip(offset)
    }

    /// The row that shows the event at this time of this packet, or the next one.
    pub(super) fn place_of(&self, at: (Timestamp, PacketNo), c: &Connection) -> usize {
        let end = |row: &Row| match row {
            Row::Rung(rung) => c.events.get(rung.last).map(|e| (e.at, e.packet)),
            Row::Quiet(_, next) => c.events.get(*next).map(|e| (e.at, 0)),
        };
        self.all
            .partition_point(|row| end(row).is_some_and(|end| end < at))
    }
}

impl Row {
    /// The event it stands for; a quiet time for the one before.
    pub(super) fn event(self, c: &Connection) -> Option<&Event> {
        match self {
            Self::Rung(rung) => c.events.get(rung.first),
            Self::Quiet(before, _) => c.events.get(before),
        }
    }

    /// When it begins and ends.
    pub(super) fn span(self, c: &Connection) -> Option<(Timestamp, Timestamp)> {
        let at = |i: usize| c.events.get(i).map(|e| e.at);
        match self {
            Self::Rung(rung) => at(rung.first).zip(at(rung.last)),
            Self::Quiet(before, next) => at(before).zip(at(next)),
        }
    }

    /// What it says, from all words to the fewest, and how that looks.
    pub(super) fn texts(
        self,
        c: &Connection,
        parties: &Parties,
        cx: &Ctx<'_>,
    ) -> (Vec<String>, Role) {
        match self {
            Self::Rung(rung) => {
                let role = match self.event(c).map(|e| tone(&e.kind)) {
                    Some(Tone::Good) => Role::Ok,
                    Some(Tone::Bad) => Role::Error,
                    _ => Role::Text,
                };
                (rung.words(&c.events, parties), role)
            }
            Self::Quiet(..) => {
                let Some((from, to)) = self.span(c) else {
                    return (Vec::new(), Role::Dim);
                };
                let streams = streams_of(cx.analysis, c.id);
                let media = streams
                    .filter(|s| s.first_seen <= from && s.last_seen >= to)
                    .count() as u64;
                let media = match media {
                    0 => String::new(),
                    1 => "; 1 stream goes on".to_owned(),
                    n => format!("; {} go on", plural(n, "stream")),
                };
                let took = duration(to - from);
                (vec![format!("{took} without events{media}")], Role::Dim)
            }
        }
    }
}

/// All that the filter looks at.
fn line(e: &Event, parties: &Parties) -> String {
    format!(
        "{} {} {} {} #{}",
        parties.arrow(e),
        protocol(&e.kind),
        e.kind.name(),
        parties.words(e).join(" "),
        e.packet
    )
}

#[cfg(test)]
mod tests {
    use crate::analysis::model::{EventKind, IceEvent, Transport};
    use crate::net::Endpoint;
    use crate::time::Span;
    use crate::tui::testing::{Ui, call, nothing};
    use std::sync::Arc;
    use std::time::Instant;

    fn timeline() -> Ui {
        call().size(120, 30).ui().press("t")
    }

    #[test]
    fn the_selected_event_leads_to_its_packet() {
        let ui = timeline().selected("first check, username");
        let ui = ui.has("A 192.0.2.1:5000 -> B 192.0.2.2:6000  UDP");
        let ui = ui.press("j").selected("first check answered");
        assert_eq!(ui.app.shared().packet, 2);
        ui.press("Enter").selected("STUN").has("Packet 2 ");
    }

    #[test]
    fn the_connection_is_that_of_the_other_views() {
        let ui = timeline().has("Connection 1").press("]");
        let ui = ui.has("Connection 2").selected("username d:cc");
        ui.press("s").has("no RTP streams");
    }

    #[test]
    fn a_filter_keeps_events_with_all_its_words() {
        let ui = timeline().press("/").type_text("B>A answered");
        let ui = ui.has("filter: B>A answered_  1 of").press("Enter");
        let ui = ui.selected("first check answered").press("Esc");
        let ui = ui.has_not("filter:").has("username b:aa");
        ui.press("/")
            .type_text("no such words")
            .has("no event has all these words");
    }

    #[test]
    fn times_count_from_the_connection_the_capture_or_are_utc() {
        let ui = timeline().has(" time s").press("t").has("capture s");
        ui.press("t").has("time UTC").press("t").has(" time s");
    }

    #[test]
    fn no_events_and_no_connections_say_so() {
        let ui = nothing().ui();
        let mut ui = ui.press("Esc");
        ui.app.key(crossterm::event::KeyEvent::from(
            crossterm::event::KeyCode::Char('2'),
        ));
        ui.has("no connections in this capture");
    }

    /// A connection with these many events, of which every tenth is 3 s after the one before, over
    /// these many hosts.
    fn crowded(events: usize, hosts: u8) -> Ui {
        let mut ui = timeline();
        let mut analysis = (*ui.app.analysis).clone();
        analysis.capture.packets += 1;
        let c = &mut analysis.connections[0];
        let like = c.transports[0].clone();
        c.transports.extend((1..hosts).map(|i| Transport {
            index: 1_000 + u32::from(i),
            b: Endpoint::v4([198, 51, 100, i], 9),
            ..like.clone()
        }));
        let first = c.events[0].clone();
        let mut at = first.at;
        c.events = (0..events)
            .map(|i| {
                let step = if i % 10 == 0 { 3_000 } else { 1 };
                at = at.plus(Span::from_millis(step));
                let mut event = first.clone();
                event.at = at;
                event.packet = 1 + i as u64 % 1_000;
                event.transport = c.transports[i % c.transports.len()].index;
                event.kind = match i % 10 {
                    3..=5 => EventKind::Ice(IceEvent::FirstAnswer),
                    _ => EventKind::Ice(IceEvent::Nominated),
                };
                event
            })
            .collect();
        ui.app.set_analysis(Arc::new(analysis));
        ui
    }

    #[test]
    fn repeats_are_folded_and_unfold() {
        let ui = crowded(30, 1)
            .press("g")
            .selected("pair nominated (3 times, last after");
        let ui = ui
            .press("j")
            .selected("first check answered (3 times, last after");
        let ui = ui.times(2, "j").selected("without events; 3 streams go on");
        ui.has("Nothing happened").press("Enter").has("Packet 10 ");
        let ui = crowded(30, 1)
            .press("u")
            .press("g")
            .selected("pair nominated");
        ui.has_not("times, last");
    }

    #[test]
    fn many_hosts_have_letters_instead_of_columns() {
        let ui = crowded(300, 3);
        ui.has("A 192.0.2.1").has("─>│").press("c").has("─>│");
        crowded(300, 30).has(" way").has("A>").has_not("─>│");
    }

    #[test]
    fn keys_are_in_the_footer_where_they_do_something() {
        timeline().has_not("u unfold").has_not("c ports");
        let ui = crowded(30, 1).has("u unfold").press("u").has("u unfold");
        ui.has_not("c ports").resize(80, 24).has("? help  q quit");
    }

    #[test]
    fn letters_without_addresses_have_a_legend() {
        let ui = timeline().has_not(" A 192.0.2.1:5000  B 192.0.2.2:6000");
        let ui = ui.resize(80, 24);
        ui.has(" A 192.0.2.1:5000  B 192.0.2.2:6000");
        let many = crowded(300, 30).resize(80, 24);
        many.has("  B 192.0.2.2:6000").has(" more").has("A>B");
    }

    #[test]
    fn words_are_shortened_before_they_are_cut_and_flow_below_the_details() {
        let mut ui = timeline().resize(80, 24);
        let mut analysis = (*ui.app.analysis).clone();
        analysis.capture.packets += 1;
        let first = analysis.connections[0].events[0].clone();
        let messages = vec![
            "ServerHello",
            "Certificate",
            "ServerKeyExchange",
            "ServerHelloDone",
        ];
        analysis.connections[0].events = (0..20)
            .map(|i| crate::analysis::model::Event {
                at: first.at.plus(Span::from_millis(i)),
                kind: EventKind::Dtls(crate::analysis::model::DtlsEvent::Flight {
                    number: i as u8,
                    sender: crate::analysis::model::Role::Server,
                    messages: messages.clone(),
                }),
                ..first.clone()
            })
            .collect();
        ui.app.set_analysis(Arc::new(analysis));
        let ui = ui.press("g").selected("flight 0: ServerHello and 3 more");
        let ui = ui.resize(160, 45).selected("flight 0: ServerHello and");
        ui.has(
            "flight 19 of the server: ServerHello, Certificate, ServerKeyExchange, ServerHelloDone",
        );
    }

    #[test]
    fn thousands_of_events_are_drawn_as_fast_as_a_few() {
        let ui = crowded(50_000, 200).press("G");
        let ui = ui.selected("pair nominated");
        let start = Instant::now();
        let ui = ui.times(20, "k");
        (0..20).for_each(|_| drop(ui.buffer()));
        // 8 ms a frame; ten times as much in a debug build on a busy machine.
        let each = start.elapsed() / 20;
        assert!(each.as_millis() < 80, "{each:?}");
    }
}
