//! Who takes part in a connection's timeline: a letter for each host, and what is known of it.
//!
//! A and B are the ends of the transport that carried most, as everywhere else; the others follow
//! in order of appearance. The ports of a host are one party, because a person thinks of hosts;
//! a TURN server and the addresses it relays from (RFC 8656) are parties of their own, and so are
//! ports of one host that talk to each other. Used by the text timeline, its JSON and the ladder of
//! the terminal interface.

use crate::analysis::model::{Connection, Event};
use crate::net::{Endpoint, Via};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Ports named in the address of a party; the rest is counted.
const PORTS_MAX: usize = 4;

/// What makes two endpoints the same party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// The host, where it is not a TURN server and does not talk to itself.
    #[default]
    Host,
    /// The address and the port.
    Port,
}

/// What a party is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It was asked for a TURN allocation.
    TurnServer,
    /// A TURN server gave it out as a relayed transport address.
    Relayed,
}

impl Role {
    /// What to call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TurnServer => "TURN server",
            Self::Relayed => "relayed address",
        }
    }
}

/// One who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// `A` to `Z`, then `AA`.
    pub label: String,
    /// Its addresses, in order of appearance.
    pub endpoints: Vec<Endpoint>,
    /// What it is known to be.
    pub role: Option<Role>,
}

impl Party {
    /// `10.0.0.2:5000`, `10.0.0.2 ports 5000, 5002`.
    pub fn address(&self) -> String {
        let (first, more) = match self.endpoints.split_first() {
            None => return String::new(),
            Some((only, [])) => return only.to_string(),
            Some(both) => both,
        };
        let ports = std::iter::once(first).chain(more);
        let shown: Vec<String> = ports
            .take(PORTS_MAX)
            .map(|e| e.port().to_string())
            .collect();
        let rest = match self.endpoints.len().saturating_sub(PORTS_MAX) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!("{} ports {}{rest}", first.ip(), shown.join(", "))
    }
}

/// What two endpoints of one party have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Host(IpAddr),
    Server(IpAddr),
    Socket(Endpoint),
}

/// The parties of one connection.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    all: Vec<Party>,
    /// The parties at the ends of each transport that an event or the main traffic used.
    ends: BTreeMap<u32, (usize, usize)>,
    /// The transports whose packets came wrapped by TURN.
    wrapped: BTreeSet<u32>,
    /// What tells a transport from others between the same parties: `:51322`.
    ports: BTreeMap<u32, String>,
    /// The kinds of events, by way, that happened on several transports.
    repeated: BTreeSet<((usize, usize), &'static str)>,
}

impl Parties {
    /// Those of the main transport and of all transports with events.
    pub fn of(c: &Connection, grouping: Grouping) -> Self {
        let ends: BTreeMap<u32, (Endpoint, Endpoint)> =
            c.transports.iter().map(|t| (t.index, (t.a, t.b))).collect();
        let main = c.main_transport().map(|t| (t.index, false));
        let of_events = c.events.iter().map(|e| (e.transport, e.reverse));
        let used: Vec<(u32, bool)> = main.into_iter().chain(of_events).collect();

        let servers: BTreeSet<Endpoint> = c.turn.iter().map(|t| t.server).collect();
        let relayed = c
            .turn
            .iter()
            .flat_map(|t| t.relayed.iter().chain(&t.relayed_addresses));
        let relayed: BTreeSet<Endpoint> = relayed.copied().collect();
        let role_of = |e: &Endpoint| match (servers.contains(e), relayed.contains(e)) {
            (true, _) => Some(Role::TurnServer),
            (false, true) => Some(Role::Relayed),
            (false, false) => None,
        };
        let plain = |e: &Endpoint| role_of(e).is_none();
        let self_talking: BTreeSet<IpAddr> = used
            .iter()
            .filter_map(|(transport, _)| ends.get(transport))
            .filter(|(a, b)| a.ip() == b.ip() && plain(a) && plain(b))
            .map(|(a, _)| a.ip())
            .collect();
        let key_of = |e: Endpoint| match (grouping, role_of(&e)) {
            (Grouping::Host, Some(Role::TurnServer)) => Key::Server(e.ip()),
            (Grouping::Host, None) if !self_talking.contains(&e.ip()) => Key::Host(e.ip()),
            _ => Key::Socket(e),
        };

        let wrapped = c.transports.iter().filter(|t| t.via != Via::Direct);
        let mut parties = Self {
            wrapped: wrapped.map(|t| t.index).collect(),
            ..Self::default()
        };
        let mut place: BTreeMap<Key, usize> = BTreeMap::new();
        let mut known: BTreeSet<Endpoint> = BTreeSet::new();
        for (transport, reverse) in used {
            let (Some(&(a, b)), false) =
                (ends.get(&transport), parties.ends.contains_key(&transport))
            else {
                continue;
            };
            let mut at = |endpoint: Endpoint| {
                let i = *place.entry(key_of(endpoint)).or_insert_with(|| {
                    parties.all.push(Party {
                        label: label(parties.all.len()),
                        endpoints: Vec::new(),
                        role: role_of(&endpoint),
                    });
                    parties.all.len() - 1
                });
                if let (Some(party), true) = (parties.all.get_mut(i), known.insert(endpoint)) {
                    party.endpoints.push(endpoint);
                }
                i
            };
            // Who sent first is named first.
            let both = if reverse {
                let b = at(b);
                (at(a), b)
            } else {
                (at(a), at(b))
            };
            parties.ends.insert(transport, both);
        }
        parties.tell_ports(&ends);
        let mut seen: BTreeMap<((usize, usize), &'static str), u32> = BTreeMap::new();
        for event in &c.events {
            let Some(way) = parties.way_of(event) else {
                continue;
            };
            let what = (way, event.kind.name());
            if *seen.entry(what).or_insert(event.transport) != event.transport {
                parties.repeated.insert(what);
            }
        }
        parties
    }

    /// Finds the ports that tell transports between the same two parties apart: those of one side
    /// where each of its ports has one transport, else both.
    fn tell_ports(&mut self, sockets: &BTreeMap<u32, (Endpoint, Endpoint)>) {
        // The two parties in order, and for each transport between them the ports in that order.
        let mut between: BTreeMap<(usize, usize), BTreeMap<u32, (u16, u16)>> = BTreeMap::new();
        for (&transport, &(a, b)) in &self.ends {
            let Some((at_a, at_b)) = sockets.get(&transport) else {
                continue;
            };
            let (a_port, b_port) = (at_a.port(), at_b.port());
            let (key, ports) = match a <= b {
                true => ((a, b), (a_port, b_port)),
                false => ((b, a), (b_port, a_port)),
            };
            between.entry(key).or_default().insert(transport, ports);
        }
        for transports in between.into_values() {
            let pairs: BTreeSet<(u16, u16)> = transports.values().copied().collect();
            let firsts: BTreeSet<u16> = pairs.iter().map(|(first, _)| *first).collect();
            let seconds: BTreeSet<u16> = pairs.iter().map(|(_, second)| *second).collect();
            if pairs.len() < 2 {
                continue;
            }
            let named = transports.into_iter().map(|(transport, (first, second))| {
                let name = if seconds.len() == pairs.len() {
                    format!(":{second}")
                } else if firsts.len() == pairs.len() {
                    format!(":{first}")
                } else {
                    format!(":{first}-:{second}")
                };
                (transport, name)
            });
            self.ports.extend(named);
        }
    }

    /// The parties, in the order of their letters.
    pub fn all(&self) -> &[Party] {
        &self.all
    }

    /// From whom to whom the packet of an event went: places in [`all`](Self::all).
    pub fn way_of(&self, event: &Event) -> Option<(usize, usize)> {
        let &(a, b) = self.ends.get(&event.transport)?;
        Some(if event.reverse { (b, a) } else { (a, b) })
    }

    /// What happened, on which port where it did on several, and whether TURN carried the packet
    /// that shows it; without the protocol, which is said beside it. From all words to the fewest:
    /// the first two differ only in what the arrow says too.
    pub fn words(&self, event: &Event) -> Vec<String> {
        let what = self.way_of(event).map(|way| (way, event.kind.name()));
        let port = self.ports.get(&event.transport);
        let port = port.filter(|_| what.is_some_and(|what| self.repeated.contains(&what)));
        let turn = match self.wrapped.contains(&event.transport) {
            true => ", in TURN",
            false => "",
        };
        let forms = super::words::forms(&event.kind).into_iter();
        let with_port = |words: String| match port {
            Some(port) if !words.contains(port.as_str()) => format!("{words} {port}{turn}"),
            _ => format!("{words}{turn}"),
        };
        forms.map(with_port).collect()
    }

    /// `A>B`, or nothing where the transport is not known.
    pub fn arrow(&self, event: &Event) -> String {
        let name = |i: usize| self.all.get(i).map_or("?", |party| party.label.as_str());
        self.way_of(event).map_or_else(String::new, |(from, to)| {
            format!("{}>{}", name(from), name(to))
        })
    }
}

/// `A` to `Z`, `AA` to `ZZ`, `AAA`.
fn label(i: usize) -> String {
    const LETTERS: [char; 26] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R',
        'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let letter = LETTERS.get(i % LETTERS.len()).copied().unwrap_or('?');
    match i / LETTERS.len() {
        0 => letter.to_string(),
        more => format!("{}{letter}", label(more - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{connection, ep, event, turn};
    use super::*;
    use crate::analysis::model::EventKind;

    fn labels(parties: &Parties) -> Vec<String> {
        let line = |p: &Party| format!("{} {}", p.label, p.address());
        parties.all().iter().map(line).collect()
    }

    #[test]
    fn the_ports_of_a_host_are_one_party() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 20))]);
        c.events = vec![event(0, 0, false), event(5, 1, true)];
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(
            labels(&parties),
            ["A 192.0.2.1 ports 10, 11", "B 192.0.2.2:20"]
        );
        assert_eq!(parties.arrow(&c.events[0]), "A>B");
        assert_eq!(parties.arrow(&c.events[1]), "B>A");
        assert_eq!(Parties::of(&c, Grouping::Port).all().len(), 3);
    }

    #[test]
    fn words_name_the_port_where_parties_have_several_ways() {
        let words = |transports: &[(Endpoint, Endpoint)]| {
            let mut c = connection(transports);
            c.events = (0..transports.len() as u32)
                .map(|i| event(i.into(), i, false))
                .collect();
            let parties = Parties::of(&c, Grouping::Host);
            let words = c.events.iter().flat_map(|e| parties.words(e));
            words
                .map(|w| w.replace("first check answered", ""))
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&[(ep(1, 10), ep(2, 20))]), [""]);
        // The side whose ports tell them apart, whoever sends.
        assert_eq!(
            words(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 21))]),
            [" :20", " :21"]
        );
        assert_eq!(
            words(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 20))]),
            [" :10", " :11"]
        );
        assert_eq!(
            words(&[
                (ep(1, 10), ep(2, 20)),
                (ep(1, 11), ep(2, 20)),
                (ep(1, 11), ep(2, 21)),
            ]),
            [" :10-:20", " :11-:20", " :11-:21"]
        );
        // What happened on one of them only needs no port; other hosts are other columns.
        assert_eq!(
            words(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(3, 20))]),
            ["", ""]
        );
        let mut c = connection(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 21))]);
        c.events = vec![event(0, 0, false), event(1, 1, true)];
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(parties.words(&c.events[0]), ["first check answered"]);
    }

    #[test]
    fn a_host_that_talks_to_itself_is_two_parties() {
        let mut c = connection(&[(ep(1, 10), ep(1, 20))]);
        c.events = vec![event(0, 0, false)];
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(labels(&parties), ["A 192.0.2.1:10", "B 192.0.2.1:20"]);
        assert_eq!(parties.way_of(&c.events[0]), Some((0, 1)));
    }

    #[test]
    fn a_turn_server_and_what_it_relays_are_not_the_same() {
        let mut c = connection(&[(ep(1, 10), ep(9, 3478)), (ep(2, 20), ep(9, 5001))]);
        c.turn = vec![turn(ep(9, 3478), ep(9, 5001))];
        c.events = vec![event(0, 0, false), event(1, 1, true)];
        let parties = Parties::of(&c, Grouping::Host);
        let roles: Vec<_> = parties.all().iter().map(|p| p.role).collect();
        assert_eq!(
            roles,
            [None, Some(Role::TurnServer), Some(Role::Relayed), None]
        );
        assert_eq!(parties.arrow(&c.events[1]), "C>D");
    }

    #[test]
    fn words_do_not_say_the_protocol_again_but_that_turn_carried_it() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20))]);
        c.transports[0].via = Via::Turn(0);
        let ssrc = crate::analysis::Ssrc(7);
        c.events = vec![event(0, 0, false)];
        c.events[0].kind = EventKind::StreamMoved { ssrc };
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(
            c.events[0].kind.words(),
            "RTP stream 0x00000007 goes on here"
        );
        assert_eq!(
            parties.words(&c.events[0]),
            ["stream 0x00000007 goes on here, in TURN"]
        );
    }

    #[test]
    fn a_transport_without_an_event_is_no_party_and_one_that_is_gone_no_way() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20)), (ep(3, 30), ep(4, 40))]);
        c.events = vec![event(0, 7, false)];
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(parties.all().len(), 2);
        assert_eq!(parties.way_of(&c.events[0]), None);
        assert_eq!(parties.arrow(&c.events[0]), "");
    }

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!(label(0), "A");
        assert_eq!(label(25), "Z");
        assert_eq!(label(26), "AA");
        assert_eq!(label(26 + 26 * 26), "AAA");
    }

    #[test]
    fn many_ports_are_counted() {
        let party = Party {
            label: "A".to_owned(),
            endpoints: (1..=6).map(|port| ep(1, port)).collect(),
            role: None,
        };
        assert_eq!(party.address(), "192.0.2.1 ports 1, 2, 3, 4 and 2 more");
    }
}
