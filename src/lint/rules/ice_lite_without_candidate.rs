use super::prelude::*;

rule! {
    /// A description with `a=ice-lite` has no candidate, and does not say that some will follow.
    ///
    /// ## Why it matters
    /// A lite agent never sends a check of its own, so the peer has to know its address. Without
    /// a candidate nobody ever sends anything.
    /// ```sdp,fail
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,pass
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=end-of-candidates
    /// ```
    "SDP230" "ice-lite-without-candidate" {
        group: Advice,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8445 §5.2", "RFC 8839 §4.2.1.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let Some(lite) = cx.sdp().session().first(Name::IceLite) else {
        return;
    };
    if cx.media().iter().any(|m| m.is_active()) && !has_candidates(cx) && !trickles(cx) {
        cx.report(
            lite.text(),
            "waits for checks",
            format_args!("a lite ICE agent without a candidate to send checks to"),
        )
        .help("add an `a=candidate` line with the address at which the server is reached");
    }
}

/// Whether any section has a candidate: those of one section of a BUNDLE group are enough.
pub(super) fn has_candidates(cx: &Context<'_, '_>) -> bool {
    // Damaged lines count: they are another rule's finding.
    cx.sdp().session().has(Name::Candidate) || cx.media().iter().any(|m| m.has(Name::Candidate))
}

/// Whether the description says that candidates may follow.
pub(super) fn trickles(cx: &Context<'_, '_>) -> bool {
    let options = cx.sdp().sections().flat_map(|s| s.all(Name::IceOptions));
    let words = options.filter_map(Line::attribute_value).flat_map(Field::words);
    words.into_iter().any(|word| word.is("trickle"))
}
