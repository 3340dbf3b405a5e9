use super::prelude::*;

rule! {
    /// The description asks for `google-ice`, which no stack speaks any more.
    ///
    /// ## Why it matters
    /// It was a draft version of ICE with other message integrity. Seeing it today means a very
    /// old endpoint, with which the ICE of RFC 8445 will not work, or a copied template.
    /// ```sdp,fail
    /// a=ice-options:google-ice
    /// ```
    /// ```sdp,pass
    /// a=ice-options:trickle
    /// ```
    "SDP207" "google-ice" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §10"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::IceOptions)) {
        let options = line.attribute_value().into_iter().flat_map(Field::words);
        for option in options.filter(|o| o.is("google-ice")) {
            cx.report(option, "obsolete", format_args!("`google-ice` is not spoken any more"))
                .help("write `a=ice-options:trickle`, or drop the line");
        }
    }
}
