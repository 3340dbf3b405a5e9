use super::prelude::*;

rule! {
    /// A line that may occur once occurs again.
    ///
    /// ## Why it matters
    /// `v=`, `o=`, `s=`, `i=`, `u=` and `c=` occur at most once in the session part. Which of two
    /// origins or addresses counts differs from parser to parser.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// s=again
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// e=one@example.com
    /// e=two@example.com
    /// t=0 0
    /// ```
    "SDP008" "repeated-session-line" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §9"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    for letter in *b"vosiuc" {
        let mut lines = session.of_type(letter);
        let Some(first) = lines.next() else { continue };
        for again in lines {
            let shown = char::from(letter);
            cx.report(
                again.text(),
                "again here",
                format_args!("a second `{shown}=` line in the session part"),
            )
            .context(first.text(), "the first one");
        }
    }
}
