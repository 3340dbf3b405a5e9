//! Applying fixes to the source, byte for byte elsewhere.

use super::{Diagnostic, Edit, Safety};

/// The source with the fixes of `diagnostics` applied, and how many of them were.
///
/// Safe fixes only, unless `and_unsafe`. Of fixes that overlap the first one wins; run the rules
/// again for the others.
pub fn apply(text: &[u8], diagnostics: &[Diagnostic], and_unsafe: bool) -> (Vec<u8>, usize) {
    let fixes = diagnostics.iter().filter_map(|d| d.fix.as_ref());
    let wanted = fixes.filter(|fix| and_unsafe || fix.safety == Safety::Safe);
    replace(text, wanted.map(|fix| fix.edits.as_slice()))
}

/// `text` with groups of replacements made in it, and how many of the groups were: each is made
/// whole, or not at all when it overlaps one before it or does not lie in the text.
pub fn replace<'e>(text: &[u8], groups: impl IntoIterator<Item = &'e [Edit]>) -> (Vec<u8>, usize) {
    let mut chosen: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for group in groups {
        let in_text = |e: &Edit| e.span.start <= e.span.end && e.span.end <= text.len();
        if !group.iter().all(in_text) {
            continue;
        }
        // `chosen` stays sorted, so only the neighbours of an edit can overlap it.
        let place = |edit: &Edit| chosen.partition_point(|c| c.span.start < edit.span.start);
        let free = |edit: &Edit| {
            let at = place(edit);
            let before = at.checked_sub(1).and_then(|i| chosen.get(i));
            before.is_none_or(|c| c.span.end <= edit.span.start)
                && chosen
                    .get(at)
                    .is_none_or(|c| edit.span.end <= c.span.start && edit.span != c.span)
        };
        if group.iter().all(free) {
            for edit in group {
                let at = chosen.partition_point(|c| c.span.start < edit.span.start);
                chosen.insert(at, edit);
            }
            applied += 1;
        }
    }
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for edit in chosen {
        out.extend_from_slice(text.get(done..edit.span.start).unwrap_or_default());
        out.extend_from_slice(edit.replacement.as_bytes());
        done = edit.span.end;
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    (out, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Fix, Label, Severity};

    fn edit(span: std::ops::Range<usize>, replacement: &str, safety: Safety) -> Diagnostic {
        Diagnostic {
            code: "SDP000",
            name: "test",
            severity: Severity::Error,
            message: String::new(),
            primary: Label {
                source: 0,
                span: span.clone(),
                text: String::new(),
            },
            secondary: vec![],
            help: vec![],
            fix: Some(Fix {
                title: String::new(),
                safety,
                edits: vec![Edit {
                    span,
                    replacement: replacement.to_owned(),
                }],
            }),
            spec: &[],
            fingerprint: 0,
            suppression: None,
        }
    }

    #[test]
    fn edits_apply_in_any_order_and_overlaps_wait() {
        let fixes = [
            edit(6..7, "X", Safety::Safe),
            edit(0..2, "", Safety::Safe),
            edit(1..3, "no", Safety::Safe),
            edit(4..5, "Y", Safety::Unsafe),
            edit(7..7, "!", Safety::Safe),
            edit(90..99, "?", Safety::Safe),
        ];
        let (text, applied) = apply(b"abcdefg", &fixes, false);
        assert_eq!((text.as_slice(), applied), (&b"cdefX!"[..], 3));
        let (text, applied) = apply(b"abcdefg", &fixes, true);
        assert_eq!((text.as_slice(), applied), (&b"cdYfX!"[..], 4));
    }
}
