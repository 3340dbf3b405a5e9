//! The JSON contract `rtcscope.timeline/1`: docs/schema/timeline-1.json. The events are those of
//! `rtcscope.stats/1`; times are seconds since the capture's first packet, as everywhere.

use super::Tool;
use super::capture::Capture;
use super::connection::NOT_STOPPED;
use super::event::EventOut;
use super::fields::{Unknowns, seconds, span};
use crate::analysis::Analysis;
use crate::analysis::model::Connection;
use crate::output::Presenter;
use crate::output::timeline::{Grouping, Parties, Party, Selection, Setup};
use crate::time::{Span, Timestamp};
use serde::Serialize;
use std::io;

/// The name and version of the document.
pub const TIMELINE_SCHEMA: &str = "rtcscope.timeline/1";

/// Writes timelines: one document per capture, or one object a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timeline {
    /// One object a line: each connection, then its events.
    pub lines: bool,
    /// Which events.
    pub selection: Selection,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    capture: Capture<'a>,
    connections: Vec<Whole>,
}

/// A connection with its events.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    head: Head,
    events: Vec<EventOut>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    id: u32,
    state: &'static str,
    stopped: Option<String>,
    first_seen: f64,
    last_seen: f64,
    parties: Vec<PartyOut>,
    setup: SetupOut,
    events_not_kept: u64,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartyOut {
    label: String,
    addresses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
}

#[derive(Serialize)]
struct SetupOut {
    ice: Option<f64>,
    dtls: Option<f64>,
    media: Option<f64>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionLine<'a> {
    r#type: &'static str,
    schema: &'static str,
    file: &'a str,
    #[serde(flatten)]
    head: &'a Head,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventLine<'a> {
    r#type: &'static str,
    file: &'a str,
    connection_id: u32,
    #[serde(flatten)]
    event: &'a EventOut,
}

impl Presenter for Timeline {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        let wanted = self.selection.connections(&analysis.connections);
        let mut all = wanted.map(|c| self.whole(c, analysis));
        if !self.lines {
            let document = Document {
                schema: TIMELINE_SCHEMA,
                tool: Tool::this(),
                capture: Capture::new(file, analysis),
                connections: all.collect(),
            };
            serde_json::to_writer_pretty(&mut *out, &document)?;
            return writeln!(out);
        }
        all.try_for_each(|Whole { head, events }| {
            let line = ConnectionLine {
                r#type: "connection",
                schema: TIMELINE_SCHEMA,
                file,
                head: &head,
            };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
            events.iter().try_for_each(|event| {
                let line = EventLine {
                    r#type: "event",
                    file,
                    connection_id: head.id,
                    event,
                };
                serde_json::to_writer(&mut *out, &line)?;
                writeln!(out)
            })
        })
    }
}

impl Timeline {
    fn whole(&self, c: &Connection, analysis: &Analysis) -> Whole {
        let at = |ts: Timestamp| seconds(analysis.capture.seconds_at(ts));
        let parties = Parties::of(c, Grouping::Host);
        let wanted = self.selection.events(c, &analysis.capture);
        let mut unknown = Unknowns::new();
        if c.stopped.is_none() {
            unknown.insert("stopped", NOT_STOPPED.to_owned());
        }
        let events = wanted.filter_map(|i| EventOut::new(c.events.get(i)?, c, &at));
        Whole {
            head: Head {
                id: c.id.0,
                state: c.state.name(),
                stopped: c.stopped.clone(),
                first_seen: at(c.first_seen),
                last_seen: at(c.last_seen),
                parties: parties.all().iter().map(PartyOut::new).collect(),
                setup: SetupOut::new(&Setup::of(c, analysis)),
                events_not_kept: c.events_not_kept,
                unknown,
            },
            events: events.collect(),
        }
    }
}

impl PartyOut {
    fn new(party: &Party) -> Self {
        Self {
            label: party.label.clone(),
            addresses: party.endpoints.iter().map(ToString::to_string).collect(),
            role: party.role.map(|role| role.name()),
        }
    }
}

impl SetupOut {
    fn new(setup: &Setup) -> Self {
        let mut unknown = Unknowns::new();
        let mut take = |field: &'static str, value: Option<Span>, why: &str| {
            if value.is_none() {
                unknown.insert(field, why.to_owned());
            }
            value.map(span)
        };
        Self {
            ice: take("ice", setup.ice, "no check and nomination seen"),
            dtls: take("dtls", setup.dtls, "no whole handshake seen"),
            media: take("media", setup.media, "no RTP stream seen"),
            unknown,
        }
    }
}
