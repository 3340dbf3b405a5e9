use super::prelude::*;
use crate::lint::Profile;

rule! {
    /// An offer fixes the DTLS role.
    ///
    /// ## Why it matters
    /// An offer leaves the choice to the answerer with `a=setup:actpass`. A fixed role fails with
    /// every answerer that can only take the same one, and some browsers reject it in a first offer.
    ///
    /// RFC 8842 allows it to who insists on a role, and a later offer may repeat the role that was
    /// negotiated, so it is an error for the profile `jsep` only; RFC 9725 allows WHIP clients
    /// `active`.
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
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 5763 §5", "RFC 8842 §5.2", "RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Offer) {
        return;
    }
    let profile = cx.profile();
    for section in cx.sdp().sections().filter(|s| !s.is_rejected()) {
        for line in section.all(Name::Setup) {
            let Some(role) = line.attribute_value() else {
                continue;
            };
            let allowed = profile == Profile::Whip && role.is("active");
            if allowed || !(role.is("active") || role.is("passive")) {
                continue;
            }
            let draft = cx
                .report(
                    role,
                    "an offer leaves this open",
                    format_args!("an offer with `a=setup:{role}`"),
                )
                .fix(Safety::Unsafe, "leave the role open", role, "actpass");
            if profile == Profile::Jsep {
                draft.severity(Severity::Error);
            }
        }
    }
}
