//! Baselines: findings that were there when the linter came, and that do not count yet.
//!
//! A finding is known by its file, its code and its fingerprint, which survives new recordings and
//! moved lines; how many there may be of each is counted. Paths count from the folder of the
//! baseline, so that it means the same wherever the linter is started.

use super::args::KeepingArgs;
use super::pattern::{absolute, relative_up};
use crate::cli::outfile::OutFile;
use crate::diag::{Diagnostic, Suppression};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const SCHEMA: u32 = 1;

#[derive(Deserialize)]
struct File {
    schema: u32,
    entries: Vec<FileEntry>,
}

#[derive(Serialize, Deserialize)]
struct FileEntry {
    path: String,
    code: String,
    fingerprint: String,
    count: usize,
}

/// A kind of finding in a file.
type Key = (String, String, String);

/// What is known, and what was found.
#[derive(Debug)]
pub(super) struct Baseline {
    /// The folder from which its paths count.
    folder: PathBuf,
    known: BTreeMap<Key, usize>,
    found: BTreeMap<Key, usize>,
    /// The files that were checked.
    checked: BTreeSet<String>,
}

impl Baseline {
    /// One without entries, to be kept at `path`.
    pub(super) fn new(path: &Path) -> Self {
        let mut folder = absolute(path);
        folder.pop();
        Self {
            folder,
            known: BTreeMap::new(),
            found: BTreeMap::new(),
            checked: BTreeSet::new(),
        }
    }

    /// The one at `path`.
    ///
    /// # Errors
    /// Why it cannot be used, in one line.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let name = shown(path);
        let text = fs::read(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                format!("{name}: no such baseline; --write-baseline {name} makes one")
            }
            kind => format!("{name}: {kind}"),
        })?;
        let file: File = serde_json::from_slice(&text)
            .map_err(|error| format!("{name}: not a baseline: {error}"))?;
        if file.schema != SCHEMA {
            return Err(format!(
                "{name}: a baseline of schema {}, and this release reads schema {SCHEMA}",
                file.schema
            ));
        }
        let mut baseline = Self::new(path);
        for entry in file.entries {
            let key = (entry.path, entry.code, entry.fingerprint);
            let known = baseline.known.entry(key).or_default();
            *known = known.saturating_add(entry.count);
        }
        Ok(baseline)
    }

    /// What `path` is called in it.
    fn name_of(&self, path: &Path) -> String {
        relative_up(&absolute(path), &self.folder)
    }

    /// Notes what was found in the file at `path`, and marks what is known.
    pub(super) fn mark(&mut self, path: &Path, findings: &mut [Diagnostic]) {
        let name = self.name_of(path);
        for finding in findings.iter_mut().filter(|d| d.suppression.is_none()) {
            let fingerprint = format!("{:016x}", finding.fingerprint);
            let key = (name.clone(), finding.code.to_owned(), fingerprint);
            let known = self.known.get(&key).copied().unwrap_or(0);
            let found = self.found.entry(key).or_default();
            *found += 1;
            if *found <= known {
                finding.suppression = Some(Suppression {
                    by: "baseline",
                    reason: "it was there when the baseline was written".to_owned(),
                });
            }
        }
        self.checked.insert(name);
    }

    /// How many of the known findings are gone from the files that were checked.
    pub(super) fn stale(&self) -> usize {
        let gone = self
            .known
            .iter()
            .map(|(key, &count)| count.saturating_sub(self.left_of(key, count)));
        gone.fold(0, usize::saturating_add)
    }

    /// How many findings it knows that were not found because their files were not checked.
    fn left_of(&self, key: &Key, count: usize) -> usize {
        let found = self.found.get(key).copied().unwrap_or(0);
        let is_there = || self.folder.join(&key.0).exists();
        match self.checked.contains(&key.0) {
            true => found.min(count),
            false if is_there() => count,
            false => 0,
        }
    }

    /// Forgets what is gone.
    pub(super) fn prune(&mut self) {
        let left = self
            .known
            .iter()
            .map(|(key, &count)| (key.clone(), self.left_of(key, count)));
        self.known = left.filter(|&(_, count)| count > 0).collect();
    }

    /// Knows what was found, and nothing else.
    pub(super) fn take_found(&mut self) {
        self.known = std::mem::take(&mut self.found);
    }

    /// How many findings it knows, in how many files.
    pub(super) fn size(&self) -> (usize, usize) {
        let files: BTreeSet<&String> = self.known.keys().map(|key| &key.0).collect();
        let findings = self.known.values().copied();
        (findings.fold(0, usize::saturating_add), files.len())
    }

    /// Writes it where `args` want that, and says what is gone; the exit code that this asks for.
    pub(super) fn finish(
        &mut self,
        args: &KeepingArgs,
        err: &mut dyn io::Write,
    ) -> io::Result<Option<u8>> {
        if let Some(path) = &args.write_baseline {
            self.take_found();
            let (findings, files) = self.size();
            let what = format!("{} in {}", count(findings, "finding"), count(files, "file"));
            return self.write(path, &what, err);
        }
        let stale = self.stale();
        let Some(path) = args.baseline.as_ref().filter(|_| stale > 0) else {
            return Ok(None);
        };
        let gone = count(stale, "finding");
        if args.prune_baseline {
            self.prune();
            return self.write(
                path,
                &format!("{gone} taken out that {} gone", are(stale)),
                err,
            );
        }
        let hint = "--prune-baseline takes them out";
        writeln!(
            err,
            "note: {}: {gone} in it {} gone; {hint}",
            shown(path),
            are(stale)
        )?;
        Ok(args.strict_baseline.then_some(1))
    }

    /// Writes it to `path`, and says `what` was done; exit code 2 when it cannot be written.
    fn write(&self, path: &Path, what: &str, err: &mut dyn io::Write) -> io::Result<Option<u8>> {
        let mut none = io::sink();
        let written = OutFile::create(path, &mut none).and_then(|mut out| {
            io::Write::write_all(&mut out, self.to_json().as_bytes())?;
            out.keep()
        });
        match written {
            Ok(()) => writeln!(err, "note: {}: {what}", shown(path)).map(|()| None),
            Err(error) => {
                writeln!(err, "error: {}: cannot be written: {error}", shown(path))?;
                Ok(Some(2))
            }
        }
    }

    /// The file: sorted, one entry a line, so that changes to it can be reviewed.
    pub(super) fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"schema\": {SCHEMA},\n  \"entries\": [");
        for (i, ((path, code, fingerprint), count)) in self.known.iter().enumerate() {
            let entry = FileEntry {
                path: path.clone(),
                code: code.clone(),
                fingerprint: fingerprint.clone(),
                count: *count,
            };
            let comma = if i > 0 { "," } else { "" };
            // Strings and a number can always be written.
            let json = serde_json::to_string(&entry).unwrap_or_default();
            let _ = write!(out, "{comma}\n    {json}");
        }
        let end = if self.known.is_empty() { "" } else { "\n  " };
        let _ = writeln!(out, "{end}]\n}}");
        out
    }
}

fn count(n: usize, name: &str) -> String {
    format!("{n} {name}{}", if n == 1 { "" } else { "s" })
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn shown(path: &Path) -> String {
    crate::output::printable(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Config, lint};

    const BROKEN: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 RTP/AVP 0\r\na=fmtp:97 x\r\na=fmtp:97 x\r\na=fmtp:98 x\r\n";

    fn found(text: &[u8]) -> Vec<Diagnostic> {
        lint(text, &Config::default())
    }

    fn new_ones(baseline: &mut Baseline, path: &Path, text: &[u8]) -> usize {
        let mut findings = found(text);
        baseline.mark(path, &mut findings);
        findings.iter().filter(|d| d.suppression.is_none()).count()
    }

    #[test]
    fn only_new_or_more_count() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("base.json");
        let path = dir.path().join("a.sdp");
        let mut first = Baseline::new(&file);
        let all = new_ones(&mut first, &path, BROKEN);
        assert!(all >= 3);
        first.take_found();
        fs::write(&file, first.to_json()).unwrap();
        let read = || Baseline::read(&file).unwrap();
        assert_eq!(read().to_json(), first.to_json());
        assert_eq!(read().size(), (all, 1));
        assert_eq!(new_ones(&mut read(), &path, BROKEN), 0);
        let one_more = [BROKEN, b"a=fmtp:97 x\r\n"].concat();
        let findings = new_ones(&mut read(), &path, &one_more);
        assert!(findings >= 1);
        assert_eq!(
            new_ones(&mut read(), &dir.path().join("b.sdp"), BROKEN),
            all
        );
    }

    #[test]
    fn what_is_gone_can_be_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sdp");
        let other = dir.path().join("b.sdp");
        fs::write(&other, BROKEN).unwrap();
        let mut baseline = Baseline::new(&dir.path().join("base.json"));
        let all = new_ones(&mut baseline, &path, BROKEN);
        new_ones(&mut baseline, &other, BROKEN);
        baseline.take_found();
        baseline.checked.clear();
        assert_eq!(
            baseline.stale(),
            all,
            "a.sdp is not on disk, b.sdp is but was not checked"
        );
        let less = BROKEN.strip_suffix(b"a=fmtp:98 x\r\n").unwrap();
        new_ones(&mut baseline, &path, less);
        let gone = all - found(less).len();
        assert!(gone > 0);
        assert_eq!(baseline.stale(), gone);
        baseline.prune();
        assert_eq!((baseline.stale(), baseline.size().0), (0, 2 * all - gone));
    }

    #[test]
    fn no_count_is_too_large() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("base.json");
        let entry = |code: &str| {
            let most = usize::MAX;
            format!(r#"{{"path":"a","code":"{code}","fingerprint":"0","count":{most}}}"#)
        };
        let entries = [entry("A"), entry("A"), entry("B")].join(",");
        fs::write(&file, format!(r#"{{"schema":1,"entries":[{entries}]}}"#)).unwrap();
        let baseline = Baseline::read(&file).unwrap();
        assert_eq!(baseline.size(), (usize::MAX, 1));
        assert_eq!(baseline.stale(), usize::MAX);
    }

    #[test]
    fn what_is_no_baseline_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("b.json");
        let why = |text: &str| {
            fs::write(&file, text).unwrap();
            Baseline::read(&file).unwrap_err()
        };
        assert!(why("{").contains("not a baseline"));
        assert!(why(r#"{"schema":2,"entries":[]}"#).contains("schema 2"));
        assert!(why("{").lines().count() == 1);
        let missing = Baseline::read(&dir.path().join("none")).unwrap_err();
        assert!(missing.contains("--write-baseline"));
    }
}
