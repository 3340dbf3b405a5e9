use super::prelude::*;

rule! {
    /// An answer has more than one `a=crypto` line in a section.
    ///
    /// ## Why it matters
    /// An answer takes one of the offered lines, and says which by its tag. With several the offerer
    /// cannot tell which key the media is encrypted with.
    /// ```sdp,fail,as-answer
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 X_ONE inline:b25l!
    /// a=crypto:2 X_TWO inline:dHdv!
    /// ```
    /// ```sdp,pass,as-answer
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:2 X_TWO inline:dHdv!
    /// ```
    "SDP318" "answer-with-several-keys" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4568 §5.1.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Answer) {
        return;
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut names = media.all(Name::Crypto).filter_map(Line::name_text);
        if let (Some(first), Some(second)) = (names.next(), names.next()) {
            cx.report(
                second,
                "one more",
                format_args!("the answer for `{}` has several `a=crypto` lines", media.title()),
            )
            .context(first, "the first")
            .help("keep the line that was chosen from the offer");
        }
    }
}
