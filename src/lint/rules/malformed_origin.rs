use super::prelude::*;

rule! {
    /// The `o=` line does not have its six fields.
    ///
    /// ## Why it matters
    /// `o=username sess-id sess-version IN IP4 address` identifies the session; the version tells
    /// a re-offer from a repetition. Parsers reject an origin with other fields.
    ///
    /// What stands there is not used by anybody who is not a browser, and its address by nobody:
    /// that is only a warning.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,fail,whole
    /// v=0
    /// o=- one 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 4962303333179871722 1 IN IP4 0.0.0.0
    /// s=-
    /// t=0 0
    /// ```
    "SDP009" "malformed-origin" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let lax = cx.grammar_severity();
    for line in cx.sdp().session().of_type(b'o') {
        let Ok(origin) = Origin::parse(line.value()) else {
            let n = line.value().words().count();
            cx.report(
                line.value(),
                format_args!("{n} {}", if n == 1 { "field" } else { "fields" }),
                format_args!("`o=` needs six fields separated by one blank"),
            )
            .help("write `o=username sess-id sess-version IN IP4 address`")
            .severity(lax);
            continue;
        };
        let numbers = [(origin.session_id, "session id"), (origin.version, "session version")];
        for (field, what) in numbers {
            if !field.is_digits() {
                cx.report(
                    field,
                    "expected decimal digits",
                    format_args!("the {what} in `o=` is `{field}`, not a number"),
                )
                .severity(lax);
            }
        }
        if origin.user.is_empty() {
            cx.report(line.value(), "no username", format_args!("`o=` has no username"))
                .help("write `-` for none")
                .severity(lax);
        }
        if let Some(problem) = origin.address.problem() {
            cx.report_malformed("o=", problem).severity(Severity::Warning);
        }
    }
}
