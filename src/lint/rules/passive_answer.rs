use super::prelude::*;

rule! {
    /// An answer waits for the DTLS handshake although it could open it.
    ///
    /// ## Why it matters
    /// The answerer is ready first: when it is `active`, the handshake starts before the answer arrives.
    /// `passive` costs a round trip. Servers choose it on purpose, so this is advice.
    /// ```sdp,fail
    /// --- offer
    /// a=setup:actpass
    /// --- answer
    /// a=setup:passive
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=setup:actpass
    /// --- answer
    /// a=setup:active
    /// ```
    "SDP709" "passive-answer" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8842 §5.3", "RFC 5763 §5"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    let mut seen = BTreeSet::new();
    for Pair { then, now } in cx.accepted() {
        let (Some(offered), Some(said)) = (
            offer.value_for(then, Name::Setup),
            answer.value_for(now, Name::Setup),
        ) else {
            continue;
        };
        if said.is("passive") && offered.is("actpass") && seen.insert(said.start()) {
            cx.report(
                said,
                "it could be active",
                format_args!("`a=setup:passive` answers an offer that leaves the role open"),
            )
            .context_in(number, offered, "offered")
            .help("answer `a=setup:active` to save a round trip");
        }
    }
}
