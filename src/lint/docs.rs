//! The pages of the rules: what `rtcscope explain` prints and `docs/rules/` holds.

use super::examples::{self, Example, Verdict, examples};
use super::{Config, Linter, Rule, Scope};
use crate::diag::render::concise;
use crate::diag::{Source, Sources};
use std::fmt::Write;

/// The page of `rule` in Markdown, for `docs/rules/`.
pub fn page(rule: &Rule) -> String {
    let mut out = format!("# {} {}\n\n", rule.code, rule.name);
    let fact = match rule.scope {
        Scope::Any => "any session description",
        Scope::WebRtc => {
            "WebRTC descriptions: those with ICE or DTLS, unless the profile is `sip` or `rfc`"
        }
        Scope::Jsep => "a browser's own descriptions: the profile `jsep`",
        Scope::Whip => "WHIP and WHEP: the profile `whip`",
    };
    let mut fails = examples(rule.docs)
        .into_iter()
        .filter(|e| e.verdict == Verdict::Fail);
    let mut in_fail = false;
    for line in rule.docs.lines().map(|l| l.strip_prefix(' ').unwrap_or(l)) {
        match line.strip_prefix("```sdp") {
            Some(tags) => {
                in_fail = tags.contains("fail");
                let title = match () {
                    () if in_fail => "Fails:",
                    () if tags.contains("fixed") => "Fixed:",
                    () => "Passes:",
                };
                let gap = if out.ends_with("\n\n") { "" } else { "\n" };
                let _ = writeln!(out, "{gap}{title}\n\n```sdp");
            }
            None if line.starts_with("## ") => {
                let gap = if out.ends_with("\n\n") { "" } else { "\n" };
                let _ = writeln!(out, "{gap}{line}\n");
            }
            None => {
                let _ = writeln!(out, "{line}");
                if in_fail && line.starts_with("```") {
                    in_fail = false;
                    if let Some(example) = fails.next() {
                        let _ = write!(out, "\n```text\n{}```\n", diagnosis(rule, &example));
                    }
                }
            }
        }
        if out.ends_with("```\n") && !out.ends_with("sdp\n") {
            out.push('\n');
        }
    }
    let out_trimmed = out.trim_end().len();
    out.truncate(out_trimmed);
    let _ = write!(
        out,
        "\n\n| | |\n|---|---|\n| severity | {} |\n| applies to | {fact} |\n| specification | {} |\n| since | {} |\n| source | `{}` |\n",
        rule.severity(),
        rule.spec.join(", "),
        rule.since,
        rule.file,
    );
    out
}

/// The first paragraph under the heading `title` of a rule's documentation, on one line.
pub fn section(rule: &Rule, title: &str) -> String {
    let heading = format!("## {title}");
    let lines = rule.docs.lines().map(str::trim);
    let after = lines.skip_while(|line| *line != heading).skip(1);
    let paragraph = after
        .skip_while(|line| line.is_empty())
        .take_while(|line| !(line.is_empty() || line.starts_with("```") || line.starts_with('#')));
    paragraph.collect::<Vec<_>>().join(" ")
}

/// What the rule says of a failing example, one line a finding.
fn diagnosis(rule: &Rule, example: &Example) -> String {
    let config = Config {
        profile: rule.scope.profile(),
        select: vec![rule.code.to_owned()],
        ..examples::config(rule)
    };
    let mut out = Vec::new();
    let source = Source::new("example.sdp", example.sdp.as_bytes());
    let reports = example.check(&Linter::new(config), &example.sdp);
    for mut d in reports.into_iter().flat_map(|r| r.diagnostics) {
        // Line numbers would be those of the session the fragment was put into.
        d.secondary.clear();
        d.primary.source = 0;
        // Writing to memory cannot fail.
        let _ = concise::write(&mut out, Sources::one(&source), &[d]);
    }
    let text = String::from_utf8_lossy(&out);
    let mut lines = String::new();
    for line in text.lines() {
        let message = line.splitn(4, ':').nth(3).unwrap_or(line);
        let _ = writeln!(lines, "{}", message.trim_start());
    }
    lines
}

/// A table of `rules` in Markdown; of all of them it is `docs/rules/README.md`.
pub fn index(rules: &[&Rule]) -> String {
    let mut out = String::from(INTRODUCTION);
    for rule in rules {
        let _ = writeln!(
            out,
            "| [{code}]({code}.md) | {} | {} | {} |",
            rule.name,
            rule.severity(),
            rule.summary(),
            code = rule.code,
        );
    }
    out
}

const INTRODUCTION: &str = "\
# The rules of `rtcscope lint`

Generated from `src/lint/rules/`; `UPDATE_DOCS=1 cargo test --test registry` writes it anew.
`rtcscope explain CODE` prints the same pages.

The first digit of a code is its area: 0 syntax, 1 codecs and payload types, 2 ICE, 3 DTLS and
other security, 4 `mid` and BUNDLE, 5 header extensions, simulcast and sources, 6 data channels,
7 offers and answers beside each other, 8 WHIP and WHEP. Codes are never reused.

An *error* breaks a requirement of a specification in a way that breaks calls. A *warning* is
likely a mistake, but a call may still work.

Rules that only WebRTC asks for are silent about a description without any trace of WebRTC (no
ICE attribute, no RTP or SCTP over DTLS): plain RTP and SDES are not broken WebRTC. The profiles
`jsep` and `whip` run them on every description, `sip` and `rfc` on none.

| code | name | severity | what it finds |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::RULES;

    #[test]
    fn sections_are_a_line() {
        let rule = RULES.iter().find(|r| r.code == "SDP109").unwrap();
        let why = section(rule, "Why it matters");
        assert!(why.starts_with("The parameters are ignored") && !why.contains('\n'));
        assert_eq!(section(rule, "No such thing"), "");
    }

    #[test]
    fn every_page_shows_what_the_rule_says() {
        for rule in RULES {
            let page = page(rule);
            let shown = format!("[{}] ", rule.code);
            assert!(page.contains(&shown), "{page}");
            assert!(index(&[rule]).contains(rule.name));
        }
    }
}
