use super::prelude::*;
use crate::lint::spelling::Speller;

rule! {
    /// An attribute that is not known is spelt almost like one that is.
    ///
    /// ## Why it matters
    /// Receivers ignore attributes they do not know, so the line says nothing, and nobody complains:
    /// `a=sendrecive` leaves the direction at its default. Names are case-sensitive. Attributes that
    /// resemble no known one are left alone.
    /// ```sdp,fail
    /// a=rtcp-mx
    /// ```
    /// ```sdp,fail
    /// a=Sendonly
    /// ```
    /// ```sdp,pass
    /// a=rtcp-mux
    /// a=x-rtcp-mx
    /// a=rtpengine-hold
    /// ```
    "SDP021" "misspelt-attribute" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.13"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut speller = Speller::of_attributes();
    for line in cx.sdp().lines() {
        let unknown = line.name() == Some(Name::Other);
        let Some(name) = line.name_text().filter(|n| unknown && n.is_token()) else {
            continue;
        };
        if let Some(meant) = speller.meant(name) {
            cx.report(
                name,
                format_args!("did you mean `{meant}`?"),
                format_args!("unknown attribute `{name}`: receivers ignore the line"),
            )
            .fix(Safety::Unsafe, format_args!("write `{meant}`"), name, meant);
        }
    }
}
