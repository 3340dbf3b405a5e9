//! Whether a section sends anything (RFC 8866 §6.7): what only senders owe is not asked of others.

use super::{Context, Media};
use crate::sdp::{Line, Name, Section};

/// Whether `media` sends: its own direction says so, else the session's, else nothing denies it.
pub(super) fn sends(cx: &Context<'_, '_>, media: &Media<'_, '_>) -> bool {
    let said = direction(**media).or_else(|| direction(cx.sdp().session()));
    !matches!(said, Some(Name::Recvonly | Name::Inactive))
}

fn direction(section: Section<'_, '_>) -> Option<Name> {
    let mut names = section.lines().iter().filter_map(Line::name);
    names.find(|name| name.is_direction())
}
