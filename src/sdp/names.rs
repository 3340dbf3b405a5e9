//! The attribute names the typed view knows.
//!
//! A name is recognised once, when a line is read; looking for an attribute afterwards compares
//! one byte. An attribute to be known is one row here, with the
//! level it is registered for.

/// Where the registry of attributes (RFC 8866 §8.2.4, IANA "att-field") lets one stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// In the session part only.
    Session,
    /// In media sections only.
    Media,
    /// In both.
    Any,
}

macro_rules! names {
    ($($variant:ident $text:literal $level:ident,)*) => {
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
                match bytes {
                    $(text::$variant => Self::$variant,)*
                    _ => Self::Other,
                }
            }

            /// The name as it is written; empty for [`Name::Other`].
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* Self::Other => "" }
            }

            /// Where it is registered to stand; anywhere for [`Name::Other`].
            pub fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)* Self::Other => Level::Any }
            }

            /// All known names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        /// The names as patterns: matching them branches on the length and then on one byte after
        /// the other, where comparing with each in turn would be the most of reading a line.
        #[allow(non_upper_case_globals, reason = "named as the variants are")]
        mod text {
            $(pub(super) const $variant: &[u8] = $text.as_bytes();)*
        }
    };
}

names! {
    Rtpmap "rtpmap" Media,
    RtcpFb "rtcp-fb" Media,
    Fmtp "fmtp" Media,
    Extmap "extmap" Any,
    Ssrc "ssrc" Media,
    Candidate "candidate" Media,
    SsrcGroup "ssrc-group" Media,
    Mid "mid" Media,
    Msid "msid" Any,
    Group "group" Session,
    Setup "setup" Any,
    Fingerprint "fingerprint" Any,
    IceUfrag "ice-ufrag" Any,
    IcePwd "ice-pwd" Any,
    IceOptions "ice-options" Any,
    IceLite "ice-lite" Session,
    IcePacing "ice-pacing" Session,
    EndOfCandidates "end-of-candidates" Media,
    RemoteCandidates "remote-candidates" Media,
    Rtcp "rtcp" Media,
    RtcpMux "rtcp-mux" Media,
    RtcpMuxOnly "rtcp-mux-only" Media,
    RtcpRsize "rtcp-rsize" Media,
    BundleOnly "bundle-only" Media,
    ExtmapAllowMixed "extmap-allow-mixed" Any,
    Sendrecv "sendrecv" Any,
    Sendonly "sendonly" Any,
    Recvonly "recvonly" Any,
    Inactive "inactive" Any,
    Rid "rid" Media,
    Simulcast "simulcast" Media,
    SctpInit "sctp-init" Media,
    SctpPort "sctp-port" Media,
    Sctpmap "sctpmap" Media,
    MaxMessageSize "max-message-size" Media,
    Crypto "crypto" Media,
    KeyMgmt "key-mgmt" Any,
    TlsId "tls-id" Any,
    Ptime "ptime" Media,
    Maxptime "maxptime" Media,
    MsidSemantic "msid-semantic" Any,
    Charset "charset" Any,
    Identity "identity" Session,
    Control "control" Any,
    Label "label" Media,
    Content "content" Media,
    Imageattr "imageattr" Media,
    Dcmap "dcmap" Media,
    Dcsa "dcsa" Media,
    Framerate "framerate" Media,
    Framesize "framesize" Media,
    Orient "orient" Media,
    Quality "quality" Media,
    SourceFilter "source-filter" Any,
    Connection "connection" Any,
    Mptime "mptime" Media,
    RtcpXr "rtcp-xr" Any,
    Range "range" Any,
    Tool "tool" Session,
    Cat "cat" Session,
    Keywds "keywds" Session,
    Type "type" Session,
    Lang "lang" Any,
    Sdplang "sdplang" Any,
    TsRefclk "ts-refclk" Any,
    Mediaclk "mediaclk" Any,
    AcceptTypes "accept-types" Media,
    AcceptWrappedTypes "accept-wrapped-types" Media,
    Path "path" Media,
    Floorctrl "floorctrl" Media,
    Confid "confid" Media,
    Userid "userid" Media,
    Floorid "floorid" Media,
    Curr "curr" Any,
    Des "des" Any,
    Conf "conf" Any,
    RtcpUnicast "rtcp-unicast" Any,
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

/// A set of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(u128);

impl Names {
    fn bit(name: Name) -> u128 {
        const { assert!(Name::ALL.len() < 128, "`Name::Other` has a bit too") };
        1 << (name as u8)
    }

    /// Whether `name` is one of them.
    pub(crate) fn has(self, name: Name) -> bool {
        self.0 & Self::bit(name) != 0
    }

    /// These and `others`.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl FromIterator<Name> for Names {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        Self(names.into_iter().fold(0, |set, name| set | Self::bit(name)))
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
