//! Which RTP header extensions a section maps (RFC 8285), seen through the wrapper that asks for
//! their encryption (RFC 6904).

use crate::sdp::{Extmap, Line, Name, Section};

/// The section's `a=mid` in every packet (RFC 9143).
pub(super) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// The `rid` of the stream (RFC 8852).
pub(super) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
/// The `rid` of the stream that a retransmission belongs to (RFC 8852).
pub(super) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
/// The wrapper for an extension whose content is encrypted (RFC 6904).
pub(super) const ENCRYPT: &str = Extmap::ENCRYPT;

/// Ids from here on stand for alternatives of which an answerer picks one (RFC 8285 §7).
pub(super) const FIRST_PROVISIONAL: u16 = 4096;

/// The readable `a=extmap` lines of `section`.
pub(super) fn maps<'a>(section: Section<'_, 'a>) -> impl Iterator<Item = Extmap<'a>> {
    let values = section.all(Name::Extmap).filter_map(Line::attribute_value);
    values.filter_map(|value| Extmap::parse(value).ok())
}

/// Whether two lines map the same extension, both encrypted or both not.
pub(super) fn same(a: &Extmap<'_>, b: &Extmap<'_>) -> bool {
    a.uri == b.uri && a.carried() == b.carried()
}

/// Whether `section` maps the extension `uri`.
pub(super) fn has(section: Section<'_, '_>, uri: &str) -> bool {
    maps(section).any(|map| map.carried().is(uri))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Description;

    #[test]
    fn encryption_is_seen_through() {
        let text =
            b"a=extmap:1 urn:ietf:params:rtp-hdrext:encrypt urn:ietf:params:rtp-hdrext:sdes:mid\n\
            a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid\na=extmap:x y\n\
            a=extmap:3 urn:ietf:params:rtp-hdrext:encrypt\n";
        let description = Description::parse(text);
        let session = description.session();
        assert!(has(session, MID) && !has(session, RID) && has(session, ENCRYPT));
        let all: Vec<_> = maps(session).collect();
        assert_eq!(all.len(), 3);
        assert!(!same(&all[0], &all[1]), "one of them is encrypted");
        assert!(same(&all[0], &all[0]) && all[0].carried() == all[1].carried());
    }
}
