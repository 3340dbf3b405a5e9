//! TURN as one transport shows it: what was asked of the server and what it answered (RFC 8656).

use super::event_log::EventLog;
use super::model;
use super::moment::Moment;
use crate::net::{Endpoint, Protocol};
use crate::proto::stun::{StunClass, StunMessage, Value, codes};

const ALLOCATE: u16 = 0x003;
const CREATE_PERMISSION: u16 = 0x008;
const CHANNEL_BIND: u16 = 0x009;
/// Distinct error codes kept per transport.
const KINDS_MAX: usize = 16;

/// The TURN messages of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct TurnState {
    server: Option<Endpoint>,
    relayed: Option<Endpoint>,
    allocated: bool,
    errors: Vec<(u16, u64)>,
    channels: u64,
    permissions: u64,
}

impl TurnState {
    /// Takes a message of a TURN method.
    pub(super) fn push(&mut self, message: &StunMessage<'_>, at: &Moment, _log: &mut EventLog) {
        let Moment { src, dst, .. } = *at;
        match message.class() {
            StunClass::Request => self.server = self.server.or(Some(dst)),
            StunClass::Success => {
                self.server = Some(src);
                match message.method() {
                    ALLOCATE => {
                        self.allocated = true;
                        if let Some(Value::Address(relayed)) =
                            message.value(codes::XOR_RELAYED_ADDRESS)
                        {
                            self.relayed = Some(relayed.into());
                        }
                    }
                    CREATE_PERMISSION => self.permissions += 1,
                    CHANNEL_BIND => self.channels += 1,
                    _ => {}
                }
            }
            StunClass::Error => {
                self.server = Some(src);
                let Some((code, _)) = message.error_code() else {
                    return;
                };
                if let Some((_, n)) = self.errors.iter_mut().find(|(known, _)| *known == code) {
                    *n += 1;
                } else if self.errors.len() < KINDS_MAX {
                    self.errors.push((code, 1));
                }
            }
            StunClass::Indication => {}
        }
    }

    /// The addresses that the server gave to its client.
    pub(super) fn relayed(&self) -> &[Endpoint] {
        self.relayed.as_slice()
    }

    /// The server, if anything was asked of one.
    pub(super) fn report(&self, protocol: Protocol) -> Option<model::Turn> {
        Some(model::Turn {
            server: self.server?,
            protocol,
            relayed: self.relayed,
            allocated: self.allocated,
            errors: self.errors.clone(),
            channels: self.channels,
            permissions: self.permissions,
        })
    }
}
