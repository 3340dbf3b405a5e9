//! How a section's packets travel: addresses, ICE, and what keeps them secret.

use super::text;
use crate::sdp::{Address, Candidate, Crypto, Fingerprint, Line, MediaLine, Name, Rtcp, Section};
use serde::Serialize;
use std::collections::BTreeMap;

/// How a section's packets travel, as far as the section or the session says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Transport {
    /// The transport of the `m=` line: `UDP/TLS/RTP/SAVPF`.
    pub protocol: String,
    /// Where to send to without ICE: the `c=` address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// And the port of the `m=` line.
    pub port: u16,
    /// The name of the ICE session (`a=ice-ufrag`). The password is kept to itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ice_ufrag: Option<String>,
    /// What the ICE agent can (`a=ice-options`).
    pub ice_options: Vec<String>,
    /// How many candidates there are, by what they are: `host udp IPv4`.
    pub candidates: BTreeMap<String, usize>,
    /// Whether no more candidates follow.
    pub end_of_candidates: bool,
    /// Whether RTP and RTCP share a port (RFC 5761).
    pub rtcp_mux: bool,
    /// The port that RTCP is said to have (RFC 3605), whether or not it shares that of RTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtcp_port: Option<u16>,
    /// Whether header extensions are encrypted too (`a=cryptex`, RFC 9335).
    #[serde(skip_serializing_if = "super::is_not")]
    pub header_encryption: bool,
    /// Whether RTCP packets may be shorter than RFC 3550 wants (RFC 5506).
    pub rtcp_reduced_size: bool,
    /// What keeps packets secret.
    pub security: Security,
}

/// What keeps packets secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Security {
    /// Nothing.
    #[default]
    None,
    /// Keys from a DTLS handshake.
    Dtls {
        /// The certificates that the handshake must show.
        certificates: Vec<Certificate>,
        /// Who begins the handshake: `actpass`, `active`, `passive`, `holdconn`.
        #[serde(skip_serializing_if = "Option::is_none")]
        setup: Option<String>,
    },
    /// Keys written into the description (RFC 4568).
    Sdes {
        /// The cipher suites, in order of preference.
        suites: Vec<String>,
    },
}

/// The hash of a certificate (RFC 8122).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The hash function, in lower case.
    pub hash: String,
    /// The hash, in upper case.
    pub value: String,
}

impl Transport {
    /// What `section`, with what the `session` says for all, tells of its transport.
    pub(super) fn of(
        session: &Section<'_, '_>,
        section: &Section<'_, '_>,
        media: Option<MediaLine<'_>>,
    ) -> Self {
        let either = |name| section.value(name).or_else(|| session.value(name));
        let mut candidates = BTreeMap::new();
        let lines = section
            .all(Name::Candidate)
            .chain(session.all(Name::Candidate));
        for candidate in lines.filter_map(|l| Candidate::parse(l.attribute_value()?).ok()) {
            *candidates.entry(kind_of(&candidate)).or_default() += 1;
        }
        let connection = |s: &Section<'_, '_>| {
            let line = s.of_type(b'c').next()?;
            Address::parse(line.value()).ok().map(|a| text(a.host))
        };
        Self {
            protocol: media.map(|m| text(m.proto)).unwrap_or_default(),
            address: connection(section).or_else(|| connection(session)),
            port: media.map_or(0, |m| m.port),
            ice_ufrag: either(Name::IceUfrag).map(text),
            ice_options: either(Name::IceOptions)
                .map(|options| options.words().map(text).collect())
                .unwrap_or_default(),
            candidates,
            end_of_candidates: section.has(Name::EndOfCandidates)
                || session.has(Name::EndOfCandidates),
            rtcp_mux: section.has(Name::RtcpMux),
            rtcp_port: section
                .value(Name::Rtcp)
                .and_then(|value| Rtcp::parse(value).ok())
                .map(|rtcp| rtcp.port),
            header_encryption: section.has(Name::Cryptex) || session.has(Name::Cryptex),
            rtcp_reduced_size: section.has(Name::RtcpRsize),
            security: Security::of(session, section, media),
        }
    }

    /// Whether it says anything that a section of a BUNDLE group does not leave to another.
    pub fn stands_alone(&self) -> bool {
        self.ice_ufrag.is_some() || !self.candidates.is_empty()
    }
}

/// What kind of way a candidate offers: `host udp IPv4`.
fn kind_of(candidate: &Candidate<'_>) -> String {
    let address = candidate.address;
    let family = match () {
        () if address.bytes().ends_with(b".local") => "mDNS",
        () if address.bytes().contains(&b':') => "IPv6",
        () if address
            .bytes()
            .iter()
            .all(|b| b.is_ascii_digit() || *b == b'.') =>
        {
            "IPv4"
        }
        () => "name",
    };
    let transport = if candidate.is_tcp() { "TCP" } else { "UDP" };
    format!("{} {transport} {family}", text(candidate.kind))
}

impl Security {
    fn of(
        session: &Section<'_, '_>,
        section: &Section<'_, '_>,
        media: Option<MediaLine<'_>>,
    ) -> Self {
        let own: Vec<&Line<'_>> = section.all(Name::Fingerprint).collect();
        let lines = if own.is_empty() {
            session.all(Name::Fingerprint).collect()
        } else {
            own
        };
        let certificates: Vec<Certificate> = lines
            .into_iter()
            .filter_map(|line| Fingerprint::parse(line.attribute_value()?).ok())
            .map(|fp| Certificate {
                hash: text(fp.hash).to_lowercase(),
                value: text(fp.octets).to_uppercase(),
            })
            .collect();
        let suites: Vec<String> = section
            .all(Name::Crypto)
            .filter_map(|line| Crypto::parse(line.attribute_value()?).ok())
            .map(|crypto| text(crypto.suite))
            .collect();
        if !certificates.is_empty() || media.is_some_and(|m| m.is_dtls()) {
            let setup = section
                .value(Name::Setup)
                .or_else(|| session.value(Name::Setup));
            Self::Dtls {
                certificates,
                setup: setup.map(text),
            }
        } else if !suites.is_empty() {
            Self::Sdes { suites }
        } else {
            Self::None
        }
    }
}
