//! The attribute names the typed view knows.
//!
//! A name is recognised once, when a line is read; looking for an attribute afterwards compares
//! one byte. An attribute to be known is one row here: its name, the level it is registered for,
//! whether it has a value, and whether it may come again in a section. Rules about attributes of any
//! name read this table.

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

/// Whether an attribute is written with a value (RFC 8866 §5.13: `a=name` or `a=name:value`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is a value attribute: `a=mid:0`.
    Always,
    /// It is a property attribute: `a=rtcp-mux`.
    Never,
    /// Both are allowed.
    Optional,
}

/// How often an attribute may stand in one section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Once: a second one says something else of the same thing, or nothing.
    Once,
    /// As often as there is something to say, or its registration does not tell.
    Many,
}

macro_rules! names {
    ($($variant:ident $text:literal $level:ident $value:ident $times:ident,)*) => {
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

            /// Whether it has a value; either way for [`Name::Other`].
            pub fn value(self) -> Presence {
                match self {
                    $(Self::$variant => Presence::$value,)*
                    Self::Other => Presence::Optional,
                }
            }

            /// How often it may stand in one section; any number of times for [`Name::Other`].
            pub fn times(self) -> Times {
                match self { $(Self::$variant => Times::$times,)* Self::Other => Times::Many }
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
    Rtpmap "rtpmap" Media Always Many,
    RtcpFb "rtcp-fb" Media Always Many,
    Fmtp "fmtp" Media Always Many,
    Extmap "extmap" Any Always Many,
    Ssrc "ssrc" Media Always Many,
    Candidate "candidate" Media Always Many,
    SsrcGroup "ssrc-group" Media Always Many,
    Mid "mid" Media Always Once,
    Msid "msid" Media Always Many,
    Group "group" Session Always Many,
    Setup "setup" Any Always Once,
    Fingerprint "fingerprint" Any Always Many,
    IceUfrag "ice-ufrag" Any Always Once,
    IcePwd "ice-pwd" Any Always Once,
    IceOptions "ice-options" Any Always Many,
    IceLite "ice-lite" Session Never Once,
    IcePacing "ice-pacing" Session Always Once,
    EndOfCandidates "end-of-candidates" Media Never Many,
    RemoteCandidates "remote-candidates" Media Always Once,
    Rtcp "rtcp" Media Always Once,
    RtcpMux "rtcp-mux" Media Never Once,
    RtcpMuxOnly "rtcp-mux-only" Media Never Once,
    RtcpRsize "rtcp-rsize" Media Never Once,
    BundleOnly "bundle-only" Media Never Once,
    ExtmapAllowMixed "extmap-allow-mixed" Any Never Once,
    Sendrecv "sendrecv" Any Never Many,
    Sendonly "sendonly" Any Never Many,
    Recvonly "recvonly" Any Never Many,
    Inactive "inactive" Any Never Many,
    Rid "rid" Media Always Many,
    Simulcast "simulcast" Media Always Many,
    SctpInit "sctp-init" Media Always Many,
    SctpPort "sctp-port" Media Always Once,
    Sctpmap "sctpmap" Media Always Many,
    MaxMessageSize "max-message-size" Media Always Once,
    Crypto "crypto" Media Always Many,
    KeyMgmt "key-mgmt" Any Optional Many,
    TlsId "tls-id" Any Always Once,
    Ptime "ptime" Media Always Once,
    Maxptime "maxptime" Media Always Once,
    MsidSemantic "msid-semantic" Any Always Many,
    Charset "charset" Session Always Once,
    Identity "identity" Session Always Many,
    Control "control" Any Always Many,
    Label "label" Media Always Once,
    Content "content" Media Always Once,
    Imageattr "imageattr" Media Always Many,
    Dcmap "dcmap" Media Always Many,
    Dcsa "dcsa" Media Always Many,
    Framerate "framerate" Media Always Once,
    Framesize "framesize" Media Always Many,
    Orient "orient" Media Always Once,
    Quality "quality" Media Always Once,
    SourceFilter "source-filter" Any Always Many,
    Connection "connection" Any Always Once,
    Mptime "mptime" Media Always Once,
    RtcpXr "rtcp-xr" Any Optional Many,
    Range "range" Any Always Once,
    Tool "tool" Session Always Many,
    Cat "cat" Session Always Many,
    Keywds "keywds" Session Always Many,
    Type "type" Session Always Once,
    Lang "lang" Any Always Many,
    Sdplang "sdplang" Any Always Many,
    TsRefclk "ts-refclk" Any Always Many,
    Mediaclk "mediaclk" Any Always Many,
    AcceptTypes "accept-types" Media Always Many,
    AcceptWrappedTypes "accept-wrapped-types" Media Always Many,
    Path "path" Media Always Many,
    Floorctrl "floorctrl" Media Always Many,
    Confid "confid" Media Always Many,
    Userid "userid" Media Always Many,
    Floorid "floorid" Media Always Many,
    Curr "curr" Any Always Many,
    Des "des" Any Always Many,
    Conf "conf" Any Optional Many,
    RtcpUnicast "rtcp-unicast" Any Always Many,
    Cryptex "cryptex" Any Never Once,
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
        assert_eq!(
            (Name::Other.value(), Name::Other.times()),
            (Presence::Optional, Times::Many)
        );
    }
}
