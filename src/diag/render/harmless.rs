//! What a description says is somebody else's text: keys in it stay out of the logs of CI, and
//! characters that steer a terminal do not reach one.

use crate::chars::steers;
use crate::diag::Diagnostic;
use crate::diag::secrets::{has_key, hidden};
use std::borrow::Cow;

/// `diagnostics` with no key in what they say. Of a fix that would write a key only the title is
/// left: with stars in it, it must not be applied.
pub(super) fn keyless(diagnostics: &[Diagnostic]) -> Cow<'_, [Diagnostic]> {
    let holds_key = |d: &Diagnostic| {
        let labels = d.secondary.iter().chain([&d.primary]).map(|l| &l.text);
        let fix = d.fix.iter().flat_map(|f| {
            let written = f.edits.iter().map(|e| &e.replacement);
            written.chain([&f.title])
        });
        let mut all = labels.chain(&d.help).chain(fix).chain([&d.message]);
        all.any(|text| has_key(text))
    };
    if !diagnostics.iter().any(holds_key) {
        return Cow::Borrowed(diagnostics);
    }
    let mut all = diagnostics.to_vec();
    for d in all.iter_mut().filter(|d| holds_key(d)) {
        let labels = d.secondary.iter_mut().chain([&mut d.primary]);
        let texts = labels.map(|l| &mut l.text).chain(&mut d.help);
        for text in texts.chain([&mut d.message]) {
            *text = hidden(text).into_owned();
        }
        if let Some(fix) = &mut d.fix {
            fix.title = hidden(&fix.title).into_owned();
            if fix.edits.iter().any(|e| has_key(&e.replacement)) {
                fix.edits.clear();
            }
        }
    }
    Cow::Owned(all)
}

/// `text` with what would steer a terminal, break the line or turn its direction replaced by U+FFFD.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(steers, "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn nothing_a_finding_says_holds_a_key() {
        let secret = || "say inline:QUJDRA==".to_owned();
        let mut d = sample::diagnostic();
        assert!(matches!(keyless(&[d.clone()]), Cow::Borrowed(_)));
        d.message = secret();
        d.primary.text = secret();
        d.secondary[0].text = secret();
        d.help = vec![secret()];
        let fix = d.fix.as_mut().unwrap();
        fix.title = secret();
        fix.edits[0].replacement = secret();
        let clean = keyless(std::slice::from_ref(&d)).into_owned();
        assert!(!format!("{clean:?}").contains("QUJD"), "{clean:?}");
        assert!(clean[0].fix.as_ref().unwrap().edits.is_empty());
    }

    #[test]
    fn nothing_steers() {
        assert_eq!(
            printable("a\x1b\u{9b}\u{202e}\nü"),
            "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}ü"
        );
        assert!(matches!(printable("`ü` שלום"), Cow::Borrowed(_)));
    }
}
