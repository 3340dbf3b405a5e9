//! What the user knows of the sessions in a capture: ICE passwords and candidates, from session
//! descriptions (RFC 8839) or by hand.
//!
//! Used by `analysis::ice`, to tell genuine checks from others and candidates that were signalled
//! from those that were discovered.

use crate::proto::stun::Key;
use crate::sdp::{Candidate, Description, Line, Name, Section};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// Passwords kept for one username fragment: a description and its corrected versions.
const PASSWORDS_MAX: usize = 8;

/// Passwords and candidates by username fragment, and passwords of which only themselves are known.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    by_ufrag: BTreeMap<String, Known>,
    bare: Vec<Key>,
}

/// What is known of one username fragment.
#[derive(Clone, Debug, Default)]
struct Known {
    keys: Vec<Key>,
    candidates: BTreeSet<SocketAddr>,
    /// Whether a candidate's address is hidden behind a name (mDNS).
    hidden: bool,
}

impl Credentials {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.by_ufrag.is_empty() && self.bare.is_empty()
    }

    /// Adds a password, of this username fragment or of one that is not known.
    pub fn add_password(&mut self, ufrag: Option<&str>, password: &str) {
        let keys = match ufrag {
            Some(ufrag) => &mut self.by_ufrag.entry(ufrag.to_owned()).or_default().keys,
            None => &mut self.bare,
        };
        let key = Key::short_term(password);
        if keys.len() < PASSWORDS_MAX && !keys.contains(&key) {
            keys.push(key);
        }
    }

    /// Adds what a session description says, and returns how many passwords it named: 0 for text
    /// that is none.
    pub fn add_description(&mut self, sdp: &[u8]) -> usize {
        let description = Description::parse(sdp);
        // Looked up once: a description may have many lines, and many sections.
        let session = description.session();
        let inherited = [Name::IceUfrag, Name::IcePwd].map(|name| session.first(name));
        description
            .sections()
            .filter(|section| self.add_section(section, inherited))
            .count()
    }

    /// Adds a section; `inherited` are the username fragment and the password at session level.
    fn add_section<'d, 'a>(
        &mut self,
        section: &Section<'d, 'a>,
        [ufrag, pwd]: [Option<&'d Line<'a>>; 2],
    ) -> bool {
        let text = |name, inherited: Option<&'d Line<'a>>| {
            let line = section.first(name).or(inherited)?;
            Some(line.attribute_value()?.trim())
        };
        let ufrag = text(Name::IceUfrag, ufrag);
        let (Some(ufrag), Some(pwd)) = (ufrag, text(Name::IcePwd, pwd)) else {
            return false;
        };
        let (Some(ufrag), Some(pwd)) = (ufrag.as_str(), pwd.as_str()) else {
            return false;
        };
        self.add_password(Some(ufrag), pwd);
        let Some(known) = self.by_ufrag.get_mut(ufrag) else {
            return false;
        };
        for line in section.all(Name::Candidate) {
            let Some(Ok(candidate)) = line.attribute_value().map(Candidate::parse) else {
                continue;
            };
            let address = candidate.address.as_str();
            match address.and_then(|a| a.parse::<IpAddr>().ok()) {
                Some(ip) => {
                    known.candidates.insert((ip, candidate.port).into());
                }
                None => known.hidden = true,
            }
        }
        true
    }

    /// The passwords to try for checks to the agent with this fragment: its own, or else those of
    /// which nothing more is known, with `true`.
    pub(super) fn keys(&self, ufrag: &str) -> (&[Key], bool) {
        match self.by_ufrag.get(ufrag) {
            Some(known) => (&known.keys, false),
            None => (&self.bare, true),
        }
    }

    /// Whether the agent with this fragment signalled this address; `None` when that cannot be told.
    pub(super) fn signalled(&self, ufrag: &str, address: SocketAddr) -> Option<bool> {
        let known = self.by_ufrag.get(ufrag)?;
        if known.candidates.contains(&address) {
            return Some(true);
        }
        (!known.hidden && !known.candidates.is_empty()).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &[u8] = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:sess\r\n\
        a=ice-pwd:sessionpassword000000000\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n\
        a=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
        a=ice-ufrag:vid\r\na=ice-pwd:videopassword00000000000\r\n\
        a=candidate:1 1 udp 1 abc.local 4000 typ host\r\n";

    /// To look through the session part for each section took seconds.
    #[test]
    fn many_lines_and_many_sections_are_read_once() {
        let lines = "a=x\n".repeat(60_000);
        let sections = "m=audio 9 UDP/TLS/RTP/SAVPF 0\n".repeat(60_000);
        let read = |own: &str| {
            let mut c = Credentials::default();
            let sdp = format!("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n{lines}{own}{sections}");
            (c.add_description(sdp.as_bytes()), c.is_empty())
        };
        assert_eq!(read(""), (0, true));
        let own = "a=ice-ufrag:sess\na=ice-pwd:sessionpassword000000000\n";
        assert_eq!(read(own), (60_001, false));
    }

    #[test]
    fn descriptions_give_passwords_and_candidates() {
        let mut c = Credentials::default();
        assert!(c.is_empty());
        assert_eq!(
            c.add_description(SDP),
            3,
            "session, audio (inherited), video"
        );
        let key = |p: &str| vec![Key::short_term(p)];
        assert_eq!(c.keys("sess").0, key("sessionpassword000000000"));
        assert_eq!(c.keys("vid").0, key("videopassword00000000000"));
        assert_eq!(c.keys("other"), (&[][..], true));
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(c.signalled("sess", at("192.0.2.1:4000")), Some(true));
        assert_eq!(c.signalled("sess", at("192.0.2.9:4000")), Some(false));
        assert_eq!(
            c.signalled("vid", at("192.0.2.9:4000")),
            None,
            "hidden by a name"
        );
        assert_eq!(c.signalled("other", at("192.0.2.1:4000")), None);
    }

    #[test]
    fn junk_and_every_prefix_are_taken() {
        for end in 0..=SDP.len() {
            Credentials::default().add_description(&SDP[..end]);
        }
        let junk: Vec<u8> = (0..4096u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        let mut c = Credentials::default();
        assert_eq!(c.add_description(&junk), 0);
        assert_eq!(c.add_description(b"a=ice-ufrag:x\na=ice-pwd:\xff\xfe\n"), 0);
        assert!(c.is_empty());
    }

    #[test]
    fn a_bare_password_stands_in_for_what_is_not_known() {
        let mut c = Credentials::default();
        c.add_password(None, "secret");
        c.add_password(Some("mine"), "other");
        assert_eq!(c.keys("any"), (&[Key::short_term("secret")][..], true));
        assert_eq!(c.keys("mine"), (&[Key::short_term("other")][..], false));
        for i in 0..1000 {
            c.add_password(Some("mine"), &i.to_string());
        }
        assert_eq!(c.keys("mine").0.len(), PASSWORDS_MAX);
    }
}
