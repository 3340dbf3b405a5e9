//! What the linter says of its own configuration, beside the rules about descriptions.
//!
//! These have codes, names and severities like rules, so that they are selected, ignored and
//! printed like them; what finds them knows the configuration and is no rule.

use super::Config;
use crate::diag::Severity;

/// A kind of finding about the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Stable code: `CFG001`.
    pub code: &'static str,
    /// Stable name.
    pub name: &'static str,
    /// How bad it is unless the configuration says otherwise.
    pub severity: Severity,
    /// What it is about, in Markdown; the first line is the summary.
    pub docs: &'static str,
}

/// A suppression that suppresses nothing.
pub const UNUSED_SUPPRESSION: &Notice = &Notice {
    code: "CFG001",
    name: "unused-suppression",
    severity: Severity::Warning,
    docs: "A suppression suppresses nothing.

## Why it matters

What it was made for is gone: the file, the mistake or the line. Left in place it will hide the
next mistake of its kind.

## What to do

Remove it. `rtcscope lint --fix` removes unused `[[lint.allow]]` and `[[lint.per-path]]` entries.

It is reported only when every file that the entry is about was checked with the rules that it is
about, or there is no such file: a run over some files, or with `--select`, says nothing of the
others, nor of files that are hidden, left out by `.gitignore` or not readable. Entries that share a
line, as in `allow = [{…}, {…}]`, are reported and not removed.
",
};

/// A suppression whose time is over.
pub const EXPIRED_SUPPRESSION: &Notice = &Notice {
    code: "CFG002",
    name: "expired-suppression",
    severity: Severity::Warning,
    docs: "A suppression is past the day that it was meant to last to.

## Why it matters

Somebody wanted to look again by then. The suppression still works, so that nothing breaks only
because a day has come.

## What to do

Mend what it suppresses and remove it, or give it another `expires`.
",
};

/// A suppression in a comment that cannot be used.
pub const MALFORMED_SUPPRESSION: &Notice = &Notice {
    code: "CFG003",
    name: "malformed-suppression",
    severity: Severity::Warning,
    docs: "A comment that was to suppress findings cannot be used.

## Why it matters

It names no rule or one that there is not, all of them at once, or gives no reason. It suppresses
nothing, and whoever wrote it relies on it.

## What to do

Write the rules and, after a colon, why: `rtcscope-ignore SDP204, duplicate-mid: the gateway of 2019`.
",
};

/// All of them, in the order of codes.
pub const NOTICES: &[&Notice] = &[
    UNUSED_SUPPRESSION,
    EXPIRED_SUPPRESSION,
    MALFORMED_SUPPRESSION,
];

/// The notice of that code or name.
pub fn find(code_or_name: &str) -> Option<&'static Notice> {
    let is = |n: &&&Notice| n.name == code_or_name || n.code.eq_ignore_ascii_case(code_or_name);
    NOTICES.iter().find(is).copied()
}

impl Notice {
    /// What `rtcscope explain` prints of it, in Markdown.
    pub fn page(&self) -> String {
        format!("# {} {}\n\n{}", self.code, self.name, self.docs)
    }

    /// Whether `selector` names it: its code, its name or a prefix of its code.
    pub fn is_selected_by(&self, selector: &str) -> bool {
        selector == self.name || (!selector.is_empty() && self.code.starts_with(selector))
    }

    /// How bad it is as `config` has it; nothing when it is not wanted.
    pub fn severity_in(&self, config: &Config) -> Option<Severity> {
        let named = |list: &[String]| list.iter().any(|s| self.is_selected_by(s));
        let wanted =
            config.select.is_empty() || named(&config.select) || named(&config.extend_select);
        if !wanted || named(&config.ignore) {
            return None;
        }
        let mut fitting = config.severity.iter().rev();
        let configured = fitting.find(|(s, _)| self.is_selected_by(s));
        Some(configured.map_or(self.severity, |&(_, severity)| severity))
    }

    /// The first line of the documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_chosen_like_rules() {
        let mut config = Config::default();
        let severity = |config: &Config| UNUSED_SUPPRESSION.severity_in(config);
        assert_eq!(severity(&config), Some(Severity::Warning));
        config.severity.push(("CFG".to_owned(), Severity::Error));
        config.validate().unwrap();
        assert_eq!(severity(&config), Some(Severity::Error));
        config.select.push("SDP2".to_owned());
        assert_eq!(severity(&config), None);
        config.select.push("unused-suppression".to_owned());
        assert_eq!(severity(&config), Some(Severity::Error));
        config.ignore.push("CFG001".to_owned());
        config.validate().unwrap();
        assert_eq!(severity(&config), None);
    }
}
