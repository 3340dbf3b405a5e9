//! Session descriptions and what the linter says about them.

use super::printable;
use rtcscope::analysis::Descriptions;
use rtcscope::diag::{self, Diagnostic, Source};
use rtcscope::lint::{Config, Linter, Profile};
use rtcscope::sdp::{Description, find_descriptions};
use std::ops::Range;

/// Where descriptions begin, and every byte of each; and what they say of media.
pub fn sdp(data: &[u8]) {
    let mut last = 0;
    for range in find_descriptions(data) {
        assert!(last <= range.start, "descriptions overlap");
        inside(&range, data);
        last = range.end;
        description(&data[range.clone()], range.start);
    }
    description(data, 0);
    let mut told = Descriptions::default();
    let added = told.add("fuzz", data);
    assert_eq!(added == 0, told.is_empty());
}

fn description(data: &[u8], base: usize) {
    let description = Description::parse_at(data, base);
    let mut at = None;
    for line in description.lines() {
        let start = line.text().start();
        assert!(at.is_none_or(|at| at == start), "lines follow each other");
        at = Some(start + line.full_len());
        line.attribute_value();
    }
    assert!(at.is_none_or(|end| end == base + data.len()));
    let in_sections: usize = description.sections().map(|s| s.lines().len()).sum();
    assert_eq!(in_sections, description.lines().len());
}

/// All rules, their renderings, and their fixes.
pub fn lint(data: &[u8]) {
    for profile in [Profile::Jsep, Profile::Sip] {
        let linter = Linter::new(Config {
            profile,
            ..Config::default()
        });
        for report in linter.lint(data, None) {
            inside(&report.range, data);
            for diagnostic in &report.diagnostics {
                check(diagnostic, data);
            }
            render(data, &report.diagnostics);
            for and_unsafe in [false, true] {
                let (fixed, _) = diag::apply(data, &report.diagnostics, and_unsafe);
                linter.lint(&fixed, None);
            }
        }
    }
}

fn check(diagnostic: &Diagnostic, data: &[u8]) {
    inside(&diagnostic.primary.span, data);
    printable(&diagnostic.message);
    for help in &diagnostic.help {
        printable(help);
    }
    for edit in diagnostic.fix.iter().flat_map(|fix| &fix.edits) {
        inside(&edit.span, data);
    }
}

fn render(data: &[u8], diagnostics: &[Diagnostic]) {
    let source = Source::new("fuzz.sdp", data);
    let mut out = Vec::new();
    diag::render::concise::write(&mut out, diag::Sources::one(&source), diagnostics)
        .expect("writing to memory");
    let text = String::from_utf8(out).expect("output is UTF-8");
    text.lines().for_each(printable);
}

fn inside(range: &Range<usize>, data: &[u8]) {
    assert!(
        range.start <= range.end && range.end <= data.len(),
        "{range:?}"
    );
}
