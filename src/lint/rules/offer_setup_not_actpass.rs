use super::prelude::*;

rule! {
    /// An offer fixes the DTLS role.
    ///
    /// ## Why it matters
    /// An offer must say `a=setup:actpass` and leave the choice to the answerer. A fixed role
    /// fails with every answerer that wants the same one.
    /// ## How it happens
    /// An answer's text was sent as an offer. Only checked when the role is known, for example by
    /// `--as offer`.
    /// ```sdp,fail,as-offer
    /// a=setup:active
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// ```
    "SDP307" "offer-setup-not-actpass" {
        group: Correctness,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 5763", "RFC 8842"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Offer) {
        return;
    }
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Setup)) {
        let Some(role) = line.attribute_value() else {
            continue;
        };
        if role.is("active") || role.is("passive") {
            cx.report(
                role,
                "an offer leaves this open",
                format_args!("an offer with `a=setup:{role}`"),
            )
            .fix(Safety::Unsafe, "leave the role open", role, "actpass");
        }
    }
}
