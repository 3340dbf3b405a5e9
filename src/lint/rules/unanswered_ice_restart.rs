use super::prelude::*;

rule! {
    /// An offer restarts ICE, and the answer keeps its user name and password.
    ///
    /// ## Why it matters
    /// A restart is one of both ends. With old credentials in the answer the two ends disagree about which
    /// checks belong to the new session, and the call may stay on a path that is gone.
    /// ## How it happens
    /// A server caches its part of the answer.
    /// ```sdp,fail
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:wxyz
    /// a=ice-pwd:answerpasswordanswer0001
    /// --- offer
    /// a=ice-ufrag:efgh
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg02
    /// --- answer
    /// a=ice-ufrag:wxyz
    /// a=ice-pwd:answerpasswordanswer0001
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:wxyz
    /// a=ice-pwd:answerpasswordanswer0001
    /// --- offer
    /// a=ice-ufrag:efgh
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg02
    /// --- answer
    /// a=ice-ufrag:stuv
    /// a=ice-pwd:answerpasswordanswer0002
    /// ```
    "SDP730" "unanswered-ice-restart" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9429 §5.10", "RFC 8839 §4.4.1.1.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let (Some((number, offer)), Some((_, offerer)), Some((_, own))) =
        (cx.offer(), cx.offerer_before(), cx.said_before())
    else {
        return;
    };
    let answer = cx.now();
    let mut seen = BTreeSet::new();
    for Pair { then, now } in cx.continued_transports() {
        let at = |facts: &Facts<'_, '_>, name| {
            let media = facts.media().get(now.index()?)?;
            facts.value_for(media, name).map(|v| v.bytes().to_vec())
        };
        let restarts = |name| at(offerer, name).is_some() && at(offerer, name) != at(offer, name);
        let Some((said, _)) = answer
            .value_for(now, Name::IceUfrag)
            .zip(own.value_for(then, Name::IceUfrag))
            .filter(|(said, before)| said == before)
        else {
            continue;
        };
        let offered = offer.media().get(now.index().unwrap_or(0));
        let Some(new) = offered.and_then(|m| offer.value_for(m, Name::IceUfrag)) else {
            continue;
        };
        let both = restarts(Name::IceUfrag) && restarts(Name::IcePwd);
        if both && at(own, Name::IcePwd) == at(answer, Name::IcePwd) && seen.insert(said.start()) {
            cx.report(
                said,
                "the same as before",
                format_args!("the offer restarts ICE, and the answer keeps `a=ice-ufrag:{said}`"),
            )
            .context_in(number, new, "new in the offer")
            .help("answer a restart with a new user name and password");
        }
    }
}
