//! Which connection a description is about, and which end of it wrote it.
//!
//! The evidence, strongest first: its ICE username fragments in connectivity checks, the sources
//! that it names, the sockets where it wants media, and that there is only one connection and
//! nothing speaks against it. A description that fits nothing is not used.

use super::Descriptions;
use super::description::Description;
use crate::analysis::analyzer::State;
use crate::analysis::model::{Connection, Source, Stream};
use crate::net::{Endpoint, Path, Via};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// One agent of a connection: the first transport of those whose sides were matched with each other,
/// and its side there.
pub(super) type End = (u32, bool);

/// The descriptions of one connection, as indices, latest first.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// For each transport the end that `a` is.
    sides: BTreeMap<u32, End>,
    by_end: BTreeMap<End, Vec<usize>>,
    /// About this connection, but by which end is not known.
    loose: Vec<usize>,
}

impl Ends {
    /// The end that sends on this transport.
    pub(super) fn sender(&self, transport: u32, reverse: bool) -> Option<End> {
        let (root, side) = *self.sides.get(&transport)?;
        Some((root, side ^ reverse))
    }

    /// What this end wrote.
    pub(super) fn of(&self, end: End) -> &[usize] {
        self.by_end.get(&end).map_or(&[][..], Vec::as_slice)
    }

    /// What was written by an end that is neither of these two.
    pub(super) fn of_others(&self, (root, _): End) -> impl Iterator<Item = usize> + '_ {
        let others = self.by_end.iter().filter(move |((r, _), _)| *r != root);
        let others = others.flat_map(|(_, all)| all.iter().copied());
        self.loose.iter().copied().chain(others)
    }

    fn is_empty(&self) -> bool {
        self.loose.is_empty() && self.by_end.is_empty()
    }
}

/// The descriptions of each connection, and those of none.
#[derive(Debug, Default)]
pub(super) struct Bound {
    pub(super) connections: Vec<Ends>,
    /// Descriptions that fit no connection, and why.
    pub(super) unfit: Vec<(usize, String)>,
}

/// Finds the connections of all descriptions.
pub(super) fn bind(
    state: &State,
    all: &Descriptions,
    connections: &[Connection],
    streams: &[Stream],
) -> Bound {
    let wire = Wire::new(state, connections, streams);
    let mut bound = Bound {
        connections: wire.ends(),
        unfit: Vec::new(),
    };
    for (i, description) in all.all.iter().enumerate() {
        let hits = wire.find(description);
        if hits.is_empty() {
            bound.unfit.push((i, wire.why_not(description)));
        }
        for (connection, end) in hits {
            let Some(ends) = bound.connections.get_mut(connection) else {
                continue;
            };
            match end {
                Some(end) => ends.by_end.entry(end).or_default().push(i),
                None => ends.loose.push(i),
            }
        }
    }
    for ends in bound.connections.iter_mut().filter(|ends| !ends.is_empty()) {
        for list in ends.by_end.values_mut().chain([&mut ends.loose]) {
            latest_first(list, &all.all);
        }
    }
    bound
}

/// By the version of their `o=` lines if all are of one session, else as they were given.
fn latest_first(list: &mut [usize], all: &[Description]) {
    list.reverse();
    let origin = |&i: &usize| all.get(i)?.origin.as_ref();
    let first = list.first().and_then(origin).map(|(id, _)| id);
    if first.is_some() && list.iter().all(|i| origin(i).map(|(id, _)| id) == first) {
        list.sort_by_key(|i| std::cmp::Reverse(origin(i).map(|(_, version)| *version)));
    }
}

/// What a description is about.
type Hits = BTreeSet<(usize, Option<End>)>;

/// What the capture shows that a description may speak of.
struct Wire<'a> {
    connections: Vec<BTreeMap<u32, End>>,
    streams: &'a [Stream],
    /// Connections whose checks were seen.
    with_checks: BTreeSet<usize>,
    by_ufrag: BTreeMap<&'a str, BTreeSet<(usize, End)>>,
    by_ssrc: BTreeMap<u32, BTreeSet<(usize, End)>>,
    /// The payload types that most packets to a socket, or else from it, have.
    by_socket: BTreeMap<SocketAddr, Vec<(usize, End)>>,
    types_at: BTreeMap<SocketAddr, BTreeSet<u8>>,
}

fn socket(end: Endpoint) -> SocketAddr {
    (end.ip(), end.port()).into()
}

/// Whether this path runs from the transport's `b` to its `a`.
pub(super) fn is_reverse(state: &State, transport: u32, path: Path) -> bool {
    let transport = state.transports.get(transport as usize);
    transport.is_some_and(|t| t.path.src != path.src)
}

impl<'a> Wire<'a> {
    fn new(state: &'a State, connections: &[Connection], streams: &'a [Stream]) -> Self {
        let mut by_connection: Vec<Vec<&Stream>> = vec![Vec::new(); connections.len()];
        for stream in streams {
            if let Some(list) = by_connection.get_mut(stream.connection.0 as usize - 1) {
                list.push(stream);
            }
        }
        let mut wire = Self {
            connections: Vec::with_capacity(connections.len()),
            streams,
            with_checks: BTreeSet::new(),
            by_ufrag: BTreeMap::new(),
            by_ssrc: BTreeMap::new(),
            by_socket: BTreeMap::new(),
            types_at: BTreeMap::new(),
        };
        for (i, (connection, streams)) in connections.iter().zip(&by_connection).enumerate() {
            let sides = match_sides(state, connection, streams);
            wire.note(state, i, &sides, streams);
            wire.connections.push(sides);
        }
        wire
    }

    fn note(
        &mut self,
        state: &'a State,
        connection: usize,
        sides: &BTreeMap<u32, End>,
        streams: &[&Stream],
    ) {
        for (&transport, &(root, side)) in sides {
            let Some(t) = state.transports.get(transport as usize) else {
                continue;
            };
            let ends = [(root, side), (root, !side)];
            for ufrags in t.ice.iter().flat_map(|ice| ice.ufrags()) {
                for (ufrag, end) in ufrags.iter().zip(ends).filter(|(u, _)| !u.is_empty()) {
                    let known = self.by_ufrag.entry(ufrag).or_default();
                    known.insert((connection, end));
                    self.with_checks.insert(connection);
                }
            }
            // Of what is relayed the sockets are those of the carrier.
            if t.via == Via::Direct {
                for (at, end) in [t.path.src, t.path.dst].into_iter().zip(ends) {
                    let known = self.by_socket.entry(socket(at)).or_default();
                    known.push((connection, end));
                }
            }
        }
        for stream in streams {
            for leg in &stream.legs {
                let Some(&(root, side)) = sides.get(&leg.transport) else {
                    continue;
                };
                let end = (root, side ^ is_reverse(state, leg.transport, leg.path));
                let known = self.by_ssrc.entry(stream.ssrc.0).or_default();
                known.insert((connection, end));
                if let Some(main) = stream.main_payload_type() {
                    let to = self.types_at.entry(socket(leg.path.dst)).or_default();
                    to.insert(main);
                }
            }
        }
    }

    fn ends(&self) -> Vec<Ends> {
        let each = |sides: &BTreeMap<u32, End>| Ends {
            sides: sides.clone(),
            ..Ends::default()
        };
        self.connections.iter().map(each).collect()
    }

    fn find(&self, d: &Description) -> Hits {
        for found in [self.by_checks(d), self.by_sources(d), self.by_sockets(d)] {
            if !found.is_empty() {
                return found;
            }
        }
        self.alone(d)
    }

    fn by_checks(&self, d: &Description) -> Hits {
        let found = d.ufrags.iter().filter_map(|u| self.by_ufrag.get(&**u));
        let hits: Hits = found.flatten().map(|&(c, end)| (c, Some(end))).collect();
        // A server may have one fragment for all its clients: its sources tell them apart.
        let several = hits
            .iter()
            .any(|(c, _)| Some(*c) != hits.first().map(|(c, _)| *c));
        if several {
            let sources = self.by_sources(d);
            let narrow: Hits = hits.intersection(&sources).copied().collect();
            if !narrow.is_empty() {
                return narrow;
            }
        }
        hits
    }

    fn by_sources(&self, d: &Description) -> Hits {
        let mut count: BTreeMap<usize, (usize, Hits)> = BTreeMap::new();
        for found in d.sources().filter_map(|ssrc| self.by_ssrc.get(&ssrc)) {
            for &(c, end) in found {
                let (n, hits) = count.entry(c).or_default();
                *n += 1;
                hits.insert((c, Some(end)));
            }
        }
        // A server may pass sources on as they are: then the connection whose checks do not speak
        // against it, the one with most, and the first.
        let best = count
            .into_iter()
            .max_by_key(|(c, (n, _))| (!self.checks_contradict(d, *c), *n, std::cmp::Reverse(*c)));
        best.map(|(_, (_, hits))| hits).unwrap_or_default()
    }

    fn by_sockets(&self, d: &Description) -> Hits {
        let mut hits = Hits::new();
        for section in &d.sections {
            for at in section.sockets() {
                let Some(found) = self.by_socket.get(&at) else {
                    continue;
                };
                // Another session may use the same port: then what goes there is something else.
                let fits = self.types_at.get(&at).is_none_or(|types| {
                    let mut types = types.iter();
                    types.any(|&pt| d.with_payload_type(pt).next().is_some())
                });
                let fitting = found
                    .iter()
                    .filter(|(c, _)| fits && !self.checks_contradict(d, *c));
                hits.extend(fitting.map(|&(c, end)| (c, Some(end))));
            }
        }
        hits
    }

    /// With one connection and nothing that speaks against it, it is that one's.
    fn alone(&self, d: &Description) -> Hits {
        let is_alone = self.connections.len() == 1 && !self.checks_contradict(d, 0);
        // Had it been so, they would have been found.
        let has_sockets = d.sections.iter().any(|s| s.sockets().next().is_some());
        let sources_differ = d.names_sources() && self.goes_both_ways();
        let fits = |stream: &Stream| {
            let types = stream.main_payload_type().into_iter();
            let mut formats = types.flat_map(|pt| {
                d.with_payload_type(pt)
                    .filter_map(move |section| section.format(pt))
            });
            formats.any(|format| match stream.clock_rate.value() {
                Some((rate, Source::Inferred)) => *rate == format.clock_rate,
                _ => true,
            })
        };
        let all_fit = !self.streams.is_empty() && self.streams.iter().all(fits);
        if is_alone && !has_sockets && !sources_differ && all_fit {
            return Hits::from([(0, None)]);
        }
        Hits::new()
    }

    fn goes_both_ways(&self) -> bool {
        let senders: BTreeSet<End> = self.by_ssrc.values().flatten().map(|(_, e)| *e).collect();
        senders.len() > 1
    }

    /// Whether both speak of ICE, and of different agents.
    fn checks_contradict(&self, d: &Description, connection: usize) -> bool {
        let same = |u: &String| {
            let found = self.by_ufrag.get(&**u);
            found.is_some_and(|found| found.iter().any(|(c, _)| *c == connection))
        };
        self.with_checks.contains(&connection) && !d.ufrags.is_empty() && !d.ufrags.iter().any(same)
    }

    fn why_not(&self, d: &Description) -> String {
        if self.connections.is_empty() {
            return "the capture has none".to_owned();
        }
        let ufrag = d
            .ufrags
            .first()
            .filter(|u| u.bytes().all(crate::sdp::is_ice_char));
        if let Some(ufrag) = ufrag.filter(|_| !self.with_checks.is_empty()) {
            return format!("no check names its `{ufrag}`");
        }
        let mut sockets = d.sections.iter().flat_map(super::Section::sockets);
        if let Some(first) = sockets.next() {
            return format!("its media is not seen at {first}");
        }
        match self.connections.len() {
            1 => "its media is not what was seen".to_owned(),
            n => format!("nothing in it tells which of {n} it is about"),
        }
    }
}

/// Which sides of a connection's transports are the same agent: both have the same fragment, send
/// the same source, or else are the same host.
fn match_sides(state: &State, connection: &Connection, streams: &[&Stream]) -> BTreeMap<u32, End> {
    let mut sides = Sides {
        of: connection
            .transports
            .iter()
            .map(|t| (t.index, (t.index, false)))
            .collect(),
    };
    let mut ufrags: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
    let mut sources: BTreeMap<u32, (u32, bool)> = BTreeMap::new();
    let mut hosts: BTreeMap<IpAddr, (u32, bool)> = BTreeMap::new();
    let transports = connection.transports.iter();
    let transports =
        transports.filter_map(|t| Some((t.index, state.transports.get(t.index as usize)?)));
    for (index, t) in transports.clone() {
        for [a, b] in t.ice.iter().flat_map(|ice| ice.ufrags()) {
            for (ufrag, side) in [(a, false), (b, true)] {
                if !ufrag.is_empty() {
                    let first = *ufrags.entry(ufrag).or_insert((index, side));
                    sides.join(first, (index, side));
                }
            }
        }
    }
    for stream in streams {
        for leg in &stream.legs {
            let here = (leg.transport, is_reverse(state, leg.transport, leg.path));
            let first = *sources.entry(stream.ssrc.0).or_insert(here);
            sides.join(first, here);
        }
    }
    for (index, t) in transports.filter(|(_, t)| t.via == Via::Direct) {
        let (a, b) = (t.path.src.ip(), t.path.dst.ip());
        if a != b {
            for (host, side) in [(a, false), (b, true)] {
                let first = *hosts.entry(host).or_insert((index, side));
                sides.join(first, (index, side));
            }
        }
    }
    let all: Vec<u32> = sides.of.keys().copied().collect();
    all.into_iter().map(|t| (t, sides.find(t))).collect()
}

/// Transports, each with another that it is matched with, and whether its sides are the other way
/// round there: a union-find that knows two sides apart.
struct Sides {
    of: BTreeMap<u32, (u32, bool)>,
}

impl Sides {
    fn find(&mut self, transport: u32) -> (u32, bool) {
        let (mut at, mut flipped) = (transport, false);
        while let Some(&(next, flip)) = self.of.get(&at)
            && next != at
        {
            (at, flipped) = (next, flipped ^ flip);
        }
        self.of.insert(transport, (at, flipped));
        (at, flipped)
    }

    /// Says that these are one agent, unless stronger evidence has said otherwise.
    fn join(&mut self, (t, t_side): (u32, bool), (u, u_side): (u32, bool)) {
        if !self.of.contains_key(&t) || !self.of.contains_key(&u) {
            return;
        }
        let ((t, t_flip), (u, u_flip)) = (self.find(t), self.find(u));
        if t != u {
            let (low, high) = (t.min(u), t.max(u));
            self.of
                .insert(high, (low, t_flip ^ t_side ^ u_flip ^ u_side));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_matched_over_several_transports() {
        let mut sides = Sides {
            of: (0..4).map(|t| (t, (t, false))).collect(),
        };
        sides.join((2, true), (1, false));
        sides.join((1, false), (3, true));
        assert_eq!(sides.find(2).0, sides.find(3).0);
        assert_eq!(
            sides.find(2).1,
            sides.find(3).1,
            "both the other way round than 1"
        );
        assert_ne!(sides.find(1).1, sides.find(3).1);
        sides.join((2, true), (3, false));
        assert_eq!(
            sides.find(2).1,
            sides.find(3).1,
            "weaker evidence changes nothing"
        );
        assert_eq!(sides.find(0), (0, false));
    }

    #[test]
    fn versions_go_before_the_order_given() {
        let d = |id: &str, version: u64| {
            let text = format!("v=0\no=- {id} {version} IN IP4 0.0.0.0\n");
            Description::parse(String::new(), text.as_bytes())
        };
        let all = [d("1", 3), d("1", 5), d("1", 2), d("2", 1)];
        let mut list = [0, 1, 2];
        latest_first(&mut list, &all);
        assert_eq!(list, [1, 0, 2]);
        let mut list = [0, 1, 3];
        latest_first(&mut list, &all);
        assert_eq!(list, [3, 1, 0], "another session: as given");
    }
}
