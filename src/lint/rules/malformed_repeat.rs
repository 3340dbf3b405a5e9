use super::prelude::*;

rule! {
    /// An `r=` or `z=` line is not a list of times.
    ///
    /// ## Why it matters
    /// Repeat times and time zone adjustments are read by grammar, and parsers reject the
    /// description when they cannot. No real-time call needs them.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=2873397496 2873404696
    /// r=weekly
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=2873397496 2873404696
    /// r=7d 1h 0 25h
    /// z=2882844526 -1h 2898848070 0
    /// ```
    "SDP028" "malformed-repeat" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.10"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().lines() {
        let error = match line.letter() {
            Some(b'r') => Repeat::parse(line.value()).err(),
            Some(b'z') => Zones::parse(line.value()).err(),
            _ => None,
        };
        if let Some(error) = error {
            cx.report(
                error.at,
                format_args!("expected {}", error.expected),
                format_args!("`{}` is not a list of times", line.text()),
            );
        }
    }
}
