//! What the messages of a capture say, in order: who offered, who answered.

use super::super::finds::bytes_of;
use super::super::view::View;
use super::super::{Coding, Context, Finds, embedded, lines, sip};
use super::Message;
use super::head::Protocol;
use crate::diag::Map;
use crate::net::Path;
use crate::sdp::{Role, Side};
use std::collections::BTreeMap;

/// What was said so far.
#[derive(Debug, Default)]
pub(super) struct Said {
    dialogs: sip::Dialogs,
    /// The request of HTTP on each connection that had a description in it.
    asked: BTreeMap<String, u64>,
    /// The latest description of each end of a session.
    latest: BTreeMap<(String, bool), Vec<u8>>,
}

impl Said {
    /// Takes the next message.
    pub(super) fn message(&mut self, message: &Message, cx: &Context, finds: &mut Finds) {
        let (canonical, is_reverse) = message.path.canonical();
        let connection = name(canonical);
        let mut cx = cx.clone();
        cx.pointer = format!("packet {}", message.no);
        let has_body = !message.body.is_empty();
        let mut is_sdp = false;
        if let Some(head) = &message.head {
            cx.pointer = format!("{}, {}", cx.pointer, head.name());
            is_sdp = head.content_type.starts_with("application/sdp");
            cx.is_fragment = head
                .content_type
                .starts_with("application/trickle-ice-sdpfrag");
            if head.is_compressed {
                return;
            }
            if head.protocol == Protocol::Sip
                && let Some(sip) = &head.sip
            {
                let may_hold = has_body && (is_sdp || head.content_type.starts_with("multipart/"));
                let said = self.dialogs.message(sip, may_hold, &connection);
                (cx.role, cx.side, cx.thread) = (said.role, said.side, said.thread);
            }
        } else {
            cx.pointer += ", WebSocket";
            cx.side = Some(if is_reverse {
                Side::Remote
            } else {
                Side::Local
            });
            cx.thread = Some(format!("socket {connection}"));
        }
        if !has_body {
            return;
        }
        let first = finds.all.len();
        let file = View::file(&[]);
        let body = file.decoded(message.body.clone(), &Map::default(), Coding::Opaque);
        cx.is_sdp = is_sdp || cx.is_fragment;
        let is_mixed = message
            .head
            .as_ref()
            .is_some_and(|head| head.content_type.starts_with("multipart/"));
        if is_mixed {
            lines::find(body.view(), &cx, finds);
        } else {
            embedded::find(body.view(), &cx, finds);
        }
        for found in finds.all.iter_mut().skip(first) {
            found.pointer = Some(cx.pointer.clone());
        }
        self.http(message, connection, first, finds);
        self.drop_repetition(first, finds);
    }

    /// Pairs the description in a request with that in the response to it.
    fn http(&mut self, message: &Message, connection: String, first: usize, finds: &mut Finds) {
        let Some(head) = message
            .head
            .as_ref()
            .filter(|head| head.protocol == Protocol::Http)
        else {
            return;
        };
        let is_request = head.method.is_some();
        let number = if is_request {
            if finds.all.len() == first {
                return;
            }
            self.asked.insert(connection, message.no);
            message.no
        } else {
            match self.asked.remove(&connection) {
                Some(number) => number,
                None => return,
            }
        };
        for found in finds.all.iter_mut().skip(first) {
            found.side = Some(if is_request {
                Side::Local
            } else {
                Side::Remote
            });
            let role = if is_request {
                Role::Offer
            } else {
                Role::Answer
            };
            found.role = found.role.or((!found.is_fragment).then_some(role));
            found.thread = (!found.is_fragment).then(|| format!("request of packet {number}"));
        }
    }

    /// Forgets a description that was only sent again.
    fn drop_repetition(&mut self, first: usize, finds: &mut Finds) {
        let Some(found) = finds.all.get(first) else {
            return;
        };
        let (Some(thread), Some(side)) = (&found.thread, found.side) else {
            return;
        };
        let text = bytes_of(found, &[]).to_vec();
        let key = (thread.clone(), side == Side::Local);
        if self.latest.get(&key) == Some(&text) {
            finds.all.truncate(first);
        } else {
            self.latest.insert(key, text);
        }
    }
}

fn name(path: Path) -> String {
    format!("{} {}", path.src, path.dst)
}
