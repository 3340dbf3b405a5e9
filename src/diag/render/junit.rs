//! JUnit's XML: a test suite a description, a test case a finding, or one that passed.

use super::xml::{attribute, escape};
use super::{Checked, Format, Options, Render, Tally, inside};
use crate::diag::{Diagnostic, Severity};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "junit",
    help: "JUnit's XML",
    is_log: false,
    new: |options| Box::new(Junit::new(options)),
};

/// Collects suites, because how many there are comes first.
#[derive(Debug)]
struct Junit {
    /// What is less bad does not fail its test case.
    fail_from: Severity,
    suites: String,
    tests: usize,
    failures: usize,
}

impl Junit {
    fn new(options: &Options<'_>) -> Self {
        Self {
            fail_from: options.fail_from,
            suites: String::new(),
            tests: 0,
            failures: 0,
        }
    }

    fn open(&mut self, name: &str, tests: usize, failures: usize, errors: usize) {
        self.tests += tests;
        self.failures += failures;
        let out = &mut self.suites;
        out.push_str("  <testsuite");
        attribute(out, "name", name);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            " tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\">"
        );
    }

    fn case(&mut self, checked: &Checked<'_>, d: &Diagnostic) {
        let source = checked.sources().of(&d.primary);
        let place = source.place(&d.primary.span);
        let at = place.start;
        let fails = d.severity >= self.fail_from;
        let out = &mut self.suites;
        out.push_str("    <testcase");
        attribute(out, "classname", place.path);
        let name = format!("{} {} {}:{}", d.code, d.name, at.line, at.column);
        attribute(out, "name", &name);
        attribute(out, "file", place.path);
        attribute(out, "line", &at.line.to_string());
        out.push_str(">\n");
        let element = if fails { "failure" } else { "system-out" };
        let _ = write!(out, "      <{element}");
        if fails {
            attribute(out, "type", d.severity.as_str());
            attribute(out, "message", &d.message);
        }
        out.push('>');
        let place = format!("{}:{}:{}: ", place.path, at.line, at.column);
        escape(out, &place);
        if !fails {
            escape(out, &format!("{}: ", d.severity));
        }
        escape(out, &d.one_line(checked.sources()));
        let inside = inside(source, &d.primary.span, ", ").map(|i| format!("in {i}"));
        let fix = d.fix.as_ref().map(|fix| &fix.title);
        let help = d.help.iter().chain(fix).map(|h| format!("help: {h}"));
        let spec = (!d.spec.is_empty()).then(|| format!("spec: {}", d.spec.join(", ")));
        for line in inside.into_iter().chain(help).chain(spec) {
            out.push('\n');
            escape(out, &line);
        }
        let _ = write!(out, "</{element}>\n    </testcase>\n");
    }
}

impl Render for Junit {
    fn add(&mut self, _: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        let source = checked.source();
        let mut name = source.name().to_owned();
        let start = checked.start();
        match source.pointer() {
            Some(pointer) => {
                let _ = write!(name, "#{pointer}");
            }
            None if source.position(start).line > 1 => {
                let _ = write!(name, ":{}", source.position(start).line);
            }
            None => {}
        }
        let tests = checked.findings().count();
        let fail_from = self.fail_from;
        let failures = checked
            .findings()
            .filter(|d| d.severity >= fail_from)
            .count();
        self.open(&name, tests.max(1), failures, 0);
        for d in checked.findings() {
            self.case(checked, d);
        }
        if tests == 0 {
            self.suites.push_str("    <testcase");
            attribute(&mut self.suites, "classname", source.name());
            self.suites.push_str(" name=\"nothing found\"/>\n");
        }
        self.suites.push_str("  </testsuite>\n");
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        for (name, reason) in &tally.unreadable {
            self.open(name, 1, 0, 1);
            self.suites.push_str("    <testcase");
            attribute(&mut self.suites, "classname", name);
            self.suites.push_str(" name=\"can be read\">\n      <error");
            attribute(&mut self.suites, "message", reason);
            self.suites
                .push_str("/>\n    </testcase>\n  </testsuite>\n");
        }
        writeln!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"rtcscope lint\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n\
             {}</testsuites>",
            self.tests,
            self.failures,
            tally.unreadable.len(),
            self.suites
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn only_what_fails_the_run_fails_its_case() {
        let mut error = sample::diagnostic();
        error.severity = Severity::Error;
        let two = [sample::diagnostic(), error];
        let shown = sample::print(FORMAT, "x.sdp", sample::TEXT, &two);
        let document = roxmltree::Document::parse(&shown).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("tests"), Some("2"));
        assert_eq!(root.attribute("failures"), Some("1"));
        let count = |name| {
            document
                .descendants()
                .filter(|n| n.has_tag_name(name))
                .count()
        };
        assert_eq!(
            (count("testcase"), count("failure"), count("system-out")),
            (2, 1, 1)
        );
        let failure = document
            .descendants()
            .find(|n| n.has_tag_name("failure"))
            .unwrap();
        assert!(
            failure
                .text()
                .unwrap()
                .contains("x.sdp:3:11: `a=rtcp-fb` names")
        );
        assert!(
            failure
                .text()
                .unwrap()
                .contains("\nhelp: drop the line\nspec: RFC 4585")
        );
    }

    #[test]
    fn a_suite_a_description_and_one_for_what_cannot_be_read() {
        let shown = sample::print_recorded(FORMAT);
        let document = roxmltree::Document::parse(&shown).unwrap();
        let suites: Vec<_> = document
            .descendants()
            .filter_map(|n| n.attribute("name").filter(|_| n.has_tag_name("testsuite")))
            .collect();
        assert_eq!(suites, ["call.har#/a", "call.har#/b"]);
        assert!(shown.contains("name=\"nothing found\""));
        let tally = Tally {
            unreadable: vec![("gone".to_owned(), "no such file".to_owned())],
            ..Tally::default()
        };
        let shown = sample::print_all(FORMAT, &tally, &[]);
        let document = roxmltree::Document::parse(&shown).unwrap();
        assert_eq!(document.root_element().attribute("errors"), Some("1"));
    }
}
