use super::prelude::*;

rule! {
    /// An answer changes its ICE user name and password, and the offer did not.
    ///
    /// ## Why it matters
    /// Only an offer can restart ICE. The offerer goes on with the old credentials, and checks that carry
    /// the new ones are refused.
    /// ## How it happens
    /// The server made a new transport for the session, for example after it was restarted.
    /// ```sdp,fail
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:wxyz
    /// a=ice-pwd:answerpasswordanswer0001
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ice-ufrag:stuv
    /// a=ice-pwd:answerpasswordanswer0002
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
    "SDP731" "ice-restart-by-answer" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9429 §5.10", "RFC 8839 §4.4.1.1.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let (Some((_, offer)), Some((_, offerer)), Some((number, own))) =
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
        let kept = |name| at(offerer, name).is_some() && at(offerer, name) == at(offer, name);
        let changed = |name| at(own, name).is_some() && at(own, name) != at(answer, name);
        let (Some(said), Some(before)) = (
            answer.value_for(now, Name::IceUfrag),
            own.value_for(then, Name::IceUfrag),
        ) else {
            continue;
        };
        let both = [Name::IceUfrag, Name::IcePwd];
        let alone = both.into_iter().all(kept) && both.into_iter().all(changed);
        if alone && seen.insert(said.start()) {
            cx.report(
                said,
                "new, but not asked for",
                format_args!("the answer restarts ICE, which the offer does not"),
            )
            .context_in(number, before, "before")
            .help("keep the credentials until an offer brings new ones");
        }
    }
}
