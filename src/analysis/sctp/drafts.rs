//! Messages put together from fragments, which come in any order and not always all
//! (RFC 9260 for DATA, RFC 8260 for I-DATA). Only done for who asks for messages: this keeps payload.
//!
//! Fragments that follow each other are one run. Those of DATA are numbered by their TSN, which is
//! one sequence for all messages; those of I-DATA by their number within the message.

use super::SctpTrouble;
use crate::analysis::model::{GivenUp, Incomplete};
use crate::analysis::moment::Moment;
use crate::capture::PacketNo;
use crate::proto::sctp::{Data, ForwardTsn};
use crate::time::Timestamp;
use std::collections::{BTreeMap, VecDeque};

/// Bytes kept of one message; of the rest only the length.
const MESSAGE_MAX: usize = 16 << 20;
/// Bytes that wait for the rest of their messages, of one side of an association.
const HELD_MAX: usize = MESSAGE_MAX + (8 << 20);
/// The same, of all associations together.
const HELD_BY_ALL_MAX: usize = 128 << 20;
/// What a run costs besides its bytes, so that many small ones are bounded too.
const RUN_COST: usize = 256;

/// Which message a fragment of I-DATA belongs to; those of DATA are told apart by what they say.
type Group = Option<(u16, bool, u32)>;
/// A run's place: its group, and the number of its first fragment.
type Place = (Group, u64);

/// How much all associations hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held(usize);

/// The fragments of one side that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafts {
    runs: BTreeMap<Place, Run>,
    /// The runs by age, so that the oldest makes room.
    ages: BTreeMap<u64, Place>,
    born: u64,
    held: usize,
}

/// Fragments of one message that follow each other.
#[derive(Clone, Debug)]
struct Run {
    /// The number of its last fragment.
    last: u64,
    age: u64,
    begins: bool,
    ends: bool,
    draft: Draft,
}

/// A message, or what there is of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) stream: u16,
    pub(super) number: u32,
    pub(super) unordered: bool,
    pub(super) protocol: Option<u32>,
    pub(super) bytes: VecDeque<u8>,
    /// Bytes that were on the wire and are not here.
    pub(super) missing: u64,
    pub(super) first: (PacketNo, Timestamp),
    pub(super) last: (PacketNo, Timestamp),
}

/// A message that nothing more is expected of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) draft: Draft,
    pub(super) incomplete: Option<Incomplete>,
}

impl Draft {
    fn new(data: &Data<'_>, missing: usize, at: &Moment) -> Self {
        Self {
            stream: data.stream,
            number: data.message,
            unordered: data.unordered,
            protocol: data.protocol,
            bytes: data.payload.iter().copied().collect(),
            missing: missing as u64,
            first: (at.no, at.ts),
            last: (at.no, at.ts),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.stream, self.number, self.unordered) == (other.stream, other.number, other.unordered)
    }

    /// Takes what follows it. The shorter one moves, so that any order costs about the same.
    fn append(&mut self, mut next: Self) {
        self.protocol = self.protocol.or(next.protocol);
        if self.bytes.len() + next.bytes.len() > MESSAGE_MAX {
            next.missing += next.bytes.len() as u64;
            next.bytes = VecDeque::new();
        }
        self.missing += next.missing;
        self.first = self.first.min(next.first);
        self.last = self.last.max(next.last);
        if next.bytes.len() <= self.bytes.len() {
            self.bytes.append(&mut next.bytes);
        } else {
            for byte in self.bytes.drain(..).rev() {
                next.bytes.push_front(byte);
            }
            self.bytes = next.bytes;
        }
    }
}

impl Drafts {
    /// Takes a fragment that was not seen before, with its unwrapped TSN and how much of it was not
    /// captured; what is finished goes to `done`.
    pub(super) fn push(
        &mut self,
        (data, tsn, missing): (&Data<'_>, u64, usize),
        at: &Moment,
        all: &mut Held,
        done: &mut Vec<Finished>,
    ) -> Result<(), SctpTrouble> {
        let interleaved = data.interleaved;
        let draft = Draft::new(data, missing, at);
        if data.begins && data.ends {
            done.push(complete(draft));
            return Ok(());
        }
        let group = interleaved.then_some((data.stream, data.unordered, data.message));
        let number = match interleaved {
            true => data.fragment.unwrap_or(0).into(),
            false => tsn,
        };
        let mut run = Run {
            last: number,
            age: self.born,
            begins: data.begins,
            ends: data.ends,
            draft,
        };
        self.born += 1;
        let mut place = (group, number);
        if let Some(before) = self.before(&place) {
            if self.runs.get(&before).is_some_and(|b| b.last >= number) {
                // Sent under two TSNs: no honest sender does.
                return Ok(());
            }
            if self
                .runs
                .get(&before)
                .is_some_and(|b| b.goes_on_with(&run, number))
                && let Some(mut joined) = self.take(before, all)
            {
                joined.join(run);
                (run, place) = (joined, before);
            }
        }
        let next = (group, run.last.saturating_add(1));
        if self
            .runs
            .get(&next)
            .is_some_and(|n| run.goes_on_with(n, next.1))
            && let Some(following) = self.take(next, all)
        {
            run.join(following);
        }
        if run.begins && run.ends {
            done.push(complete(run.draft));
            return Ok(());
        }
        self.keep(place, run, all, done)
    }

    /// The place of the run that begins at this place or, of the same group, before it.
    fn before(&self, place: &Place) -> Option<Place> {
        let (before, _) = self.runs.range(..=*place).next_back()?;
        (before.0 == place.0).then_some(*before)
    }

    fn take(&mut self, place: Place, all: &mut Held) -> Option<Run> {
        let run = self.runs.remove(&place)?;
        self.ages.remove(&run.age);
        self.held -= run.cost();
        all.0 = all.0.saturating_sub(run.cost());
        Some(run)
    }

    /// Puts a run away until more of its message comes, and makes room for it.
    fn keep(
        &mut self,
        place: Place,
        mut run: Run,
        all: &mut Held,
        done: &mut Vec<Finished>,
    ) -> Result<(), SctpTrouble> {
        let fits = |held: usize, all: &Held, cost: usize| {
            held + cost <= HELD_MAX && all.0 + cost <= HELD_BY_ALL_MAX
        };
        let mut trouble = Ok(());
        while !fits(self.held, all, run.cost()) {
            trouble = Err(no_room());
            let Some((_, oldest)) = self.ages.pop_first() else {
                break;
            };
            if let Some(run) = self.take(oldest, all) {
                done.push(run.given_up(GivenUp::NoRoom));
            }
        }
        if !fits(self.held, all, run.cost()) {
            // Other associations hold everything: its length goes on to be counted.
            let bytes = std::mem::take(&mut run.draft.bytes);
            run.draft.missing += bytes.len() as u64;
        }
        self.held += run.cost();
        all.0 += run.cost();
        self.ages.insert(run.age, place);
        self.runs.insert(place, run);
        trouble
    }

    /// The sender gives up what was not acknowledged up to `tsn`, unwrapped.
    pub(super) fn forward(
        &mut self,
        forward: &ForwardTsn<'_>,
        tsn: u64,
        all: &mut Held,
        done: &mut Vec<Finished>,
    ) {
        self.give_up((None, 0)..=(None, tsn), GivenUp::Abandoned, all, done);
        for skipped in forward.skipped().filter(|_| forward.is_interleaved()) {
            let group = |number| Some((skipped.stream, skipped.unordered, number));
            let range = (group(0), 0)..=(group(skipped.message), u64::MAX);
            self.give_up(range, GivenUp::Abandoned, all, done);
        }
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self, all: &mut Held, done: &mut Vec<Finished>) {
        let last = Some((u16::MAX, true, u32::MAX));
        self.give_up((None, 0)..=(last, u64::MAX), GivenUp::Ended, all, done);
    }

    /// Gives up the runs in a range; those of one message are told as one.
    fn give_up(
        &mut self,
        range: std::ops::RangeInclusive<Place>,
        why: GivenUp,
        all: &mut Held,
        done: &mut Vec<Finished>,
    ) {
        let mut open: Option<(Place, Run, u64)> = None;
        while let Some((place, _)) = self.runs.range(range.clone()).next() {
            let place = *place;
            let Some(run) = self.take(place, all) else {
                return;
            };
            open = Some(match open {
                Some((before, mut first, gaps))
                    if before.0 == place.0
                        && !(first.ends || run.begins)
                        && first.draft.is_same(&run.draft) =>
                {
                    let gap = place.1.saturating_sub(first.last.saturating_add(1));
                    first.join(run);
                    (before, first, gaps + gap)
                }
                other => {
                    done.extend(other.map(|(_, run, gaps)| run.with_gaps(why, gaps)));
                    (place, run, 0)
                }
            });
        }
        done.extend(open.map(|(_, run, gaps)| run.with_gaps(why, gaps)));
    }
}

impl Run {
    fn cost(&self) -> usize {
        RUN_COST + self.draft.bytes.len()
    }

    /// Whether `next`, whose first fragment has this number, is the rest of the same message.
    fn goes_on_with(&self, next: &Self, number: u64) -> bool {
        self.last.saturating_add(1) == number
            && !(self.ends || next.begins)
            && self.draft.is_same(&next.draft)
    }

    fn join(&mut self, next: Self) {
        self.last = next.last;
        self.ends = next.ends;
        self.age = self.age.min(next.age);
        self.draft.append(next.draft);
    }

    fn given_up(self, why: GivenUp) -> Finished {
        self.with_gaps(why, 0)
    }

    fn with_gaps(self, why: GivenUp, missing_fragments: u64) -> Finished {
        Finished {
            incomplete: Some(Incomplete {
                why,
                no_start: !self.begins,
                no_end: !self.ends,
                missing_fragments,
                missing_bytes: self.draft.missing,
            }),
            draft: self.draft,
        }
    }
}

/// All fragments are there.
fn complete(draft: Draft) -> Finished {
    let cut = (draft.missing > 0).then_some(Incomplete {
        why: GivenUp::Cut,
        no_start: false,
        no_end: false,
        missing_fragments: 0,
        missing_bytes: draft.missing,
    });
    Finished {
        draft,
        incomplete: cut,
    }
}

fn no_room() -> SctpTrouble {
    SctpTrouble {
        code: "sctp-messages-not-kept",
        message:
            "more fragments wait for the rest of their messages than are kept: the oldest are \
                  told as incomplete"
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Endpoint;
    use crate::proto::sctp::SctpPacket;
    use proptest::prelude::*;

    fn moment(no: u64) -> Moment {
        Moment {
            ts: Timestamp::from_nanos(no as i64),
            no,
            src: Endpoint::v4([192, 0, 2, 1], 1),
            dst: Endpoint::v4([192, 0, 2, 2], 2),
            transport: 0,
            reverse: false,
        }
    }

    /// A fragment on the wire.
    #[derive(Clone, Debug)]
    struct Piece {
        tsn: u64,
        stream: u16,
        message: u32,
        fragment: u32,
        begins: bool,
        ends: bool,
        unordered: bool,
        payload: Vec<u8>,
    }

    impl Piece {
        fn data(&self, interleaved: bool) -> Data<'_> {
            Data {
                tsn: self.tsn as u32,
                stream: self.stream,
                message: self.message,
                protocol: (!interleaved || self.begins).then_some(53),
                fragment: (interleaved && !self.begins).then_some(self.fragment),
                interleaved,
                begins: self.begins,
                ends: self.ends,
                unordered: self.unordered,
                immediate: false,
                payload: &self.payload,
            }
        }
    }

    /// One message each of these fragments, on a stream of its own number modulo 3.
    fn pieces(messages: &[Vec<Vec<u8>>]) -> Vec<Piece> {
        let mut tsn = 1000;
        let mut out = Vec::new();
        for (number, fragments) in messages.iter().enumerate() {
            for (i, payload) in fragments.iter().enumerate() {
                out.push(Piece {
                    tsn,
                    stream: (number % 3) as u16,
                    message: (number / 3) as u32,
                    fragment: i as u32,
                    begins: i == 0,
                    ends: i + 1 == fragments.len(),
                    unordered: number % 2 == 1,
                    payload: payload.clone(),
                });
                tsn += 1;
            }
        }
        out
    }

    struct Table {
        drafts: Drafts,
        all: Held,
        done: Vec<Finished>,
        no: u64,
    }

    impl Table {
        fn new() -> Self {
            Self {
                drafts: Drafts::default(),
                all: Held::default(),
                done: Vec::new(),
                no: 0,
            }
        }

        fn push(&mut self, piece: &Piece, interleaved: bool) -> Result<(), SctpTrouble> {
            self.no += 1;
            let data = piece.data(interleaved);
            let fragment = (&data, piece.tsn, 0);
            self.drafts
                .push(fragment, &moment(self.no), &mut self.all, &mut self.done)
        }

        fn end(&mut self) {
            self.drafts.end(&mut self.all, &mut self.done);
            assert!(self.drafts.runs.is_empty() && self.drafts.ages.is_empty());
            assert_eq!((self.drafts.held, self.all.0), (0, 0));
        }

        fn bytes(&self, i: usize) -> Vec<u8> {
            self.done[i].draft.bytes.iter().copied().collect()
        }
    }

    #[test]
    fn a_hole_is_told_with_what_lies_around_it() {
        let all = pieces(&[vec![vec![1], vec![2, 2], vec![3], vec![4, 4]]]);
        for interleaved in [false, true] {
            let mut table = Table::new();
            for i in [3, 0, 1] {
                table.push(&all[i], interleaved).unwrap();
            }
            assert_eq!(table.done, []);
            table.end();
            assert_eq!(table.bytes(0), [1, 2, 2, 4, 4]);
            let incomplete = table.done[0].incomplete.unwrap();
            assert_eq!(incomplete.missing_fragments, 1);
            assert!(!incomplete.no_start && !incomplete.no_end);
            assert_eq!(incomplete.why, GivenUp::Ended);
            let draft = &table.done[0].draft;
            assert_eq!((draft.first.0, draft.last.0), (1, 3));
            assert_eq!(draft.protocol, Some(53));
        }
    }

    #[test]
    fn without_its_start_or_its_end_nobody_knows_how_much_is_missing() {
        let all = pieces(&[vec![vec![1], vec![2], vec![3], vec![4]]]);
        let mut table = Table::new();
        table.push(&all[1], false).unwrap();
        table.push(&all[2], false).unwrap();
        table.end();
        let incomplete = table.done[0].incomplete.unwrap();
        assert!(incomplete.no_start && incomplete.no_end);
        assert_eq!(incomplete.missing_fragments, 0);
    }

    #[test]
    fn what_was_not_captured_makes_a_message_incomplete() {
        let all = pieces(&[vec![vec![1, 2]]]);
        let mut table = Table::new();
        let fragment = (&all[0].data(false), 1, 5);
        let (all, done) = (&mut table.all, &mut table.done);
        table.drafts.push(fragment, &moment(1), all, done).unwrap();
        let incomplete = table.done[0].incomplete.unwrap();
        assert_eq!(incomplete.missing_bytes, 5);
        assert_eq!(incomplete.why, GivenUp::Cut);
    }

    /// FORWARD-TSN or I-FORWARD-TSN as it would be on the wire.
    fn forward(table: &mut Table, kind: u8, to: u32, rows: &[u8]) {
        let mut bytes = vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0, kind, 0];
        bytes.extend((8 + rows.len() as u16).to_be_bytes());
        bytes.extend(to.to_be_bytes());
        bytes.extend(rows);
        let chunk = SctpPacket::parse(&bytes).unwrap().chunks().next();
        let value = chunk.unwrap().unwrap().value();
        let Ok(crate::proto::sctp::ChunkValue::ForwardTsn(forward)) = value else {
            panic!();
        };
        let (all, done) = (&mut table.all, &mut table.done);
        table.drafts.forward(&forward, to.into(), all, done);
    }

    #[test]
    fn what_the_sender_gives_up_is_told_at_once() {
        let all = pieces(&[
            vec![vec![1], vec![2], vec![3]],
            vec![vec![4], vec![5]],
            vec![vec![6], vec![7]],
        ]);
        let mut table = Table::new();
        for i in [0, 2, 3, 5] {
            table.push(&all[i], false).unwrap();
        }
        forward(&mut table, 192, 1002, &[]);
        assert_eq!(table.done.len(), 1);
        assert_eq!(table.bytes(0), [1, 3]);
        assert_eq!(
            table.done[0].incomplete.map(|i| i.why),
            Some(GivenUp::Abandoned)
        );
        table.push(&all[4], false).unwrap();
        assert_eq!((table.done.len(), table.bytes(1)), (2, vec![4, 5]));

        let mut table = Table::new();
        for i in [0, 2, 3, 5] {
            table.push(&all[i], true).unwrap();
        }
        // Stream 1, unordered, message 0.
        forward(&mut table, 194, 1004, &[0, 1, 0, 1, 0, 0, 0, 0]);
        assert_eq!((table.done.len(), table.bytes(0)), (1, vec![4]));
        table.push(&all[1], true).unwrap();
        assert_eq!(table.bytes(1), [1, 2, 3], "not named, not given up");
    }

    /// A million fragments of a byte, of messages that never end.
    #[test]
    fn a_flood_of_fragments_is_bounded() {
        let piece = |n: u64, message: u64| Piece {
            tsn: n,
            stream: 0,
            message: message as u32,
            fragment: n as u32,
            begins: false,
            ends: false,
            unordered: false,
            payload: vec![n as u8],
        };
        type Order = fn(u64) -> (u64, u64);
        // Upwards, downwards, with holes; one message, or as many as fragments.
        let orders: [Order; 4] = [
            |n| (n, 0),
            |n| (2_000_000 - n, 0),
            |n| (n * 2, 0),
            |n| (n, n),
        ];
        for (order, interleaved) in orders.iter().zip([false, true, false, true]) {
            let mut table = Table::new();
            let (mut troubles, mut told) = (0, 0);
            for n in 1..300_000 {
                let (n, message) = order(n);
                troubles += u64::from(table.push(&piece(n, message), interleaved).is_err());
                assert!(table.drafts.held <= HELD_MAX);
                told += table.done.drain(..).count() as u64;
            }
            assert_eq!(told > 0, troubles > 0);
            table.end();
        }
    }

    #[test]
    fn of_a_message_without_end_the_beginning_is_kept_and_the_length() {
        let big = vec![0u8; 60_000];
        let mut table = Table::new();
        let count = (MESSAGE_MAX / big.len()) as u64 + 100;
        for n in 0..=count {
            let piece = Piece {
                tsn: n,
                stream: 0,
                message: 0,
                fragment: n as u32,
                begins: n == 0,
                ends: n == count,
                unordered: false,
                payload: big.clone(),
            };
            table.push(&piece, false).unwrap();
        }
        assert_eq!(table.done.len(), 1);
        let kept = table.done[0].draft.bytes.len() as u64;
        assert!(kept <= MESSAGE_MAX as u64 && kept > (MESSAGE_MAX - big.len()) as u64);
        let missing = table.done[0].incomplete.unwrap().missing_bytes;
        assert_eq!(kept + missing, (count + 1) * 60_000);
        table.end();
    }

    fn messages() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
        let fragment = proptest::collection::vec(any::<u8>(), 1..5);
        let message = proptest::collection::vec(fragment, 1..6);
        proptest::collection::vec(message, 1..12)
    }

    proptest! {
        /// Whatever the order, all that arrives whole comes out as it went in.
        #[test]
        fn any_order_gives_the_messages(
            (sent, order) in messages().prop_flat_map(|sent| {
                let all = pieces(&sent);
                (Just(sent), Just(all).prop_shuffle())
            }),
            interleaved: bool,
        ) {
            let mut table = Table::new();
            for piece in &order {
                table.push(piece, interleaved).unwrap();
            }
            prop_assert!(table.done.iter().all(|f| f.incomplete.is_none()));
            let mut got: Vec<Vec<u8>> = (0..table.done.len()).map(|i| table.bytes(i)).collect();
            let mut want: Vec<Vec<u8>> = sent.iter().map(|m| m.concat()).collect();
            got.sort();
            want.sort();
            prop_assert_eq!(got, want);
            table.end();
        }

        /// Where some are lost, the rest is told, nothing twice, and nothing whole that is not.
        #[test]
        fn what_is_lost_makes_messages_incomplete(
            (sent, order, kept) in messages().prop_flat_map(|sent| {
                let all = pieces(&sent);
                let n = all.len();
                let kept = proptest::collection::vec(proptest::bool::weighted(0.7), n);
                (Just(sent), Just(all).prop_shuffle(), kept)
            }),
            interleaved: bool,
        ) {
            let mut table = Table::new();
            let mut bytes = 0;
            for (piece, _) in order.iter().zip(&kept).filter(|(_, kept)| **kept) {
                table.push(piece, interleaved).unwrap();
                bytes += piece.payload.len();
            }
            table.end();
            let told: usize = table.done.iter().map(|f| f.draft.bytes.len()).sum();
            prop_assert_eq!(told, bytes);
            for (i, finished) in table.done.iter().enumerate() {
                let draft = &finished.draft;
                let whole = sent
                    .get(draft.number as usize * 3 + usize::from(draft.stream))
                    .map(|m| m.concat());
                match finished.incomplete {
                    None => prop_assert_eq!(Some(table.bytes(i)), whole),
                    Some(_) => prop_assert!(whole.is_some_and(|w| w.len() > draft.bytes.len())),
                }
            }
        }
    }
}
