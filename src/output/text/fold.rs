//! Folds lines that are wider than the report may be, so that it reads the same in any terminal of
//! 120 columns. What is written through it need not count columns.

use std::io::{self, Write};

/// Columns of the report.
pub(super) const WIDTH: usize = 120;
/// A line filled this far is ended early rather than in the middle of a clause.
const FILLED: usize = 60;

/// Passes on whole lines, the long ones folded. What is not ended by a line feed waits for `flush`.
pub(super) struct Folding<'a> {
    out: &'a mut dyn Write,
    line: Vec<u8>,
}

impl<'a> Folding<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            line: Vec::new(),
        }
    }
}

impl Write for Folding<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let text = String::from_utf8_lossy(&self.line);
                self.out.write_all(fold(&text).as_bytes())?;
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.line);
        self.out
            .write_all(fold(&String::from_utf8_lossy(&rest)).as_bytes())?;
        self.out.flush()
    }
}

/// The line in as many as it takes, broken behind commas and semicolons where that leaves no short
/// line, else between words. A word that is longer than a line stays whole.
fn fold(line: &str) -> String {
    if columns(line.trim_end()) <= WIDTH {
        return line.to_owned();
    }
    let indent = match line.chars().take_while(|c| *c == ' ').count() {
        0 => 2,
        n => (n + 2).max(8),
    };
    let mut out = String::with_capacity(line.len() + 64);
    let mut column = 0;
    for clause in clauses(line) {
        if column >= FILLED && column + columns(clause.concat().trim_end()) > WIDTH {
            column = next_line(&mut out, indent);
        }
        for word in clause {
            let blank = out.trim_start().is_empty() || column == indent;
            if !blank && column + columns(word.trim_end()) > WIDTH {
                column = next_line(&mut out, indent);
            }
            out.push_str(word);
            column += columns(word);
        }
    }
    out
}

fn next_line(out: &mut String, indent: usize) -> usize {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    indent
}

/// The words, each with the space behind it, grouped up to commas and semicolons.
fn clauses(line: &str) -> Vec<Vec<&str>> {
    let mut all = vec![Vec::new()];
    for word in line.split_inclusive(' ') {
        if let Some(last) = all.last_mut() {
            last.push(word);
        }
        if word.ends_with(", ") || word.ends_with("; ") {
            all.push(Vec::new());
        }
    }
    all
}

/// Columns that a text takes: escape sequences take none.
fn columns(text: &str) -> usize {
    let mut escape = false;
    let shown = |c: &char| match (escape, *c) {
        (false, '\x1b') => {
            escape = true;
            false
        }
        (true, 'm') => {
            escape = false;
            false
        }
        (within, c) => !within && c != '\n',
    };
    text.chars().filter(shown).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut folding = Folding::new(&mut out);
        // In odd parts, as `write!` gives them.
        for part in text.as_bytes().chunks(7) {
            folding.write_all(part).unwrap();
        }
        folding.flush().unwrap();
        let out = String::from_utf8(out).unwrap();
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn short_lines_stay_as_they_are() {
        let text = format!("a\n\n  b   c  \n{}\nend", "x".repeat(WIDTH));
        assert_eq!(folded(&text), text.lines().collect::<Vec<_>>());
    }

    #[test]
    fn a_long_line_is_broken_behind_a_comma_and_goes_on_below_its_first_fact() {
        let facts: Vec<String> = (0..12).map(|n| format!("fact number {n}")).collect();
        let lines = folded(&format!("  DTLS  {}", facts.join(", ")));
        assert!(lines[0].ends_with("fact number 6,"), "{lines:?}");
        assert_eq!(lines[1].find("fact number 7"), Some(8));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_long_clause_is_broken_between_words_and_a_long_word_is_not() {
        let lines = folded(&format!("problem: {}", "word ".repeat(60)));
        assert!(lines.len() == 3 && lines.iter().all(|l| columns(l) <= WIDTH));
        let word = "w".repeat(300);
        assert_eq!(folded(&word), std::slice::from_ref(&word));
        assert_eq!(folded(&format!("file {word}"))[1].trim(), word);
    }

    #[test]
    fn colours_take_no_columns_and_nothing_is_lost() {
        let text = format!("      \x1b[2m{}\x1b[0m", "w ".repeat(57).trim_end());
        assert_eq!(folded(&text), std::slice::from_ref(&text));
        let long = format!("      \x1b[2m{}\x1b[0m", "word, ".repeat(40).trim_end());
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&folded(&long).join(" ")), words(&long));
    }
}
