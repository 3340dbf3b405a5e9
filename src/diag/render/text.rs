//! The report for people: source lines with the place underlined, and what to do.

use super::harmless::printable;
use super::{Checked, Format, Render, Tally, inside};
use crate::chars::steers;
use crate::diag::commands::broken;
use crate::diag::secrets::hidden;
use crate::diag::{Diagnostic, Edit, Fix, Label, Severity, Source, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::ops::Range;

/// More of one code than this in one description …
const MANY: usize = 5;
/// … and only so many are shown.
const SHOWN: usize = 3;
/// Lines are trimmed around the underlined place to this many columns.
const WIDTH: usize = 110;
/// What a diagnostic touches is given to the printer, which takes its time, whole up to this many
/// bytes; of more only …
const LONGEST: usize = 256 << 10;
/// … so many bytes before and after the beginning of the underlined place.
const AROUND: usize = 1024;

/// The format.
pub const FORMAT: Format = Format {
    name: "text",
    help: "With source lines, for people",
    is_log: true,
    new: |options| Box::new(Text::new(options.color)),
};

/// Writes diagnostics and remembers which codes it has explained.
#[derive(Debug)]
pub struct Text {
    renderer: Renderer,
    explained: BTreeSet<&'static str>,
}

impl Text {
    /// A writer, with colours or without.
    pub fn new(color: bool) -> Self {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Self {
            renderer: renderer.term_width(WIDTH),
            explained: BTreeSet::new(),
        }
    }

    fn write_one(
        &mut self,
        out: &mut dyn Write,
        sources: Sources<'_, '_>,
        d: &Diagnostic,
    ) -> io::Result<()> {
        let level = match d.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let source = sources.of(&d.primary);
        let window = Window::of(source, d);
        let name = printable(source.name());
        let here = needs_header(source, &window);
        let snippet = Snippet::source(&window.text)
            .line_start(window.line)
            .path((!here).then_some(&*name))
            .annotation(
                AnnotationKind::Primary
                    .span(window.map(&d.primary.span))
                    .label(printable(&d.primary.text)),
            )
            .annotations(
                d.secondary
                    .iter()
                    .filter(|l| l.source == d.primary.source && window.shows(&l.span))
                    .map(|l| {
                        AnnotationKind::Context
                            .span(window.map(&l.span))
                            .label(printable(&l.text))
                    }),
            );
        let origin = here.then(|| Origin::path(header(source, &d.primary.span)));
        let elsewhere = |l: &&Label| l.source != d.primary.source;
        let others: Vec<(&Label, Window)> = d
            .secondary
            .iter()
            .filter(elsewhere)
            .map(|label| (label, Window::of_label(sources.of(label), label)))
            .collect();
        let has_header = here || others.iter().any(|(l, w)| needs_header(sources.of(l), w));
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut main = level
            .primary_title(printable(&d.message))
            .id(d.code)
            .elements(origin)
            .element(snippet);
        for (label, window) in &others {
            let source = sources.of(label);
            let here = needs_header(source, window);
            main = main.elements(here.then(|| Origin::path(header(source, &label.span))));
            main = main.element(
                Snippet::source(&window.text)
                    .line_start(window.line)
                    .path((!here).then(|| printable(source.name())))
                    .annotation(
                        AnnotationKind::Context
                            .span(window.map(&label.span))
                            .label(printable(&label.text)),
                    ),
            );
        }
        main = main.elements(d.help.iter().map(|h| Level::HELP.message(printable(h))));
        // A patch that only adds line ends would show nothing, and one of a cut line half of it.
        let invisible = |fix: &&Fix| {
            let adds_line = |e: &Edit| e.replacement.ends_with('\n');
            window.cut || fix.edits.is_empty() || fix.edits.iter().any(adds_line)
        };
        if let Some(fix) = d.fix.as_ref().filter(invisible) {
            main = main.element(Level::HELP.message(printable(&fix.title)));
        }
        if self.explained.insert(d.code) {
            if !d.spec.is_empty() {
                let spec = d.spec.join(", ");
                main = main.element(Level::NOTE.with_name("spec").message(spec));
            }
            let explain = format!("rtcscope explain {}", d.code);
            main = main.element(Level::NOTE.with_name("explain").message(explain));
        }
        groups.push(main);
        if let Some(fix) = d.fix.as_ref().filter(|fix| !invisible(fix)) {
            let patches = fix
                .edits
                .iter()
                .map(|e| Patch::new(window.map(&e.span), without_c1(e.replacement.clone())));
            groups.push(
                Level::HELP.secondary_title(printable(&fix.title)).element(
                    Snippet::source(&window.text)
                        .line_start(window.line)
                        .patches(patches),
                ),
            );
        }
        let shown = self.renderer.render(&groups);
        // Below a header of its own, an excerpt without a path gets a mark with nothing after it.
        for line in shown
            .lines()
            .filter(|line| !(has_header && is_bare_mark(line)))
        {
            writeln!(out, "{}", broken(line))?;
        }
        writeln!(out)
    }
}

impl Render for Text {
    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        let mut counts = BTreeMap::<&str, (usize, usize)>::new();
        for d in checked.findings() {
            counts.entry(d.code).or_default().0 += 1;
        }
        for d in checked.findings() {
            let (total, shown) = counts.entry(d.code).or_default();
            *shown += 1;
            if *total > MANY && *shown > SHOWN {
                continue;
            }
            self.write_one(out, checked.sources(), d)?;
            if *total > MANY && *shown == SHOWN {
                let more = *total - SHOWN;
                writeln!(out, "... and {more} more {} here ({})\n", d.code, d.name)?;
            }
        }
        Ok(())
    }

    fn note(&mut self, out: &mut dyn Write, line: &str) -> io::Result<()> {
        writeln!(out, "{}", broken(line))
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        write!(out, "{}", tally.table())?;
        if tally.files == 0 {
            return Ok(());
        }
        writeln!(out, "{}", tally.sentence())
    }
}

/// The line above the excerpt, for texts whose own lines are not those of their file, and for cut
/// lines, of which the printer cannot tell the column.
fn header(source: &Source<'_>, span: &Range<usize>) -> String {
    let place = source.place(span);
    let (path, at) = (printable(place.path), place.start);
    let mut header = format!("{path}:{}:{}", at.line, at.column);
    if let Some(inside) = inside(source, span, " → ") {
        header += " → ";
        header += &inside;
    }
    header
}

/// Whether a line is the mark of another file, in whatever colour, without the file.
fn is_bare_mark(line: &str) -> bool {
    let mut is_code = false;
    let shown = line.chars().filter(|&c| {
        let was_code = is_code;
        is_code = c == '\x1b' || (is_code && c != 'm');
        !(was_code || is_code || c == ' ')
    });
    shown.eq(":::".chars())
}

/// Whether the printer's own header would say the wrong thing.
fn needs_header(source: &Source<'_>, window: &Window) -> bool {
    window.cut || source.pointer().is_some() || source.container().is_some()
}

/// The lines a diagnostic touches, as text, with a way from source offsets to offsets in it.
struct Window {
    /// Line number of the first line.
    line: usize,
    text: String,
    /// Offsets in the source at which text was replaced, and by how much offsets shift after it.
    shifts: Vec<(usize, usize)>,
    range: Range<usize>,
    /// Whether this is but a piece around the underlined place, of lines too long to be shown.
    cut: bool,
}

impl Window {
    fn of(source: &Source<'_>, d: &Diagnostic) -> Self {
        let spans = d
            .secondary
            .iter()
            .filter(|l| l.source == d.primary.source)
            .map(|l| &l.span)
            .chain(d.fix.iter().flat_map(|f| f.edits.iter().map(|e| &e.span)));
        Self::around(source, &d.primary.span, spans)
    }

    /// The lines of a label alone.
    fn of_label(source: &Source<'_>, label: &Label) -> Self {
        Self::around(source, &label.span, std::iter::empty())
    }

    fn around<'r>(
        source: &Source<'_>,
        primary: &Range<usize>,
        spans: impl Iterator<Item = &'r Range<usize>>,
    ) -> Self {
        let mut range = source.lines_around(primary);
        for span in spans {
            let lines = source.lines_around(span);
            range = range.start.min(lines.start)..range.end.max(lines.end);
        }
        let cut = range.len() > LONGEST;
        if cut {
            let place = primary.start..primary.start;
            let line = source.lines_around(&place);
            let at = place.start.min(source.text().len());
            let start = at.saturating_sub(AROUND).max(line.start);
            range = start..(at + AROUND).min(line.end).max(start);
        }
        let bytes = source.text().get(range.clone()).unwrap_or_default();
        let mut text = String::with_capacity(bytes.len());
        let mut shifts = Vec::new();
        let mut offset = range.start;
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            offset += chunk.valid().len() + chunk.invalid().len();
            if !chunk.invalid().is_empty() {
                text.push('\u{fffd}');
                shifts.push((offset, '\u{fffd}'.len_utf8() - chunk.invalid().len()));
            }
        }
        Self {
            line: source.position(range.start).line,
            text: bare_cr_to_lf(without_c1(hidden(&text).into_owned())),
            shifts,
            range,
            cut,
        }
    }

    /// Whether all of `span` is in it.
    fn shows(&self, span: &Range<usize>) -> bool {
        self.range.start <= span.start && span.end <= self.range.end
    }

    fn map(&self, span: &Range<usize>) -> Range<usize> {
        let one = |offset: usize| {
            let offset = offset.clamp(self.range.start, self.range.end);
            let shift: usize = self
                .shifts
                .iter()
                .take_while(|(at, _)| *at <= offset)
                .map(|(_, by)| by)
                .sum();
            let mut at = (offset - self.range.start + shift).min(self.text.len());
            // A span that begins inside an invalid sequence moves to its replacement.
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        one(span.start)..one(span.end).max(one(span.start))
    }
}

/// The snippet printer shows the control characters of ASCII, but passes on those of ISO 6429, which
/// steer some terminals, and some that turn the direction of text. What replaces them is as long.
fn without_c1(text: String) -> String {
    let passes = |c: char| !c.is_ascii() && steers(c);
    if !text.contains(passes) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.len_utf8() {
            _ if !passes(c) => out.push(c),
            2 => out.push('\u{b7}'),
            3 => out.push('\u{fffd}'),
            _ => out.push_str("\u{b7}\u{b7}"),
        }
    }
    out
}

/// The snippet printer knows LF and CRLF only.
fn bare_cr_to_lf(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let bare = c == '\r' && chars.peek() != Some(&'\n');
        out.push(if bare { '\n' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    fn render(text: &[u8], diagnostics: &[Diagnostic]) -> String {
        sample::print(FORMAT, "offer.sdp", text, diagnostics)
    }

    #[test]
    fn shows_the_place_the_context_and_the_fix() {
        assert_eq!(
            render(sample::TEXT, &[sample::diagnostic()]),
            "\
warning[SDP132]: `a=rtcp-fb` names payload type 111, which `m=audio` does not list
 --> offer.sdp:3:11
  |
1 | m=audio 9 UDP/TLS/RTP/SAVPF 0 8
  |                             --- formats listed
2 | c=IN IP4 0.0.0.0
3 | a=rtcp-fb:111 transport-cc
  |           ^^^ no payload type 111 here
  |
  = spec: RFC 4585
  = explain: rtcscope explain SDP132
help: drop the line
  |
3 - a=rtcp-fb:111 transport-cc
  |

1 warning in 1 description (1 file)
"
        );
    }

    #[test]
    fn a_description_in_a_recording_is_shown_with_both_places() {
        let shown = sample::print_recorded(FORMAT);
        assert!(
            shown.contains(" --> call.har:2:163 → /b → sdp line 3:11\n"),
            "{shown}"
        );
        assert!(
            shown.contains("call.har:2:34 → /a → sdp line 1:29\n"),
            "{shown}"
        );
        assert!(
            shown.contains("\n3 | a=rtcp-fb:111 transport-cc\n"),
            "{shown}"
        );
    }

    #[test]
    fn marks_are_known_in_colour() {
        assert!(is_bare_mark(" ::: ") && is_bare_mark("\x1b[1m\x1b[94m ::: \x1b[0m"));
        assert!(!is_bare_mark(" ::: x") && !is_bare_mark("3 | :::") && !is_bare_mark(""));
    }

    #[test]
    fn many_of_a_kind_are_counted() {
        let text = render(sample::TEXT, &vec![sample::diagnostic(); 9]);
        assert_eq!(text.matches("warning[SDP132]").count(), 3);
        assert_eq!(text.matches("explain SDP132").count(), 1);
        assert!(text.contains("... and 6 more SDP132 here"));
        let text = render(sample::TEXT, &vec![sample::diagnostic(); 5]);
        assert_eq!(text.matches("warning[SDP132]").count(), 5);
    }

    #[test]
    fn hostile_bytes_are_shown_harmless() {
        let mut d = sample::diagnostic();
        d.fix = None;
        d.secondary.clear();
        let text = b"a=\xff\xfe\x1b[2J\0\rb=\xe2\x82\n";
        for start in 0..=text.len() {
            for end in start..=text.len() {
                d.primary.span = start..end;
                let shown = render(text, std::slice::from_ref(&d));
                assert!(!shown.contains(['\x1b', '\0']), "{shown:?}");
            }
        }
    }

    #[test]
    fn of_a_huge_line_a_piece_is_shown_at_its_true_place() {
        let mut text = b"v=0\r\na=".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * LONGEST));
        text.extend(b"BAD");
        text.extend(std::iter::repeat_n(b'y', 3 * LONGEST));
        let mut d = sample::diagnostic();
        let at = 7 + 3 * LONGEST;
        d.primary.span = at..at + 3;
        d.secondary[0].span = 0..3;
        let shown = render(&text, &[d.clone()]);
        let column = at - 5 + 1;
        assert!(
            shown.contains(&format!("--> offer.sdp:2:{column}\n")),
            "{shown}"
        );
        assert!(
            shown.contains("xBADy") && shown.contains("help: drop the line"),
            "{shown}"
        );
        assert!(
            !shown.contains("formats listed") && shown.len() < 2000,
            "{shown}"
        );
        // A place as long as the line, and one inside a character.
        d.primary.span = 5..text.len();
        assert!(render(&text, &[d.clone()]).contains("--> offer.sdp:2:1\n"));
        let wide = "ü".repeat(LONGEST).into_bytes();
        for start in [0, 1, 2, LONGEST, LONGEST + 1, wide.len()] {
            d.primary.span = start..start;
            assert!(render(&wide, &[d.clone()]).contains("--> offer.sdp:1:"));
        }
    }
}
