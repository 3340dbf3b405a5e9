//! What every input goes through: being found, the rules, being explained, being printed and mended.

use rtcscope::diag::{Container, Diagnostic, Edit, Source, Sources, apply, render, replace};
use rtcscope::hosts::{self, Found, Text};
use rtcscope::lint::{Config, Linter, Part, Profile, Report};
use rtcscope::meaning::{Meaning, diff, lines, words};
use rtcscope::sdp::{Description, Role};
use std::collections::BTreeMap;

/// What an input came to, to be counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Came {
    /// Descriptions in it.
    pub(crate) descriptions: usize,
    /// What was found in them.
    pub(crate) findings: usize,
    /// Fixes that were made.
    pub(crate) fixes: usize,
}

/// Linters that run every rule there is, for the profiles between them.
pub(crate) fn linters() -> Vec<Linter> {
    [Profile::Jsep, Profile::Browser, Profile::Whip, Profile::Sip]
        .into_iter()
        .map(|profile| {
            Linter::new(Config {
                profile,
                preview: true,
                extend_select: vec!["advice".to_owned()],
                ..Config::default()
            })
        })
        .collect()
}

/// Takes the file `name` that holds `bytes` all the way. `turn` says what is done of what need not be
/// done with each input: which format prints it, and whether it is explained and mended.
pub(crate) fn go(linter: &Linter, name: &str, bytes: &[u8], turn: usize) -> Came {
    let mut came = Came::default();
    let Ok(all) = hosts::find(name, bytes) else {
        return came;
    };
    let file = Source::new(name, bytes);
    let mut edits: Vec<Vec<Edit>> = Vec::new();
    for session in sessions(&all) {
        let parts: Vec<Part<'_>> = session.iter().map(|found| part(found, bytes)).collect();
        let reports = linter.check(&parts);
        assert_eq!(reports.len(), parts.len());
        let sources: Vec<Source<'_>> = session
            .iter()
            .map(|found| source(found, name, &file))
            .collect();
        for (found, report) in session.iter().zip(&reports) {
            came.descriptions += 1;
            came.findings += report.diagnostics.len();
            lie_inside(report, &parts);
            let fixes = report.diagnostics.iter().filter_map(|d| d.fix.as_ref());
            edits.extend(fixes.filter_map(|fix| {
                fix.edits
                    .iter()
                    .map(|e| found.edit(e))
                    .collect::<Option<_>>()
            }));
        }
        print(&sources, &reports, turn);
        if turn.is_multiple_of(4) {
            explain(&parts);
        }
        if turn % 4 == 1 {
            came.fixes += mend(linter, &parts, &reports);
        }
    }
    if turn % 4 == 2 {
        let (fixed, applied) = replace(bytes, edits.iter().map(Vec::as_slice));
        let _ = hosts::find(name, &fixed);
        came.fixes += applied;
    }
    came
}

fn sessions(all: &[Found]) -> Vec<Vec<&Found>> {
    let mut threads: BTreeMap<&str, Vec<&Found>> = BTreeMap::new();
    let mut sessions = Vec::new();
    for found in all {
        match &found.thread {
            Some(thread) => threads.entry(thread).or_default().push(found),
            None => sessions.push(vec![found]),
        }
    }
    sessions.extend(threads.into_values());
    sessions
}

fn part<'f>(found: &'f Found, file: &'f [u8]) -> Part<'f> {
    let (text, range) = match &found.text {
        Text::InPlace(range) => (file, range.clone()),
        Text::Extracted { bytes, .. } => (bytes.as_slice(), 0..bytes.len()),
    };
    assert!(text.get(range.clone()).is_some());
    Part {
        role: found.role,
        side: found.side,
        holes: &found.holes,
        is_fragment: found.is_fragment,
        ..Part::new(text, range)
    }
}

fn source<'f>(found: &'f Found, name: &'f str, file: &'f Source<'f>) -> Source<'f> {
    let source = match &found.text {
        Text::InPlace(_) => file.clone(),
        Text::Extracted { bytes, map } => Source::new(name, bytes).inside(Container { file, map }),
    };
    source
        .at(found.pointer.as_deref())
        .of_kind(found.kind.as_str())
}

/// Every place that a finding speaks of lies in the text it names.
fn lie_inside(report: &Report, parts: &[Part<'_>]) {
    for d in &report.diagnostics {
        let own = parts[d.primary.source].text.len();
        for label in d.secondary.iter().chain([&d.primary]) {
            let length = parts[label.source].text.len();
            assert!(
                label.span.start <= label.span.end && label.span.end <= length,
                "{d:?}"
            );
        }
        for edit in d.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(
                edit.span.start <= edit.span.end && edit.span.end <= own,
                "{d:?}"
            );
        }
        assert!(
            !d.message.is_empty() && !d.message.contains(char::is_control),
            "{d:?}"
        );
    }
}

/// Prints what was found, in the format whose turn it is.
fn print(sources: &[Source<'_>], reports: &[Report], turn: usize) {
    let Some(all) = Sources::new(sources) else {
        return;
    };
    let options = render::Options {
        color: false,
        fail_from: rtcscope::diag::Severity::Error,
        rules: &Vec::new,
    };
    let format = &render::FORMATS[turn % render::FORMATS.len()];
    let mut out = Vec::new();
    let mut printer = (format.new)(&options);
    printer.begin(&mut out).unwrap();
    let mut tally = render::Tally::default();
    for (report, source) in reports.iter().zip(sources) {
        tally.add(&report.diagnostics, report.webrtc, report.dropped);
        let checked = render::Checked::new(all, source, report.range.start, &report.diagnostics);
        printer.add(&mut out, &checked).unwrap();
    }
    printer.finish(&mut out, &tally).unwrap();
    let text = std::str::from_utf8(&out).unwrap();
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    assert!(
        !text.contains(steers),
        "{}: a control character came through",
        format.name
    );
    if matches!(format.name, "json" | "sarif" | "gitlab") {
        serde_json::from_str::<serde_json::Value>(text).unwrap();
    }
}

/// Says what the descriptions mean, line by line and as a whole, and how they differ.
fn explain(parts: &[Part<'_>]) {
    let mut before: Option<Meaning> = None;
    for part in parts {
        let description = Description::parse_at(&part.text[part.range.clone()], part.range.start);
        let meaning = Meaning::of(&description).said_as(part.role.or(Some(Role::Offer)));
        let told = words::describe(&meaning);
        assert!(!told.contains(|c: char| c.is_control() && c != '\n'));
        let explained = lines::explained(&description).count();
        assert_eq!(explained, description.lines().len());
        assert!(
            diff::changes(&meaning, &meaning).is_empty(),
            "it differs from itself"
        );
        if let Some(before) = &before {
            let there = diff::changes(before, &meaning);
            assert_eq!(there.is_empty(), diff::changes(&meaning, before).is_empty());
        }
        before = Some(meaning);
    }
}

/// Makes the fixes; the safe ones must settle.
fn mend(linter: &Linter, parts: &[Part<'_>], reports: &[Report]) -> usize {
    let (Some(part), Some(report)) = (parts.last(), reports.last()) else {
        return 0;
    };
    let own = |d: &&Diagnostic| d.fix.is_some();
    let findings: Vec<Diagnostic> = report.diagnostics.iter().filter(own).cloned().collect();
    let (_, all) = apply(part.text, &findings, true);
    let found = |text: &[u8]| {
        let reports = linter.lint(text, part.role);
        reports
            .into_iter()
            .flat_map(|r| r.diagnostics)
            .collect::<Vec<_>>()
    };
    let mut text = part.text[part.range.clone()].to_vec();
    for _ in 0..12 {
        let (next, applied) = apply(&text, &found(&text), false);
        if applied == 0 {
            return all;
        }
        text = next;
    }
    panic!("fixes do not settle: {}", String::from_utf8_lossy(&text));
}
