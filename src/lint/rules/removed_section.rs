use super::prelude::*;

rule! {
    /// A new offer has fewer media sections than the session had.
    ///
    /// ## Why it matters
    /// Sections are never removed: later ones would move to a place that means another medium. Browsers
    /// reject the offer.
    /// ## How it happens
    /// A track was taken away together with its section.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 6002 RTP/AVP 31
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 6002 RTP/AVP 31
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// ```
    "SDP721" "removed-section" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §8"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, before)) = cx.last_in_force() else {
        return;
    };
    let (had, has) = (before.media(), cx.now().media());
    // An answer is measured by its offer.
    let (Some(missing), Some(Role::Offer)) = (had.get(has.len()), cx.now().role()) else {
        return;
    };
    let session = cx.now().sdp().session();
    let Some(at) = has.last().map(Media::head_text).or(session.lines().first().map(Line::text))
    else {
        return;
    };
    cx.report(
        at,
        format_args!("{} where there were {}", has.len(), had.len()),
        format_args!("the offer has {} media sections, the session {}", has.len(), had.len()),
    )
    .context_in(number, missing.head_text(), "not in the new offer")
    .help("keep every section in its place; end one by port 0");
}
