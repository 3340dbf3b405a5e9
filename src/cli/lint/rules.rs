//! Which rules run, from the command line.

use super::keeping::{At, Settings};
use crate::diag::Severity;
use crate::lint::notice::NOTICES;
use crate::lint::{Config, Profile, RULES, Role, Rule};

/// Arguments that choose rules.
#[derive(Clone, Debug, clap::Args)]
pub struct RuleArgs {
    /// What the descriptions are meant for [default: browser]
    #[arg(long, value_name = "PROFILE", value_parser = profile_names())]
    pub profile: Option<String>,
    /// Only these rules: codes, names, or prefixes such as SDP2
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// These rules too, beside those that run anyway; advice is a group of them
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// How bad a rule's findings are: SDP303=error, SDP2=info
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = severity_of)]
    pub severity: Vec<(String, Severity)>,
    /// Also rules that are new and may still change
    #[arg(long)]
    pub preview: bool,
    /// Take the descriptions for offers, answers, or pieces of descriptions
    #[arg(long = "as", value_enum, value_name = "ROLE")]
    pub role: Option<RoleArg>,
}

/// Which side wrote a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleArg {
    /// An offer
    Offer,
    /// An answer
    Answer,
    /// A piece of a description: nothing is missed
    Fragment,
}

impl RuleArgs {
    /// What they and a configuration file ask for; the command line wins.
    ///
    /// `--select` says which rules run, whatever the file says; `--extend-select` runs rules that the
    /// file ignores.
    pub(super) fn config(&self, file: Option<&Settings>) -> Config {
        let listed = |list: fn(&Settings) -> &Vec<At<String>>| -> Vec<String> {
            let all = file.filter(|_| self.select.is_empty()).map(list);
            all.into_iter()
                .flatten()
                .map(|at| at.value.clone())
                .collect()
        };
        let named = self.profile.as_deref().and_then(Profile::from_name);
        let configured = || file.and_then(|f| f.profile.as_ref()).map(|at| at.value);
        let severity = file.into_iter().flat_map(|f| &f.severity);
        let severity = severity.map(|(rule, level)| (rule.value.clone(), level.value));
        Config {
            profile: named.or_else(configured).unwrap_or_default(),
            role: self.role.and_then(|role| match role {
                RoleArg::Offer => Some(Role::Offer),
                RoleArg::Answer => Some(Role::Answer),
                RoleArg::Fragment => None,
            }),
            select: match self.select.is_empty() {
                true => listed(|f| &f.select),
                false => self.select.clone(),
            },
            extend_select: joined(listed(|f| &f.extend_select), &self.extend_select),
            ignore: joined(self.without_extended(listed(|f| &f.ignore)), &self.ignore),
            severity: severity.chain(self.severity.iter().cloned()).collect(),
            preview: self.preview || file.is_some_and(|f| f.preview),
        }
    }

    /// What is left of `ignored` when the rules of `--extend-select` are taken out.
    fn without_extended(&self, ignored: Vec<String>) -> Vec<String> {
        if self.extend_select.is_empty() {
            return ignored;
        }
        let names = |list: &[String], rule: &Rule| list.iter().any(|s| rule.is_selected_by(s));
        let left = RULES
            .iter()
            .filter(|rule| names(&ignored, rule) && !names(&self.extend_select, rule))
            .map(|rule| rule.code);
        let notices = NOTICES
            .iter()
            .filter(|n| ignored.iter().any(|s| n.is_selected_by(s)));
        left.chain(notices.map(|n| n.code))
            .map(str::to_owned)
            .collect()
    }
}

fn joined(mut first: Vec<String>, second: &[String]) -> Vec<String> {
    first.extend_from_slice(second);
    first
}

fn profile_names() -> clap::builder::PossibleValuesParser {
    Profile::ALL.map(|(name, _)| name).into()
}

pub(super) fn level(name: &str) -> Result<Severity, String> {
    Severity::from_name(name).ok_or_else(|| "expected error, warning or info".to_owned())
}

fn severity_of(text: &str) -> Result<(String, Severity), String> {
    let (rule, name) = text
        .split_once('=')
        .ok_or("expected RULE=LEVEL, such as SDP303=error")?;
    Ok((rule.to_owned(), level(name)?))
}
