//! What is told of SRTP at the end: counts by source, and the keys they came from.

use super::SrtpVault;
use crate::analysis::model::CountedProblem;
use crate::analysis::model::{KeySource, Openings};
use crate::capture::Problem;
use crate::keys::srtp::Profile;

/// What came of the packets of one sender on one flow.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct SourceOpenings {
    pub(in crate::analysis) flow: u32,
    pub(in crate::analysis) ssrc: u32,
    pub(in crate::analysis) rtp: Openings,
    pub(in crate::analysis) rtcp: Openings,
    /// The key that opened its latest packet.
    pub(in crate::analysis) key: Option<(KeySource, Profile)>,
}

impl SrtpVault {
    /// All sources, by flow and SSRC.
    pub(in crate::analysis::vault) fn openings(&self) -> Vec<SourceOpenings> {
        let mut given = self.keyring.iter().map(|(_, key)| key);
        // A key for any source that opened some was not meant for the others.
        let given_fit = given.any(|key| {
            matches!(key.source, KeySource::Given(_)) && key.ssrc.is_none() && key.is_proven
        });
        let sources = self.sources.in_order().into_iter();
        sources
            .map(|((flow, ssrc), source)| {
                let key = source.key.and_then(|key| self.keyring.get(key));
                SourceOpenings {
                    flow,
                    ssrc,
                    rtp: source.rtp.openings(given_fit),
                    rtcp: source.rtcp.openings(given_fit),
                    key: key.map(|key| (key.source, key.session.profile())),
                }
            })
            .collect()
    }

    /// What there was too much of.
    pub(in crate::analysis::vault) fn problems(&self) -> impl Iterator<Item = CountedProblem> {
        let problem = |code, count, message: &str| {
            (count > 0).then(|| CountedProblem {
                problem: Problem {
                    code,
                    message: message.to_owned(),
                    packet: None,
                    offset: None,
                },
                count,
            })
        };
        let keys = problem(
            "too-many-srtp-keys",
            self.keyring.not_kept,
            "more SRTP master keys than are kept; packets of further ones stay encrypted",
        );
        let sources = problem(
            "too-many-srtp-sources",
            self.sources.not_followed,
            "more SRTP sources than are followed at once; packets of further ones stay encrypted",
        );
        keys.into_iter().chain(sources)
    }
}
