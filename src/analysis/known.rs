//! Missing is not zero: a metric is known, or there is a reason why it is not.

use std::fmt;

/// A value, or the reason why there is none. Every presenter prints the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// The value.
    Yes(T),
    /// Why it is not known.
    No(Unknown),
}

/// Why a metric is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// The RTP timestamps fit no usual clock rate, and no session description gave one.
    NoClockRate,
    /// Too few packets to say.
    TooFewPackets,
    /// All packets have the same capture time.
    NoTimeSpan,
    /// Encrypted, and not opened.
    Encrypted,
    /// Nothing of it was encrypted, as far as was seen.
    NotEncrypted,
    /// Encrypted, and there was nothing to decrypt with.
    NoKeys,
    /// Encrypted, and the key log has no secrets of this session.
    OtherSession,
    /// Encrypted, and no key that was given opened any of it.
    OtherKeys,
    /// Only a session description could tell, and none was given.
    NoSdp,
    /// The other end's packets are not in the capture.
    OneWayCapture,
    /// The handshake that would tell is not in the capture.
    NoHandshake,
    /// No DATA_CHANNEL_OPEN was seen: the applications agreed on the channel themselves, or it was
    /// opened before the capture began.
    NoOpen,
    /// The capture has no addresses.
    NoAddress,
    /// Asked for, and never answered.
    NotAnswered,
    /// Nothing of the kind was seen.
    NotSeen,
    /// The part of the packet that would tell was cut off by the capture's snaplen.
    Cut,
    /// It needs the clock rate while packets are read, and only the whole capture told which session
    /// description is about them.
    ToldLate,
    /// It means nothing of repairs, which are sent when they are needed.
    Repair,
    /// What was seen fits no meaning, or several.
    Unclear,
    /// It is no repair of another stream.
    NoRepair,
    /// None of the streams seen is clearly the one that it repairs.
    NoOriginal,
    /// What would be told by the round-trip time, which is not known or too short.
    NoRoundTrip,
    /// Packets came late by all kinds of times: what was sent again cannot be told from what was
    /// only delayed.
    LikeReordering,
    /// It is not known to carry video.
    NotVideo,
    /// The sender counts its packets over several address pairs, so that a gap is no loss.
    SharedNumbers,
    /// The sender counts retransmissions, which have an SSRC of their own, with the packets that they
    /// repair.
    RepairsCounted,
    /// The sender counts over all its streams, and the dump has only some of them.
    OtherStreams,
    /// This version of rtcscope does not measure it yet.
    NotMeasured,
}

impl<T> Known<T> {
    /// The value, if known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Yes(value) => Some(value),
            Self::No(_) => None,
        }
    }

    /// The reason, if not known.
    pub fn reason(&self) -> Option<Unknown> {
        match self {
            Self::Yes(_) => None,
            Self::No(why) => Some(*why),
        }
    }

    /// The value turned into another.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Yes(value) => Known::Yes(f(value)),
            Self::No(why) => Known::No(why),
        }
    }
}

impl<T> Known<T> {
    /// `Some` is known; `None` is not, for this reason.
    pub fn or(value: Option<T>, why: Unknown) -> Self {
        value.map_or(Self::No(why), Self::Yes)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoClockRate => "no clock rate",
            Self::TooFewPackets => "too few packets",
            Self::NoTimeSpan => "all packets have the same capture time",
            Self::Encrypted => "encrypted",
            Self::NotEncrypted => "nothing of it is encrypted",
            Self::NoKeys => "encrypted, and no keys were given",
            Self::OtherSession => "the key log has no secrets of this session",
            Self::OtherKeys => "no key that was given fits",
            Self::NoSdp => "only a session description would tell",
            Self::OneWayCapture => "only one direction was captured",
            Self::NoHandshake => "the handshake was not captured",
            Self::NoOpen => {
                "no DATA_CHANNEL_OPEN seen: negotiated by the applications, or opened before"
            }
            Self::NoAddress => "the capture has no addresses",
            Self::NotAnswered => "never answered",
            Self::NotSeen => "none seen",
            Self::Cut => "cut off when captured",
            Self::ToldLate => "the session description was matched too late to measure it",
            Self::Repair => "repairs are sent when they are needed, not in time",
            Self::Unclear => "what was seen fits no meaning, or several",
            Self::NoRepair => "it is no repair of another stream",
            Self::NoOriginal => "no stream seen is clearly the one that it repairs",
            Self::NoRoundTrip => "no round-trip time that would tell",
            Self::LikeReordering => "not to be told from reordering",
            Self::NotVideo => "not known to be video",
            Self::RepairsCounted => "the sender counts retransmissions with it",
            Self::SharedNumbers => "the sender counts over several address pairs",
            Self::OtherStreams => "the dump has only some of the streams that are counted together",
            Self::NotMeasured => "not measured by this version",
        })
    }
}
