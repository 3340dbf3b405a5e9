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

/// A number of seconds, or with one of the units `d`, `h`, `m`, `s`.
fn is_time(field: Field<'_>) -> bool {
    let unit = matches!(field.bytes().last(), Some(b'd' | b'h' | b'm' | b's'));
    field.take(field.len() - usize::from(unit)).is_digits()
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().lines() {
        let value = line.value();
        let fine = match line.letter() {
            // Interval, duration and at least one offset.
            Some(b'r') => value.split(b' ').all(is_time) && value.words().count() >= 3,
            Some(b'z') => {
                let adjustment = |f: Field<'_>| {
                    is_time(f.skip(usize::from(f.bytes().first() == Some(&b'-'))))
                };
                let mut fields = value.split(b' ');
                let mut fine = true;
                while let Some(at) = fields.next() {
                    fine &= at.is_digits() && fields.next().is_some_and(adjustment);
                }
                fine
            }
            _ => continue,
        };
        if !fine {
            cx.report(
                value,
                "expected times such as `7d 1h 0`",
                format_args!("`{}` is not a list of times", line.text()),
            );
        }
    }
}
