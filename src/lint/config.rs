//! Which rules run, and how bad their findings are.

use super::notice::NOTICES;
use super::spelling::edit_distance;
use super::{Group, RULES, Role, Rule, Status};
use crate::diag::Severity;
use std::fmt;

/// What a description is meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// An `RTCPeerConnection`.
    #[default]
    Browser,
    /// A media server that speaks to browsers.
    Sfu,
    /// SIP and plain RTP: nothing that only WebRTC asks for.
    Sip,
    /// WHIP and WHEP: always taken for WebRTC.
    Whip,
    /// A strict WebRTC endpoint (RFC 9429): always taken for WebRTC.
    Jsep,
    /// SDP alone: nothing that only WebRTC asks for.
    Rfc,
}

impl Profile {
    /// All profiles with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("browser", Self::Browser),
        ("sfu", Self::Sfu),
        ("sip", Self::Sip),
        ("whip", Self::Whip),
        ("jsep", Self::Jsep),
        ("rfc", Self::Rfc),
    ];

    /// The profile of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|&(_, p)| p)
    }
}

/// What to check. The default is every rule, for a browser.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What the descriptions are meant for.
    pub profile: Profile,
    /// Whether they are offers or answers; unknown is inferred where the text gives it away.
    pub role: Option<Role>,
    /// Only these rules, when there are any: codes, names or prefixes of codes.
    pub select: Vec<String>,
    /// These rules too, beside those that run anyway.
    pub extend_select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// Rules that are not settled yet, too.
    pub preview: bool,
    /// Severities by code, name or prefix; the last that fits counts.
    pub severity: Vec<(String, Severity)>,
}

/// A selector that no rule answers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule {
    /// What was asked for.
    pub selector: String,
    /// The rule whose code or name comes closest.
    pub nearest: Option<&'static str>,
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rule is called `{}`", self.selector)?;
        match self.nearest {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => write!(f, "; `rtcscope rules` lists them"),
        }
    }
}

impl std::error::Error for UnknownRule {}

impl Config {
    /// Whether every selector names a rule.
    ///
    /// # Errors
    /// The first that does not.
    pub fn validate(&self) -> Result<(), UnknownRule> {
        let severities = self.severity.iter().map(|(selector, _)| selector);
        for selector in [&self.select, &self.extend_select, &self.ignore]
            .into_iter()
            .flatten()
            .chain(severities)
        {
            check_selector(selector)?;
        }
        Ok(())
    }

    /// The rules that are to run, each with the severity configured for it.
    pub(super) fn enabled(&self) -> Vec<(&'static Rule, Option<Severity>)> {
        let named = |list: &[String], rule: &Rule| list.iter().any(|s| rule.is_selected_by(s));
        RULES
            .iter()
            .filter(|rule| rule.scope.applies_to(self.profile))
            .filter(|rule| {
                let by_default = rule.is_on() || (self.preview && rule.status == Status::Preview);
                named(&self.extend_select, rule)
                    || named(&self.select, rule)
                    || (self.select.is_empty() && by_default)
            })
            .filter(|rule| !named(&self.ignore, rule))
            .map(|rule| {
                let mut fitting = self.severity.iter().rev();
                let severity = fitting.find(|(s, _)| rule.is_selected_by(s));
                (rule, severity.map(|&(_, severity)| severity))
            })
            .collect()
    }
}

/// Whether `selector` names a rule, several, or a notice about the configuration.
///
/// # Errors
/// It names none.
pub fn check_selector(selector: &str) -> Result<(), UnknownRule> {
    let rule = RULES.iter().any(|rule| rule.is_selected_by(selector));
    // A group may be empty and is still one.
    let group = Group::ALL.iter().any(|group| group.as_str() == selector);
    if rule || group || NOTICES.iter().any(|n| n.is_selected_by(selector)) {
        return Ok(());
    }
    Err(unknown(selector))
}

/// The rule of that code or name; a code may be written without its `SDP`.
///
/// # Errors
/// There is none; says which comes closest.
pub fn find_rule(code_or_name: &str) -> Result<&'static Rule, UnknownRule> {
    RULES
        .iter()
        .find(|r| {
            r.name == code_or_name
                || r.code.eq_ignore_ascii_case(code_or_name)
                || r.code.strip_prefix("SDP") == Some(code_or_name)
        })
        .ok_or_else(|| unknown(code_or_name))
}

fn unknown(selector: &str) -> UnknownRule {
    let nearest = RULES
        .iter()
        .flat_map(|rule| [rule.code, rule.name])
        .chain(NOTICES.iter().flat_map(|n| [n.code, n.name]))
        .map(|name| {
            (
                edit_distance(&selector.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .min()
        .filter(|&(distance, name)| distance <= name.len() / 3)
        .map(|(_, name)| name);
    UnknownRule {
        selector: selector.to_owned(),
        nearest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_codes_names_and_prefixes() {
        let rule = &RULES[0];
        assert!(rule.is_selected_by(rule.code) && rule.is_selected_by(rule.name));
        assert!(rule.is_selected_by("SDP0") && !rule.is_selected_by("SDP9"));
        assert!(!rule.is_selected_by(""));
        let config = Config {
            select: vec!["SDP0".into()],
            ignore: vec![rule.name.into()],
            severity: vec![("SDP".into(), Severity::Info)],
            ..Config::default()
        };
        config.validate().unwrap();
        let enabled = config.enabled();
        assert!(
            enabled
                .iter()
                .all(|(r, s)| r.code.starts_with("SDP0") && *s == Some(Severity::Info))
        );
        assert!(!enabled.iter().any(|(r, _)| r.code == rule.code));
    }

    #[test]
    fn unknown_selectors_name_the_nearest() {
        let rule = &RULES[0];
        let mistyped = format!("{}x", rule.name);
        assert_eq!(find_rule(&mistyped).unwrap_err().nearest, Some(rule.name));
        assert_eq!(find_rule("zzzzzzzzzz").unwrap_err().nearest, None);
        assert_eq!(
            find_rule(&rule.code.to_lowercase()).unwrap().code,
            rule.code
        );
    }
}
