//! `rtcscope lint --explain-config FILE`: by what a file is judged, and where that is said.

use super::pattern::relative_up;
use super::policy::Keeper;
use super::settings::Settings;
use super::toml_reader::At;
use crate::cli::lint::rules::RuleArgs;
use crate::diag::Source;
use crate::lint::{Profile, RULES, Rule, Scope, Status};
use std::io::{self, Write};
use std::path::Path;

/// Says by what the file at `path` is judged.
pub(in crate::cli::lint) fn explain(
    keeper: &mut Keeper,
    args: &RuleArgs,
    path: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let place = match keeper.place_of(path) {
        Ok(place) => place,
        Err(lines) => {
            for line in lines {
                writeln!(err, "error: {line}")?;
            }
            return Ok(2);
        }
    };
    let Some(policy) = keeper.policy(&place) else {
        return Ok(2);
    };
    let settings = policy.ledger.as_ref().map(|ledger| &ledger.settings);
    let name = crate::output::printable(&path.to_string_lossy()).into_owned();
    writeln!(out, "{name}")?;
    match settings {
        Some(settings) => writeln!(out, "  configuration: {}", settings.name)?,
        None => writeln!(out, "  configuration: none, the defaults")?,
    }
    let config = policy.linter.config();
    let profile = Profile::ALL.iter().find(|(_, p)| *p == config.profile);
    let why = match settings.and_then(|s| Some((s, s.profile.as_ref()?))) {
        _ if args.profile.is_some() => "the command line".to_owned(),
        Some((settings, at)) => position(settings, at),
        None => "the default".to_owned(),
    };
    writeln!(
        out,
        "  profile: {} ({why})",
        profile.map_or("", |(name, _)| name)
    )?;
    let running = policy.linter.rules();
    writeln!(out, "  rules: {} of {} run", running.len(), RULES.len())?;
    for rule in RULES {
        match running.iter().find(|(r, _)| r.code == rule.code) {
            None => {
                let why = why_off(rule, args, settings, config.profile);
                writeln!(out, "    off    {} {}: {why}", rule.code, rule.name)?;
            }
            Some((_, Some(severity))) => {
                let why = why_severity(rule, args, settings);
                writeln!(out, "    {severity:7}{} {}: {why}", rule.code, rule.name)?;
            }
            Some((_, None)) => {}
        }
    }
    let relative = settings.map(|s| {
        relative_up(
            &super::pattern::absolute(path),
            &super::pattern::absolute(&s.base),
        )
    });
    let config_ledger = policy.ledger.as_ref().map(|l| (l, relative.as_deref()));
    let beside = keeper.sidecar(&place).map(|l| (l, None));
    writeln!(out, "  suppressions:")?;
    let mut any = false;
    for (ledger, path) in config_ledger.into_iter().chain(beside) {
        for entry in ledger.settings.entries.iter().filter(|e| e.is_about(path)) {
            any = true;
            let selectors: Vec<&str> = entry.selectors.iter().map(|at| at.value.as_str()).collect();
            let place = entry
                .selectors
                .first()
                .map(|at| position(&ledger.settings, at));
            let reason = crate::output::printable(&entry.reason);
            let what = format!("{}{}", selectors.join(", "), entry.narrowed());
            writeln!(out, "    {what}: {reason} ({})", place.unwrap_or_default())?;
        }
    }
    if !any {
        writeln!(out, "    none")?;
    }
    Ok(0)
}

/// Why `rule` does not run.
fn why_off(rule: &Rule, args: &RuleArgs, settings: Option<&Settings>, profile: Profile) -> String {
    let listed = |list: &[String]| list.iter().any(|s| rule.is_selected_by(s));
    let at = |list: &[At<String>]| {
        list.iter()
            .find(|at| rule.is_selected_by(&at.value))
            .cloned()
    };
    if !rule.scope.applies_to(profile) {
        return match rule.scope {
            Scope::Jsep => "only for the profile jsep".to_owned(),
            Scope::Whip => "only for the profile whip".to_owned(),
            Scope::Any | Scope::WebRtc => "only for the profiles of WebRTC".to_owned(),
        };
    }
    if listed(&args.ignore) {
        return "ignored on the command line".to_owned();
    }
    if let Some((settings, at)) = settings.and_then(|s| Some((s, at(&s.ignore)?))) {
        return format!("ignored at {}", position(settings, &at));
    }
    if !args.select.is_empty() {
        return "not selected on the command line".to_owned();
    }
    if let Some(first) = settings.and_then(|s| s.select.first().map(|first| (s, first))) {
        return format!("not selected at {}", position(first.0, first.1));
    }
    match rule.status {
        Status::Preview => "in preview; `preview` turns it on".to_owned(),
        Status::Stable => "advice, which runs only when it is selected".to_owned(),
    }
}

/// Why the findings of `rule` are as bad as they are.
fn why_severity(rule: &Rule, args: &RuleArgs, settings: Option<&Settings>) -> String {
    if args.severity.iter().any(|(s, _)| rule.is_selected_by(s)) {
        return "the command line".to_owned();
    }
    let last = settings.and_then(|s| {
        let mut fitting = s.severity.iter().rev();
        let (at, _) = fitting.find(|(at, _)| rule.is_selected_by(&at.value))?;
        Some(position(s, at))
    });
    last.unwrap_or_default()
}

/// Where something stands in a configuration file.
fn position<T>(settings: &Settings, at: &At<T>) -> String {
    let source = Source::new(&settings.name, settings.text.as_bytes());
    let position = source.position(at.span.start);
    format!("{}:{}:{}", settings.name, position.line, position.column)
}
