use super::prelude::*;

rule! {
    /// Both ends want to open the DTLS handshake, or both to wait for it.
    ///
    /// ## Why it matters
    /// Two `active` ends collide, two `passive` ones wait for ever: ICE connects and DTLS never does.
    /// ## How it happens
    /// The offer names a role instead of `actpass`, and the answer copies it. It is the same for media
    /// over TCP (RFC 4145).
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:active
    /// --- answer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:active
    /// ```
    /// ```sdp,fixed
    /// --- offer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:active
    /// --- answer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:passive
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:actpass
    /// --- answer
    /// m=audio 5000 TCP/RTP/AVP 0
    /// a=setup:active
    /// ```
    "SDP708" "conflicting-setup" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8842 §5.3", "RFC 4145 §4.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    let mut seen = BTreeSet::new();
    for Pair { then, now } in cx.accepted() {
        let (Some(offered), Some(said)) = (
            offer.value_for(then, Name::Setup),
            answer.value_for(now, Name::Setup),
        ) else {
            continue;
        };
        let other = match () {
            () if said.is("active") => "passive",
            () if said.is("passive") => "active",
            () => continue,
        };
        // A line of the session speaks for all its sections, and is told once.
        if offered != said || !seen.insert(said.start()) {
            continue;
        }
        cx.report(
            said,
            "the same in the offer",
            format_args!("`a=setup:{said}` answers `a=setup:{offered}`"),
        )
        .context_in(number, offered, "offered")
        .fix(Safety::Unsafe, "take the other role", said, other);
    }
}
