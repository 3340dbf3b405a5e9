use super::prelude::*;

rule! {
    /// An answer has the ICE password or the fingerprint of its offer.
    ///
    /// ## Why it matters
    /// Each end makes a password and a certificate of its own. With those of the other end no connectivity
    /// check is accepted and no certificate fits. Two ends may share a certificate on purpose, so the
    /// fingerprint alone is a warning.
    /// ## How it happens
    /// The offer was sent back, or used as a template.
    /// ```sdp,fail
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:efgh
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:YH75Fviy6338Vbrhrlp8Yhcd
    /// ```
    "SDP719" "echoed-credentials" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4", "RFC 8122 §5"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    let mut seen = BTreeSet::new();
    for Pair { then, now } in cx.accepted() {
        for (name, what) in [(Name::IcePwd, "ICE password"), (Name::Fingerprint, "fingerprint")] {
            let (Some(offered), Some(said)) = (offer.value_for(then, name), answer.value_for(now, name))
            else {
                continue;
            };
            let same = offered.bytes().eq_ignore_ascii_case(said.bytes());
            if (name == Name::IcePwd && offered != said) || !same || !seen.insert(said.start()) {
                continue;
            }
            let draft = cx
                .report(
                    said,
                    "the same in the offer",
                    format_args!("the answer has the {what} of the offer"),
                )
                .context_in(number, offered, "offered")
                .help("each end has its own");
            if name == Name::Fingerprint {
                draft.severity(Severity::Warning);
            }
        }
    }
}
