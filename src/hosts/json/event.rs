//! What dumps of a browser's peer connections say was done: `setLocalDescription` and the like.
//!
//! `chrome://webrtc-internals` has `{"time": …, "type": "setLocalDescription", "value": …}` in the
//! `updateLog` of each connection; the value is JSON in a string, or `type: offer, sdp: v=0…` in
//! dumps of before 2022. rtcstats has `["setLocalDescription", "PC_0", {"type": …, "sdp": …}, time]`,
//! in its format 3 with numbers for the names, and without what has not changed ([`sections`]).

use super::super::view::View;
use super::super::{Context, Finds, Kind};
use super::sections::{self, Restored};
use super::tree::{Shape, Value};
use super::walk;
use crate::sdp::Side;

/// One step of a connection.
#[derive(Debug)]
pub(super) struct Event<'t, 'a> {
    what: What,
    name: &'a str,
    /// What the dump calls the connection; nothing when an outer value does.
    connection: Option<&'a str>,
    time: Option<&'a str>,
    number: u32,
    value: Option<Value<'t, 'a>>,
    /// Nothing tells which connection it is of.
    stands_alone: bool,
}

/// What an event tells of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// It is to be applied.
    Set(Side),
    /// It was; newer browsers say once more which.
    Done(Side),
    /// It could not be.
    Failed(Side),
    /// It was only made; what came of it follows.
    Made,
}

impl What {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "setLocalDescription" => Self::Set(Side::Local),
            "setRemoteDescription" => Self::Set(Side::Remote),
            "setLocalDescriptionOnSuccess" => Self::Done(Side::Local),
            "setRemoteDescriptionOnSuccess" => Self::Done(Side::Remote),
            "setLocalDescriptionOnFailure" => Self::Failed(Side::Local),
            "setRemoteDescriptionOnFailure" => Self::Failed(Side::Remote),
            "createOfferOnSuccess" | "createAnswerOnSuccess" => Self::Made,
            _ => return None,
        })
    }

    /// The name that a number of rtcstats stands for.
    fn numbered(number: &[u8]) -> Option<&'static str> {
        Some(match number {
            b"3" => "createOfferOnSuccess",
            b"5" => "createAnswerOnSuccess",
            b"6" => "setLocalDescription",
            b"7" => "setLocalDescriptionOnSuccess",
            b"8" => "setRemoteDescription",
            b"9" => "setRemoteDescriptionOnSuccess",
            b"14" => "setLocalDescriptionOnFailure",
            b"15" => "setRemoteDescriptionOnFailure",
            _ => return None,
        })
    }
}

impl<'t, 'a> Event<'t, 'a> {
    /// The event that an object is: of `updateLog`, and of rtcstats when one has been made an object.
    pub(super) fn of_object(value: Value<'t, 'a>) -> Option<Self> {
        let name = ["type", "method", "name", "eventName"];
        let name = name.iter().find_map(|key| value.word(key))?;
        Some(Self {
            what: What::of(name)?,
            name,
            connection: ["pc", "pcId", "connectionId"]
                .iter()
                .find_map(|key| value.word(key)),
            time: value.word("time"),
            number: value.index(),
            value: ["value", "data", "args", "parameters"]
                .iter()
                .find_map(|key| value.get(key)),
            stands_alone: false,
        })
    }

    /// The event that an array is: of rtcstats.
    pub(super) fn of_array(value: Value<'t, 'a>, kind: Kind) -> Option<Self> {
        let mut items = value.items();
        let name = items.next()?;
        let name = match name.shape() {
            Shape::Other if kind == Kind::Rtcstats => What::numbered(name.raw())?,
            _ => name.as_word()?,
        };
        let what = What::of(name)?;
        let connection = items.next().and_then(|item| item.as_word());
        Some(Self {
            what,
            name,
            connection,
            stands_alone: connection.is_none(),
            time: None,
            number: value.index(),
            value: items.find(|item| item.shape() != Shape::Other),
        })
    }

    /// Adds the description of the event.
    pub(super) fn find(self, view: View<'_>, outer: &Context, finds: &mut Finds) {
        let (Event { value, .. }, What::Set(side) | What::Done(side)) = (&self, self.what) else {
            if let What::Failed(side) = self.what {
                finds.reject(&self.thread(outer), side);
            }
            return;
        };
        let thread = self.thread(outer);
        if let What::Set(_) = self.what {
            finds.begin(&thread, side);
        }
        let Some(value) = value else { return };
        // Said twice; the second is what the first came to, and the same in all that matters.
        if matches!(self.what, What::Done(_)) && finds.is_said(&thread, side) {
            return;
        }
        let mut cx = outer.clone();
        cx.side = Some(side);
        cx.pointer = self.pointer(outer);
        cx.thread = Some(thread.clone());
        let first = finds.all.len();
        match sections::restore(view, *value, finds.last(&thread, side)) {
            Restored::Whole => walk(view, *value, &mut cx, finds),
            Restored::Filled(inner, role) => {
                cx.role = role;
                finds.add(inner.view(), 0..inner.bytes.len(), &cx);
            }
            Restored::Lost => {}
        }
        for found in finds.all.get_mut(first..).unwrap_or_default() {
            found.pointer = Some(cx.pointer.clone());
        }
        if finds.all.len() > first {
            finds.said(&thread, side, first);
        }
        if self.stands_alone {
            finds.unthread(first);
        }
    }

    fn thread(&self, outer: &Context) -> String {
        match self.connection {
            Some(connection) => connection.to_owned(),
            None => connection_of(&outer.pointer).to_owned(),
        }
    }

    fn pointer(&self, outer: &Context) -> String {
        let thread = self.thread(outer);
        let thread = crate::chars::printable(&thread).into_owned();
        let mut text = format!("pc {thread}, event {}, {}", self.event(outer), self.name);
        if let Some(time) = self.time {
            text += &format!(", {}", crate::chars::printable(time));
        }
        text
    }

    /// Its number in the dump, from 1.
    fn event(&self, outer: &Context) -> u64 {
        let last = outer
            .pointer
            .rsplit('/')
            .find_map(|step| step.parse::<u64>().ok());
        last.unwrap_or(u64::from(self.number)) + 1
    }
}

/// The connection that an event at `pointer` is of: what stands above its log.
fn connection_of(pointer: &str) -> &str {
    let mut steps = pointer
        .split('/')
        .skip_while(|step| !step.eq_ignore_ascii_case("PeerConnections"));
    steps.next();
    steps
        .next()
        .unwrap_or(pointer.rsplit_once('/').map_or(pointer, |(log, _)| log))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Found, find};

    fn found(events: &[(&str, &str)]) -> Vec<Found> {
        let each = events.iter().map(|(event, role)| {
            let sdp = format!("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns={role}\r\n");
            let value = serde_json::json!({"type": role, "sdp": sdp}).to_string();
            serde_json::json!({"type": event, "value": value})
        });
        let log: Vec<_> = each.collect();
        let dump = serde_json::json!({"PeerConnections": {"7-1": {"updateLog": log}}});
        find("dump.txt", dump.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_refused_answer_stays_with_its_offer_unless_another_comes() {
        let offer = ("setLocalDescription", "offer");
        let answer = ("setRemoteDescription", "answer");
        let refused = ("setRemoteDescriptionOnFailure", "");
        let threads = |events: &[(&str, &str)]| {
            let all = found(events).into_iter();
            all.map(|found| found.thread.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(threads(&[offer, answer, refused]), [true, true]);
        assert_eq!(
            threads(&[offer, answer, refused, answer]),
            [true, false, true]
        );
        assert_eq!(
            threads(&[offer, ("setLocalDescriptionOnFailure", "")]),
            [false]
        );
    }
}
