//! Who is who: directed flows by address, streams by flow and SSRC. Both are bounded, because
//! anybody can send packets from a million ports.

use super::lane::Lane;
use super::legs::Spot;
use super::series::Series;
use super::stream::{Packet, StreamState};
use super::transport::{Flow, TransportState};
use crate::net::{Datagram, Endpoint, Path, Via};
use crate::proto::rtp::RtpPacket;
use crate::time::{Span, Timestamp};
use hashbrown::HashMap;
use std::hash::{Hash, Hasher};

/// Directed flows tracked at once; what comes after is counted as other traffic.
const FLOWS_MAX: usize = 1 << 17;
/// Streams tracked at once, believable or not.
const STREAMS_MAX: usize = 1 << 15;
/// When the table is full, an unbelievable stream this old makes room.
const STALE: Span = Span::from_millis(10_000);

type Map<K> = HashMap<K, u32, foldhash::fast::RandomState>;

/// What names a directed flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FlowKey {
    src: Endpoint,
    dst: Endpoint,
    /// Protocol, and the peer behind a relay.
    tag: u32,
}

/// The number of the peer behind a relay; 0 is direct.
#[inline]
fn number(via: Via) -> u32 {
    match via {
        Via::Direct => 0,
        Via::Turn(n) => n,
    }
}

impl FlowKey {
    fn new(path: Path, via: Via) -> Self {
        Self {
            src: path.src,
            dst: path.dst,
            tag: (path.protocol as u32) << 31 | number(via),
        }
    }
}

impl Hash for FlowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.src.hash(state);
        self.dst.hash(state);
        state.write_u32(self.tag);
    }
}

/// Flows remembered by a cheap digest of their addresses; a power of two.
const RECENT: usize = 256;

/// The directed flows.
#[derive(Debug)]
pub(super) struct Flows {
    by_key: Map<FlowKey>,
    flows: Vec<Flow>,
    /// Where flows were last found, by [`digest`]: most lookups end here, without hashing. A
    /// collision costs a real lookup, so that an attacker gains nothing.
    recent: [u32; RECENT],
}

impl Default for Flows {
    fn default() -> Self {
        Self {
            by_key: Map::default(),
            flows: Vec::new(),
            recent: [u32::MAX; RECENT],
        }
    }
}

/// A cheap digest of a path for [`Flows::recent`]: what is wrapped has another place than its wrapper.
#[inline]
fn digest(path: &Path, via: Via) -> usize {
    let mixed = path.src.digest().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ path.dst.digest();
    let mixed = mixed.wrapping_add(u64::from(number(via)) << 32);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % RECENT
}

impl Flows {
    #[inline]
    pub(super) fn find(&mut self, d: &Datagram<'_>) -> Option<u32> {
        let place = digest(&d.path, d.via);
        let index = self.recent.get(place).copied().unwrap_or(u32::MAX);
        if let Some(flow) = self.flows.get(index as usize)
            && flow.path == d.path
            && flow.via == d.via
        {
            return Some(index);
        }
        self.look_up(d, place)
    }

    fn look_up(&mut self, d: &Datagram<'_>, place: usize) -> Option<u32> {
        let index = self.by_key.get(&FlowKey::new(d.path, d.via)).copied()?;
        if let Some(slot) = self.recent.get_mut(place) {
            *slot = index;
        }
        Some(index)
    }

    /// The flow with these addresses.
    pub(super) fn find_path(&self, path: Path, via: Via) -> Option<u32> {
        self.by_key.get(&FlowKey::new(path, via)).copied()
    }

    /// The flow of `d`, made with its transport if need be; none when the table is full.
    #[inline]
    pub(super) fn find_or_add(
        &mut self,
        d: &Datagram<'_>,
        transports: &mut Vec<TransportState>,
    ) -> Option<u32> {
        self.find(d).or_else(|| self.add(d, transports))
    }

    #[cold]
    fn add(&mut self, d: &Datagram<'_>, transports: &mut Vec<TransportState>) -> Option<u32> {
        let key = FlowKey::new(d.path, d.via);
        if self.flows.len() >= FLOWS_MAX {
            return None;
        }
        let (canonical, reverse) = d.path.canonical();
        let other = self.by_key.get(&FlowKey::new(d.path.reversed(), d.via));
        let transport = match other.and_then(|&i| self.flows.get(i as usize)) {
            Some(flow) => flow.transport,
            None => {
                transports.push(TransportState::new(canonical, d.via, reverse, d.ts));
                (transports.len() - 1) as u32
            }
        };
        let index = self.flows.len() as u32;
        self.flows.push(Flow {
            path: d.path,
            via: d.via,
            transport,
            reverse,
            recent: [(0, u32::MAX); 4],
            oldest: 0,
            lane: Lane::default(),
        });
        self.by_key.insert(key, index);
        Some(index)
    }

    pub(super) fn get(&self, index: u32) -> Option<&Flow> {
        self.flows.get(index as usize)
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Flow> {
        self.flows.get_mut(index as usize)
    }
}

/// Where the stream of a packet is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// On its path, as before or from now on.
    Known(u32),
    /// It has just moved to this path.
    Moved(u32),
}

impl Place {
    /// Its number.
    pub(super) fn index(self) -> u32 {
        match self {
            Self::Known(i) | Self::Moved(i) => i,
        }
    }
}

/// The streams, believable or not yet.
#[derive(Debug, Default)]
pub(super) struct Streams {
    by_key: Map<(u32, u32)>,
    /// The latest stream of each SSRC: another path may go on with it.
    by_ssrc: Map<u32>,
    slots: Vec<StreamState>,
    free: Vec<u32>,
    born: u64,
    /// Candidates on proven paths that had to make room: elsewhere they were most likely no RTP.
    pub(super) given_up: u64,
    swept: Option<Timestamp>,
}

impl Streams {
    pub(super) fn all(&self) -> impl Iterator<Item = &StreamState> {
        self.slots.iter().filter(|s| s.packets > 0)
    }

    /// The stream at this place, whichever it is by now.
    pub(super) fn at_mut(&mut self, index: u32) -> Option<&mut StreamState> {
        self.slots.get_mut(index as usize)
    }

    /// The stream at this place, whichever it is by now.
    pub(super) fn at(&self, index: u32) -> Option<&StreamState> {
        self.slots.get(index as usize)
    }

    /// Where the stream with this SSRC on this flow is.
    pub(super) fn find(&self, flow: u32, ssrc: u32) -> Option<u32> {
        self.by_key.get(&(flow, ssrc)).copied()
    }

    /// Where the latest stream with this SSRC is.
    pub(super) fn latest(&self, ssrc: u32) -> Option<u32> {
        let index = *self.by_ssrc.get(&ssrc)?;
        self.at(index).filter(|s| s.packets > 0 && s.ssrc == ssrc)?;
        Some(index)
    }

    /// Takes a packet of the stream that was at `index`, if it still is: a slot may have gone to
    /// another stream since it was remembered.
    #[inline]
    pub(super) fn push_to<'a, 'p>(
        &mut self,
        index: u32,
        spot: Spot,
        rtp: &'a RtpPacket<'p>,
    ) -> Option<Packet<'a, 'p>> {
        match self.slots.get_mut(index as usize) {
            Some(stream) if stream.ssrc == rtp.ssrc() && stream.takes(spot.flow) => {
                Some(stream.push(spot, rtp))
            }
            _ => None,
        }
    }

    /// Takes a packet of a stream that may be new, and says where it is; none when there is no
    /// room, and nothing stale to make room.
    ///
    /// `begin` gives what a new stream begins with: where its numbers over time go, its clock rate if
    /// a session description told it, and whether its payloads may be in clear. `may_move` tells whether a stream of the one flow may
    /// go on over the other.
    pub(super) fn push<'a, 'p>(
        &mut self,
        spot: Spot,
        rtp: &'a RtpPacket<'p>,
        begin: impl FnOnce() -> (Series, Option<u32>, bool),
        is_proven: impl Fn(u32) -> bool,
        may_move: impl Fn(u32, u32) -> bool,
    ) -> Option<(Place, Packet<'a, 'p>)> {
        let Spot { flow, ts, .. } = spot;
        let key = (flow, rtp.ssrc());
        if let Some(&index) = self.by_key.get(&key) {
            let packet = self.push_to(index, spot, rtp)?;
            return Some((Place::Known(index), packet));
        }
        if let Some(&index) = self.by_ssrc.get(&rtp.ssrc())
            && let Some(stream) = self.slots.get_mut(index as usize)
            && stream.packets > 0
            && stream.ssrc == rtp.ssrc()
            && stream.is_continued_by(rtp, ts)
            && may_move(stream.flow, flow)
            && let Some(packet) = stream.move_to(spot, rtp)
        {
            self.by_key.insert(key, index);
            return Some((Place::Moved(index), packet));
        }
        if self.by_key.len() >= STREAMS_MAX && !self.sweep(ts, is_proven) {
            return None;
        }
        self.born += 1;
        let (series, clock_rate, may_be_clear) = begin();
        let mut stream = StreamState::new(self.born, spot, rtp, series, clock_rate, may_be_clear);
        let packet = stream.first_packet(spot, rtp);
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(slot) = self.slots.get_mut(index as usize) {
                    *slot = stream;
                }
                index
            }
            None => {
                if self.slots.len() == self.slots.capacity() {
                    // By a quarter and not by twice: streams are big, and moving them is rare.
                    self.slots.reserve_exact(self.slots.len() / 4 + 16);
                }
                self.slots.push(stream);
                (self.slots.len() - 1) as u32
            }
        };
        self.by_key.insert(key, index);
        self.by_ssrc.insert(rtp.ssrc(), index);
        Some((Place::Known(index), packet))
    }

    /// Drops candidates that never became a stream. At most once a second of capture time, so that
    /// a flood costs no more than its packets.
    fn sweep(&mut self, now: Timestamp, is_proven: impl Fn(u32) -> bool) -> bool {
        if self
            .swept
            .is_some_and(|at| (now - at).nanos().abs() < 1_000_000_000)
        {
            return false;
        }
        self.swept = Some(now);
        let (slots, free) = (&mut self.slots, &mut self.free);
        let mut given_up = 0;
        self.by_key.retain(|_, &mut index| {
            let Some(slot) = slots.get_mut(index as usize) else {
                return false;
            };
            if slot.packets == 0 {
                return false; // Another way of a stream that has just gone.
            }
            let stale = (now - slot.last) > STALE && !slot.stands_alone();
            if stale {
                given_up += u64::from(is_proven(slot.flow));
                slot.packets = 0;
                free.push(index);
            }
            !stale
        });
        self.by_ssrc.retain(|_, index| {
            let slot = slots.get(*index as usize);
            slot.is_some_and(|s| s.packets > 0)
        });
        self.given_up += given_up;
        !self.free.is_empty()
    }
}
