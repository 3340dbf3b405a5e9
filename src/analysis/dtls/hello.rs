//! What the hellos of an association said: copied out of the packets, by number.

use crate::proto::dtls::{
    ClientHello, PreSharedKey, ServerHello, U16List, codes, encrypted_extensions, ja4,
};

/// Entries kept of a list; no honest hello has more.
const LIST_MAX: usize = 256;

/// A ClientHello.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// Whether it was seen whole; what follows is a beginning otherwise.
    pub(super) whole: bool,
    pub(super) random: Option<[u8; 32]>,
    pub(super) legacy_version: Option<u16>,
    pub(super) versions: Vec<u16>,
    pub(super) suites: Vec<u16>,
    pub(super) groups: Vec<u16>,
    pub(super) key_shares: Vec<u16>,
    pub(super) srtp_profiles: Vec<u16>,
    pub(super) alpn: Vec<String>,
    pub(super) schemes: Vec<u16>,
    pub(super) extensions: Vec<u16>,
    pub(super) server_name: Option<String>,
    pub(super) session_id: Vec<u8>,
    /// A ticket or a pre-shared key is offered.
    pub(super) has_ticket: bool,
    pub(super) connection_id: Option<Vec<u8>>,
    pub(super) ja4: Option<String>,
}

impl Client {
    pub(super) fn new(body: &[u8], whole: bool) -> Self {
        let parsed = ClientHello::parse(body, 0);
        let hello = parsed.value;
        let mut facts = Self {
            whole: whole && parsed.problem.is_none(),
            random: hello.random.try_into().ok(),
            legacy_version: (body.len() >= 2).then_some(hello.legacy_version),
            suites: list(hello.cipher_suites),
            session_id: hello.session_id.to_vec(),
            ..Self::default()
        };
        for e in hello.extensions().map_while(Result::ok).take(LIST_MAX) {
            if !codes::is_grease(e.extension_type) {
                facts.extensions.push(e.extension_type);
            }
            match e.extension_type {
                codes::SUPPORTED_VERSIONS => {
                    facts.versions = e.supported_versions().map_or_else(Vec::new, list)
                }
                codes::SUPPORTED_GROUPS => {
                    facts.groups = e.supported_groups().map_or_else(Vec::new, list)
                }
                codes::SIGNATURE_ALGORITHMS => {
                    facts.schemes = e.signature_algorithms().map_or_else(Vec::new, list);
                }
                codes::USE_SRTP => {
                    facts.srtp_profiles = e.use_srtp().map_or_else(Vec::new, |s| list(s.profiles));
                }
                codes::KEY_SHARE => {
                    let shares = e.client_key_shares().into_iter().flatten();
                    let groups = shares.map(|share| share.group);
                    facts.key_shares = groups
                        .filter(|g| !codes::is_grease(*g))
                        .take(LIST_MAX)
                        .collect();
                }
                codes::ALPN => {
                    let names = e.alpn().into_iter().flatten();
                    facts.alpn = names.map(words).take(LIST_MAX).collect();
                }
                codes::SERVER_NAME => facts.server_name = e.server_name().map(words),
                codes::SESSION_TICKET => facts.has_ticket |= !e.data.is_empty(),
                codes::PRE_SHARED_KEY => {
                    facts.has_ticket |=
                        matches!(e.pre_shared_key(), Some(PreSharedKey::Offered(_)));
                }
                codes::CONNECTION_ID => facts.connection_id = e.connection_id().map(<[u8]>::to_vec),
                _ => {}
            }
        }
        facts.ja4 = facts.whole.then(|| ja4(&hello));
        facts
    }

    /// The versions offered, in order of preference as far as the hello has one.
    pub(super) fn all_versions(&self) -> Vec<u16> {
        if self.versions.is_empty() {
            self.legacy_version.into_iter().collect()
        } else {
            self.versions.clone()
        }
    }
}

/// A ServerHello.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    pub(super) whole: bool,
    pub(super) random: Option<[u8; 32]>,
    pub(super) version: Option<u16>,
    pub(super) suite: Option<u16>,
    pub(super) group: Option<u16>,
    pub(super) srtp_profile: Option<u16>,
    pub(super) alpn: Option<String>,
    pub(super) session_id: Vec<u8>,
    pub(super) chose_psk: bool,
    pub(super) encrypt_then_mac: bool,
    pub(super) connection_id: Option<Vec<u8>>,
}

impl Server {
    pub(super) fn new(body: &[u8], whole: bool) -> Self {
        let parsed = ServerHello::parse(body, 0);
        let hello = parsed.value;
        let find = |kind| hello.extension(kind);
        let whole = whole && parsed.problem.is_none();
        let says_version = find(codes::SUPPORTED_VERSIONS).is_some();
        let share = find(codes::KEY_SHARE).and_then(|e| e.server_key_share());
        let srtp = find(codes::USE_SRTP).and_then(|e| e.use_srtp());
        let psk = find(codes::PRE_SHARED_KEY).and_then(|e| e.pre_shared_key());
        Self {
            whole,
            random: hello.random.try_into().ok(),
            // Without its extensions a ServerHello of 1.3 looks like one of 1.2.
            version: (says_version || whole).then(|| hello.version()),
            suite: hello.cipher_suite,
            group: share.map(|s| s.group),
            srtp_profile: srtp.and_then(|s| s.profiles.iter().next()),
            alpn: find(codes::ALPN).and_then(|e| e.alpn()?.next()).map(words),
            session_id: hello.session_id.to_vec(),
            chose_psk: matches!(psk, Some(PreSharedKey::Selected(_))),
            encrypt_then_mac: find(codes::ENCRYPT_THEN_MAC).is_some(),
            connection_id: find(codes::CONNECTION_ID)
                .and_then(|e| e.connection_id())
                .map(<[u8]>::to_vec),
        }
    }
}

/// What a server says in EncryptedExtensions, in DTLS 1.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    pub(super) srtp_profile: Option<u16>,
    pub(super) alpn: Option<String>,
}

impl Hidden {
    pub(super) fn new(body: &[u8]) -> Self {
        let mut hidden = Self::default();
        let extensions = encrypted_extensions(body, 0).into_iter().flatten();
        for e in extensions.map_while(Result::ok).take(LIST_MAX) {
            match e.extension_type {
                codes::USE_SRTP => {
                    hidden.srtp_profile = e.use_srtp().and_then(|s| s.profiles.iter().next());
                }
                codes::ALPN => hidden.alpn = e.alpn().and_then(|mut all| all.next()).map(words),
                _ => {}
            }
        }
        hidden
    }
}

fn list(values: U16List<'_>) -> Vec<u16> {
    let real = values.iter().filter(|v| !codes::is_grease(*v));
    real.take(LIST_MAX).collect()
}

/// A name from the wire, which may hold any bytes.
fn words(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}
