//! The tags that `a=group:BUNDLE` lines list (RFC 9143 §5), also those of sections that cannot be
//! used: for the rules about what is and is not bundled.

use crate::sdp::{Description, Field, Group, Line, Name};
use std::collections::BTreeSet;

/// The readable BUNDLE groups.
pub(super) fn bundles<'d, 'a>(
    sdp: &'d Description<'a>,
) -> impl Iterator<Item = Group<'a>> + use<'d, 'a> {
    let values = sdp
        .session()
        .all(Name::Group)
        .filter_map(Line::attribute_value);
    let groups = values.filter_map(|value| Group::parse(value).ok());
    groups.filter(Group::is_bundle)
}

/// The tags of all BUNDLE groups.
pub(super) fn bundled_tags<'a>(sdp: &Description<'a>) -> BTreeSet<Field<'a>> {
    bundles(sdp).flat_map(|group| group.mids()).collect()
}
