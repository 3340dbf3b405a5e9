//! A capture read from end to end, and once more where its keys stand behind the packets that need them.

use super::{Analysis, Analyzer, FileFacts, Options};
use crate::capture::Capture;
use crate::keys::Secrets;
use std::sync::Arc;

/// What came of reading a capture.
#[derive(Debug)]
pub struct Reading {
    /// The model.
    pub analysis: Analysis,
    /// What was given to decrypt with, and what the capture itself held: for whoever reads it again.
    pub secrets: Arc<Secrets>,
}

/// Analyses all of `capture`, and what `again` opens instead if secrets in the file came too late for some
/// of its packets; `again` gives none for what cannot be read twice, which is then said among the problems.
/// `each` is called after every packet.
pub fn read(
    mut capture: Capture,
    options: Options,
    again: impl FnOnce() -> Option<Capture>,
    mut each: impl FnMut(&Capture),
) -> Reading {
    let mut analyzer = fold(&mut capture, options.clone(), &mut each);
    let late = analyzer.late_sessions();
    if late > 0 {
        match again() {
            Some(second) => {
                let secrets = analyzer.secrets();
                capture = second;
                analyzer = fold(&mut capture, Options { secrets, ..options }, &mut each);
            }
            None => analyzer.say_secrets_came_late(late),
        }
    }
    analyzer.describe_file(FileFacts::of(&capture));
    Reading {
        secrets: analyzer.secrets(),
        analysis: analyzer.finish(),
    }
}

fn fold(capture: &mut Capture, options: Options, each: &mut impl FnMut(&Capture)) -> Analyzer {
    let mut analyzer = Analyzer::of(capture, options);
    while analyzer.take(capture) {
        each(capture);
    }
    analyzer
}

impl Analyzer {
    /// An analyser for the packets of `capture`: what its header says of the media counts from the first
    /// one on.
    pub fn of(capture: &Capture, options: Options) -> Self {
        let mut analyzer = Self::new(options);
        analyzer.describe_file(FileFacts::of(capture));
        analyzer
    }
}
