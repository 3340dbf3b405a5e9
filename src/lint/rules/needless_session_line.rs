use super::prelude::*;

rule! {
    /// A browser's description has a session line that means nothing to it.
    ///
    /// ## Why it matters
    /// `i=`, `u=`, `e=`, `p=`, `r=` and `z=` describe announced broadcasts. A description by JSEP should
    /// not have them, and whoever reads one has no use for them.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// e=me@example.com
    /// t=0 0
    /// ```
    /// ```sdp,fixed,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// t=0 0
    /// ```
    "SDP016" "needless-session-line" {
        group: Suspicious,
        scope: Jsep,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().lines() {
        let Some(letter) = line.letter().filter(|l| b"iueprz".contains(l)) else { continue };
        cx.report(
            line.text(),
            "means nothing to a browser",
            format_args!("a `{}=` line in a description by JSEP", char::from(letter)),
        )
        .fix_drop_line(Safety::Safe, line);
    }
}
