//! `--fix` and `--diff`: what becomes of a file whose findings have fixes.

use super::args::KeepingArgs;
use super::difference::{self, Reader};
use super::mend::{Judge, Mended, mend};
use crate::cli::lint::inputs::Input;
use crate::cli::outfile::rewrite;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// What fixing came to, over all files.
#[derive(Debug, Default)]
pub(in crate::cli::lint) struct Fixing {
    /// Fixes that were made, or would be.
    pub(in crate::cli::lint) fixes: usize,
    /// Files that were changed, or would be.
    pub(in crate::cli::lint) files: usize,
    /// Files that must not be changed.
    pub(in crate::cli::lint) refused: usize,
    /// What was named to be fixed; links among it are meant.
    named: Vec<PathBuf>,
    /// Standard input with its fixes.
    pub(in crate::cli::lint) stdin: Option<Vec<u8>>,
}

impl Fixing {
    /// For what was given as `paths`.
    pub(in crate::cli::lint) fn of_named(paths: &[PathBuf]) -> Self {
        Self {
            named: paths.to_vec(),
            ..Self::default()
        }
    }

    /// Whether `input` is a link that a walk came by: what it points to may lie anywhere.
    fn is_strange_link(&self, input: &Input) -> bool {
        let file = input
            .file
            .as_ref()
            .filter(|file| !self.named.contains(file));
        let data = file.and_then(|file| fs::symlink_metadata(file).ok());
        data.is_some_and(|data| data.is_symlink())
    }

    /// Fixes `input`, or prints to `out` what that would change; what it is like then.
    ///
    /// # Errors
    /// What the streams could not take; a file that could not be written is told as a reason.
    pub(in crate::cli::lint) fn fix(
        &mut self,
        args: &KeepingArgs,
        input: Input,
        judge: &mut Judge<'_>,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> io::Result<Result<Input, String>> {
        if let Some(evidence) = input.found.iter().find(|found| found.kind.is_evidence()) {
            self.refused += 1;
            let kind = evidence.kind.as_str();
            let why = "a record of what happened, which is never changed";
            writeln!(err, "error: {}: {kind}: {why}", input.name)?;
            return Ok(Ok(input));
        }
        let before = input.text.clone();
        let is_stdin = input.file.is_none();
        let linked = self.is_strange_link(&input).then(|| input.clone());
        let Mended {
            input,
            applied,
            notes,
        } = mend(input, args.unsafe_fixes, judge);
        if let Some(linked) = linked {
            if applied > 0 {
                let why = "not fixed: a link in a folder; name it to fix what it points to";
                writeln!(err, "note: {}: {why}", linked.name)?;
            }
            return Ok(Ok(linked));
        }
        for note in notes {
            writeln!(err, "note: {}: {note}", input.name)?;
        }
        if args.diff {
            if difference::write(out, &input.name, &before, &input.text, Reader::of_process())? {
                let why =
                    "the difference has stars where keys are, and cannot be applied: use --fix";
                writeln!(err, "note: {}: {why}", input.name)?;
            }
        } else if is_stdin {
            self.stdin = Some(input.text.clone());
        } else if input.text != before
            && let Err(reason) = write_back(&input, &before)
        {
            return Ok(Err(reason));
        }
        self.fixes += applied;
        self.files += usize::from(input.text != before);
        Ok(Ok(input))
    }

    /// Says what `--diff` came to, and with which code to exit.
    pub(in crate::cli::lint) fn conclude_diff(&self, err: &mut dyn Write) -> io::Result<u8> {
        let count = |n: usize, name: &str| format!("{n} {name}{}", if n == 1 { "" } else { "s" });
        match self.fixes {
            0 => writeln!(err, "note: nothing would be fixed")?,
            n => writeln!(
                err,
                "note: {} would be fixed in {}",
                count(n, "finding"),
                count(self.files, "file")
            )?,
        }
        Ok(u8::from(self.files > 0))
    }
}

/// Writes `input` where it was read, if that still holds what was read.
fn write_back(input: &Input, before: &[u8]) -> Result<(), String> {
    let Some(path) = &input.file else {
        return Ok(());
    };
    match fs::read(path) {
        Ok(now) if now == before => {}
        Ok(_) => return Err("not fixed: it is compressed, or was changed meanwhile".to_owned()),
        Err(error) => return Err(format!("cannot be read again: {}", error.kind())),
    }
    rewrite(path, &input.text).map_err(|error| format!("cannot be written: {}", error.kind()))
}
