//! The linter for session descriptions.
//!
//! [`lint`] takes any bytes and says what is wrong with the description in them. A rule is one
//! file in `rules/`: a documented function whose examples are its tests; `docs/adding/lint-rule.md`
//! shows how to add one. Rules that only WebRTC asks for stay silent about plain RTP (see
//! [`Scope`]).
//!
//! ```
//! use rtcscope::lint::{Config, lint};
//!
//! let found = lint(b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n", &Config::default());
//! assert_eq!(found[0].name, "missing-mandatory-line");
//! assert_eq!(found[0].message, "the description has no `t=` line");
//! ```

mod config;
mod context;
pub mod docs;
pub mod examples;
mod exchange;
mod extensions;
mod facts;
mod fingerprint;
mod fmtp;
pub mod gaps;
mod groups;
mod ice;
mod landmark;
pub mod notice;
mod reporter;
mod rule;
mod rules;
mod run;
mod sending;
mod spelling;

pub use config::{Config, Profile, UnknownRule, check_selector, find_rule};
pub use context::Context;
pub use exchange::{Codec, Exchange, Pair};
pub use facts::{Facts, Media};
#[cfg(feature = "cli")]
pub(crate) use fingerprint::of_notice;
pub use landmark::{Landmark, Landmarks};
pub use reporter::Draft;
pub use rule::{Group, Rule, Scope, Status};
pub use rules::RULES;
pub use run::Part;
#[cfg(feature = "cli")]
pub(crate) use spelling::edit_distance;

pub use crate::sdp::{Role, Side};

use crate::diag::{Diagnostic, Severity};
use crate::sdp::find_descriptions;
use std::ops::Range;

/// What was found in one description.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where the description lies in the file, in bytes.
    pub range: Range<usize>,
    /// The findings in order of place and code.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it was checked as WebRTC; else as plain SDP, without the rules only WebRTC asks for.
    pub webrtc: bool,
    /// Findings that were not kept because there were too many of their kind.
    pub dropped: usize,
}

/// A configured linter, to be used for many files.
#[derive(Clone, Debug)]
pub struct Linter {
    config: Config,
    rules: Vec<(&'static Rule, Option<Severity>)>,
}

impl Linter {
    /// A linter that runs the rules `config` asks for.
    pub fn new(config: Config) -> Self {
        let rules = config.enabled();
        Self { config, rules }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The rules that it runs, each with its severity where that is configured.
    pub fn rules(&self) -> &[(&'static Rule, Option<Severity>)] {
        &self.rules
    }

    /// Checks every description in `text`; no report means that it holds none.
    ///
    /// `role` overrides the configured role, for containers that tell.
    pub fn lint(&self, text: &[u8], role: Option<Role>) -> Vec<Report> {
        let each = find_descriptions(text).into_iter().flat_map(|range| {
            let part = Part {
                role,
                ..Part::new(text, range)
            };
            self.check(&[part])
        });
        each.collect()
    }

    /// Checks the descriptions of one session, in the order in which they were said: each on its
    /// own, each answer beside its offer, and each beside what was said before.
    ///
    /// Gives one report a part; the `source` of a label is the number of its part.
    pub fn check(&self, parts: &[Part<'_>]) -> Vec<Report> {
        run::run(parts, &self.config, &self.rules)
    }
}

/// What is wrong with the descriptions in `text`, in order of place.
pub fn lint(text: &[u8], config: &Config) -> Vec<Diagnostic> {
    let linter = Linter::new(config.clone());
    let reports = linter.lint(text, None);
    reports.into_iter().flat_map(|r| r.diagnostics).collect()
}
