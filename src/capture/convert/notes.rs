//! What is wrong with a dump, said by whoever converts it to whoever reads the result: the two may
//! be in different threads.

use crate::capture::problems::Problems;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A shared list of problems, bounded.
#[derive(Clone, Debug, Default)]
pub(in crate::capture) struct Notes(Arc<Mutex<Problems>>);

impl Notes {
    /// Notes a problem at this byte of the dump.
    #[cold]
    pub(super) fn report(&self, code: &'static str, offset: u64, message: fmt::Arguments<'_>) {
        let mut problems = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        problems.report(code, None, Some(offset), message);
    }

    /// Notes a problem of the dump as a whole.
    #[cold]
    pub(super) fn report_all(&self, code: &'static str, message: fmt::Arguments<'_>) {
        let mut problems = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        problems.report(code, None, None, message);
    }

    /// Moves what was noted since the last time.
    pub(in crate::capture) fn drain(&self, into: &mut Problems) {
        let mut new = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if new.count() > 0 {
            into.absorb(std::mem::take(&mut *new));
        }
    }
}
