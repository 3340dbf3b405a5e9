//! One association as far as one transport shows it: the records are read once, here.

use super::hello::{Client, Hidden, Server};
use super::item::{Item, RecordKey, What};
use super::side::Side;
use crate::analysis::moment::{Moment, Sighting};
use crate::analysis::problems::Problems;
use crate::analysis::vault::Binding;
use crate::proto::dtls::{
    Handshake, Header, Record, Refusal, ServerHello, codes, server_key_exchange_group,
};

/// Steps of a handshake kept for each transport; later ones only count.
pub(super) const LOG_MAX: usize = 256;

/// A plaintext of two bytes and its content type: an alert of DTLS 1.3, or an empty ACK.
const ALERT_PLAINTEXT: usize = 3;

/// One association.
#[derive(Clone, Debug, Default)]
pub(super) struct Association {
    /// By [`Moment::reverse`]: what went from the transport's `a` to its `b`, and back.
    pub(super) sides: [Side; 2],
    /// Which of them sent the ClientHello.
    pub(super) client: Option<usize>,
    pub(super) hello: Option<Client>,
    pub(super) hello_at: Option<Sighting>,
    pub(super) answer: Option<Server>,
    /// What the server said in EncryptedExtensions, if they were opened.
    pub(super) hidden: Option<Hidden>,
    /// The session of the key log that it is.
    pub(super) binding: Binding,
    /// Something was learnt since keys were told.
    pub(super) has_news: bool,
    /// Whether the server said anything in clear.
    pub(super) server_spoke: bool,
    pub(super) hello_verify: bool,
    pub(super) hello_retry: bool,
    /// The group of a ServerKeyExchange.
    pub(super) group: Option<u16>,
    /// Unified headers were seen: it is DTLS 1.3.
    pub(super) unified: bool,
    /// Version of encrypted records with a full header: what was negotiated, for 1.3 has others.
    pub(super) sealed_version: Option<u16>,
    pub(super) log: Vec<Item>,
    pub(super) not_logged: u64,
    pub(super) datagrams: u64,
    pub(super) datagrams_in_stun: u64,
    pub(super) transports: Vec<u32>,
}

impl Association {
    /// Whether a ClientHello with this random and number from this side begins another one.
    pub(super) fn is_other(&self, side: usize, message_seq: u16, random: &[u8]) -> bool {
        let known = self.hello.as_ref().and_then(|hello| hello.random);
        match known {
            // The second hello of a cookie exchange belongs to the first whatever it holds.
            Some(_) if message_seq > 0 && self.client == Some(side) => false,
            Some(known) => known != random,
            None => self.sides.iter().any(|s| s.sealed.is_some()),
        }
    }

    /// The connection id by which records to the other side of `side` are addressed.
    pub(super) fn connection_id_len(&self, side: usize) -> Option<usize> {
        let (hello, answer) = (self.hello.as_ref()?, self.answer.as_ref()?);
        let (client, server) = (
            hello.connection_id.as_ref()?,
            answer.connection_id.as_ref()?,
        );
        let to_server = self.client? == side;
        Some(if to_server {
            server.len()
        } else {
            client.len()
        })
    }

    pub(super) fn record(
        &mut self,
        record: &Record<'_>,
        at: &Moment,
        in_stun: bool,
        problems: &mut Problems,
    ) {
        let side = usize::from(at.reverse);
        let seen = Sighting::new(at);
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if own.endpoint.is_none() {
            own.endpoint = Some(at.src);
        }
        own.unopened += u64::from(record.is_encrypted());
        let (content_type, epoch, sequence) = match record.header {
            Header::Full {
                content_type,
                epoch,
                sequence,
                version,
                ..
            } => {
                if epoch > 0 {
                    self.sealed_version.get_or_insert(version);
                }
                (content_type, epoch, sequence)
            }
            Header::Unified { epoch_bits, .. } => {
                return self.unified_record(epoch_bits, record, side, &seen, in_stun);
            }
        };
        own.latest_record = own.latest_record.max(Some((epoch, sequence)));
        let mut item = Item {
            at: seen,
            side,
            record: RecordKey::Number(epoch, sequence),
            in_stun,
            was_sealed: false,
            what: What::ChangeCipherSpec,
        };
        if epoch == 0 {
            match content_type {
                codes::HANDSHAKE => {
                    for fragment in record.handshakes().map_while(Result::ok) {
                        self.fragment(&fragment, item, at, problems);
                    }
                    return;
                }
                codes::CHANGE_CIPHER_SPEC => {}
                codes::ALERT => match record.alert() {
                    Some(alert) => item.what = What::Alert(alert.level, alert.description),
                    None => return,
                },
                codes::ACK => item.what = What::Ack,
                _ => return,
            }
            return self.note(item);
        }
        let length = record.fragment.len() + record.missing;
        match content_type {
            codes::ALERT => own.note_sealed_alert(&seen, sequence),
            codes::HANDSHAKE => {
                own.note_sealed(&seen);
                item.what = What::Sealed {
                    length,
                    unified: false,
                };
                self.note(item);
            }
            _ => {
                if own.sealed.is_none() {
                    own.note_sealed(&seen);
                }
                own.application.push(&seen, length, None);
            }
        }
    }

    /// DTLS 1.3: epoch 2 is the handshake's, and 3 and later the application's (RFC 9147). Only the
    /// low two bits are in clear; a key update may bring 2 back, when nothing of it is a handshake.
    fn unified_record(
        &mut self,
        epoch_bits: u8,
        record: &Record<'_>,
        side: usize,
        seen: &Sighting,
        in_stun: bool,
    ) {
        self.unified = true;
        let alert_length = ALERT_PLAINTEXT + self.tag_len();
        let length = record.fragment.len() + record.missing;
        let alert_sized = length == alert_length;
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if !alert_sized && own.sealed.is_none() {
            own.note_sealed(seen);
        }
        let start = record.fragment.first_chunk().copied().unwrap_or_default();
        if epoch_bits != HANDSHAKE_EPOCH || own.application.long >= UPDATED_AFTER {
            return own
                .application
                .push(seen, length, alert_sized.then_some(start));
        }
        let what = if alert_sized {
            What::SealedAlert
        } else {
            What::Sealed {
                length,
                unified: true,
            }
        };
        self.note(Item {
            at: *seen,
            side,
            record: RecordKey::Ciphertext(start),
            in_stun,
            was_sealed: false,
            what,
        });
    }

    /// Length of the authentication tag that the chosen suite adds.
    pub(super) fn tag_len(&self) -> usize {
        let suite = self.answer.as_ref().and_then(|a| a.suite);
        if suite == Some(TLS_AES_128_CCM_8_SHA256) {
            8
        } else {
            16
        }
    }

    pub(super) fn note(&mut self, item: Item) {
        if self.log.len() < LOG_MAX {
            self.log.push(item);
        } else {
            self.not_logged += 1;
        }
    }

    pub(super) fn fragment(
        &mut self,
        fragment: &Handshake<'_>,
        item: Item,
        at: &Moment,
        problems: &mut Problems,
    ) {
        let is_retry = fragment.message_type == codes::SERVER_HELLO
            && fragment.fragment_offset == 0
            && ServerHello::parse(fragment.body, 0)
                .value
                .is_hello_retry_request();
        self.note(Item {
            what: What::Fragment {
                message_type: fragment.message_type,
                seq: fragment.message_seq,
                start: fragment.fragment_offset,
                end: fragment
                    .fragment_offset
                    .saturating_add(fragment.fragment_length),
                is_retry,
            },
            ..item
        });
        let side = item.side;
        let seq = fragment.message_seq;
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if own.message(seq).is_some_and(|m| m.whole) {
            return;
        }
        if !own.note_message(seq, fragment.message_type, false) {
            problems.packet("dtls-too-many-messages", at.no, || {
                "more handshake messages from one side than any handshake has; those after the \
                 first 64 are not looked at"
                    .to_owned()
            });
            return;
        }
        let pushed = own.fragments.push(fragment);
        if let Some(refusal) = pushed.refusal {
            tell(refusal, fragment, at, problems);
        }
        match pushed.message {
            Some(body) => self.message(side, seq, fragment.message_type, &body, &item.at),
            // What is cut by the snaplen never gets whole; its beginning says most.
            None if fragment.fragment_offset == 0 => {
                self.facts(side, fragment.message_type, fragment.body, false, &item.at);
            }
            None => {}
        }
    }

    /// Takes a whole message.
    pub(super) fn message(
        &mut self,
        side: usize,
        seq: u16,
        message_type: u8,
        body: &[u8],
        at: &Sighting,
    ) {
        let is_13 = self.version() == Some(codes::DTLS13);
        if let Some(own) = self.sides.get_mut(side) {
            own.note_message(seq, message_type, true);
            match message_type {
                codes::CERTIFICATE => own.certificates(body, is_13, at),
                codes::FINISHED if own.finished.is_none() => own.finished = Some(*at),
                _ => {}
            }
        }
        self.facts(side, message_type, body, true, at);
    }

    fn facts(&mut self, side: usize, message_type: u8, body: &[u8], whole: bool, at: &Sighting) {
        match message_type {
            codes::CLIENT_HELLO => {
                self.client.get_or_insert(side);
                self.hello_at.get_or_insert(*at);
                let known_whole = self.hello.as_ref().is_some_and(|h| h.whole);
                if whole || !known_whole {
                    self.hello = Some(Client::new(body, whole));
                    self.has_news = true;
                }
            }
            codes::HELLO_VERIFY_REQUEST => {
                self.server_spoke = true;
                self.client.get_or_insert(1 - side);
                self.hello_verify = true;
            }
            codes::SERVER_HELLO => {
                self.server_spoke = true;
                self.client.get_or_insert(1 - side);
                let hello = ServerHello::parse(body, 0).value;
                if hello.is_hello_retry_request() {
                    self.hello_retry = true;
                    return;
                }
                let known_whole = self.answer.as_ref().is_some_and(|a| a.whole);
                if whole || !known_whole {
                    self.answer = Some(Server::new(body, whole));
                    self.has_news = true;
                }
            }
            codes::ENCRYPTED_EXTENSIONS if whole => {
                self.hidden = Some(Hidden::new(body));
                self.has_news = true;
            }
            codes::SERVER_KEY_EXCHANGE => {
                self.group = server_key_exchange_group(body).or(self.group);
            }
            _ => {}
        }
    }
}

/// The low bits of the epoch of the handshake's encrypted records in DTLS 1.3.
const HANDSHAKE_EPOCH: u8 = 2;

/// After so many application records nothing belongs to the handshake any more.
const UPDATED_AFTER: u64 = 1000;

const TLS_AES_128_CCM_8_SHA256: u16 = 0x1305;

#[cold]
fn tell(refusal: Refusal, fragment: &Handshake<'_>, at: &Moment, problems: &mut Problems) {
    let seq = fragment.message_seq;
    let (code, what) = match refusal {
        Refusal::PastEnd => (
            "dtls-fragment-past-end",
            "reaches past the end of its message",
        ),
        Refusal::Disagrees => (
            "dtls-fragment-disagrees",
            "gives its message another length or type than a fragment before it",
        ),
        Refusal::Overlap => (
            "dtls-fragment-conflict",
            "has other bytes than a fragment before it had in the same place; the first are kept",
        ),
        Refusal::TooMuch => (
            "dtls-message-too-long",
            "belongs to a message longer, or in more pieces, than is put together",
        ),
        Refusal::TooMany => (
            "dtls-too-many-unfinished",
            "belongs to one unfinished message more than is put together at a time",
        ),
    };
    problems.packet(code, at.no, || {
        format!("a DTLS handshake fragment (message_seq {seq}) {what}")
    });
}
