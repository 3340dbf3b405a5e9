use super::prelude::*;

rule! {
    /// A line is not of the form `x=value`.
    ///
    /// ## Why it matters
    /// A line is one lower-case letter, an equals sign and a value, without blanks around the
    /// sign; an attribute is `a=name` or `a=name:value`. Parsers drop other lines or reject the
    /// description, so what the line was to say is lost.
    ///
    /// Line types that SDP does not have (`y=` and `f=` of GB/T 28181), unknown attributes with a
    /// blank in the name, and blank lines where no browser reads them, are only a warning.
    /// ## How it happens
    /// Hand-written templates, log prefixes, wrapped long lines, and `a=mid 0` for `a=mid:0`.
    /// ```sdp,fail
    /// A=sendrecv
    /// ```
    /// ```sdp,fail
    /// a= sendrecv
    /// ```
    /// ```sdp,fail
    /// a=ptime 20
    /// ```
    /// ```sdp,pass
    /// a=ptime:20
    /// ```
    "SDP004" "malformed-line" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let lines = cx.sdp().lines();
    // Blank lines at the end come from editors and do no harm.
    let filled = lines.iter().rposition(|l| !l.text().trim().is_empty());
    let lax = cx.grammar_severity();
    for line in lines.iter().take(filled.map_or(0, |i| i + 1)) {
        check_line(cx, line, lax);
    }
}

const CANDIDATE: &str = "candidate:";

fn check_line(cx: &mut Context<'_, '_>, line: &Line<'_>, lax: Severity) {
    let text = line.text();
    let Some(letter) = line.letter() else {
        if text.trim().is_empty() {
            cx.report(text, "nothing here", format_args!("a blank line inside the description"))
                .severity(lax)
                .fix_drop_line(Safety::Safe, line);
        } else {
            let draft = cx.report(
                text,
                "expected one lower-case letter and `=`",
                format_args!("`{text}` is not of the form `x=value`"),
            );
            // Scripts send a candidate apart, without the letter, and others paste it as it comes.
            if text.take(CANDIDATE.len()).is(CANDIDATE) {
                draft.help("write `a=` before `candidate:`");
            }
        }
        return;
    };
    let shown = char::from(letter);
    if !b"vosiuepcbtrzkam".contains(&letter) {
        cx.report(text, "unknown type", format_args!("`{shown}=` is not a line type of SDP"))
            .severity(lax);
        return;
    }
    let value = line.value();
    // `s= ` is how a session without a name is written.
    let padded = matches!(value.bytes().first(), Some(b' ' | b'\t')) && letter != b's';
    if padded {
        let blanks = value.len() - value.bytes().trim_ascii_start().len();
        cx.report(
            value.take(blanks),
            "no blank belongs here",
            format_args!("blank after `{shown}=`"),
        )
        .fix(Safety::Safe, "remove the blank", value.take(blanks), "");
        return;
    }
    if let Some(name) = line.name_text()
        && !name.is_token()
    {
        let draft = if name.is_empty() {
            cx.report(text, "no attribute name", format_args!("an `a=` line without an attribute"))
        } else {
            cx.report(
                name,
                "not an attribute name",
                format_args!("`{name}` is not an attribute name"),
            )
        };
        let known = name.split_once(b' ').is_some_and(|(n, _)| Name::of(n.bytes()) != Name::Other);
        if let Some(kept) = name.trim().owned().filter(|_| name.trim().is_token()) {
            draft.fix(Safety::Safe, "remove the blanks", name, kept);
        } else if known {
            draft.help("separate name and value by `:`");
        } else {
            // Whoever invented the attribute knows how to read it.
            draft.severity(lax);
        }
    }
}
