//! From the log of a handshake to its flights: who sent what together, and how often.
//!
//! Numbers are those of a full handshake with cookie exchange (RFC 6347, RFC 9147), by what a flight
//! holds and not by counting, so that flight 4 is the ServerHello's in every handshake.

use super::item::{Item, What};
use crate::analysis::moment::Sighting;
use crate::proto::dtls::codes;
use crate::time::Span;
use std::collections::BTreeSet;

/// Encrypted records of the same length after a silence of this length are taken for a
/// retransmission. Timers begin at 50 ms or more; the records of one flight follow each other at
/// once, unless a slow signature comes between, and then lengths differ.
const SILENCE: Span = Span::from_millis(30);

/// One flight while the log is folded.
#[derive(Clone, Debug)]
pub(super) struct FlightState {
    pub(super) number: u8,
    pub(super) side: usize,
    /// Names of the messages in clear, and of those that were opened.
    pub(super) names: Vec<&'static str>,
    pub(super) sealed: u64,
    /// First record of each sending, and whether that is an estimate.
    pub(super) sendings: Vec<(Sighting, bool)>,
    pub(super) last: Sighting,
    pub(super) in_stun: u64,
    /// What the current sending has had so far.
    current: Sending,
}

#[derive(Clone, Debug, Default)]
struct Sending {
    /// (message_seq, start, end)
    fragments: Vec<(u16, u32, u32)>,
    change_cipher_spec: bool,
    sealed: Vec<usize>,
}

/// All flights, and how often each message was sent again.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    pub(super) all: Vec<FlightState>,
    /// (side, message_seq) of each first fragment under a new record number after the first.
    pub(super) repeated: Vec<(usize, u16)>,
    /// Whether the server changed ciphers before the client did, as it does when it resumes.
    pub(super) server_first: bool,
    /// Sightings of alert-sized records of the handshake's epoch.
    pub(super) sealed_alerts: Vec<(usize, Sighting)>,
    pub(super) alerts: Vec<SeenAlert>,
    /// ACK records of each side.
    pub(super) acks: [u64; 2],
}

/// An alert whose content is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeenAlert {
    pub(super) side: usize,
    pub(super) at: Sighting,
    pub(super) level: u8,
    pub(super) description: u8,
    /// It was encrypted, so that it comes from the side that it seems to come from.
    pub(super) is_authentic: bool,
}

/// Folds a log that is in order of time. `client` is the client's side.
pub(super) fn fold(log: &[Item], client: Option<usize>) -> Flights {
    let mut flights = Flights::default();
    let mut records = BTreeSet::new();
    let mut first_fragments = BTreeSet::new();
    for item in log {
        // The same record once more: a copy the network made, another leg of a relay, or the
        // other carrier. A retransmission has a new record number.
        let key = match item.what {
            What::Fragment { seq, start, .. } => (seq, start),
            _ => (u16::MAX, u32::MAX),
        };
        let is_copy = !records.insert((item.side, item.record, key));
        match item.what {
            What::Alert(level, description) if !is_copy => {
                flights.alerts.push(SeenAlert {
                    side: item.side,
                    at: item.at,
                    level,
                    description,
                    is_authentic: item.was_sealed,
                });
                continue;
            }
            What::Ack => {
                if let Some(acks) = flights.acks.get_mut(item.side) {
                    *acks += u64::from(!is_copy);
                }
                continue;
            }
            What::SealedAlert if !is_copy => {
                flights.sealed_alerts.push((item.side, item.at));
                continue;
            }
            What::Alert(..) | What::SealedAlert => continue,
            _ => {}
        }
        let is_client = client.map(|client| client == item.side);
        let Some(number) = flights.number(item, is_client.unwrap_or(item.side == 0)) else {
            continue;
        };
        if let What::Fragment { seq, start: 0, .. } = item.what
            && !is_copy
            && !first_fragments.insert((item.side, seq))
        {
            flights.repeated.push((item.side, seq));
        }
        flights.add(number, item, is_copy);
    }
    flights
}

impl Flights {
    pub(super) fn get(&self, number: u8) -> Option<&FlightState> {
        self.all.iter().find(|f| f.number == number)
    }

    /// Which flight a record belongs to; `None` for what begins none.
    fn number(&mut self, item: &Item, is_client: bool) -> Option<u8> {
        let answered = self.get(5).is_some();
        Some(match item.what {
            What::Fragment {
                message_type: codes::CLIENT_HELLO,
                seq,
                ..
            } => {
                if seq == 0 {
                    1
                } else {
                    3
                }
            }
            What::Fragment {
                message_type: codes::HELLO_VERIFY_REQUEST,
                ..
            }
            | What::Fragment { is_retry: true, .. } => 2,
            What::Fragment {
                message_type: codes::SERVER_HELLO,
                ..
            } => 4,
            What::Fragment {
                message_type: HELLO_REQUEST,
                ..
            } => return None,
            What::Sealed { unified: true, .. } if !is_client => 4,
            _ if is_client => 5,
            // Of DTLS 1.2, whose handshake ends in epoch 1.
            What::Fragment {
                message_type: codes::FINISHED,
                ..
            } if answered && !self.server_first && item.epoch() == Some(1) => 6,
            What::Fragment {
                message_type: codes::NEW_SESSION_TICKET,
                ..
            }
            | What::ChangeCipherSpec
            | What::Sealed { .. }
                if answered && !self.server_first =>
            {
                6
            }
            What::ChangeCipherSpec => {
                self.server_first = true;
                4
            }
            _ => 4,
        })
    }

    fn add(&mut self, number: u8, item: &Item, is_copy: bool) {
        let (number, side) = (number, item.side);
        let same = |f: &FlightState| (f.number, f.side) == (number, side);
        let at = match self.all.iter().position(same) {
            Some(at) => at,
            None => {
                self.all.push(FlightState {
                    number,
                    side,
                    names: Vec::new(),
                    sealed: 0,
                    sendings: vec![(item.at, false)],
                    last: item.at,
                    in_stun: 0,
                    current: Sending::default(),
                });
                self.all.len() - 1
            }
        };
        if let Some(flight) = self.all.get_mut(at) {
            flight.in_stun += u64::from(item.in_stun);
            if !is_copy {
                flight.push(item);
            }
        }
    }
}

impl FlightState {
    fn push(&mut self, item: &Item) {
        let again = match item.what {
            What::Fragment {
                seq, start, end, ..
            } => {
                let overlaps = |f: &(u16, u32, u32)| {
                    f.0 == seq && (f.1 < end && start < f.2 || (start, end) == (f.1, f.2))
                };
                self.current.fragments.iter().any(overlaps).then_some(false)
            }
            What::ChangeCipherSpec => self.current.change_cipher_spec.then_some(false),
            What::Sealed { length, .. } => {
                let silence = item.at.ts - self.last.ts >= SILENCE;
                (silence && self.current.sealed.contains(&length)).then_some(true)
            }
            _ => None,
        };
        if let Some(estimated) = again {
            self.current = Sending::default();
            self.sendings.push((item.at, estimated));
        }
        self.last = item.at;
        self.sealed += u64::from(item.was_sealed && self.sendings.len() == 1);
        match item.what {
            What::Fragment {
                message_type,
                seq,
                start,
                end,
                is_retry,
            } => {
                let name = match codes::handshake_name(message_type) {
                    Some(_) if is_retry => "HelloRetryRequest",
                    Some(name) => name,
                    None => "unknown message",
                };
                if !self.names.contains(&name) && self.names.len() < NAMES_MAX {
                    self.names.push(name);
                }
                self.current.fragments.push((seq, start, end));
            }
            What::ChangeCipherSpec => {
                if !self.names.contains(&"ChangeCipherSpec") {
                    self.names.push("ChangeCipherSpec");
                }
                self.current.change_cipher_spec = true;
            }
            What::Sealed { length, .. } => {
                self.sealed += u64::from(self.sendings.len() == 1);
                self.current.sealed.push(length);
            }
            _ => {}
        }
    }
}

const HELLO_REQUEST: u8 = 0;

/// Names kept of a flight.
const NAMES_MAX: usize = 24;
