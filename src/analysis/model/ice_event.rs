//! ICE's part of the timeline: connectivity checks, nomination, restarts, consent.

use super::EventKind;
use crate::net::Endpoint;
use crate::proto::stun::{Role as IceRole, codes};
use crate::time::Span;

/// What happened on ICE's part (RFC 8445): checks, nomination, consent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IceEvent {
    /// A side sent its first connectivity check (RFC 8445) with this USERNAME.
    FirstCheck {
        /// `receiver-ufrag:sender-ufrag`.
        username: String,
    },
    /// The first success response to a connectivity check.
    FirstAnswer,
    /// The last of checks of which none was ever answered.
    ChecksUnanswered {
        /// How many there were, on all pairs.
        checks: u64,
        /// From the first to the last.
        lasted: Span,
    },
    /// A check with USE-CANDIDATE was answered: its pair is nominated.
    Nominated,
    /// A nominated pair was nominated again with a higher NOMINATION value.
    Renominated {
        /// The value.
        value: u32,
    },
    /// The first check with other username fragments on both sides: ICE was restarted.
    Restart {
        /// `receiver-ufrag:sender-ufrag`.
        username: String,
    },
    /// A peer-reflexive address showed: one that was not signalled, as far as that is known.
    PeerReflexive {
        /// The address.
        address: Endpoint,
        /// Whether session descriptions were given and do not have it.
        certain: bool,
    },
    /// A STUN server told its client the address it sees.
    ServerReflexive {
        /// The address.
        address: Endpoint,
    },
    /// Both sides claim the same role.
    RoleConflict {
        /// The role.
        role: IceRole,
    },
    /// A check was refused with this error code; the first time on a pair.
    CheckRefused {
        /// The code.
        code: u16,
    },
    /// Several consent checks in a row went unanswered: agents call this disconnected.
    ConsentUnanswered {
        /// Since the last answer.
        silent: Span,
    },
    /// No consent check was answered for 30 s: consent expired (RFC 7675).
    ConsentExpired {
        /// Since the last answer.
        silent: Span,
    },
    /// A consent check was answered after an outage.
    ConsentRegained {
        /// Since the last answer before.
        after: Span,
    },
}

impl From<IceEvent> for EventKind {
    fn from(event: IceEvent) -> Self {
        Self::Ice(event)
    }
}

impl IceEvent {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstCheck { .. } => "ice-first-check",
            Self::FirstAnswer => "ice-first-answer",
            Self::ChecksUnanswered { .. } => "ice-unanswered",
            Self::Nominated => "ice-nominated",
            Self::Renominated { .. } => "ice-renominated",
            Self::Restart { .. } => "ice-restart",
            Self::PeerReflexive { .. } => "ice-peer-reflexive",
            Self::ServerReflexive { .. } => "stun-server-reflexive",
            Self::RoleConflict { .. } => "ice-role-conflict",
            Self::CheckRefused { .. } => "ice-check-refused",
            Self::ConsentUnanswered { .. } => "ice-consent-unanswered",
            Self::ConsentExpired { .. } => "ice-consent-expired",
            Self::ConsentRegained { .. } => "ice-consent-regained",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::FirstCheck { username } => format!("first check, username {username}"),
            Self::FirstAnswer => "first check answered".to_owned(),
            Self::ChecksUnanswered { checks: 1, .. } => "the check was never answered".to_owned(),
            Self::ChecksUnanswered { checks, lasted } => {
                let lasted = lasted.seconds();
                format!("none of {checks} checks in {lasted:.1} s was answered")
            }
            Self::Nominated => "pair nominated".to_owned(),
            Self::Renominated { value } => format!("pair nominated again, value {value}"),
            Self::Restart { username } => format!("ICE restarted, username {username}"),
            Self::PeerReflexive {
                address,
                certain: true,
            } => format!("peer-reflexive candidate {address}: not in the session descriptions"),
            Self::PeerReflexive { address, .. } => {
                format!("sender seen as {address}: peer-reflexive, unless it was signalled")
            }
            Self::ServerReflexive { address } => format!("server-reflexive address {address}"),
            Self::RoleConflict {
                role: IceRole::Controlling,
            } => "role conflict: both sides claim to control".to_owned(),
            Self::RoleConflict { .. } => {
                "role conflict: both sides claim to be controlled".to_owned()
            }
            Self::CheckRefused { code } => match codes::error_name(*code) {
                Some(name) => format!("check refused: {code} {name}"),
                None => format!("check refused: {code}"),
            },
            Self::ConsentUnanswered { silent } => {
                format!(
                    "checks unanswered for {:.1} s: disconnected",
                    silent.seconds()
                )
            }
            Self::ConsentExpired { silent } => {
                format!(
                    "checks unanswered for {:.1} s: consent expired",
                    silent.seconds()
                )
            }
            Self::ConsentRegained { after } => {
                format!("checks answered again after {:.1} s", after.seconds())
            }
        }
    }
}
