//! The messages of data channels, for who asks for them: fragments go in, messages come out.

use super::SctpTrouble;
use super::channels::Channels;
use super::drafts::{Drafts, Finished, Held};
use crate::analysis::model::{Message, MessageKind, Side, Sides, Wholeness};
use crate::analysis::moment::Moment;
use crate::net::Endpoint;
use crate::proto::sctp::{Data, ForwardTsn, codes};

/// What the associations finished since it was emptied, and how much all of them hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Messages {
    wanted: bool,
    held: Held,
    finished: Vec<Finished>,
    pub(super) done: Vec<Message>,
}

/// What an association knows of messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    drafts: Sides<Drafts>,
    /// Where the last fragment of each side came by.
    seen: Sides<Option<(u32, Endpoint, Endpoint)>>,
}

/// What a message is told with beside itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) from: Side,
    pub(super) ports: Sides<u16>,
    pub(super) channels: &'a Channels,
}

impl Messages {
    pub(super) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// A fragment that was not seen before, with its unwrapped TSN and what of it was not captured.
    pub(super) fn data(
        &mut self,
        desk: &mut Desk,
        about: About<'_>,
        fragment: (&Data<'_>, u64, usize),
        at: &Moment,
    ) -> Result<(), SctpTrouble> {
        if !self.wanted {
            return Ok(());
        }
        *desk.seen.of_mut(about.from) = Some((at.transport, at.src, at.dst));
        let drafts = desk.drafts.of_mut(about.from);
        let taken = drafts.push(fragment, at, &mut self.held, &mut self.finished);
        self.tell(desk, about);
        taken
    }

    /// A side gives up what was not acknowledged up to this unwrapped TSN.
    pub(super) fn forward(
        &mut self,
        desk: &mut Desk,
        about: About<'_>,
        forward: &ForwardTsn<'_>,
        tsn: u64,
    ) {
        let drafts = desk.drafts.of_mut(about.from);
        drafts.forward(forward, tsn, &mut self.held, &mut self.finished);
        self.tell(desk, about);
    }

    /// Nothing more comes from a side.
    pub(super) fn end(&mut self, desk: &mut Desk, about: About<'_>) {
        let drafts = desk.drafts.of_mut(about.from);
        drafts.end(&mut self.held, &mut self.finished);
        self.tell(desk, about);
    }

    fn tell(&mut self, desk: &Desk, about: About<'_>) {
        for Finished { draft, incomplete } in self.finished.drain(..) {
            // Telephony signalling has no channels.
            let Some((transport, src, dst)) = *desk.seen.of(about.from) else {
                continue;
            };
            if !about.channels.proven {
                continue;
            }
            let is_empty = draft.protocol.is_some_and(codes::is_empty);
            let bytes: Vec<u8> = match is_empty {
                true => Vec::new(),
                false => draft.bytes.into(),
            };
            let kind = MessageKind::of(draft.protocol);
            self.done.push(Message {
                transport,
                from: about.from,
                src,
                dst,
                ports: about.ports,
                stream: draft.stream,
                label: about.channels.label(draft.stream),
                number: draft.number,
                protocol: draft.protocol,
                kind,
                control: (kind == MessageKind::Dcep)
                    .then(|| Channels::control(&bytes))
                    .flatten(),
                ordered: !draft.unordered,
                whole: incomplete.map_or(Wholeness::Complete, Wholeness::Incomplete),
                first: draft.first,
                last: draft.last,
                bytes,
            });
        }
    }
}
