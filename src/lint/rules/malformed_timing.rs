use super::prelude::*;

rule! {
    /// A `t=` line does not hold two numbers.
    ///
    /// ## Why it matters
    /// `t=start stop` counts seconds since 1900; a session without limits says `t=0 0`. Parsers
    /// reject anything else.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=now
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=2873397496 2873404696
    /// ```
    "SDP027" "malformed-timing" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.9"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let lax = cx.grammar_severity();
    for line in cx.sdp().session().of_type(b't') {
        if let Err(error) = Timing::parse(line.value()) {
            cx.report(
                error.at,
                format_args!("expected {}", error.expected),
                format_args!("`t={}` is not of the form `t=start stop`", line.value()),
            )
            .help("write `t=0 0` for a session without limits")
            .severity(lax);
        }
    }
}
