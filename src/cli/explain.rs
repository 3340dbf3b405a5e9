//! `rtcscope explain` and `rtcscope rules`: what the rules are about, offline.

use crate::lint::notice::{self, Notice};
use crate::lint::{RULES, Rule, Scope, docs, find_rule};
use crate::output::printable;
use serde::Serialize;
use std::io::{self, Write};

/// Arguments of `rtcscope explain`.
#[derive(Clone, Debug, clap::Args)]
pub struct ExplainArgs {
    /// Code or name of a rule: SDP109, unlisted-fmtp
    #[arg(value_name = "CODE", required = true)]
    pub codes: Vec<String>,
    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "md")]
    pub format: ExplainFormat,
}

/// How to print the page of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExplainFormat {
    /// The page in Markdown
    Md,
    /// JSON
    Json,
}

/// Arguments of `rtcscope rules`.
#[derive(Clone, Debug, clap::Args)]
pub struct RulesArgs {
    /// Only these rules: codes, names, or prefixes such as SDP2
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,
    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: RulesFormat,
}

/// How to print the list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RulesFormat {
    /// Columns
    Text,
    /// The table of docs/rules/README.md
    Md,
    /// JSON
    Json,
}

#[derive(Serialize)]
struct JsonRule {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
    webrtc_only: bool,
    since: &'static str,
    spec: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
}

impl JsonRule {
    fn of(rule: &Rule, with_docs: bool) -> Self {
        Self {
            code: rule.code,
            name: rule.name,
            severity: rule.severity().as_str(),
            summary: rule.summary(),
            webrtc_only: rule.scope == Scope::WebRtc,
            since: rule.since,
            spec: rule.spec,
            docs: with_docs.then(|| docs::page(rule)),
        }
    }
}

impl JsonRule {
    /// What is said of the configuration has no specification and is about no description.
    fn of_notice(notice: &Notice) -> Self {
        Self {
            code: notice.code,
            name: notice.name,
            severity: notice.severity.as_str(),
            summary: notice.summary(),
            webrtc_only: false,
            since: "0.1",
            spec: &[],
            docs: Some(notice.page()),
        }
    }
}

/// Runs `rtcscope explain` and says with which code to exit: 2 when there is no such rule.
///
/// # Errors
/// What the output could not take; a closed pipe is not an error.
pub fn run(
    args: &ExplainArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    _color: bool,
) -> io::Result<u8> {
    quiet_when_closed(explain(args, out, err))
}

fn explain(args: &ExplainArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let mut pages = Vec::new();
    for code in &args.codes {
        match (notice::find(code), find_rule(code)) {
            (Some(notice), _) => pages.push((JsonRule::of_notice(notice), notice.page())),
            (None, Ok(rule)) => pages.push((JsonRule::of(rule, true), docs::page(rule))),
            (None, Err(unknown)) => {
                writeln!(err, "error: {}", printable(&unknown.to_string()))?;
                return Ok(2);
            }
        }
    }
    for (i, (json, page)) in pages.into_iter().enumerate() {
        match args.format {
            ExplainFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, &json)?;
                writeln!(out)?;
            }
            ExplainFormat::Md => {
                let gap = if i > 0 { "\n" } else { "" };
                write!(out, "{gap}{page}")?;
            }
        }
    }
    Ok(0)
}

/// Runs `rtcscope rules` and says with which code to exit: 2 when there is no such rule.
///
/// # Errors
/// What the output could not take; a closed pipe is not an error.
pub fn run_rules(args: &RulesArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    quiet_when_closed(rules(args, out, err))
}

fn rules(args: &RulesArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let mut rules: Vec<&Rule> = Vec::new();
    for selector in &args.rules {
        rules.extend(RULES.iter().filter(|rule| rule.is_selected_by(selector)));
        // The looser ways of naming one rule, and what to say when there is none.
        match find_rule(selector) {
            Ok(rule) => rules.push(rule),
            Err(unknown) if !RULES.iter().any(|rule| rule.is_selected_by(selector)) => {
                writeln!(err, "error: {}", printable(&unknown.to_string()))?;
                return Ok(2);
            }
            Err(_) => {}
        }
    }
    rules.sort_by_key(|rule| rule.code);
    rules.dedup_by_key(|rule| rule.code);
    if args.rules.is_empty() {
        rules.extend(RULES);
    }
    match args.format {
        RulesFormat::Md => write!(out, "{}", docs::index(&rules))?,
        RulesFormat::Json => {
            let rules: Vec<JsonRule> = rules.iter().map(|r| JsonRule::of(r, false)).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            writeln!(out)?;
        }
        RulesFormat::Text => {
            let width = rules.iter().map(|r| r.name.len()).max().unwrap_or(0);
            for rule in rules {
                writeln!(
                    out,
                    "{}  {:7}  {:width$}  {}",
                    rule.code,
                    rule.severity(),
                    rule.name,
                    rule.summary()
                )?;
            }
        }
    }
    Ok(0)
}

fn quiet_when_closed(result: io::Result<u8>) -> io::Result<u8> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        result => result,
    }
}
