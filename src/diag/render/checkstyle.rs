//! Checkstyle's XML, which old servers read: a `<file>` with an `<error>` a finding.

use super::xml::attribute;
use super::{Checked, Format, Render, Tally};
use crate::diag::Diagnostic;
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "checkstyle",
    help: "Checkstyle's XML",
    is_log: false,
    new: |_| Box::new(Checkstyle::default()),
};

/// Writes findings as they come; those of one file come together.
#[derive(Debug, Default)]
struct Checkstyle {
    file: Option<String>,
}

impl Checkstyle {
    fn open(&mut self, out: &mut dyn Write, path: &str) -> io::Result<()> {
        if self.file.as_deref() == Some(path) {
            return Ok(());
        }
        self.close(out)?;
        self.file = Some(path.to_owned());
        let mut line = String::from("  <file");
        attribute(&mut line, "name", path);
        writeln!(out, "{line}>")
    }

    fn close(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.file.take() {
            Some(_) => writeln!(out, "  </file>"),
            None => Ok(()),
        }
    }

    fn add_one(
        &mut self,
        out: &mut dyn Write,
        checked: &Checked<'_>,
        d: &Diagnostic,
    ) -> io::Result<()> {
        let place = checked.sources().of(&d.primary).place(&d.primary.span);
        self.open(out, place.path)?;
        let mut line = String::from("    <error");
        attribute(&mut line, "line", &place.start.line.to_string());
        attribute(&mut line, "column", &place.start.column.to_string());
        attribute(&mut line, "severity", d.severity.as_str());
        attribute(&mut line, "message", &d.one_line(checked.sources()));
        attribute(
            &mut line,
            "source",
            &format!("rtcscope.{}.{}", d.code, d.name),
        );
        writeln!(out, "{line}/>")
    }
}

impl Render for Checkstyle {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">"
        )
    }

    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        checked
            .findings()
            .try_for_each(|d| self.add_one(out, checked, d))
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        for (name, reason) in &tally.unreadable {
            self.open(out, name)?;
            let mut line = String::from("    <error line=\"1\" severity=\"error\"");
            attribute(&mut line, "message", reason);
            attribute(&mut line, "source", "rtcscope.unreadable");
            writeln!(out, "{line}/>")?;
        }
        self.close(out)?;
        writeln!(out, "</checkstyle>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn one_file_an_element() {
        let two = [sample::diagnostic(), sample::diagnostic()];
        let shown = sample::print(FORMAT, "a&b.sdp", sample::TEXT, &two);
        let document = roxmltree::Document::parse(&shown).unwrap();
        let files: Vec<_> = document
            .descendants()
            .filter(|n| n.has_tag_name("file"))
            .collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].attribute("name"), Some("a&b.sdp"));
        let errors: Vec<_> = files[0].children().filter(|n| n.is_element()).collect();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[1].attribute("line"), Some("3"));
        assert_eq!(errors[1].attribute("column"), Some("11"));
        assert_eq!(
            errors[1].attribute("source"),
            Some("rtcscope.SDP132.rtcp-fb-unlisted-payload-type")
        );
    }

    #[test]
    fn nothing_found_is_a_document_and_what_is_unreadable_is_said() {
        let tally = Tally {
            unreadable: vec![("x".to_owned(), "gone".to_owned())],
            ..Tally::default()
        };
        for tally in [Tally::default(), tally] {
            let shown = sample::print_all(FORMAT, &tally, &[]);
            let document = roxmltree::Document::parse(&shown).unwrap();
            let errors = document.descendants().filter(|n| n.has_tag_name("error"));
            assert_eq!(errors.count(), tally.unreadable.len());
        }
    }
}
