use super::prelude::*;

rule! {
    /// Both ends are ICE lite.
    ///
    /// ## Why it matters
    /// A lite end only answers connectivity checks. With two of them nobody makes any: candidates are used
    /// without a check, and a path that does not work is not noticed.
    /// ## How it happens
    /// Two servers were connected to each other.
    /// ```sdp,fail
    /// --- offer
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// --- answer
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// --- answer
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP717" "both-ice-lite" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §6.1.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let lite = |facts: &Facts<'_, '_>| {
        let line = facts.sdp().session().first(Name::IceLite);
        line.map(|line| line.text().span())
    };
    if let (Some(then), Some(now)) = (lite(offer), lite(cx.now())) {
        cx.report(
            now,
            "the offer has it too",
            format_args!("both ends are ICE lite, so nobody checks the path"),
        )
        .context_in(number, then, "offered")
        .help("let one end do full ICE");
    }
}
