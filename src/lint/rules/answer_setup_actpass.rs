use super::prelude::*;

rule! {
    /// An answer leaves the DTLS role open.
    ///
    /// ## Why it matters
    /// The answerer has to choose `active` or `passive`; with `actpass` nobody opens the handshake,
    /// and browsers reject the answer.
    /// ## How it happens
    /// The offer's text was sent back. Only checked when the role is known, for example by
    /// `--as answer`.
    /// ```sdp,fail,as-answer
    /// a=setup:actpass
    /// ```
    /// ```sdp,fixed
    /// a=setup:active
    /// ```
    /// ```sdp,pass,as-answer
    /// a=setup:active
    /// ```
    "SDP314" "answer-setup-actpass" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5763 §5", "RFC 8842 §5.3", "RFC 4145 §4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Answer) {
        return;
    }
    // What the session part says counts for sections that do not speak for themselves.
    let falls_back = |m: &Media<'_, '_>| m.is_active() && !m.has(Name::Setup);
    let counts = cx.media().is_empty() || cx.media().iter().any(falls_back);
    for section in cx.sdp().sections() {
        if section.is_rejected() || (section.index().is_none() && !counts) {
            continue;
        }
        for line in section.all(Name::Setup) {
            if let Some(role) = line.attribute_value().filter(|role| role.is("actpass")) {
                cx.report(
                    role,
                    "an answer has to choose",
                    format_args!("an answer with `a=setup:actpass`"),
                )
                .fix(Safety::Unsafe, "open the handshake from here", role, "active");
            }
        }
    }
}
