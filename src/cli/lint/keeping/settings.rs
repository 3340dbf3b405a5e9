//! `rtcscope.toml` and the files beside fixtures, `offer.sdp.lint.toml`: what is in them.
//!
//! All mistakes of a file are told at once; a file with a mistake is not used at all, as half a
//! configuration would let pass what the other half forbids.

use super::entry::Entry;
use super::pattern::{PathPattern, absolute};
use super::toml_reader::{At, Problems, Table, nearest, parse};
use crate::diag::{Severity, Source};
use crate::lint::{Profile, check_selector};
use std::fs;
use std::path::{Path, PathBuf};

/// What the file is called that is looked for.
pub(super) const FILE_NAME: &str = "rtcscope.toml";
/// What is added to the name of a fixture for the file of its own suppressions.
pub(super) const SIDECAR: &str = ".lint.toml";

/// What a configuration file says.
#[derive(Debug, Default)]
pub(in crate::cli::lint) struct Settings {
    /// What to call it in messages.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Its text, to point into.
    pub(super) text: String,
    /// The folder from which its patterns count.
    pub(super) base: PathBuf,
    pub(in crate::cli::lint) profile: Option<At<Profile>>,
    pub(in crate::cli::lint) select: Vec<At<String>>,
    pub(in crate::cli::lint) extend_select: Vec<At<String>>,
    pub(in crate::cli::lint) ignore: Vec<At<String>>,
    pub(in crate::cli::lint) preview: bool,
    /// Which files a walk takes beside `.sdp` files.
    pub(super) include: Vec<PathPattern>,
    pub(in crate::cli::lint) severity: Vec<(At<String>, At<Severity>)>,
    pub(super) entries: Vec<Entry>,
    /// How a file of its kind is read.
    fill: Option<Fill>,
}

/// Reads what one kind of file may say.
type Fill = fn(&mut Settings, Table<'_>, &mut Problems);

impl Settings {
    /// Reads the file at `path`, whose patterns count from `base`.
    ///
    /// # Errors
    /// What is wrong with it, one line each.
    pub(super) fn read(path: &Path, base: &Path) -> Result<Self, Vec<String>> {
        Self::read_with(path, base, config)
    }

    /// Reads the file of suppressions beside a fixture.
    pub(super) fn read_sidecar(path: &Path, base: &Path) -> Result<Self, Vec<String>> {
        Self::read_with(path, base, sidecar)
    }

    fn read_with(path: &Path, base: &Path, fill: Fill) -> Result<Self, Vec<String>> {
        // As other paths are shown: from the working directory, where it lies below that.
        let shown = path.strip_prefix(absolute(Path::new("."))).unwrap_or(path);
        let name = crate::output::printable(&shown.to_string_lossy()).into_owned();
        let bytes = fs::read(path).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "no such file".to_owned(),
                kind => kind.to_string(),
            };
            vec![format!("{name}: {why}")]
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let source = Source::new(&name, error.as_bytes());
            let at = source.position(error.utf8_error().valid_up_to());
            vec![format!("{name}:{}:{}: not UTF-8", at.line, at.column)]
        })?;
        let settings = Self {
            name,
            path: path.to_path_buf(),
            base: base.to_path_buf(),
            fill: Some(fill),
            ..Self::default()
        };
        settings.filled(text, fill)
    }

    /// The same file with the text `text`.
    ///
    /// # Errors
    /// What is wrong with it, one line each.
    pub(super) fn with_text(&self, text: String) -> Result<Self, Vec<String>> {
        let settings = Self {
            name: self.name.clone(),
            path: self.path.clone(),
            base: self.base.clone(),
            fill: self.fill,
            ..Self::default()
        };
        settings.filled(text, self.fill.unwrap_or(config))
    }

    fn filled(mut self, text: String, fill: Fill) -> Result<Self, Vec<String>> {
        let settings = &mut self;
        let mut problems = Problems::default();
        if let Some(table) = parse(&text, &mut problems) {
            let span = table.span();
            fill(
                settings,
                Table::new("", table.get_ref(), span),
                &mut problems,
            );
        }
        let lines = problems.lines(&Source::new(&settings.name, text.as_bytes()));
        settings.text = text;
        if lines.is_empty() {
            Ok(self)
        } else {
            Err(lines)
        }
    }
}

/// Reads `rtcscope.toml`.
fn config(settings: &mut Settings, mut file: Table<'_>, problems: &mut Problems) {
    if let Some(mut lint) = file.table("lint", "lint", problems) {
        settings.profile = lint
            .string("profile", problems)
            .and_then(|at| profile(at, problems));
        settings.select = selectors(lint.strings("select", problems), problems);
        settings.extend_select = selectors(lint.strings("extend-select", problems), problems);
        settings.ignore = selectors(lint.strings("ignore", problems), problems);
        for all in settings.ignore.iter().filter(|at| is_all(&at.value)) {
            problems.add(all.span.clone(), refused(&all.value));
        }
        settings.preview = lint.bool("preview", problems).unwrap_or(false);
        for glob in lint.strings("include", problems) {
            match PathPattern::new(&glob.value) {
                Ok(pattern) => settings.include.push(pattern),
                Err(why) => problems.add(glob.span, format_args!("not a pattern: {why}")),
            }
        }
        for table in lint.tables("per-path", "lint.per-path", problems) {
            settings.entries.extend(Entry::per_path(table, problems));
        }
        for table in lint.tables("allow", "lint.allow", problems) {
            settings.entries.extend(Entry::allow(table, true, problems));
        }
        if let Some(mut table) = lint.table("severity", "lint.severity", problems) {
            settings.severity = table
                .strings_by_key(problems)
                .into_iter()
                .filter_map(|(rule, level)| severity(rule, level, problems))
                .collect();
        }
        lint.finish(problems);
    }
    file.finish(problems);
}

/// Reads the file beside a fixture.
fn sidecar(settings: &mut Settings, mut file: Table<'_>, problems: &mut Problems) {
    for table in file.tables("allow", "allow", problems) {
        settings
            .entries
            .extend(Entry::allow(table, false, problems));
    }
    file.finish(problems);
}

fn profile(at: At<String>, problems: &mut Problems) -> Option<At<Profile>> {
    let At { value: name, span } = at;
    if let Some(value) = Profile::from_name(&name) {
        return Some(At { value, span });
    }
    let names = Profile::ALL.map(|(name, _)| name);
    let hint = match nearest(&name, &names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    problems.add(span, format_args!("no profile is called `{name}`; {hint}"));
    None
}

fn severity(
    rule: At<String>,
    level: At<String>,
    problems: &mut Problems,
) -> Option<(At<String>, At<Severity>)> {
    if is_all(&rule.value) {
        problems.add(rule.span, refused(&rule.value));
        return None;
    }
    let rules = selectors(vec![rule], problems);
    let At { value: name, span } = level;
    let Some(value) = Severity::from_name(&name) else {
        let why = format_args!("`{name}` is not error, warning or info; `ignore` turns a rule off");
        problems.add(span, why);
        return None;
    };
    rules
        .into_iter()
        .next()
        .map(|rule| (rule, At { value, span }))
}

/// Those of `all` that name a rule.
pub(super) fn selectors(all: Vec<At<String>>, problems: &mut Problems) -> Vec<At<String>> {
    let known = |at: &At<String>| {
        // What to say about it is up to whoever refuses it.
        let unknown = check_selector(&at.value)
            .err()
            .filter(|_| !is_all(&at.value));
        if let Some(unknown) = &unknown {
            problems.add(at.span.clone(), unknown);
        }
        unknown.is_none()
    };
    let mut known = known;
    all.into_iter().filter(|at| known(at)).collect()
}

/// Whether `selector` means every rule.
pub(super) fn is_all(selector: &str) -> bool {
    let all = ["", "*", "all", "s", "sd", "sdp"];
    all.contains(&selector.to_ascii_lowercase().as_str())
}

/// Why every rule cannot be turned off at once.
pub(super) fn refused(selector: &str) -> String {
    format!(
        "`{selector}` would hide every mistake there is; name the rules, or an area such as `SDP2`"
    )
}
