//! The timeline of connections: how each came up and what happened on it.
//!
//! Everything here works from [`Event`] alone, without knowing the kinds there are: a new kind shows
//! up by itself. [`Parties`] names who takes part, [`fold`] puts repeated events together, [`Lanes`]
//! are the columns of the ladder; the text below, `json` and the terminal interface share them.

mod integrity;
mod lanes;
mod parties;
mod rungs;
mod setup;
#[cfg(test)]
mod testing;
mod text;
mod tone;
mod words;

pub use integrity::integrity;
pub use lanes::{ASCII, LINES, Lanes, Strokes};
pub use parties::{Grouping, Parties, Party, Role};
pub use rungs::{QUIET, Rung, fold, unfolded};
pub use setup::Setup;
pub use text::Text;
pub use tone::{Tone, protocol, tone};
pub use words::fitting;

use super::text::style::duration;
use crate::analysis::ConnectionId;
use crate::analysis::model::{CaptureInfo, Connection, Event};
use crate::time::{Span, Timestamp};

/// What time zero is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The connection's first packet.
    #[default]
    Connection,
    /// The capture's first packet.
    Capture,
}

impl Clock {
    /// Time zero for the events of `c`.
    pub fn zero(self, c: &Connection, capture: &CaptureInfo) -> Timestamp {
        match self {
            Self::Connection => c.first_seen,
            Self::Capture => capture.first.unwrap_or(c.first_seen),
        }
    }
}

/// Which events are wanted, and how their time counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection {
    /// Only this connection.
    pub connection: Option<ConnectionId>,
    /// Only from this time on, by [`clock`](Self::clock).
    pub from: Option<Span>,
    /// Only to this time, by [`clock`](Self::clock).
    pub to: Option<Span>,
    /// What time zero is.
    pub clock: Clock,
}

impl Selection {
    /// The times wanted, in words: `from 2.000 to 4.500 s`; nothing where all are.
    pub fn times(&self) -> String {
        let seconds = |span: Span| format!("{:.3}", span.seconds());
        match (self.from.map(seconds), self.to.map(seconds)) {
            (None, None) => String::new(),
            (Some(from), None) => format!("from {from} s on"),
            (None, Some(to)) => format!("up to {to} s"),
            (Some(from), Some(to)) => format!("from {from} to {to} s"),
        }
    }

    /// The connections wanted.
    pub fn connections<'a>(
        &self,
        all: &'a [Connection],
    ) -> impl Iterator<Item = &'a Connection> + use<'a> {
        let wanted = self.connection;
        all.iter()
            .filter(move |c| wanted.is_none_or(|id| id == c.id))
    }

    /// The events of `c` wanted: indices into its events.
    pub fn events<'a>(
        &self,
        c: &'a Connection,
        capture: &CaptureInfo,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let Self { from, to, .. } = *self;
        let zero = self.clock.zero(c, capture);
        let wanted = move |e: &Event| {
            let at = e.at - zero;
            from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
        };
        let all = c.events.iter().enumerate();
        all.filter(move |(_, e)| wanted(e)).map(|(i, _)| i)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{at_ms, connection, ep, event};
    use super::*;

    #[test]
    fn times_are_chosen_by_the_clock_they_are_shown_in() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20))]);
        c.first_seen = at_ms(1_000);
        c.events = vec![event(1_000, 0, false), event(1_500, 0, false)];
        let capture = CaptureInfo {
            first: Some(at_ms(400)),
            ..CaptureInfo::default()
        };
        let events = |clock, from, to| {
            let of = |ms: Option<i64>| ms.map(Span::from_millis);
            let selection = Selection {
                connection: None,
                from: of(from),
                to: of(to),
                clock,
            };
            selection.events(&c, &capture).collect::<Vec<_>>()
        };
        assert_eq!(events(Clock::Connection, None, None), [0, 1]);
        assert_eq!(events(Clock::Connection, Some(1), Some(500)), [1]);
        assert_eq!(events(Clock::Capture, Some(1_000), None), [1]);
        assert_eq!(events(Clock::Capture, None, Some(600)), [0]);
    }
}
