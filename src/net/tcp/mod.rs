//! TCP: streams put together from segments (RFC 9293), and the messages framed on them.
//!
//! [`Streams`] takes every segment of a capture and gives out the messages of ICE-TCP (RFC 4571,
//! RFC 6544) and of TURN over TCP (RFC 8489, RFC 8656) as if they were datagrams, with whatever else
//! is to be told of them as [`Event`]s. Everything else that runs over TCP is recognised by its
//! first bytes and not kept. Rules and bounds are in docs/algorithms/tcp.md.

mod direction;
mod event;
mod framer;
mod framing;
mod reorder;
mod segment;

pub use event::Event;
pub(crate) use framing::of_segment;
pub use framing::{Frame, Framing, NoFrame, frame};
pub use segment::{Flags, Segment};

use super::Path;
use crate::time::{Span, Timestamp};
use direction::Direction;
use event::Carrier;
use hashbrown::HashMap;

/// Connections followed at once.
const CONNECTIONS: usize = 8_192;
/// Bytes held in all.
const BYTES: usize = 16 * 1024 * 1024;
/// When the table is full, a connection with messages that was silent for as long makes room.
const IDLE: Span = Span::from_millis(120_000);
/// When sweeping the table does not help, it is not tried again for this long.
const PAUSE: Span = Span::from_millis(1_000);

type Sink<'s> = dyn FnMut(Event<'_>) + 's;

/// The TCP connections of a capture.
#[derive(Debug, Default)]
pub struct Streams {
    by_path: HashMap<Path, u32, foldhash::fast::RandomState>,
    /// Free where the path is none.
    slots: Vec<Connection>,
    free: Vec<u32>,
    bytes: usize,
    segments: u64,
    ours: u64,
    swept: Option<Timestamp>,
}

/// One connection.
#[derive(Debug)]
struct Connection {
    /// The canonical direction, which is that of `ways[0]`; none if the slot is free.
    path: Option<Path>,
    ways: [Direction; 2],
    last: Timestamp,
}

impl Connection {
    fn new(path: Option<Path>, last: Timestamp) -> Self {
        Self {
            path,
            ways: [Direction::default(), Direction::default()],
            last,
        }
    }

    /// Whether messages of ours were found on it.
    fn is_ours(&self) -> bool {
        self.ways.iter().any(|way| way.framer.framing().is_some())
    }

    fn bytes(&self) -> usize {
        self.ways.iter().map(Direction::bytes).sum()
    }

    /// Gives out what waits.
    fn flush(&mut self, out: &mut Sink<'_>) {
        if let Some(path) = self.path {
            let [there, back] = &mut self.ways;
            there.flush(path, out);
            back.flush(path.reversed(), out);
        }
    }
}

impl Streams {
    /// No connections yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a segment; tells `out` what it completes. `true` if its stream is known to carry
    /// messages.
    pub fn push(&mut self, segment: &Segment<'_>, out: &mut Sink<'_>) -> bool {
        self.segments += 1;
        let (path, reverse) = segment.path.canonical();
        let index = match self.by_path.get(&path) {
            Some(&index) => index,
            // A lone acknowledgment begins nothing.
            None if segment.payload.is_empty() && !segment.flags.syn() => return false,
            None => match self.add(path, segment.ts, out) {
                Some(index) => index,
                None => {
                    out(Event::TooMany { no: segment.no });
                    return false;
                }
            },
        };
        let Some(connection) = self.slots.get_mut(index as usize) else {
            return false;
        };
        let before = connection.bytes();
        self.ours += connection.push(segment, reverse, out);
        if self.bytes - before + connection.bytes() > BYTES {
            connection.flush(out);
            connection.ways.iter_mut().for_each(Direction::give_up);
        }
        self.bytes = self.bytes - before + connection.bytes();
        let is_ours = connection.is_ours();
        if segment.flags.rst() {
            self.remove(index, out);
        }
        is_ours
    }

    /// Gives out what waits for bytes that did not come: the capture is at its end.
    pub fn finish(&mut self, out: &mut Sink<'_>) {
        for connection in &mut self.slots {
            connection.flush(out);
        }
        self.bytes = self.slots.iter().map(Connection::bytes).sum();
    }

    /// Segments that carried nothing of ours: of other connections, or without payload.
    pub fn plain_segments(&self) -> u64 {
        self.segments - self.ours
    }

    /// Connections followed.
    pub fn connections(&self) -> usize {
        self.by_path.len()
    }

    /// Bytes held of streams that are not complete.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn add(&mut self, path: Path, now: Timestamp, out: &mut Sink<'_>) -> Option<u32> {
        if self.by_path.len() >= CONNECTIONS {
            self.sweep(now, out);
            if self.by_path.len() >= CONNECTIONS {
                return None;
            }
        }
        let connection = Connection::new(Some(path), now);
        let index = match self.free.pop() {
            Some(index) => {
                if let Some(slot) = self.slots.get_mut(index as usize) {
                    *slot = connection;
                }
                index
            }
            None => {
                self.slots.push(connection);
                (self.slots.len() - 1) as u32
            }
        };
        self.by_path.insert(path, index);
        Some(index)
    }

    /// Makes room: what is not known to be ours would be recognised again, and what is silent has
    /// most likely ended.
    #[cold]
    fn sweep(&mut self, now: Timestamp, out: &mut Sink<'_>) {
        if self
            .swept
            .is_some_and(|at| (now - at).nanos().abs() < PAUSE.nanos())
        {
            return;
        }
        for index in 0..self.slots.len() as u32 {
            let stale = self.slots.get(index as usize).is_some_and(|connection| {
                connection.path.is_some() && (!connection.is_ours() || now - connection.last > IDLE)
            });
            if stale {
                self.remove(index, out);
            }
        }
        let helped = self.by_path.len() < CONNECTIONS - CONNECTIONS / 8;
        self.swept = (!helped).then_some(now);
    }

    fn remove(&mut self, index: u32, out: &mut Sink<'_>) {
        let Some(connection) = self.slots.get_mut(index as usize) else {
            return;
        };
        self.bytes -= connection.bytes();
        connection.flush(out);
        if let Some(path) = connection.path {
            self.by_path.remove(&path);
            self.free.push(index);
        }
        *connection = Connection::new(None, connection.last);
    }
}

impl Connection {
    /// Takes a segment; gives the number of segments that are now known to carry something of
    /// ours.
    fn push(&mut self, segment: &Segment<'_>, reverse: bool, out: &mut Sink<'_>) -> u64 {
        self.last = segment.ts;
        let (flags, mut seq) = (segment.flags, segment.seq);
        if flags.syn() {
            seq = seq.wrapping_add(1);
            self.begin(segment, seq, reverse, out);
        }
        let [there, back] = &mut self.ways;
        let (own, other) = if reverse {
            (back, there)
        } else {
            (there, back)
        };
        if flags.ack() {
            if flags.syn() {
                // The other direction begins where it is expected to.
                other.begin(segment.ack);
            }
            other.acknowledge(segment.ack);
        }
        other.check(segment.ts, segment.path.reversed(), out);
        if segment.payload.is_empty() && segment.missing == 0 {
            own.check(segment.ts, segment.path, out);
            return 0;
        }
        own.take(seq, segment, out);
        own.check(segment.ts, segment.path, out);
        if own.framer.take_bound() {
            other.framer.restart();
        }
        let carrier = Carrier {
            no: segment.no,
            ts: segment.ts,
            path: segment.path.reversed(),
        };
        let mut ours = 0;
        if let Some(framing) = own.framer.framing() {
            ours += 1;
            if other.framer.framing().is_none() {
                other.framer.assume(framing);
                other.settle(&carrier, out);
            }
        } else if !own.framer.ignores() {
            own.undecided += 1;
        }
        for way in [own, other] {
            if way.framer.framing().is_some() {
                ours += std::mem::take(&mut way.undecided);
            } else if way.framer.ignores() {
                way.undecided = 0;
            }
        }
        ours
    }

    /// A SYN: the connection begins; or another one between the same ports.
    fn begin(&mut self, segment: &Segment<'_>, first: u32, reverse: bool, out: &mut Sink<'_>) {
        let way = usize::from(reverse);
        if self.ways.get(way).is_some_and(|way| way.is_another(first)) {
            self.flush(out);
            if segment.flags.ack() {
                // The answer to a SYN of which we know, unless it answers one of which we do not.
                if let Some(way) = self.ways.get_mut(way) {
                    *way = Direction::default();
                }
            } else {
                *self = Self::new(self.path, segment.ts);
            }
        }
        if let Some(way) = self.ways.get_mut(way) {
            way.begin(first);
        }
    }
}

#[cfg(test)]
mod tests;
