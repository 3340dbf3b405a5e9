use super::prelude::*;

rule! {
    /// A new description changes the ICE user name or the password, but not both.
    ///
    /// ## Why it matters
    /// Changing both restarts ICE, keeping both goes on. With one changed, the ends disagree about which
    /// of the two it is, and checks fail for a wrong password.
    /// ## How it happens
    /// One of the lines was edited, or taken from another session.
    /// ```sdp,fail
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ptime:20
    /// --- offer
    /// a=ice-ufrag:efgh
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:asd88fgpdd777uzjYhagZg01
    /// --- answer
    /// a=ptime:20
    /// --- offer
    /// a=ice-ufrag:efgh
    /// a=ice-pwd:YH75Fviy6338Vbrhrlp8Yhcd
    /// ```
    "SDP718" "half-ice-restart" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §4.4.1.1.1"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, before)) = cx.said_before() else {
        return;
    };
    let here = cx.now();
    let mut seen = BTreeSet::new();
    for Pair { then, now } in cx.continued_transports() {
        let both = |name| Some((before.value_for(then, name)?, here.value_for(now, name)?));
        let (Some(ufrag), Some(pwd)) = (both(Name::IceUfrag), both(Name::IcePwd)) else {
            continue;
        };
        let (new_ufrag, new_pwd) = (ufrag.0 != ufrag.1, pwd.0 != pwd.1);
        if new_ufrag == new_pwd || !seen.insert(ufrag.1.start()) {
            continue;
        }
        let (name, changed, other) = match new_ufrag {
            true => ("a=ice-ufrag", ufrag, "a=ice-pwd"),
            false => ("a=ice-pwd", pwd, "a=ice-ufrag"),
        };
        cx.report(
            changed.1,
            "changed",
            format_args!("`{name}` is new, but `{other}` is not"),
        )
        .context_in(number, changed.0, "before")
        .help("change both to restart ICE, or neither");
    }
}
