//! Questions to STUN servers: Binding requests without a USERNAME, whose answers tell a client the
//! address that the server sees (RFC 8489).

use crate::analysis::model::Reflexive;
use crate::analysis::moment::Moment;
use crate::net::Endpoint;

/// Distinct answers kept per transport: an address changes when a NAT forgets it.
const ANSWERS_MAX: usize = 8;

/// What a STUN server was asked on one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct Questions {
    answers: Vec<Reflexive>,
}

impl Questions {
    /// Takes an answer; tells whether it says something new.
    pub(super) fn answered(&mut self, mapped: Endpoint, at: &Moment) -> bool {
        let known = |r: &Reflexive| (r.client, r.server, r.mapped) == (at.dst, at.src, mapped);
        if self.answers.iter().any(known) || self.answers.len() >= ANSWERS_MAX {
            return false;
        }
        self.answers.push(Reflexive {
            client: at.dst,
            server: at.src,
            mapped,
            at: at.ts,
            packet: at.no,
        });
        true
    }

    pub(super) fn answers(&self) -> &[Reflexive] {
        &self.answers
    }
}
