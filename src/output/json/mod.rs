//! The JSON contract `rtcscope.stats/1`: docs/schema/stats-1.json.
//!
//! A separate set of structs, so that the model stays free to change. Names follow the W3C
//! webrtc-stats identifiers where one exists (seconds, counts as integers). What is not known is
//! `null`, and `unknown` on the same object says why.

mod capture;
mod connection;
mod decryption;
mod dtls;
mod event;
mod extension;
mod feedback;
mod fields;
mod frames;
mod ice;
mod jitter;
mod loss;
mod media;
mod media_source;
mod path;
mod sctp;
mod stream;
mod timeline;
mod transport;
mod turn;

pub use self::timeline::{TIMELINE_SCHEMA, Timeline};

pub(super) use self::capture::Capture;
use self::connection::ConnectionOut;
use self::fields::{ProtocolCounts, not_yet};
pub(super) use self::fields::{Unknowns, seconds};
use self::stream::StreamOut;
use super::Presenter;
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, Stream};
use crate::time::Timestamp;
use serde::{Serialize, Serializer};
use std::io;

/// The name and version of the document.
pub const SCHEMA: &str = "rtcscope.stats/1";

/// Writes one document per capture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json {
    /// Without line breaks.
    pub compact: bool,
    /// With arrays over time for each stream.
    pub series: bool,
}

impl Presenter for Json {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        let at = |ts: Timestamp| seconds(analysis.capture.seconds_at(ts));
        let series = self.series;
        let document = Document {
            schema: SCHEMA,
            tool: Tool::this(),
            capture: Capture::new(file, analysis),
            protocols: analysis.protocols.into(),
            connections: Each(&analysis.connections, |c: &Connection| {
                ConnectionOut::new(c, &at, series)
            }),
            streams: Each(&analysis.streams, |s: &Stream| {
                StreamOut::new(s, &at, series)
            }),
            findings: None,
            unknown: not_yet(&["findings"]),
        };
        if self.compact {
            serde_json::to_writer(&mut *out, &document)?;
        } else {
            serde_json::to_writer_pretty(&mut *out, &document)?;
        }
        writeln!(out)
    }
}

/// Writes one object a line, each with its `type` and `file`: the capture, its connections, its
/// streams.
#[derive(Clone, Copy, Debug, Default)]
pub struct NdJson {
    /// With arrays over time for each stream.
    pub series: bool,
}

#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    r#type: &'static str,
    file: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct CaptureLine<'a> {
    schema: &'static str,
    tool: &'a Tool,
    #[serde(flatten)]
    capture: &'a Capture<'a>,
    protocols: ProtocolCounts,
}

impl Presenter for NdJson {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        let at = |ts: Timestamp| seconds(analysis.capture.seconds_at(ts));
        let capture = CaptureLine {
            schema: SCHEMA,
            tool: &Tool::this(),
            capture: &Capture::new(file, analysis),
            protocols: analysis.protocols.into(),
        };
        // The capture object names its file itself.
        serde_json::to_writer(
            &mut *out,
            &Typed {
                r#type: "capture",
                body: &capture,
            },
        )?;
        writeln!(out)?;
        for connection in &analysis.connections {
            let body = &ConnectionOut::new(connection, &at, self.series);
            serde_json::to_writer(
                &mut *out,
                &Line {
                    r#type: "connection",
                    file,
                    body,
                },
            )?;
            writeln!(out)?;
        }
        for stream in &analysis.streams {
            let body = &StreamOut::new(stream, &at, self.series);
            serde_json::to_writer(
                &mut *out,
                &Line {
                    r#type: "stream",
                    file,
                    body,
                },
            )?;
            writeln!(out)?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Typed<'a, T: Serialize> {
    r#type: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a, C: Serialize, S: Serialize> {
    schema: &'static str,
    tool: Tool,
    capture: Capture<'a>,
    protocols: ProtocolCounts,
    connections: C,
    streams: S,
    findings: Option<Vec<()>>,
    unknown: Unknowns,
}

/// An array whose objects are made one at a time, as they are written: ten thousand streams at once
/// would take more memory than the analysis.
struct Each<'a, T, F>(&'a [T], F);

impl<T, O: Serialize, F: Fn(&T) -> O> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// Who wrote a document.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    pub(super) fn this() -> Self {
        Self {
            name: "rtcscope",
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
