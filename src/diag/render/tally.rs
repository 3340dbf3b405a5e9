//! What a run found, in numbers.

use crate::diag::{Diagnostic, Safety, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What was found, in numbers. What is suppressed counts nowhere else.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Files that were read.
    pub files: usize,
    /// Descriptions that were checked.
    pub descriptions: usize,
    /// Descriptions that were checked without the rules of WebRTC.
    pub plain: usize,
    /// Fixes that were made.
    pub fixed: usize,
    /// Findings that have a safe fix.
    pub fixable: usize,
    /// Findings that were not listed because there were too many of their kind.
    pub unlisted: usize,
    /// Findings that do not count, because somebody said so.
    pub suppressed: usize,
    /// Name and reason of each input that could not be used.
    pub unreadable: Vec<(String, String)>,
    /// Whether findings are to be counted by rule at the end.
    pub statistics: bool,
    /// How the program will exit.
    pub exit_code: u8,
    /// Findings by severity.
    pub severities: BTreeMap<Severity, usize>,
    /// Findings by rule.
    pub codes: BTreeMap<&'static str, CodeCount>,
}

/// How often a rule found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeCount {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How often.
    pub count: usize,
    /// How many of them have a safe fix.
    pub fixable: usize,
}

impl Tally {
    /// Adds what was found in one description; `unlisted` findings more were not kept.
    pub fn add(&mut self, found: &[Diagnostic], webrtc: bool, unlisted: usize) {
        self.descriptions += 1;
        self.plain += usize::from(!webrtc);
        self.unlisted += unlisted;
        self.add_findings(found);
    }

    /// Adds findings that are not about a description.
    pub fn add_findings(&mut self, found: &[Diagnostic]) {
        for d in found {
            if d.suppression.is_some() {
                self.suppressed += 1;
                continue;
            }
            let fixable = d.fix.as_ref().is_some_and(|f| f.safety == Safety::Safe);
            *self.severities.entry(d.severity).or_default() += 1;
            self.fixable += usize::from(fixable);
            let of_code = self.codes.entry(d.code).or_insert(CodeCount {
                code: d.code,
                name: d.name,
                count: 0,
                fixable: 0,
            });
            of_code.count += 1;
            of_code.fixable += usize::from(fixable);
        }
    }

    /// How many findings there are of that severity.
    pub fn of(&self, severity: Severity) -> usize {
        self.severities.get(&severity).copied().unwrap_or(0)
    }

    /// Whether there is any of that severity or worse.
    pub fn any_from(&self, level: Severity) -> bool {
        self.severities.range(level..).any(|(_, &n)| n > 0)
    }

    /// Findings by rule, the most frequent first.
    pub fn by_code(&self) -> Vec<CodeCount> {
        let mut all: Vec<CodeCount> = self.codes.values().copied().collect();
        all.sort_by_key(|c| (Reverse(c.count), c.code));
        all
    }

    /// The summary: `2 errors, 1 warning in 3 descriptions (1 file); 1 fixable with --fix`.
    pub fn sentence(&self) -> String {
        let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
            .into_iter()
            .filter(|&severity| self.of(severity) > 0)
            .map(|severity| match severity {
                Severity::Info => format!("{} info", self.of(severity)),
                _ => number(self.of(severity), severity.as_str()),
            })
            .collect();
        let found = if found.is_empty() {
            "nothing found".to_owned()
        } else {
            found.join(", ")
        };
        let mut text = format!(
            "{found} in {} ({})",
            number(self.descriptions, "description"),
            number(self.files, "file")
        );
        for (n, what) in [
            (self.fixed, "fixed"),
            (self.fixable, "fixable with --fix"),
            (self.suppressed, "suppressed"),
            (self.unlisted, "more of the same kinds not listed"),
        ] {
            if n > 0 {
                text += &format!("; {n} {what}");
            }
        }
        text
    }

    /// Findings by rule, one line each, when they are to be counted.
    pub fn table(&self) -> String {
        let mut out = String::new();
        for c in self.by_code().iter().filter(|_| self.statistics) {
            let fixable = match c.fixable {
                0 => String::new(),
                n => format!(" ({n} fixable with --fix)"),
            };
            out += &format!("{:>6} {} {}{fixable}\n", c.count, c.code, c.name);
        }
        out
    }
}

fn number(n: usize, name: &str) -> String {
    format!("{n} {name}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Suppression;
    use crate::diag::render::sample;

    #[test]
    fn what_is_suppressed_is_counted_apart() {
        let mut tally = Tally {
            files: 1,
            statistics: true,
            ..Tally::default()
        };
        let mut all = vec![sample::diagnostic(); 4];
        all[0].severity = Severity::Error;
        all[1].suppression = Some(Suppression {
            by: "baseline",
            reason: String::new(),
        });
        all[2].fix.as_mut().unwrap().safety = Safety::Safe;
        all[3].severity = Severity::Info;
        tally.add(&all, true, 0);
        assert_eq!(
            tally.sentence(),
            "1 error, 1 warning, 1 info in 1 description (1 file); 1 fixable with --fix; 1 suppressed"
        );
        assert_eq!(
            tally.table(),
            "     3 SDP132 rtcp-fb-unlisted-payload-type (1 fixable with --fix)\n"
        );
        assert!(tally.any_from(Severity::Error));
        assert!(!Tally::default().any_from(Severity::Info));
    }
}
