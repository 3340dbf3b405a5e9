//! Header extensions (RFC 8285) of a stream.

use super::Source;
use crate::analysis::Known;
use std::borrow::Cow;

/// One header extension by its local identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderExtension {
    /// Its local identifier: 1 to 14, or to 255 in the two-byte form.
    pub id: u8,
    /// Packets of the stream that carry it.
    pub packets: u64,
    /// The URI that the identifier stands for, and where that is known from.
    pub uri: Known<(Cow<'static, str>, Source)>,
}
