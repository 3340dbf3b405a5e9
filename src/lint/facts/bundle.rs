//! Who says what of the transport of a BUNDLE group (RFC 9143 §7.1.3), for the rules that ask what
//! a section's transport has.

use super::{Facts, Media};
use crate::lint::Role;
use crate::sdp::Name;
use std::collections::BTreeMap;

/// Lets the sections of a BUNDLE group, `members` in the order of the group, use what the tagged
/// section says of their transport.
///
/// The tagged section is the first that can be used and does not itself wait for another. In an
/// offer that opens a group every section but the bundle-only ones has an address of its own and so
/// must stand on its own, should the answerer not bundle it (RFC 9143 §7.2). Two sections with one
/// port do not tell such an offer from a later one, in which they share the address, unless it is
/// the discard port, which is no address yet.
pub(super) fn share_transport(media: &mut [Media<'_, '_>], members: &[usize], role: Option<Role>) {
    let usable = || members.iter().filter_map(|&i| Some((i, media.get(i)?)));
    let usable = || usable().filter(|(_, m)| m.is_active());
    let free = usable().find(|(_, m)| !m.section.has(Name::BundleOnly));
    let Some((tag, tagged)) = free.or_else(|| usable().next()) else {
        return;
    };
    let (names, port) = (tagged.transport_names, port_of(tagged));
    for &i in members {
        let Some(section) = media.get_mut(i) else {
            continue;
        };
        let own = port_of(section);
        let stands_alone = role == Some(Role::Offer)
            && !section.section.has(Name::BundleOnly)
            && own != 0
            && (own != port || own == DISCARD);
        if !stands_alone {
            section.transport_names = section.transport_names.and(names);
            section.tagged = (i != tag).then_some(tag);
        }
    }
}

/// The discard port: no address is known yet.
const DISCARD: u16 = 9;

fn port_of(media: &Media<'_, '_>) -> u16 {
    media.media().map_or(0, |m| m.port)
}

impl<'d, 'a> Facts<'d, 'a> {
    /// The sections that use the transport of another section of their BUNDLE group, beyond doubt:
    /// each after the tagged section whose transport it is.
    ///
    /// In an offer that proposes the group nothing is shared yet, and each section may describe a
    /// transport of its own. An answer is known by its role, or by a DTLS role that is not left open;
    /// a later offer by an address that sections have in common.
    pub fn shared_transports(&self) -> impl Iterator<Item = (&Media<'d, 'a>, &Media<'d, 'a>)> {
        let pairs = self.media.iter().filter_map(|media| {
            let tagged = self.media.get(media.tagged?)?;
            Some((tagged, media)).filter(|_| media.is_active())
        });
        // Asked once for each group, however many sections it has.
        let mut chosen = BTreeMap::new();
        pairs.filter(move |(tagged, media)| {
            let answers = || {
                let role = tagged.value(Name::Setup);
                role.is_some_and(|role| role.is("active") || role.is("passive"))
            };
            match self.role {
                Some(Role::Answer) => true,
                None if *chosen.entry(media.tagged).or_insert_with(answers) => true,
                _ => port_of(tagged) == port_of(media) && port_of(media) != DISCARD,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::{Config, Role, lint};

    /// A description with three bundled sections; `sections` are port, and attributes beside `mid`.
    fn bundle(group: &str, sections: [(u16, &str); 3]) -> String {
        let mut text = format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
             a=group:BUNDLE {group}\r\n"
        );
        for (mid, (port, attributes)) in sections.iter().enumerate() {
            // Another payload type in each, by which packets can be told apart.
            let format = [0, 8, 9][mid];
            text += &format!("m=audio {port} UDP/TLS/RTP/SAVPF {format}\r\na=mid:{mid}\r\n");
            for attribute in attributes.split(',').filter(|a| !a.is_empty()) {
                text += &format!("a={attribute}\r\n");
            }
        }
        text
    }

    const ALL: &str = "ice-ufrag:F7gI,ice-pwd:x9cml/YzichV2+XlhiMu8g,setup:actpass,rtcp-mux,\
        fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1";

    fn codes(role: Role, text: &str) -> Vec<&'static str> {
        let config = Config {
            role: Some(role),
            ..Config::default()
        };
        let found = lint(text.as_bytes(), &config);
        found.iter().map(|d| d.code).collect()
    }

    const TRANSPORT: [&str; 4] = ["SDP201", "SDP301", "SDP306", "SDP412"];

    fn sorted(mut codes: Vec<&'static str>) -> Vec<&'static str> {
        codes.sort_unstable();
        codes
    }

    #[test]
    fn the_tagged_section_speaks_for_its_bundle() {
        let answer = ALL.replace("actpass", "active");
        let first = bundle("0 1 2", [(9, &answer), (9, ""), (9, "")]);
        assert_eq!(codes(Role::Answer, &first), [""; 0]);
        // The group, not the order of the sections, says which is tagged.
        let last = bundle("2 0 1", [(9, ""), (9, ""), (9, &answer)]);
        assert_eq!(codes(Role::Answer, &last), [""; 0]);
        // A rejected section does not speak for others.
        let rejected = bundle("0 1 2", [(0, ""), (9, &answer), (9, "")]);
        assert_eq!(codes(Role::Answer, &rejected), ["SDP419"]);
        // What another section says does not help the tagged one.
        let wrong = bundle("0 1 2", [(9, ""), (9, &answer), (9, &answer)]);
        assert_eq!(sorted(codes(Role::Answer, &wrong)), TRANSPORT);
    }

    #[test]
    fn sections_of_an_offer_stand_on_their_own() {
        for ports in [[9, 9], [5000, 5002]] {
            let bare = bundle("0 1 2", [(ports[0], ALL), (ports[1], ""), (ports[1], ALL)]);
            assert_eq!(sorted(codes(Role::Offer, &bare)), TRANSPORT, "{ports:?}");
        }
        let shared = bundle("0 1 2", [(5000, ALL), (5000, ""), (0, "bundle-only")]);
        assert_eq!(codes(Role::Offer, &shared), [""; 0]);
        let waiting = bundle("0 1 2", [(0, "bundle-only"), (9, ALL), (0, "bundle-only")]);
        assert_eq!(codes(Role::Offer, &waiting), [""; 0]);
    }

    #[test]
    fn each_line_taken_from_the_tagged_section_of_a_recording_is_missed() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/samples/sdp/chromium-offer.sdp"
        );
        let offer = std::fs::read_to_string(path).unwrap();
        for (line, code) in [
            ("a=ice-ufrag:", "SDP201"),
            ("a=ice-pwd:", "SDP201"),
            ("a=fingerprint:", "SDP301"),
            ("a=setup:", "SDP306"),
            ("a=rtcp-mux\r", "SDP412"),
        ] {
            let mut lines: Vec<&str> = offer.split_inclusive('\n').collect();
            let first = lines.iter().position(|l| l.starts_with(line)).unwrap();
            lines.remove(first);
            let without = lines.concat();
            let found = lint(without.as_bytes(), &Config::default());
            let found: Vec<_> = found.iter().map(|d| d.code).collect();
            assert_eq!(found, [code], "{line}");
        }
    }
}
