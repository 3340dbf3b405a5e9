//! Fenced code blocks of Markdown (CommonMark §4.5).

use super::super::Ignore;
use super::super::lines;
use super::super::view::View;
use std::ops::Range;

/// A fenced block.
#[derive(Debug)]
pub(super) struct Fence<'a> {
    /// The block with its fences.
    pub(super) outer: Range<usize>,
    /// What stands behind the opening fence, and where.
    info: &'a [u8],
    info_place: Range<usize>,
    /// How far the fence is indented, and with it the lines.
    pub(super) indent: &'a [u8],
    /// The lines without indentation and line ends.
    pub(super) lines: Vec<Range<usize>>,
}

impl Fence<'_> {
    /// What the block says it is.
    pub(super) fn language(&self) -> &str {
        let info = std::str::from_utf8(self.info).unwrap_or_default().trim();
        let info = info.trim_start_matches(['{', '.']);
        info.split([' ', ',', '{', '}']).next().unwrap_or_default()
    }

    /// Whether `word` is among what stands behind the fence.
    pub(super) fn says(&self, word: &str) -> bool {
        let info = std::str::from_utf8(self.info).unwrap_or_default();
        info.split([' ', ',', '{', '}'])
            .any(|part| part.trim() == word)
    }

    /// The rules that do not hold for the block: `ignore=SDP204`.
    pub(super) fn ignores(&self, view: View<'_>) -> Option<Ignore> {
        let info = std::str::from_utf8(self.info).ok()?;
        let rules = info
            .split(' ')
            .find_map(|word| word.trim().strip_prefix("ignore="))?;
        let rules = rules
            .split(',')
            .filter(|rule| !rule.is_empty())
            .map(str::to_owned);
        Some(Ignore {
            rules: rules.collect(),
            reason: String::new(),
            place: view.place(&self.info_place),
        })
    }
}

/// The fenced blocks of `text`; the last may be open.
pub(super) fn all(text: &[u8]) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut open: Option<(Fence<'_>, u8, usize)> = None;
    for line in lines::split(text, 0..text.len()) {
        let bytes = text.get(line.clone()).unwrap_or_default();
        let indent = bytes
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        let rest = bytes.get(indent..).unwrap_or_default();
        let mark = rest.first().copied().unwrap_or_default();
        let length = rest.iter().take_while(|&&b| b == mark).count();
        let is_mark = matches!(mark, b'`' | b'~') && length >= 3;
        let info = rest.get(length..).unwrap_or_default().trim_ascii();
        match &mut open {
            Some((fence, opened, long)) => {
                if is_mark && mark == *opened && length >= *long && info.is_empty() {
                    fence.outer.end = line.end;
                    fences.extend(open.take().map(|open| open.0));
                } else {
                    let cut = indent.min(fence.indent.len());
                    fence.lines.push(line.start + cut..line.end);
                    fence.outer.end = line.end;
                }
            }
            None if is_mark && !(mark == b'`' && info.contains(&b'`')) => {
                let start = line.start + indent + length;
                let fence = Fence {
                    outer: line.clone(),
                    info,
                    info_place: start..line.end,
                    indent: bytes.get(..indent).unwrap_or_default(),
                    lines: Vec::new(),
                };
                open = Some((fence, mark, length));
            }
            None => {}
        }
    }
    fences.extend(open.map(|open| open.0));
    fences
}
