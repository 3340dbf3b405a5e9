use super::prelude::*;

rule! {
    /// A description lacks its `v=`, `o=`, `s=` or `t=` line.
    ///
    /// ## Why it matters
    /// These four lines are mandatory, also where their content does not matter: browsers write
    /// `s=-` and `t=0 0`. Parsers that follow the grammar reject the description. Without `s=` or
    /// `t=` it is an error in a description for WebRTC only: RTSP servers leave them out, and their
    /// clients do not mind. Some leave out `o=` as well, which is a warning there.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    "SDP003" "missing-mandatory-line" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let sdp = cx.sdp();
    let lax = cx.grammar_severity();
    // A player of RTSP asks nobody who began the session, as the two sides of a call do.
    let origin = if cx.is_rtsp() { lax } else { Severity::Error };
    let Some(first) = sdp.lines().first() else {
        return;
    };
    for (letter, example) in [(b'v', "v=0"), (b'o', "o=- 1 1 IN IP4 0.0.0.0"), (b's', "s=-"), (b't', "t=0 0")] {
        // A line in the wrong place is another rule's business.
        let missing = !sdp.lines().iter().any(|l| l.letter() == Some(letter));
        if missing {
            cx.report(
                first.text(),
                "the description begins here",
                format_args!("the description has no `{}=` line", char::from(letter)),
            )
            .help(format_args!("add a line such as `{example}`"))
            .severity(match letter {
                b'v' => Severity::Error,
                b'o' => origin,
                _ => lax,
            });
        }
    }
}
