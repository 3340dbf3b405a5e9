//! Whether an event is good or bad news, read from its name: so that a new kind of event needs no
//! line here. Only colour and emphasis follow from it.

use crate::analysis::model::EventKind;

/// What to make of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A step done.
    Good,
    /// Neither.
    Plain,
    /// Something failed, or was lost.
    Bad,
}

const GOOD: [&str; 8] = [
    "complete",
    "nominated",
    "established",
    "allocated",
    "connected",
    "opened",
    "regained",
    "up",
];
const BAD: [&str; 17] = [
    "abort",
    "aborted",
    "alert",
    "bad",
    "conflict",
    "error",
    "expired",
    "failed",
    "invalid",
    "lost",
    "mismatch",
    "missing",
    "refused",
    "reset",
    "stuck",
    "timeout",
    "unanswered",
];

/// The tone of a kind of event.
pub fn tone(kind: &EventKind) -> Tone {
    by_name(kind.name())
}

fn by_name(name: &str) -> Tone {
    if name.split('-').any(|word| BAD.contains(&word)) {
        Tone::Bad
    } else if name.split('-').any(|word| GOOD.contains(&word)) {
        Tone::Good
    } else {
        Tone::Plain
    }
}

/// The protocol of a kind of event, as columns show it: `ICE`, `DTLS`, `RTP`.
pub fn protocol(kind: &EventKind) -> String {
    let name = kind.name();
    match name.split('-').next() {
        Some("first" | "media" | "stream") => "RTP".to_owned(),
        Some("channel") => "SCTP".to_owned(),
        Some(protocol) => protocol.to_uppercase(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::model::{DtlsEvent, IceEvent, SctpEvent};

    #[test]
    fn names_tell_the_tone_by_whole_words() {
        assert_eq!(by_name("ice-nominated"), Tone::Good);
        assert_eq!(by_name("ice-consent-lost"), Tone::Bad);
        assert_eq!(by_name("turn-allocate-refused"), Tone::Bad);
        assert_eq!(by_name("ice-first-check"), Tone::Plain);
        assert_eq!(
            by_name("dtls-update"),
            Tone::Plain,
            "`up` is not a word of it"
        );
    }

    #[test]
    fn the_protocol_is_what_the_name_begins_with() {
        assert_eq!(protocol(&EventKind::Ice(IceEvent::Nominated)), "ICE");
        assert_eq!(protocol(&EventKind::Dtls(DtlsEvent::Complete)), "DTLS");
        let ssrc = crate::analysis::Ssrc(1);
        assert_eq!(protocol(&EventKind::StreamMoved { ssrc }), "RTP");
        assert_eq!(
            protocol(&EventKind::Sctp(SctpEvent::ChannelClosed { stream: 1 })),
            "SCTP"
        );
    }
}
