use super::prelude::*;

rule! {
    /// A later answer takes the other DTLS role, and nothing restarts the association.
    ///
    /// ## Why it matters
    /// The DTLS association goes on, with the roles it has. A role can only change together with a new
    /// transport (an ICE restart), a new fingerprint or a new `tls-id`; browsers reject the answer
    /// otherwise.
    /// ## How it happens
    /// Who offers again gets `actpass` answered by `active`, as if it were the first time.
    /// ```sdp,fail
    /// --- offer
    /// a=setup:actpass
    /// --- answer
    /// a=setup:active
    /// --- offer back
    /// a=setup:actpass
    /// --- answer back
    /// a=setup:active
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=setup:actpass
    /// --- answer
    /// a=setup:active
    /// --- offer back
    /// a=setup:actpass
    /// --- answer back
    /// a=setup:passive
    /// ```
    "SDP723" "changed-dtls-role" {
        group: Correctness,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8842 §5.5", "RFC 9429 §5.3.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let (Some((last, previous)), Some((_, own)), Some((_, offer)), Some((_, offerer))) = (
        cx.last_in_force(),
        cx.said_before(),
        cx.offer(),
        cx.offerer_before(),
    ) else {
        return;
    };
    let answer = cx.now();
    let own_answer = previous.side() == answer.side();
    let mut seen = BTreeSet::new();
    for Pair { now, .. } in cx.continued_transports() {
        let Some(index) = now.index() else {
            continue;
        };
        let at = |facts: &Facts<'_, '_>, name| {
            let media = facts.media().get(index)?;
            Some(facts.value_for(media, name)?.bytes().to_vec())
        };
        let lasting = [Name::IceUfrag, Name::IcePwd, Name::Fingerprint, Name::TlsId];
        let restarts = |name| {
            at(own, name) != at(answer, name) || at(offerer, name) != at(offer, name)
        };
        let (Some(said), Some(before)) = (
            answer.value_for(now, Name::Setup),
            previous.media().get(index).and_then(|m| previous.value_for(m, Name::Setup)),
        ) else {
            continue;
        };
        let is_role = |role: Field<'_>| role.is("active") || role.is("passive");
        // The same end keeps its role, and so does the other one.
        let keeps = (said == before) == own_answer;
        if keeps || !is_role(said) || !is_role(before) || lasting.into_iter().any(restarts) {
            continue;
        }
        if seen.insert(said.start()) {
            let role = if said.is("active") { "passive" } else { "active" };
            cx.report(
                said,
                format_args!("{role} so far"),
                format_args!("`a=setup:{said}` changes the DTLS role without a restart"),
            )
            .context_in(last, before, "agreed before")
            .fix(Safety::Unsafe, "keep the role", said, role);
        }
    }
}
