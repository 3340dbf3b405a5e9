//! By what a file is judged: its configuration, its suppressions, the baseline.

use super::args::KeepingArgs;
use super::baseline::Baseline;
use super::date::Date;
use super::ledger::{Ledger, Looked};
use super::pattern::{Includes, absolute, relative};
use super::settings::{FILE_NAME, SIDECAR, Settings, is_all, refused};
use crate::cli::lint::inputs::Input;
use crate::cli::lint::rules::RuleArgs;
use crate::cli::outfile::rewrite;
use crate::diag::{Diagnostic, replace};
use crate::lint::{Linter, Part, Report};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What all files of a run are judged by.
#[derive(Debug)]
pub(in crate::cli::lint) struct Keeper {
    args: KeepingArgs,
    rules: RuleArgs,
    /// The configuration file nearest to each folder.
    nearest: BTreeMap<PathBuf, Option<PathBuf>>,
    /// The policy made of each configuration file; nothing for one with mistakes.
    by_file: BTreeMap<Option<PathBuf>, Option<usize>>,
    policies: Vec<Policy>,
    /// Files beside fixtures, and whose policy they belong to.
    sidecars: Vec<(usize, Ledger)>,
    baseline: Option<Baseline>,
    looked: Looked,
    /// Whether a configuration could not be used.
    is_broken: bool,
}

/// A configuration and the linter it makes.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) linter: Linter,
    pub(super) ledger: Option<Ledger>,
}

/// Where a file is judged.
#[derive(Clone, Debug)]
pub(in crate::cli::lint) struct Place {
    policy: usize,
    sidecar: Option<usize>,
    path: PathBuf,
    /// The path as seen from the configuration's folder.
    relative: Option<String>,
}

/// What is to be said of a configuration file.
#[derive(Debug)]
pub(in crate::cli::lint) struct Notices<'k> {
    /// What to call it.
    pub(in crate::cli::lint) name: &'k str,
    path: &'k Path,
    ledger: &'k Ledger,
    /// Its text.
    pub(in crate::cli::lint) text: &'k str,
    /// What was found in it.
    pub(in crate::cli::lint) diagnostics: Vec<Diagnostic>,
}

impl Keeper {
    /// What `args` ask for.
    ///
    /// # Errors
    /// What is wrong with the configuration or the baseline that they name, a line each.
    pub(in crate::cli::lint) fn new(
        args: &KeepingArgs,
        rules: &RuleArgs,
    ) -> Result<Self, Vec<String>> {
        let levels = rules.severity.iter().map(|(selector, _)| selector);
        if let Some(all) = rules.ignore.iter().chain(levels).find(|s| is_all(s)) {
            return Err(vec![refused(all)]);
        }
        rules
            .config(None)
            .validate()
            .map_err(|unknown| vec![unknown.to_string()])?;
        let baseline = match (&args.baseline, &args.write_baseline) {
            (Some(path), _) => Some(Baseline::read(path).map_err(|why| vec![why])?),
            (None, Some(path)) => Some(Baseline::new(path)),
            (None, None) => None,
        };
        let keeper = Self {
            args: args.clone(),
            rules: rules.clone(),
            nearest: BTreeMap::new(),
            by_file: BTreeMap::new(),
            policies: Vec::new(),
            sidecars: Vec::new(),
            baseline,
            looked: Looked::default(),
            is_broken: false,
        };
        Ok(keeper)
    }

    /// The linter for files in the working directory.
    ///
    /// # Errors
    /// What is wrong with their configuration, a line each.
    pub(in crate::cli::lint) fn home(&mut self) -> Result<&Linter, Vec<String>> {
        let at = self.policy_for(&absolute(Path::new(".")))?;
        self.policies
            .get(at)
            .map(|p| &p.linter)
            .ok_or_else(Vec::new)
    }

    /// Whether a configuration could not be used.
    pub(in crate::cli::lint) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Begins a walk through `folder`: all descriptions in it are looked at, and the files that its
    /// configuration includes are added to `includes`.
    ///
    /// # Errors
    /// What is wrong with the configuration, a line each; nothing when that was told before.
    pub(in crate::cli::lint) fn walks(
        &mut self,
        folder: &Path,
        includes: &mut Includes,
    ) -> Result<(), Vec<String>> {
        let folder = absolute(folder);
        let policy = self.policy_for(&folder)?;
        self.looked.folders.push(folder);
        let ledger = self.policies.get(policy).and_then(|p| p.ledger.as_ref());
        if let Some(ledger) = ledger {
            let base = absolute(&ledger.settings.base);
            includes.add(&base, &ledger.settings.include);
        }
        Ok(())
    }

    /// The linter that `place` has.
    pub(in crate::cli::lint) fn linter(&self, place: &Place) -> Option<&Linter> {
        self.policies.get(place.policy).map(|policy| &policy.linter)
    }

    pub(super) fn policy(&self, place: &Place) -> Option<&Policy> {
        self.policies.get(place.policy)
    }

    pub(super) fn sidecar(&self, place: &Place) -> Option<&Ledger> {
        self.sidecars.get(place.sidecar?).map(|(_, ledger)| ledger)
    }

    /// Where `input` is judged.
    ///
    /// # Errors
    /// What is wrong with its configuration, a line each; nothing when that was told before.
    pub(in crate::cli::lint) fn place(&mut self, input: &Input) -> Result<Place, Vec<String>> {
        let path = input
            .file
            .clone()
            .unwrap_or_else(|| PathBuf::from(&input.name));
        self.place_of(&path)
    }

    pub(super) fn place_of(&mut self, path: &Path) -> Result<Place, Vec<String>> {
        let path = absolute(path);
        let folder = path.parent().unwrap_or(&path);
        let policy = self.policy_for(folder)?;
        let sidecar = self.sidecar_of(&path, policy)?;
        let ledger = self.policies.get(policy).and_then(|p| p.ledger.as_ref());
        let relative = ledger.and_then(|l| relative(&path, &absolute(&l.settings.base)));
        self.looked.files.insert(path.clone());
        Ok(Place {
            policy,
            sidecar,
            path,
            relative,
        })
    }

    /// The number of the policy of files in `folder`.
    fn policy_for(&mut self, folder: &Path) -> Result<usize, Vec<String>> {
        let file = match (&self.args.config, self.args.no_config) {
            (Some(file), _) => Some(file.clone()),
            (None, true) => None,
            (None, false) => self.nearest_to(folder),
        };
        if let Some(known) = self.by_file.get(&file) {
            return known.ok_or_else(Vec::new);
        }
        let made = self.make_policy(file.as_deref());
        let number = made.is_ok().then_some(self.policies.len());
        self.by_file.insert(file, number);
        match made {
            Ok(policy) => {
                self.policies.push(policy);
                number.ok_or_else(Vec::new)
            }
            Err(lines) => {
                self.is_broken = true;
                Err(lines)
            }
        }
    }

    fn make_policy(&self, file: Option<&Path>) -> Result<Policy, Vec<String>> {
        let settings = match file {
            None => None,
            // Patterns of a file that is named count from where the command is run.
            Some(file) if self.args.config.is_some() => Some(Settings::read(file, Path::new("."))?),
            Some(file) => Some(Settings::read(file, file.parent().unwrap_or(file))?),
        };
        Ok(Policy {
            linter: Linter::new(self.rules.config(settings.as_ref())),
            ledger: settings.map(|settings| Ledger::new(settings, "config")),
        })
    }

    /// The configuration file in `folder` or the nearest above it.
    fn nearest_to(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.nearest.get(folder) {
            return known.clone();
        }
        let here = folder.join(FILE_NAME);
        let found = if here.is_file() {
            Some(here)
        } else {
            folder.parent().and_then(|above| self.nearest_to(above))
        };
        self.nearest.insert(folder.to_path_buf(), found.clone());
        found
    }

    /// The file of suppressions beside the one at `path`.
    fn sidecar_of(&mut self, path: &Path, policy: usize) -> Result<Option<usize>, Vec<String>> {
        let mut name = path.as_os_str().to_owned();
        name.push(SIDECAR);
        let beside = PathBuf::from(name);
        if self.args.no_config || !beside.is_file() {
            return Ok(None);
        }
        let known = |(_, ledger): &(usize, Ledger)| ledger.settings.path == beside;
        if let Some(at) = self.sidecars.iter().position(known) {
            return Ok(Some(at));
        }
        let folder = path.parent().unwrap_or(path);
        match Settings::read_sidecar(&beside, folder) {
            Ok(settings) => {
                self.sidecars
                    .push((policy, Ledger::new(settings, "sidecar")));
                Ok(Some(self.sidecars.len() - 1))
            }
            Err(lines) => {
                self.is_broken = true;
                Err(lines)
            }
        }
    }

    /// Marks what is suppressed of the findings of `report` about `part` of the file at `place`.
    pub(in crate::cli::lint) fn suppress(
        &mut self,
        place: &Place,
        part: &Part<'_>,
        report: &mut Report,
    ) {
        let policy = self.policies.get_mut(place.policy);
        if let Some(ledger) = policy.and_then(|p| p.ledger.as_mut()) {
            ledger.suppress(place.relative.as_deref(), part, report);
        }
        if let Some((_, ledger)) = place.sidecar.and_then(|at| self.sidecars.get_mut(at)) {
            ledger.suppress(None, part, report);
        }
    }

    /// Marks which of `findings` in the file at `place` the baseline knows.
    pub(in crate::cli::lint) fn compare(&mut self, place: &Place, findings: &mut [Diagnostic]) {
        if let Some(baseline) = &mut self.baseline {
            baseline.mark(&place.path, findings);
        }
        if self.args.write_baseline.is_some() {
            // All of them are in the list that is being written.
            for finding in findings {
                finding
                    .suppression
                    .get_or_insert_with(|| crate::diag::Suppression {
                        by: "baseline",
                        reason: "it is in the baseline that was written".to_owned(),
                    });
            }
        }
    }

    /// The files of suppressions and the linters that they belong to.
    fn ledgers(&self) -> impl Iterator<Item = (&Linter, &Ledger)> {
        let configs = self
            .policies
            .iter()
            .filter_map(|p| Some((&p.linter, p.ledger.as_ref()?)));
        let beside = self.sidecars.iter();
        configs.chain(
            beside
                .filter_map(|(policy, ledger)| Some((&self.policies.get(*policy)?.linter, ledger))),
        )
    }

    /// What is to be said of the configuration files.
    pub(in crate::cli::lint) fn notices(&self) -> Vec<Notices<'_>> {
        let today = Date::today();
        let each = self.ledgers().map(|(linter, ledger)| Notices {
            name: &ledger.settings.name,
            path: &ledger.settings.path,
            ledger,
            text: &ledger.settings.text,
            diagnostics: ledger.notices(linter, &self.looked, today),
        });
        let mut all: Vec<Notices<'_>> = each.filter(|n| !n.diagnostics.is_empty()).collect();
        all.sort_by_key(|notices| notices.name);
        all
    }

    /// Writes the baseline where that is wanted, and says what is gone of it; the exit code that this
    /// asks for, if any.
    pub(in crate::cli::lint) fn finish(&mut self, err: &mut dyn Write) -> io::Result<Option<u8>> {
        match &mut self.baseline {
            Some(baseline) => baseline.finish(&self.args, err),
            None => Ok(None),
        }
    }
}

impl Notices<'_> {
    /// Removes from the file what can be removed, so that only the rest is to be said; says how many
    /// entries that were.
    ///
    /// # Errors
    /// What `err` could not take; a file that could not be written is told as a reason.
    pub(in crate::cli::lint) fn prune(
        &mut self,
        err: &mut dyn Write,
    ) -> io::Result<Result<usize, String>> {
        let fixes = self.diagnostics.iter().filter_map(|d| d.fix.as_ref());
        let groups = fixes.clone().map(|fix| fix.edits.as_slice());
        let (text, removed) = replace(self.text.as_bytes(), groups);
        if removed == 0 {
            return Ok(Ok(0));
        }
        let lines = fixes.flat_map(|fix| fix.edits.iter().map(|edit| edit.span.clone()));
        let lines: Vec<_> = lines.collect();
        if !self.ledger.is_left(&text, &lines) {
            let why =
                "unused entries cannot be removed without harm to others: it is left as it is";
            writeln!(err, "note: {}: {why}", self.name)?;
            return Ok(Ok(0));
        }
        if let Err(error) = rewrite(self.path, &text) {
            return Ok(Err(format!("cannot be written: {error}")));
        }
        let entries = if removed == 1 { "entry" } else { "entries" };
        writeln!(
            err,
            "note: {}: {removed} unused {entries} removed",
            self.name
        )?;
        // All of an entry's findings go with it.
        let mut gone = false;
        self.diagnostics.retain(|d| {
            gone = d.fix.is_some() || (gone && d.help.iter().any(|h| h == super::ledger::REMOVE));
            !gone
        });
        Ok(Ok(removed))
    }
}
