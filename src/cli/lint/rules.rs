//! Which rules run, from the command line.

use crate::diag::Severity;
use crate::lint::{Config, Profile, Role};

/// Arguments that choose rules.
#[derive(Clone, Debug, clap::Args)]
pub struct RuleArgs {
    /// What the descriptions are meant for
    #[arg(long, value_name = "PROFILE", default_value = "browser", value_parser = profile_names())]
    pub profile: String,
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
    /// Take the descriptions for offers or answers
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
}

impl RuleArgs {
    /// What they ask for.
    pub(super) fn config(&self) -> Config {
        Config {
            profile: Profile::from_name(&self.profile).unwrap_or_default(),
            role: self.role.map(|role| match role {
                RoleArg::Offer => Role::Offer,
                RoleArg::Answer => Role::Answer,
            }),
            select: self.select.clone(),
            extend_select: self.extend_select.clone(),
            ignore: self.ignore.clone(),
            severity: self.severity.clone(),
            preview: self.preview,
        }
    }
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
