//! The JSON contract `rtcscope.messages/1`: docs/schema/messages-1.json.

use super::Told;
use crate::analysis::Analysis;
use crate::analysis::model::{ChannelControl, Connection, Incomplete, MessageKind, Side};
use crate::net::Endpoint;
use crate::output::json::{Capture, Tool, Unknowns, seconds};
use data_encoding::BASE64;
use serde::{Serialize, Serializer};
use std::cell::RefCell;
use std::io;

/// The name and version of the document.
pub const SCHEMA: &str = "rtcscope.messages/1";

const NO_ADDRESS: &str = "the capture has no addresses";

#[derive(Serialize)]
struct Document<'a, M: Serialize> {
    schema: &'static str,
    tool: Tool,
    capture: Capture<'a>,
    connections: Vec<ConnectionOut>,
    messages: M,
}

#[derive(Serialize)]
struct CaptureLine<'a> {
    r#type: &'static str,
    schema: &'static str,
    tool: Tool,
    #[serde(flatten)]
    capture: Capture<'a>,
}

#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    r#type: &'static str,
    file: &'a str,
    #[serde(flatten)]
    body: T,
}

/// A connection with data channels: who is A, and who B.
#[derive(Serialize)]
struct ConnectionOut {
    id: u32,
    a: Option<String>,
    b: Option<String>,
    channels: Vec<ChannelOut>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelOut {
    stream_id: u16,
    label: Option<String>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageOut<'a> {
    index: u64,
    connection_id: u32,
    stream_id: u16,
    label: Option<&'a str>,
    number: u32,
    from: &'static str,
    source: Option<String>,
    destination: Option<String>,
    kind: &'static str,
    payload_protocol: Option<u32>,
    goes_on: bool,
    ordered: bool,
    size: u64,
    complete: bool,
    incomplete: Option<IncompleteOut>,
    time: f64,
    first_time: f64,
    captured_at: String,
    first_packet: u64,
    last_packet: u64,
    text: Option<&'a str>,
    base64: Option<String>,
    control: Option<ControlOut<'a>>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IncompleteOut {
    reason: &'static str,
    start_missing: bool,
    end_missing: bool,
    missing_fragments: u64,
    missing_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ControlOut<'a> {
    message: &'static str,
    #[serde(flatten)]
    open: Option<OpenOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenOut<'a> {
    label: &'a str,
    protocol: &'a str,
    ordered: bool,
    max_retransmits: Option<u32>,
    max_packet_life_time: Option<u32>,
    priority: u16,
    unknown: Unknowns,
}

pub(super) fn document(
    file: &str,
    analysis: &Analysis,
    messages: &mut dyn Iterator<Item = Told>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        tool: Tool::this(),
        capture: Capture::new(file, analysis),
        connections: connections(analysis).collect(),
        messages: AsTheyCome(RefCell::new(messages), analysis),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(super) fn lines(
    file: &str,
    analysis: &Analysis,
    messages: &mut dyn Iterator<Item = Told>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // The capture object names its file itself.
    let capture = CaptureLine {
        r#type: "capture",
        schema: SCHEMA,
        tool: Tool::this(),
        capture: Capture::new(file, analysis),
    };
    line(&capture, out)?;
    for body in connections(analysis) {
        let r#type = "connection";
        line(&Line { r#type, file, body }, out)?;
    }
    for told in messages {
        let r#type = "message";
        let body = MessageOut::new(&told, analysis);
        line(&Line { r#type, file, body }, out)?;
    }
    Ok(())
}

fn line(object: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, object)?;
    writeln!(out)
}

/// An array of what an iterator gives, made and written one at a time.
struct AsTheyCome<'a>(RefCell<&'a mut dyn Iterator<Item = Told>>, &'a Analysis);

impl Serialize for AsTheyCome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut array = serializer.serialize_seq(None)?;
        for told in &mut **self.0.borrow_mut() {
            array.serialize_element(&MessageOut::new(&told, self.1))?;
        }
        array.end()
    }
}

/// The connections with data channels.
fn connections(analysis: &Analysis) -> impl Iterator<Item = ConnectionOut> {
    let with_channels = analysis
        .connections
        .iter()
        .filter(|c| c.sctp.value().is_some());
    with_channels.map(ConnectionOut::new)
}

impl ConnectionOut {
    fn new(connection: &Connection) -> Self {
        let sides = connection.sctp.value().map(|sctp| &sctp.sides);
        let mut unknown = Unknowns::new();
        let mut address = |name, side| {
            let address = sides.and_then(|sides| sides.of(side).address.value());
            if address.is_none() {
                unknown.insert(name, NO_ADDRESS.to_owned());
            }
            address.map(ToString::to_string)
        };
        let (a, b) = (address("a", Side::A), address("b", Side::B));
        let channels = connection.data_channels.value().into_iter().flatten();
        Self {
            id: connection.id.0,
            a,
            b,
            channels: channels
                .map(|channel| {
                    let mut unknown = Unknowns::new();
                    if let Some(why) = channel.label.reason() {
                        unknown.insert("label", why.to_string());
                    }
                    ChannelOut {
                        stream_id: channel.stream,
                        label: channel.label.value().cloned(),
                        unknown,
                    }
                })
                .collect(),
            unknown,
        }
    }
}

impl<'a> MessageOut<'a> {
    fn new(told: &'a Told, analysis: &Analysis) -> Self {
        let message = &told.message;
        let mut unknown = Unknowns::new();
        let mut why = |field, reason: &str| {
            unknown.insert(field, reason.to_owned());
        };
        let is_string = matches!(message.kind, MessageKind::String { .. });
        let text = std::str::from_utf8(&message.bytes)
            .ok()
            .filter(|_| is_string);
        match text {
            Some(_) => why("base64", "the content is text"),
            None if is_string => why("text", "not valid UTF-8"),
            None => why("text", "not a string"),
        }
        let address = |end: Endpoint| (!end.ip().is_unspecified()).then(|| end.to_string());
        let (source, destination) = (address(message.src), address(message.dst));
        for (field, address) in [("source", &source), ("destination", &destination)] {
            if address.is_none() {
                why(field, NO_ADDRESS);
            }
        }
        if message.label.is_none() {
            why("label", "no DATA_CHANNEL_OPEN seen");
        }
        if message.protocol.is_none() {
            why("payloadProtocol", "the fragment that tells it was not seen");
        }
        if message.control.is_none() {
            let reason = match message.kind {
                MessageKind::Dcep => "it cannot be read",
                _ => "not a control message",
            };
            why("control", reason);
        }
        let incomplete = message.whole.incomplete();
        if incomplete.is_none() {
            why("incomplete", "it is complete");
        }
        Self {
            index: told.index,
            connection_id: told.connection.0,
            stream_id: message.stream,
            label: message.label.as_deref(),
            number: message.number,
            from: message.from.name(),
            source,
            destination,
            kind: message.kind.name(),
            payload_protocol: message.protocol,
            goes_on: message.kind.goes_on(),
            ordered: message.ordered,
            size: message.bytes.len() as u64,
            complete: incomplete.is_none(),
            incomplete: incomplete.map(IncompleteOut::new),
            time: seconds(analysis.capture.seconds_at(message.last.1)),
            first_time: seconds(analysis.capture.seconds_at(message.first.1)),
            captured_at: message.last.1.to_string(),
            first_packet: message.first.0,
            last_packet: message.last.0,
            base64: text.is_none().then(|| BASE64.encode(&message.bytes)),
            text,
            control: message.control.as_ref().map(ControlOut::new),
            unknown,
        }
    }
}

impl IncompleteOut {
    fn new(incomplete: &Incomplete) -> Self {
        Self {
            reason: incomplete.why.name(),
            start_missing: incomplete.no_start,
            end_missing: incomplete.no_end,
            missing_fragments: incomplete.missing_fragments,
            missing_bytes: incomplete.missing_bytes,
        }
    }
}

impl<'a> ControlOut<'a> {
    fn new(control: &'a ChannelControl) -> Self {
        let ChannelControl::Open {
            label,
            protocol,
            ordered,
            max_retransmits,
            max_packet_life_time,
            priority,
        } = control
        else {
            let message = "ack";
            return Self {
                message,
                open: None,
            };
        };
        let mut unknown = Unknowns::new();
        for (field, limit) in [
            ("maxRetransmits", max_retransmits),
            ("maxPacketLifeTime", max_packet_life_time),
        ] {
            if limit.is_none() {
                unknown.insert(field, "no limit".to_owned());
            }
        }
        Self {
            message: "open",
            open: Some(OpenOut {
                label,
                protocol,
                ordered: *ordered,
                max_retransmits: *max_retransmits,
                max_packet_life_time: *max_packet_life_time,
                priority: *priority,
                unknown,
            }),
        }
    }
}
