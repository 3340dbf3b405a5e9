//! STUN in the fold: checks go to ICE, TURN to its server's client, and what either carries is looked
//! at as if it had come straight from the peer.

use super::analyzer::{At, Row, State, is_truncated, moment};
use super::dtls::Carrier;
use super::ice;
use super::turn::Wrapped;
use crate::demux::{self, Class};
use crate::net::Datagram;
use crate::proto::stun::{self, StunClass, StunMessage, Value};

impl State {
    pub(super) fn stun(&mut self, d: &Datagram<'_>, at: At, row: &mut Row) {
        let Some(transport) = self.transports.get_mut(at.transport as usize) else {
            return;
        };
        transport.stun += 1;
        let message = match StunMessage::parse_cut(d.payload, d.missing) {
            Ok(message) => message,
            Err(error) => {
                // What the snaplen cut is not the sender's mistake.
                if d.missing == 0 || !is_truncated(&error) {
                    self.problems
                        .packet("malformed-stun", d.no, || error.to_string());
                }
                return;
            }
        };
        if let Some(error) = message.problem()
            && (d.missing == 0 || !is_truncated(&error))
        {
            self.problems
                .packet("malformed-stun", d.no, || error.to_string());
        }
        if stun::codes::is_turn_method(message.method()) {
            let state = transport.turn.get_or_insert_default();
            let peers = transport.peers.get_or_insert_default();
            state.push(&message, &moment(d, at), peers, &mut transport.log);
            // Send and Data indications wrap a datagram (RFC 8656).
            let data = message.attribute(stun::codes::DATA);
            if let (StunClass::Indication, Some(Ok(Value::Bytes(payload)))) =
                (message.class(), data.map(|a| a.value()))
            {
                let peer = message
                    .value(stun::codes::XOR_PEER_ADDRESS)
                    .and_then(|v| v.address());
                let peer = peer.map(Into::into);
                let wrapped = Wrapped {
                    at: &moment(d, at),
                    bytes: d.payload.len() as u64 + u64::from(d.missing),
                    content: payload.len() as u64,
                };
                let via = peers.in_indication(peer, wrapped, &mut self.relays);
                self.unwrapped(
                    Datagram {
                        via,
                        payload,
                        missing: 0,
                        ..*d
                    },
                    at,
                    row,
                );
            }
            return;
        }
        if !matches!(
            message.method(),
            stun::codes::BINDING | stun::codes::GOOG_PING
        ) {
            return;
        }
        let ice = transport.ice.get_or_insert_default();
        ice.push(
            &message,
            &moment(d, at),
            &mut ice::Context {
                log: &mut transport.log,
                problems: &mut self.problems,
                credentials: &self.options.credentials,
                via: transport.via,
            },
        );
        // A DTLS flight may ride in a check; it counts as DTLS besides.
        if let Some(Ok(Value::Bytes(flight))) = message
            .attribute(stun::codes::DTLS_IN_STUN)
            .map(|a| a.value())
        {
            match demux::classify(flight, 0) {
                Class::Dtls | Class::DtlsCiphertext => transport.dtls_in_stun += 1,
                _ => return,
            }
            self.dtls((flight, 0), d, &moment(d, at), Carrier::Stun);
        }
    }
}
