use super::prelude::*;

rule! {
    /// An `a=ptime` or `a=maxptime` value is not a number of milliseconds.
    ///
    /// ## Why it matters
    /// The line is ignored, and packets are as long as the sender likes.
    /// ```sdp,fail
    /// a=ptime:20ms
    /// ```
    /// ```sdp,fail
    /// a=maxptime:0
    /// ```
    /// ```sdp,pass
    /// a=ptime:2.5
    /// a=maxptime:120
    /// ```
    "SDP147" "malformed-ptime" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.4", "RFC 8866 §6.5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        for line in media.lines() {
            let name = match line.name() {
                Some(Name::Ptime) => "ptime",
                Some(Name::Maxptime) => "maxptime",
                _ => continue,
            };
            let value = line.attribute_value().map_or(line.text(), Field::trim);
            if Positive::parse(value).is_err() {
                cx.report(
                    value,
                    "expected milliseconds above 0",
                    format_args!("`{value}` in `a={name}` is not a number of milliseconds"),
                );
            }
        }
    }
}
