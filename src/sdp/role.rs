//! Who said a description, and what for.

/// What a description is for (RFC 3264).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It opens a negotiation.
    Offer,
    /// It closes one.
    Answer,
}

/// Which end of a conversation wrote a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The end that was recorded: its `setLocalDescription`, what it sent.
    Local,
    /// The other one.
    Remote,
}
