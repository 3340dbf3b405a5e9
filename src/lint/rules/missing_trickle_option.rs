use super::prelude::*;

rule! {
    /// A browser's offer does not say that candidates may follow (`a=ice-options:trickle`).
    ///
    /// ## Why it matters
    /// A peer that is not told sends back all its candidates at once and may give up before those of
    /// this end have arrived. RFC 9429 wants the option in every offer.
    /// ```sdp,fail,as-offer
    /// a=setup:actpass
    /// a=recvonly
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// a=recvonly
    /// a=ice-options:trickle ice2
    /// ```
    "SDP206" "missing-trickle-option" {
        group: Suspicious,
        scope: Jsep,
        absence: true,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1", "RFC 8840 §4.1.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Offer) || cx.media().is_empty() {
        return;
    }
    let mut options = cx.sdp().sections().flat_map(|s| s.all(Name::IceOptions));
    let trickle = |line: &Line<'_>| {
        let mut words = line.attribute_value().into_iter().flat_map(Field::words);
        words.any(|word| word.is("trickle"))
    };
    if options.any(trickle) {
        return;
    }
    let place = cx.sdp().session().head().map_or(Field::new(&[], 0), Line::text);
    cx.report(
        place,
        "may candidates follow?",
        format_args!("the offer has no `a=ice-options:trickle`"),
    )
    .help("add `a=ice-options:trickle` to the session part");
}
