//! One source that RTCP tells of, on one path: what it says itself, and what others say of it.

use super::asked::{IntraRequests, Nacked};
use super::reports::{Received, Sent};
use super::round_trip::{References, Samples};
use crate::analysis::model::{FeedbackMessages, Goodbye, MaxBitrates, PacketStatuses};
use crate::chars::steers;
use crate::net::{Path, Via};
use crate::time::Timestamp;

/// Characters kept of a text that a peer wrote.
const TEXT_MAX: usize = 255;

/// What is known of one SSRC on one path.
#[derive(Clone, Debug)]
pub(super) struct SourceState {
    pub(super) ssrc: u32,
    /// From the source to its receivers.
    pub(super) path: Path,
    pub(super) via: Via,
    /// Datagrams in clear that it sent.
    pub(super) clear: u64,
    /// Encrypted ones.
    pub(super) opaque: u64,
    /// The first and the last of them.
    pub(super) active: Option<(Timestamp, Timestamp)>,
    /// What it says itself; boxed, since of most sources only the SSRC is known.
    pub(super) says: Option<Box<Says>>,
    /// What others say of it.
    pub(super) heard: Option<Box<Heard>>,
}

impl SourceState {
    pub(super) fn new(path: Path, via: Via, ssrc: u32) -> Self {
        Self {
            ssrc,
            path,
            via,
            clear: 0,
            opaque: 0,
            active: None,
            says: None,
            heard: None,
        }
    }

    /// Notes a datagram that it sent.
    pub(super) fn sent(&mut self, is_clear: bool, at: Timestamp) {
        self.clear += u64::from(is_clear);
        self.opaque += u64::from(!is_clear);
        let (first, last) = self.active.unwrap_or((at, at));
        self.active = Some((first.min(at), last.max(at)));
    }
}

/// What a source says itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Says {
    pub(super) sent: Option<Sent>,
    pub(super) cname: Option<String>,
    pub(super) bye: Option<Goodbye>,
    /// Its reports that an answer may quote.
    pub(super) references: References,
}

impl Says {
    /// Adds what it said on another path.
    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut self.sent, other.sent) {
            (Some(own), Some(other)) => own.merge(&other),
            (own, other) => *own = own.or(other),
        }
        if self.cname.is_none() {
            self.cname.clone_from(&other.cname);
        }
        let bye = [self.bye.take(), other.bye.clone()].into_iter().flatten();
        self.bye = bye.min_by_key(|bye| bye.at);
    }
}

/// What receivers say of a source.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    pub(super) messages: Vec<FeedbackMessages>,
    pub(super) nacked: Nacked,
    pub(super) intra: IntraRequests,
    pub(super) received: Option<Received>,
    pub(super) round_trips: Samples,
    pub(super) remb: Option<MaxBitrates>,
    pub(super) tmmbr: Option<MaxBitrates>,
    pub(super) transport_cc: Option<PacketStatuses>,
    pub(super) ccfb: Option<PacketStatuses>,
}

impl Heard {
    /// Counts a message of this kind.
    pub(super) fn count(&mut self, name: &'static str, at: Timestamp) {
        match self.messages.iter_mut().find(|m| m.name == name) {
            Some(known) => {
                known.count += 1;
                known.first = known.first.min(at);
                known.last = known.last.max(at);
            }
            None => self.messages.push(FeedbackMessages {
                name,
                count: 1,
                first: at,
                last: at,
            }),
        }
    }

    /// Adds what was said on another path.
    pub(super) fn merge(&mut self, other: &Self) {
        for m in &other.messages {
            match self.messages.iter_mut().find(|known| known.name == m.name) {
                Some(known) => {
                    known.count += m.count;
                    known.first = known.first.min(m.first);
                    known.last = known.last.max(m.last);
                }
                None => self.messages.push(*m),
            }
        }
        self.nacked.merge(&other.nacked);
        self.intra.distinct += other.intra.distinct;
        match (&mut self.received, &other.received) {
            (Some(own), Some(other)) => own.merge(other),
            (own @ None, Some(other)) => *own = Some(other.clone()),
            (_, None) => {}
        }
        self.round_trips.merge(&other.round_trips);
        self.remb = self.remb.into_iter().chain(other.remb).reduce(both);
        self.tmmbr = self.tmmbr.into_iter().chain(other.tmmbr).reduce(both);
        add(&mut self.transport_cc, other.transport_cc);
        add(&mut self.ccfb, other.ccfb);
    }
}

fn both(a: MaxBitrates, b: MaxBitrates) -> MaxBitrates {
    MaxBitrates {
        min: a.min.min(b.min),
        max: a.max.max(b.max),
        last: b.last,
    }
}

/// Takes a further bitrate.
pub(super) fn bound(known: &mut Option<MaxBitrates>, bitrate: u64) {
    let one = MaxBitrates {
        min: bitrate,
        max: bitrate,
        last: bitrate,
    };
    *known = Some(known.map_or(one, |known| both(known, one)));
}

/// Adds what feedback said of packets.
pub(super) fn add(known: &mut Option<PacketStatuses>, more: Option<PacketStatuses>) {
    let Some(more) = more else { return };
    let known = known.get_or_insert_default();
    known.received += more.received;
    known.lost += more.lost;
}

/// A text that a peer wrote, fit to be kept and shown; none if nothing is left of it.
pub(super) fn clean(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let visible = text.chars().filter(|c| !steers(*c)).take(TEXT_MAX);
    let text = visible.collect::<String>().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_peers_do_not_steer() {
        assert_eq!(clean(b"\x1b[31mred\n\0"), Some("[31mred".to_owned()));
        assert_eq!(clean(b" \x07 "), None);
        assert_eq!(clean(&[0xff, b'a']), Some("\u{fffd}a".to_owned()));
    }
}
