//! Reports of an [`Analysis`]: JSON for programs, text for people. They read the model and
//! write; nothing is computed here that another presenter would have to compute again.

pub mod csv;
pub mod json;
pub(crate) mod keys;
pub(crate) mod loss;
pub(crate) mod media;
pub mod messages;
pub mod schema;
pub mod text;
pub mod timeline;

pub use crate::chars::printable;

use crate::analysis::Analysis;
use std::io;

/// A way to write a report.
pub trait Presenter {
    /// Writes the report of the capture `file` (its name as given).
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()>;
}
