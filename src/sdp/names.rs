//! The attribute names the typed view knows.
//!
//! A name is recognised once, when a line is read; looking for an attribute afterwards compares
//! one byte. An attribute to be known is one row here.

macro_rules! names {
    ($($variant:ident $text:literal,)*) => {
        /// An attribute name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Name {
            $(#[doc = concat!("`a=", $text, "`")] $variant,)*
            /// Any other; the line still holds its text.
            Other,
        }

        impl Name {
            /// The name written as `bytes`; attribute names are case-sensitive.
            pub fn of(bytes: &[u8]) -> Self {
                // A byte string pattern compares length first, so this is a handful of compares.
                $(if bytes == $text.as_bytes() { return Self::$variant; })*
                Self::Other
            }

            /// The name as it is written; empty for [`Name::Other`].
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* Self::Other => "" }
            }

            /// All known names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }
    };
}

names! {
    Rtpmap "rtpmap",
    RtcpFb "rtcp-fb",
    Fmtp "fmtp",
    Extmap "extmap",
    Ssrc "ssrc",
    Candidate "candidate",
    SsrcGroup "ssrc-group",
    Mid "mid",
    Msid "msid",
    Group "group",
    Setup "setup",
    Fingerprint "fingerprint",
    IceUfrag "ice-ufrag",
    IcePwd "ice-pwd",
    IceOptions "ice-options",
    IceLite "ice-lite",
    IcePacing "ice-pacing",
    EndOfCandidates "end-of-candidates",
    RemoteCandidates "remote-candidates",
    Rtcp "rtcp",
    RtcpMux "rtcp-mux",
    RtcpMuxOnly "rtcp-mux-only",
    RtcpRsize "rtcp-rsize",
    BundleOnly "bundle-only",
    ExtmapAllowMixed "extmap-allow-mixed",
    Sendrecv "sendrecv",
    Sendonly "sendonly",
    Recvonly "recvonly",
    Inactive "inactive",
    Rid "rid",
    Simulcast "simulcast",
    SctpInit "sctp-init",
    SctpPort "sctp-port",
    Sctpmap "sctpmap",
    MaxMessageSize "max-message-size",
    Crypto "crypto",
    KeyMgmt "key-mgmt",
    TlsId "tls-id",
    Ptime "ptime",
    Maxptime "maxptime",
    MsidSemantic "msid-semantic",
    Charset "charset",
    Identity "identity",
}

impl Name {
    /// Whether this is `sendrecv`, `sendonly`, `recvonly` or `inactive`.
    pub fn is_direction(self) -> bool {
        matches!(
            self,
            Self::Sendrecv | Self::Sendonly | Self::Recvonly | Self::Inactive
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for &name in Name::ALL {
            assert_eq!(Name::of(name.as_str().as_bytes()), name);
        }
        assert_eq!(Name::of(b"Rtpmap"), Name::Other);
        assert_eq!(Name::of(b""), Name::Other);
    }
}
