//! What keeps the linter on in a project that is not clean: fixes.

use super::inputs::Input;
use super::sinks::Counts;
use crate::diag::{Diagnostic, apply};
use crate::hosts::{self, Kind};
use crate::lint::Linter;
use std::io::{self, Write};

/// Arguments that say what is mended.
#[derive(Clone, Debug, clap::Args)]
pub struct KeepingArgs {
    /// Apply fixes that keep the meaning
    #[arg(long)]
    pub fix: bool,
    /// With --fix, also those that change what is negotiated
    #[arg(long, requires = "fix")]
    pub unsafe_fixes: bool,
}

impl KeepingArgs {
    /// Fixes what can be fixed, in the file too; a fix may uncover another.
    pub(super) fn fix(
        &self,
        linter: &Linter,
        input: &mut Input,
        counts: &mut Counts,
        err: &mut dyn Write,
    ) -> io::Result<()> {
        let is_plain = input.found.iter().all(|found| found.kind == Kind::Raw);
        let Some(file) = input.file.as_ref().filter(|_| is_plain) else {
            return writeln!(
                err,
                "note: {} is not a file of descriptions alone, so nothing is fixed",
                input.name
            );
        };
        let mut text = input.text.clone();
        for _ in 0..10 {
            let reports = linter.lint(&text, None);
            let found: Vec<Diagnostic> = reports.into_iter().flat_map(|r| r.diagnostics).collect();
            let (fixed, applied) = apply(&text, &found, self.unsafe_fixes);
            if applied == 0 {
                break;
            }
            counts.fixed += applied;
            text = fixed;
        }
        if text == input.text {
            return Ok(());
        }
        match std::fs::write(file, &text) {
            Ok(()) => {
                input.found = hosts::find(&input.name, &text).unwrap_or_default();
                input.text = text;
                Ok(())
            }
            Err(error) => {
                let reason = format!("cannot be written: {error}");
                writeln!(err, "error: {}: {reason}", input.name)?;
                counts.unreadable.push((input.name.clone(), reason));
                Ok(())
            }
        }
    }
}
