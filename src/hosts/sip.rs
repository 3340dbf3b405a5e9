//! What SIP tells of the descriptions in its messages: who made which, and what for (RFC 3261,
//! RFC 3264, RFC 6337).

use crate::sdp::{Role, Side};
use std::collections::BTreeMap;

/// What matters of a message's start line and headers.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    /// The method, of a request.
    pub(super) request: Option<String>,
    pub(super) call_id: String,
    pub(super) cseq: u32,
    /// The method in `CSeq`.
    pub(super) method: String,
    pub(super) from_tag: String,
    pub(super) to_tag: String,
    /// How many proxies it has come through: one hop of a call from the others.
    pub(super) vias: u8,
}

/// What is known of the description in a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) role: Option<Role>,
    pub(super) side: Option<Side>,
    pub(super) thread: Option<String>,
}

/// The dialogs met so far.
#[derive(Debug, Default)]
pub(super) struct Dialogs {
    /// The tag of who called, of each call.
    callers: BTreeMap<String, String>,
    transactions: BTreeMap<(String, u32), Transaction>,
}

#[derive(Debug, Default)]
struct Transaction {
    /// Who made the offer: the end that sends the request, or the other.
    offered: Option<bool>,
    /// The fork that answered first.
    answered: Option<String>,
}

/// Calls that are kept apart; hostile logs have millions.
const CALLS_MAX: usize = 65_536;

impl Message {
    /// A message that begins with this line, if one does.
    pub(super) fn begin(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let mut message = Self::default();
        if line.starts_with("SIP/2.0 ") {
            return Some(message);
        }
        let (method, rest) = line.strip_suffix(" SIP/2.0")?.split_once(' ')?;
        let is_method = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
        if !is_method || !rest.contains(':') {
            return None;
        }
        message.request = Some(method.to_owned());
        Some(message)
    }

    /// Takes one line of the headers.
    pub(super) fn header(&mut self, line: &[u8]) {
        let Ok(line) = std::str::from_utf8(line) else {
            return;
        };
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let value = value.trim();
        let tag = || {
            let tag = value.rsplit_once(";tag=").map_or("", |(_, tag)| tag);
            tag.split([';', '>', ' '])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "call-id" | "i" => value
                .chars()
                .take(200)
                .collect::<String>()
                .clone_into(&mut self.call_id),
            "cseq" => {
                let mut words = value.split_whitespace();
                self.cseq = words
                    .next()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or_default();
                words
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut self.method);
            }
            "from" | "f" => self.from_tag = tag(),
            "to" | "t" => self.to_tag = tag(),
            "via" | "v" => self.vias = self.vias.saturating_add(1),
            _ => {}
        }
    }
}

impl Dialogs {
    /// Takes a message, in the order in which they were sent; `hop` tells apart the places where the
    /// same message was seen.
    pub(super) fn message(&mut self, message: &Message, has_sdp: bool, hop: &str) -> Said {
        let full = self.callers.len() >= CALLS_MAX || self.transactions.len() >= CALLS_MAX;
        let is_call = matches!(message.method.as_str(), "INVITE" | "ACK" | "UPDATE");
        if message.call_id.is_empty() || full || !is_call {
            return Said::default();
        }
        let call = format!("{} {hop} {}", message.call_id, message.vias);
        let caller = self
            .callers
            .entry(call.clone())
            .or_insert_with(|| message.from_tag.clone());
        let is_request = message.request.is_some();
        // Whoever sends the request of a transaction is in its `From`, also in the response.
        let by_caller = (message.from_tag == *caller) == is_request;
        let side = if by_caller { Side::Local } else { Side::Remote };
        let key = (format!("{call} {}", message.from_tag), message.cseq);
        let is_known = self.transactions.contains_key(&key);
        let transaction = self.transactions.entry(key).or_default();
        if !has_sdp {
            return Said::default();
        }
        let opens = is_known || (is_request && message.method != "ACK");
        let mut thread = Some(format!("call {call}"));
        let role = match transaction.offered {
            None if !opens => None,
            None => {
                transaction.offered = Some(is_request);
                Some(Role::Offer)
            }
            Some(by_request) if by_request == is_request => Some(Role::Offer),
            Some(_) => {
                let fork = transaction
                    .answered
                    .get_or_insert_with(|| message.to_tag.clone());
                if *fork != message.to_tag {
                    // Another telephone that rings: its answer is not beside the first one's.
                    thread = None;
                }
                Some(Role::Answer)
            }
        };
        Said {
            role,
            side: Some(side),
            thread: thread.filter(|_| role.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        let mut lines = text.lines();
        let mut message = Message::begin(lines.next().unwrap().as_bytes()).unwrap();
        lines.for_each(|line| message.header(line.as_bytes()));
        message
    }

    const INVITE: &str = "INVITE sip:b@example.org SIP/2.0\nVia: SIP/2.0/UDP a\nf: <sip:a>;tag=1\nTo: <sip:b>\ni: x\nCSeq: 1 INVITE";
    const OK: &str = "SIP/2.0 200 OK\nVia: SIP/2.0/UDP a\nFrom: <sip:a>;tag=1\nTo: <sip:b>;tag=2\nCall-ID: x\nCSeq: 1 INVITE";
    const ACK: &str = "ACK sip:b@example.org SIP/2.0\nVia: SIP/2.0/UDP a\nFrom: <sip:a>;tag=1\nTo: <sip:b>;tag=2\nCall-ID: x\nCSeq: 1 ACK";

    #[test]
    fn the_first_description_of_a_transaction_is_the_offer() {
        let mut dialogs = Dialogs::default();
        let offer = dialogs.message(&message(INVITE), true, "");
        let answer = dialogs.message(&message(OK), true, "");
        assert_eq!(
            (offer.role, offer.side),
            (Some(Role::Offer), Some(Side::Local))
        );
        assert_eq!(
            (answer.role, answer.side),
            (Some(Role::Answer), Some(Side::Remote))
        );
        assert!(offer.thread.is_some() && offer.thread == answer.thread);
        let again = OK.replace("tag=2", "tag=3");
        assert_eq!(
            dialogs.message(&message(&again), true, "").thread,
            None,
            "a fork"
        );
    }

    #[test]
    fn an_offer_may_come_late() {
        let mut dialogs = Dialogs::default();
        dialogs.message(&message(INVITE), false, "");
        let offer = dialogs.message(&message(OK), true, "");
        let answer = dialogs.message(&message(ACK), true, "");
        assert_eq!(
            (offer.role, offer.side),
            (Some(Role::Offer), Some(Side::Remote))
        );
        assert_eq!(
            (answer.role, answer.side),
            (Some(Role::Answer), Some(Side::Local))
        );
        let mut midway = Dialogs::default();
        assert_eq!(
            midway.message(&message(OK), true, "").role,
            None,
            "the request was not seen"
        );
    }

    #[test]
    fn the_called_may_ask_again() {
        let mut dialogs = Dialogs::default();
        dialogs.message(&message(INVITE), true, "");
        dialogs.message(&message(OK), true, "");
        let again = "INVITE sip:a@example.org SIP/2.0\nVia: SIP/2.0/UDP b\nFrom: <sip:b>;tag=2\nTo: <sip:a>;tag=1\nCall-ID: x\nCSeq: 9 INVITE";
        let offer = dialogs.message(&message(again), true, "");
        assert_eq!(
            (offer.role, offer.side),
            (Some(Role::Offer), Some(Side::Remote))
        );
    }

    #[test]
    fn other_lines_begin_no_message() {
        for line in [
            "GET / HTTP/1.1",
            "v=0",
            "SIP/2.0",
            "invite sip:x SIP/2.0",
            "X SIP/2.0",
        ] {
            assert!(Message::begin(line.as_bytes()).is_none(), "{line}");
        }
    }
}
