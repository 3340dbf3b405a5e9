//! The messages of a datagram as lines and rows: wrappers first, then what they hold.

use super::insight::Insight;
use super::{Dissection, opened};
use crate::demux::{Class, SCTP_IN_UDP, classify, looks_like_sctp};
use crate::net::Datagram;
use crate::proto::rtcp::Compound;
use crate::proto::stun::{self, StunClass};
use crate::proto::{Message, parse};
use crate::tree::{Describe, Row, Tree};
use crate::wire::{ParseError, range_of};
use std::fmt::Write;

/// ChannelData inside ChannelData inside …: no honest packet goes deeper than this.
const MAX_WRAPPERS: usize = 4;

/// One message of a datagram: a wrapper, or what is in it.
pub(super) struct Part<'a> {
    payload: &'a [u8],
    looks_like: Class,
    class: Class,
    message: Result<Message<'a>, ParseError>,
    /// What it wraps; empty for the innermost.
    inside: &'a [u8],
}

/// Calls `visit` with the messages of a datagram, wrappers first.
pub(super) fn parts<'a>(datagram: &Datagram<'a>, plain: bool, mut visit: impl FnMut(&Part<'a>)) {
    let mut payload = datagram.payload;
    for depth in 0..=MAX_WRAPPERS {
        let looks_like = class_of(datagram, payload);
        let class = believed(looks_like, plain);
        let message = parse(payload, class, datagram.missing);
        let inside = match &message {
            Ok(message) if depth < MAX_WRAPPERS => wrapped(message),
            _ => &[],
        };
        visit(&Part {
            payload,
            looks_like,
            class,
            message,
            inside,
        });
        if inside.is_empty() {
            return;
        }
        payload = inside;
    }
}

/// The packet of SCTP that has no UDP below it.
pub(super) fn bare_sctp<'a>(packet: &Datagram<'a>) -> Part<'a> {
    Part {
        payload: packet.payload,
        looks_like: Class::Sctp,
        class: Class::Sctp,
        message: parse(packet.payload, Class::Sctp, packet.missing),
        inside: &[],
    }
}

/// What a payload looks like; on the port of RFC 6951 SCTP comes before RTP, whose first bytes it
/// may have.
fn class_of(datagram: &Datagram<'_>, payload: &[u8]) -> Class {
    let ports = [datagram.path.src.port(), datagram.path.dst.port()];
    if ports.contains(&SCTP_IN_UDP) && looks_like_sctp(payload, datagram.missing) {
        return Class::Sctp;
    }
    classify(payload, datagram.missing)
}

/// What a TURN message carries for a peer (RFC 8656).
fn wrapped<'a>(message: &Message<'a>) -> &'a [u8] {
    match message {
        Message::ChannelData(wrapper) => wrapper.data,
        Message::Stun(wrapper) if wrapper.class() == StunClass::Indication => {
            let data = wrapper.attribute(stun::codes::DATA).map(|a| a.data);
            data.unwrap_or_default()
        }
        _ => &[],
    }
}

impl Part<'_> {
    pub(super) fn summary(&self, insight: &dyn Insight, out: &mut String) {
        if self.opened_summary(insight, out) {
            return;
        }
        let _ = match &self.message {
            Err(error) => write!(out, "{error}"),
            Ok(message) if self.inside.is_empty() => {
                message.summary(out);
                Ok(())
            }
            Ok(Message::ChannelData(wrapper)) => {
                write!(out, "[channel 0x{:04x}] ", wrapper.channel)
            }
            Ok(_) => write!(out, "[indication] "),
        };
    }

    pub(super) fn rows(&self, frame: &[u8], insight: &dyn Insight, out: &mut Dissection) {
        let at = range_of(self.payload, frame).map(|r| r.start);
        if self.opened_rows(at, insight, out) {
            return;
        }
        let mut tree = Tree::new(self.payload);
        match &self.message {
            Ok(Message::Rtp(packet)) => {
                let ssrc = packet.ssrc();
                let names = opened::names(insight, ssrc);
                packet.describe_with(&mut tree, names, insight.is_clear(ssrc));
            }
            Ok(message) => message.describe(&mut tree),
            Err(error) => tree.problem(error),
        }
        if self.class != self.looks_like {
            let like = self.looks_like;
            let note = format_args!("looks like {like:?}, but the packets around it do not");
            tree.note("note", note);
        }
        append(&mut out.rows, tree, at);
        if let Ok(Message::Dtls(datagram)) = &self.message {
            opened::dtls(insight.open_dtls(datagram.bytes()), out);
        }
    }

    /// Tells what a key opens. The header of SRTP, which is all that its summary tells, is in clear.
    fn opened_summary(&self, insight: &dyn Insight, out: &mut String) -> bool {
        match &self.message {
            Ok(Message::Rtcp(_) | Message::Srtcp(_)) => {
                let plain = insight.open_rtcp(self.payload);
                if let Some(plain) = &plain {
                    Compound::new_cut(plain, 0).summary(out);
                    out.push_str(" (SRTCP)");
                }
                plain.is_some()
            }
            Ok(Message::Dtls(datagram)) => {
                let records = insight.open_dtls(datagram.bytes());
                if !records.is_empty() {
                    opened::dtls_summary(&records, out);
                }
                !records.is_empty()
            }
            _ => false,
        }
    }

    /// The rows of what a key opens.
    fn opened_rows(&self, at: Option<usize>, insight: &dyn Insight, out: &mut Dissection) -> bool {
        match &self.message {
            Ok(Message::Rtp(_)) => match insight.open_rtp(self.payload) {
                Some(plain) => opened::rtp((self.payload, at), plain, insight, out),
                None => false,
            },
            // Encrypted RTCP may look like RTCP in clear, by chance.
            Ok(Message::Rtcp(_) | Message::Srtcp(_)) => match insight.open_rtcp(self.payload) {
                Some(plain) => {
                    opened::rtcp((self.payload, at), plain, out);
                    true
                }
                None => false,
            },
            _ => false,
        }
    }
}

/// What to decode a payload as: what its structure says, where that says much.
fn believed(looks_like: Class, plain: bool) -> Class {
    match looks_like {
        Class::Rtp | Class::Rtcp | Class::DtlsCiphertext | Class::Sctp if plain => Class::Unknown,
        class => class,
    }
}

/// Adds the rows of `tree`, whose data begins at `offset` of the frame; without one (a datagram
/// that came in fragments), the rows have no bytes in this frame.
fn append(rows: &mut Vec<Row>, tree: Tree<'_>, offset: Option<usize>) {
    rows.extend(tree.into_rows().into_iter().map(|mut row| {
        row.bytes = match (row.bytes, offset) {
            (Some(bytes), Some(offset)) => Some(bytes.start + offset..bytes.end + offset),
            _ => None,
        };
        row
    }));
}
