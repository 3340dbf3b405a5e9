use super::prelude::*;

rule! {
    /// An answer has `a=remote-candidates`.
    ///
    /// ## Why it matters
    /// The line is for the offer with which the controlling side confirms the pair it has chosen.
    /// In an answer it says that this side has chosen, too: both believe to be controlling.
    /// ## How it happens
    /// The lines of the offer were copied into the answer.
    /// ```sdp,fail,as-answer
    /// a=remote-candidates:1 192.0.2.3 45664
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// a=remote-candidates:1 192.0.2.3 45664
    /// ```
    "SDP226" "remote-candidates-in-answer" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §4.4.2", "RFC 8839 §5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Answer) {
        return;
    }
    for media in cx.media() {
        if let Some(line) = media.first(Name::RemoteCandidates) {
            cx.report(
                line.text(),
                "the offerer has chosen",
                format_args!("`a=remote-candidates` in the answer for `{}`", media.title()),
            )
            .fix_drop_line(Safety::Unsafe, line);
        }
    }
}
