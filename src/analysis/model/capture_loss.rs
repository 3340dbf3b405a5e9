//! Whether the capture itself lost packets.

/// Whether the capture itself lost packets, so that what is missing in it need not have been lost
/// by the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureLoss {
    /// How sure that is.
    pub verdict: Verdict,
    /// What it is concluded from, the strongest first.
    pub evidence: Vec<CaptureLossEvidence>,
    /// An estimate of the RTP packets lost so, of all streams.
    pub packets: u64,
}

/// How sure a conclusion is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing suggests it.
    #[default]
    None,
    /// Something suggests it that may be chance.
    Possible,
    /// Hardly anything else explains what was seen.
    Likely,
    /// The capturing system says so, or several independent things do.
    Certain,
}

impl Verdict {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// One thing that suggests that the capture lost packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureLossEvidence {
    /// The capturing system counted packets that it dropped (pcapng interface statistics).
    Counted {
        /// How many.
        packets: u64,
    },
    /// Both directions of a path miss packets in the same moments, which a network that loses them
    /// one way or the other does not explain.
    Together {
        /// In how many moments.
        moments: u64,
        /// How many would be expected by chance, rounded up.
        by_chance: u64,
    },
    /// For some time all packets of both directions of a path are missing.
    Outage {
        /// How often.
        times: u64,
    },
    /// TCP receivers acknowledged bytes that are not in the capture.
    Acknowledged {
        /// How many gaps.
        gaps: u64,
    },
    /// Receivers report fewer packets lost than are missing here.
    Reported {
        /// How many fewer, over all streams.
        packets: u64,
    },
}

impl CaptureLossEvidence {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted { .. } => "counted",
            Self::Together { .. } => "together",
            Self::Outage { .. } => "outage",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Reported { .. } => "reported",
        }
    }

    /// How often, in the unit of its kind.
    pub fn count(self) -> u64 {
        match self {
            Self::Counted { packets: n }
            | Self::Together { moments: n, .. }
            | Self::Outage { times: n }
            | Self::Acknowledged { gaps: n }
            | Self::Reported { packets: n } => n,
        }
    }

    /// One line for people.
    pub fn words(self) -> String {
        match self {
            Self::Counted { packets } => {
                format!("the capturing system says that it dropped {packets} packets")
            }
            Self::Together { moments, by_chance } => format!(
                "in {moments} moments both directions of a path miss packets, where chance would \
                 explain at most {by_chance}"
            ),
            Self::Outage { times: 1 } => {
                "once, all packets of both directions of a path are missing".to_owned()
            }
            Self::Outage { times } => {
                format!("{times} times, all packets of both directions of a path are missing")
            }
            Self::Acknowledged { gaps } => format!(
                "TCP receivers acknowledged bytes that are not in the capture, in {gaps} gaps"
            ),
            Self::Reported { packets } => {
                format!("receivers report {packets} fewer packets lost than are missing here")
            }
        }
    }
}
