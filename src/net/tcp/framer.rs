//! The messages of one direction of a TCP connection: finds out how they are framed, cuts them out
//! and, when bytes are missing, finds where the next one begins.

use super::event::{Carrier, Event};
use super::framing::{Answer, Framing, Hints, Origin, Verdict};
use super::framing::{decide, evidence, frame, glance, origin};
use crate::wire::part;

/// Bytes looked at before a stream is none of ours.
const DECIDE: usize = 16 * 1024;
/// Bytes kept while looking for a frame after a gap.
const RESYNC: usize = 4 * 1024;
/// Frames in a row with nothing known in them: the framing must have been lost.
const STRANGE_FRAMES: u8 = 16;
/// STUN type of the answer after which a connection carries a peer's bytes (RFC 6062).
const CONNECTION_BIND_SUCCESS: [u8; 2] = [0x01, 0x0b];

/// How far we are with a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Too few bytes to tell what it is.
    Undecided,
    /// The next byte begins a frame.
    Framed(Framing),
    /// A frame begins somewhere.
    Lost(Framing),
    Tls,
    /// Nothing of ours.
    Other,
}

/// Cuts the bytes of one direction into messages.
#[derive(Debug)]
pub(super) struct Framer {
    state: State,
    /// The beginning of a frame, or bytes that are not decided about.
    buffer: Vec<u8>,
    /// Bytes that still belong to a frame which was given out cut short.
    skip: usize,
    /// Whether all bytes since the beginning of the stream are here: then a frame begins there.
    whole: bool,
    /// Frames in a row with nothing known in them.
    strange: u8,
    hints: Hints,
    /// A ConnectionBind was answered: both directions begin anew.
    bound: bool,
}

impl Default for Framer {
    fn default() -> Self {
        Self {
            state: State::Undecided,
            buffer: Vec::new(),
            skip: 0,
            whole: true,
            strange: 0,
            hints: Hints::default(),
            bound: false,
        }
    }
}

type Sink<'s> = dyn FnMut(Event<'_>) + 's;

impl Framer {
    /// How messages are framed here, if this is known to have any.
    pub(super) fn framing(&self) -> Option<Framing> {
        match self.state {
            State::Framed(framing) | State::Lost(framing) => Some(framing),
            _ => None,
        }
    }

    /// Whether this is known to be nothing of ours.
    pub(super) fn ignores(&self) -> bool {
        matches!(self.state, State::Tls | State::Other)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Whether a ConnectionBind was answered since this was asked last.
    pub(super) fn take_bound(&mut self) -> bool {
        std::mem::take(&mut self.bound)
    }

    /// Begins anew: what comes next is another protocol's.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// The stream began before the capture did.
    pub(super) fn begins_in_the_middle(&mut self) {
        self.whole = false;
    }

    /// Learns from the other direction how messages are framed.
    pub(super) fn assume(&mut self, framing: Framing) {
        match self.state {
            State::Undecided if !self.whole => self.state = State::Lost(framing),
            State::Undecided => self.state = State::Framed(framing),
            State::Other => self.state = State::Lost(framing),
            _ => {}
        }
    }

    /// Looks at a segment of a stream that is ignored; `true` if it is not from here on.
    pub(super) fn reconsider(&mut self, data: &[u8]) -> bool {
        let found = glance(data).filter(|_| self.state == State::Other);
        if let Some(framing) = found {
            self.state = State::Framed(framing);
        }
        found.is_some()
    }

    /// Gives up what is held: there is no room for it.
    pub(super) fn give_up(&mut self) {
        self.buffer = Vec::new();
        match self.state {
            State::Undecided => self.state = State::Other,
            State::Framed(framing) => self.state = State::Lost(framing),
            _ => {}
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn take(&mut self, data: &[u8], carrier: &Carrier, out: &mut Sink<'_>) {
        let skipped = self.skip.min(data.len());
        self.skip -= skipped;
        let data = part(data, skipped..data.len());
        if self.buffer.is_empty() {
            let used = self.advance(data, carrier, out);
            self.buffer.extend_from_slice(part(data, used..data.len()));
        } else {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.extend_from_slice(data);
            let used = self.advance(&buffer, carrier, out);
            buffer.drain(..used);
            // A flood of connections must not keep what each once needed.
            if buffer.capacity() > 4096 && buffer.capacity() / 4 > buffer.len() {
                buffer.shrink_to(buffer.len());
            }
            self.buffer = buffer;
        }
    }

    /// The next `length` bytes of the stream will never come.
    pub(super) fn hole(&mut self, length: u64, carrier: &Carrier, out: &mut Sink<'_>) {
        // Something may have been learnt since the last bytes came.
        self.take(&[], carrier, out);
        self.whole = false;
        let framing = match self.state {
            State::Framed(framing) => framing,
            State::Lost(_) | State::Undecided => return self.buffer.clear(),
            State::Tls | State::Other => return,
        };
        // What is left of the frame at hand, as far as its header tells.
        let rest = match frame(framing, &self.buffer) {
            Ok(Some(frame)) => {
                let message = part(&self.buffer, frame.body.clone());
                let missing = frame.body.len() - message.len();
                if !message.is_empty() {
                    carrier.message(message, missing, out);
                }
                (frame.end - self.buffer.len()) as u64
            }
            _ => self.skip as u64,
        };
        self.buffer.clear();
        match rest.checked_sub(length) {
            Some(left) if rest > 0 => self.skip = usize::try_from(left).unwrap_or(0),
            _ => {
                self.skip = 0;
                self.state = State::Lost(framing);
            }
        }
    }

    /// Takes what can be taken of `data`; gives how many bytes that were.
    fn advance(&mut self, data: &[u8], carrier: &Carrier, out: &mut Sink<'_>) -> usize {
        let mut used = 0;
        loop {
            let rest = part(data, used..data.len());
            match self.state {
                State::Tls | State::Other => return data.len(),
                State::Undecided => match decide(rest) {
                    Verdict::Framed(framing) => self.state = State::Framed(framing),
                    Verdict::Tls => {
                        self.state = State::Tls;
                        carrier.tls(rest, out);
                    }
                    Verdict::Other => self.state = State::Other,
                    Verdict::Undecided if rest.len() > DECIDE => self.state = State::Other,
                    Verdict::Undecided => return used,
                },
                State::Framed(framing) => match frame(framing, rest) {
                    Ok(Some(frame)) => {
                        let Some(message) = rest
                            .get(frame.body.clone())
                            .filter(|_| frame.end <= rest.len())
                        else {
                            return used;
                        };
                        used += frame.end;
                        self.message(framing, message, carrier, out);
                    }
                    Ok(None) => return used,
                    Err(_) => {
                        carrier.framing_lost(out);
                        self.state = State::Lost(framing);
                        used += 1;
                    }
                },
                State::Lost(framing) => match self.search(framing, rest) {
                    (skip, true) => {
                        used += skip;
                        self.state = State::Framed(framing);
                    }
                    (skip, false) => return used + skip,
                },
            }
        }
    }

    /// Gives out a whole message, and learns from it.
    fn message(&mut self, framing: Framing, message: &[u8], carrier: &Carrier, out: &mut Sink<'_>) {
        if message.is_empty() {
            return; // A frame of length 0 holds nothing.
        }
        carrier.message(message, 0, out);
        match origin(framing, message, 0) {
            Origin::Known(source) => {
                self.hints.add(source);
                self.strange = 0;
            }
            _ if framing == Framing::Stun => {
                if message.starts_with(&CONNECTION_BIND_SUCCESS) {
                    self.restart();
                    self.bound = true;
                }
            }
            _ if Carrier::is_known(message) => self.strange = 0,
            _ => {
                self.strange += 1;
                if self.strange >= STRANGE_FRAMES {
                    self.strange = 0;
                    self.state = State::Lost(framing);
                    carrier.framing_lost(out);
                }
            }
        }
    }

    /// Looks for a frame in `data`: how many bytes are before it, and whether there is one.
    fn search(&self, framing: Framing, data: &[u8]) -> (usize, bool) {
        let mut undecided = None;
        for at in 0..data.len() {
            match evidence(framing, part(data, at..data.len()), &self.hints) {
                Answer::Yes => return (at, true),
                Answer::Maybe if data.len() - at <= RESYNC => {
                    undecided = undecided.or(Some(at));
                }
                _ => {}
            }
        }
        (undecided.unwrap_or(data.len()), false)
    }
}
