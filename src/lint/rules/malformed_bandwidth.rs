use super::prelude::*;

rule! {
    /// A `b=` line is not of the form `b=type:number`.
    ///
    /// ## Why it matters
    /// Parsers reject the description, or ignore the limit and send at full rate.
    /// ```sdp,fail
    /// b=AS=500
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// b=AS:-1
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// Some old clients say `-1` for no limit, and libwebrtc takes it: that is a warning.
    /// ```sdp,fail
    /// b=AS:half
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// b=AS:500
    /// m=audio 9 RTP/AVP 0
    /// ```
    "SDP013" "malformed-bandwidth" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.8"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines().iter().filter(|l| l.letter() == Some(b'b')) {
        let value = line.value();
        let Err(error) = Bandwidth::parse(value) else {
            continue;
        };
        let label = format!("expected {}", error.expected);
        if error.at.start() == value.start() {
            cx.report(
                value,
                label,
                format_args!("`b={value}` is not of the form `b=type:number`"),
            )
            .help("write `b=AS:500` for 500 kbit/s or `b=TIAS:500000`");
        } else {
            let draft = cx.report(
                error.at,
                label,
                format_args!("the bandwidth `{}` is not a number", error.at),
            );
            if error.at.is("-1") {
                draft.severity(Severity::Warning);
            }
        }
    }
}
