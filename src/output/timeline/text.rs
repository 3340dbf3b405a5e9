//! The timeline for people: a head for each connection, then one line per event.
//!
//! ```text
//! Connection 1  connected  0.000 to 4.455 s, from 0.003 s of the capture
//!   A 10.77.1.2:44350
//!   B 10.77.1.3:41486
//!   setup  ICE 70.9 ms, DTLS 91.1 ms, first media after 171.9 ms
//!
//!        time s     delta  packet  A        B
//!      0.000000                 4  |------->|  ICE   first check, username Kq3f:Uc7L
//!      0.074812   74.8 ms       9  |<-------|  ICE   first check answered
//!                          … 12.4 s …
//! ```
//!
//! Parties have columns where they fit; else a line says `A>B`. Words that are too long go on below.

use super::super::text::style::{Style, grouped};
use super::super::{Presenter, printable};
use super::{
    ASCII, Clock, Grouping, Lanes, Parties, QUIET, Rung, Selection, Setup, Tone, duration, fitting,
    fold, protocol, tone,
};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, Event};
use crate::time::Timestamp;
use std::io::{self, Write};

/// Columns before the arrows: time, time since the event before, packet.
const LEAD: usize = 2 + 11 + 1 + 9 + 1 + 7 + 2;
/// Columns of the protocol, and of what separates it.
const PROTOCOL: usize = 2 + 6;
/// The least that words get before arrows give way.
const WORDS: usize = 30;
/// The most from one party's line to the next: more would only move the words away.
const WIDEST: usize = 9;
/// More parties than this have no columns: arrows would be long, and hard to follow.
const PARTIES_MAX: usize = 4;
/// Parties that the legend lists; the rest is counted.
const LEGEND_MAX: usize = 32;

/// Writes timelines as text.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// With ANSI colours.
    pub color: bool,
    /// Columns of the screen.
    pub width: usize,
    /// Which events.
    pub selection: Selection,
}

impl Presenter for Text {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
        let style = Style(self.color);
        let span = duration(analysis.capture.duration());
        let packets = grouped(analysis.capture.packets);
        let name = style.bold(&printable(file));
        writeln!(out, "{name}  {packets} packets, {span}")?;
        if analysis.connections.is_empty() {
            writeln!(out, "\nNo peer connection found.")?;
        }
        for c in self.selection.connections(&analysis.connections) {
            writeln!(out)?;
            self.connection(c, analysis, style, out)?;
        }
        for p in &analysis.capture.problems {
            let line = format!("problem: {}", printable(&p.problem.message));
            writeln!(out, "\n{}", style.warn(&line))?;
        }
        Ok(())
    }
}

impl Text {
    fn connection(
        &self,
        c: &Connection,
        analysis: &Analysis,
        style: Style,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let parties = Parties::of(c, Grouping::Host);
        let zero = self.selection.clock.zero(c, &analysis.capture);
        self.head(c, &parties, analysis, style, out)?;
        let indices = self.selection.events(c, &analysis.capture);
        let rungs = fold(&c.events, indices);
        if rungs.is_empty() {
            let which = no_events(c, zero, &self.selection);
            return writeln!(out, "  {}", style.dim(&which));
        }
        let lanes = self.lanes(&parties);
        let names = parties.all().iter().map(|p| p.label.as_str());
        let lanes_head = lanes.map_or_else(|| "way  ".to_owned(), |lanes| lanes.names(names));
        let width = lanes.map_or(5, |lanes| lanes.width());
        let heading = format!(
            "  {:>11} {:>9} {:>7}  {lanes_head:<width$}",
            match self.selection.clock {
                Clock::Connection => "time s",
                Clock::Capture => "capture s",
            },
            "delta",
            "packet"
        );
        writeln!(out, "\n{}", style.dim(heading.trim_end()))?;
        let page = Page {
            c,
            parties: &parties,
            lanes,
            zero,
            width: self.width,
            style,
        };
        let mut before: Option<&Rung> = None;
        for rung in &rungs {
            page.rung(rung, before, out)?;
            before = Some(rung);
        }
        if c.events_not_kept > 0 {
            let n = grouped(c.events_not_kept);
            let line = format!("  and {n} more events, which were too many to keep");
            writeln!(out, "{}", style.dim(&line))?;
        }
        Ok(())
    }

    fn lanes(&self, parties: &Parties) -> Option<Lanes> {
        let n = parties.all().len();
        let room = self.width.checked_sub(LEAD + PROTOCOL + WORDS)?;
        Lanes::fitting(n, room, WIDEST).filter(|_| n <= PARTIES_MAX)
    }

    /// The lines above the ladder: state, who takes part, how long it took.
    fn head(
        &self,
        c: &Connection,
        parties: &Parties,
        analysis: &Analysis,
        style: Style,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let state = style.state(c.state);
        let name = style.bold(&format!("Connection {}", c.id));
        let zero = self.selection.clock.zero(c, &analysis.capture);
        let at = |ts: Timestamp| (ts - zero).seconds();
        let (first, last) = (at(c.first_seen), at(c.last_seen));
        let of_capture = match (self.selection.clock, analysis.capture.seconds_at(zero)) {
            (Clock::Connection, begins @ 0.0005..) => {
                format!(", from {begins:.3} s of the capture")
            }
            _ => String::new(),
        };
        writeln!(
            out,
            "{name}  {state}  {first:.3} to {last:.3} s{of_capture}"
        )?;
        if let Some(why) = &c.stopped {
            for line in wrap(&printable(why), self.width.saturating_sub(2)) {
                writeln!(out, "  {}", style.warn(&line))?;
            }
        }
        for party in parties.all().iter().take(LEGEND_MAX) {
            let role = party.role.map_or_else(String::new, |role| {
                let relays = relayed_by(party, c);
                format!("  {}{relays}", role.name())
            });
            writeln!(out, "  {} {}{role}", party.label, party.address())?;
        }
        if let Some(more @ 1..) = parties.all().len().checked_sub(LEGEND_MAX) {
            writeln!(out, "  and {more} more")?;
        }
        let setup = Setup::of(c, analysis).words();
        if !setup.is_empty() {
            writeln!(out, "  setup  {}", setup.join(", "))?;
        }
        if let Some((words, holds)) = super::integrity(c) {
            let words = match holds {
                true => words,
                false => style.bad(&words),
            };
            writeln!(out, "  integrity  {words}")?;
        }
        Ok(())
    }
}

/// That no event is shown, and why.
fn no_events(c: &Connection, zero: Timestamp, selection: &Selection) -> String {
    let (Some(first), Some(last)) = (c.events.first(), c.events.last()) else {
        return "no events".to_owned();
    };
    let at = |e: &Event| (e.at - zero).seconds();
    let (first, last) = (at(first), at(last));
    let all = match c.events.len() {
        1 => format!("the only one is at {first:.3} s"),
        n => format!("the {n} there are lie from {first:.3} to {last:.3} s"),
    };
    format!("no events {}: {all}", selection.times())
}

/// The addresses that a TURN server gave out.
fn relayed_by(party: &super::Party, c: &Connection) -> String {
    let own = c
        .turn
        .iter()
        .filter(|turn| party.endpoints.contains(&turn.server));
    let mut relayed: Vec<String> = own
        .filter_map(|turn| turn.relayed)
        .map(|e| e.to_string())
        .collect();
    relayed.dedup();
    match relayed.is_empty() {
        true => String::new(),
        false => format!(", relays {}", relayed.join(", ")),
    }
}

/// What the lines of one connection have in common.
struct Page<'a> {
    c: &'a Connection,
    parties: &'a Parties,
    lanes: Option<Lanes>,
    zero: Timestamp,
    width: usize,
    style: Style,
}

impl Page<'_> {
    fn rung(&self, rung: &Rung, before: Option<&Rung>, out: &mut dyn Write) -> io::Result<()> {
        let events = &self.c.events;
        let Some(event) = events.get(rung.first) else {
            return Ok(());
        };
        let since = before.and_then(|before| rung.since(before, events));
        if let Some(quiet) = since.filter(|since| *since >= QUIET) {
            let line = format!("{:>23} … {} …", "", duration(quiet));
            writeln!(out, "{}", self.style.dim(&line))?;
        }
        let time = (event.at - self.zero).seconds();
        let delta = since.map_or_else(String::new, duration);
        let way = match self.lanes {
            Some(lanes) => lanes.row(self.parties.way_of(event), ASCII),
            None => format!("{:<5}", self.parties.arrow(event)),
        };
        let said = protocol(&event.kind);
        let used = LEAD + way.chars().count() + PROTOCOL;
        let room = self.width.saturating_sub(used).max(WORDS);
        let mut forms = rung.words(events, self.parties);
        // Only what the arrow says too is left out; what then does not fit goes on below, whole.
        forms.truncate(2);
        let fits = |words: &str| words.chars().count() <= room;
        let words = Some(fitting(&forms, room)).filter(|words| fits(words));
        let words = words
            .or(forms.first().map(String::as_str))
            .unwrap_or_default();
        let mut lines = wrap(&printable(words), room).into_iter();
        let first = lines.next().unwrap_or_default();
        let delta = self.style.dim(&format!("{delta:>9}"));
        let said = self.style.bold(&format!("{said:<5}"));
        writeln!(
            out,
            "  {time:>11.6} {delta} {:>7}  {way}  {said} {}",
            event.packet,
            self.toned(tone(&event.kind), &first)
        )?;
        let blank = match self.lanes {
            Some(lanes) => lanes.row(None, ASCII),
            None => " ".repeat(way.chars().count()),
        };
        for line in lines {
            let line = self.toned(tone(&event.kind), &line);
            writeln!(out, "{:LEAD$}{blank}{:PROTOCOL$}{line}", "", "")?;
        }
        Ok(())
    }

    fn toned(&self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Good => self.style.good(text),
            Tone::Bad => self.style.bad(text),
            Tone::Plain => text.to_owned(),
        }
    }
}

/// `text` broken at spaces into lines of at most `room` characters; a longer word has its own line.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let long = word.chars().count();
        if used > 0 && used + 1 + long > room {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += long;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::testing::{connection, ep, event};
    use super::*;
    use crate::analysis::model::{EventKind, IceEvent};
    use crate::analysis::{Analyzer, Options};

    fn written(c: Connection, width: usize) -> String {
        let mut analysis = Analyzer::new(Options::default()).finish();
        analysis.connections = vec![c];
        let text = Text {
            color: false,
            width,
            selection: Selection::default(),
        };
        let mut out = Vec::new();
        text.write("a\x1bb.pcap", &analysis, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn call() -> Connection {
        let mut c = connection(&[(ep(1, 10), ep(2, 20))]);
        let username = "Uc7L:Kq3f \x1b[2J with many words that go on in the next line".to_owned();
        c.events = vec![
            Event {
                kind: EventKind::Ice(IceEvent::FirstCheck { username }),
                ..event(0, 0, false)
            },
            event(10, 0, true),
            event(12_500, 0, true),
            event(12_600, 0, true),
        ];
        c
    }

    #[test]
    fn a_ladder_has_arrows_counts_and_quiet_times() {
        let text = written(call(), 90);
        assert!(text.contains("a\u{fffd}b.pcap"), "{text}");
        assert!(
            text.contains("  A 192.0.2.1:10\n  B 192.0.2.2:20\n"),
            "{text}"
        );
        assert!(
            text.contains("|------->|  ICE   first check, username"),
            "{text}"
        );
        assert!(text.contains("10.0 ms      11  |<-------|  ICE"), "{text}");
        assert!(text.contains("… 12.5 s …"), "{text}");
        assert!(text.contains("answered (2 in 100.0 ms)"), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 90),
            "{text}"
        );
        assert!(
            text.contains("in the next\n") && text.contains(" line\n"),
            "{text}"
        );
    }

    #[test]
    fn without_room_for_arrows_letters_say_the_way() {
        let text = written(call(), 60);
        assert!(
            text.contains("A>B    ICE   first check, username"),
            "{text}"
        );
        assert!(text.contains("B>A    ICE   first check answered"), "{text}");
    }

    #[test]
    fn the_head_counts_by_the_clock_of_the_lines() {
        let head = |clock, from: Option<i64>| {
            let mut c = call();
            c.first_seen = super::super::testing::at_ms(-500);
            let mut analysis = Analyzer::new(Options::default()).finish();
            analysis.connections = vec![c];
            analysis.capture.first = Some(super::super::testing::at_ms(-3_000));
            let selection = Selection {
                clock,
                from: from.map(crate::time::Span::from_millis),
                ..Selection::default()
            };
            let text = Text {
                color: false,
                width: 100,
                selection,
            };
            let mut out = Vec::new();
            text.write("a.pcap", &analysis, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let own = head(Clock::Connection, None);
        assert!(
            own.contains("  0.000 to 60.500 s, from 2.500 s of the capture\n"),
            "{own}"
        );
        assert!(own.contains(" time s "), "{own}");
        assert!(own.contains("\n     0.500000 "), "{own}");
        let captures = head(Clock::Capture, None);
        assert!(captures.contains("  2.500 to 63.000 s\n"), "{captures}");
        assert!(captures.contains("capture s "), "{captures}");
        assert!(captures.contains("\n     3.000000 "), "{captures}");
        let late = head(Clock::Connection, Some(90_000));
        assert!(
            late.contains("no events from 90.000 s on: the 4 there are lie from 0.500 to 13.100 s"),
            "{late}"
        );
    }

    #[test]
    fn of_many_parties_only_some_are_listed() {
        let transports: Vec<_> = (0..40).map(|i| (ep(1, 10), ep(100 + i, 20))).collect();
        let mut c = connection(&transports);
        c.events = (0..40).map(|i| event(i.into(), i, false)).collect();
        let text = written(c, 200);
        assert!(text.contains("A>AA"), "{text}");
        assert!(text.contains("and 9 more\n"), "{text}");
    }

    #[test]
    fn words_are_broken_at_spaces() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("overlongword a", 4), ["overlongword", "a"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
