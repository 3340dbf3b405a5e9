//! Running the rules over the descriptions of a session.

use super::exchange::{Exchange, order};
use super::reporter::{Found, Reporter};
use super::rule::Check;
use super::{Config, Context, Facts, Profile, Report, Role, Rule, Scope, Side, fingerprint, gaps};
use crate::diag::Severity;
use crate::sdp::Description;
use std::ops::Range;

/// A description in a text, with what its container tells of it.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The text it lies in; spans count from its beginning.
    pub text: &'a [u8],
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// Whether it is an offer or an answer.
    pub role: Option<Role>,
    /// Which end wrote it.
    pub side: Option<Side>,
    /// Stretches that stand for something unknown; what touches them is not reported.
    pub holes: &'a [Range<usize>],
    /// Whether it is a piece of a description, of which nothing may be missed.
    pub is_fragment: bool,
}

impl<'a> Part<'a> {
    /// The description that is `range` of `text`, of which nothing more is known.
    pub fn new(text: &'a [u8], range: Range<usize>) -> Self {
        Self {
            text,
            range,
            role: None,
            side: None,
            holes: &[],
            is_fragment: false,
        }
    }
}

/// Runs `rules` over the descriptions of one session.
pub(super) fn run(
    parts: &[Part<'_>],
    config: &Config,
    rules: &[(&'static Rule, Option<Severity>)],
) -> Vec<Report> {
    let insists = matches!(config.profile, Profile::Whip | Profile::Jsep);
    let parsed: Vec<Description<'_>> = parts
        .iter()
        .map(|part| {
            let data = part.text.get(part.range.clone()).unwrap_or_default();
            Description::parse_at(data, part.range.start)
        })
        .collect();
    // One role cannot be that of both ends.
    let asked = config.role.filter(|_| parts.len() == 1);
    let mut steps: Vec<Facts<'_, '_>> = parsed
        .iter()
        .zip(parts)
        .map(|(sdp, part)| Facts::of(sdp, asked.or(part.role), insists).by(part.side))
        .collect();
    let unknown: Vec<Vec<gaps::Unknown>> = parts.iter().map(gaps::unknown).collect();
    let hides_groups: Vec<bool> = parts.iter().map(gaps::hides_groups).collect();
    let places = order(&mut steps);
    let each = steps.iter().zip(parts).zip(places).enumerate();
    let profile = config.profile;
    each.map(|(at, ((facts, part), place))| {
        let before = steps.get(..at).unwrap_or_default();
        let mut found = Found::default();
        for &(rule, severity) in rules {
            if rule.scope != Scope::Any && !facts.is_webrtc() {
                continue;
            }
            let is_alone = matches!(rule.check, Check::One(_));
            if part.is_fragment && (!is_alone || rule.absence) {
                continue;
            }
            let asked = if is_alone {
                hides_groups.get(at..=at)
            } else {
                hides_groups.get(..=at)
            };
            if asked.unwrap_or_default().contains(&true) && gaps::asks_groups(rule) {
                continue;
            }
            let reporter = Reporter::new(rule, severity, at, &mut found);
            if let Check::One(check) = rule.check {
                check(&mut Context {
                    facts,
                    profile,
                    reporter,
                });
                continue;
            }
            let mut exchange = Exchange {
                before,
                place,
                now: facts,
                profile,
                reporter,
            };
            match rule.check {
                Check::Answer(check) if place.offer.is_some() => check(&mut exchange),
                Check::Again(check) if at > 0 => check(&mut exchange),
                _ => {}
            }
        }
        found.diagnostics.retain(|d| !gaps::touches(d, &unknown));
        fingerprint::assign(&mut found.diagnostics, facts.sdp());
        found
            .diagnostics
            .sort_by_key(|d| (d.primary.span.start, d.code));
        Report {
            range: part.range.clone(),
            diagnostics: found.diagnostics,
            webrtc: facts.is_webrtc(),
            dropped: found.dropped,
        }
    })
    .collect()
}
