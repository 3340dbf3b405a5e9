use super::prelude::*;

rule! {
    /// An answer has more or fewer media sections than its offer.
    ///
    /// ## Why it matters
    /// Sections are matched by their place. With another number of them the offerer cannot tell which is
    /// which: browsers throw the answer away (`The order of m-lines in answer doesn't match order in
    /// offer`), SIP phones lose a medium.
    /// ## How it happens
    /// A medium that is not wanted was left out instead of rejected by port 0, or the answer belongs to
    /// another offer.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// m=video 5002 RTP/AVP 31
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// m=video 0 RTP/AVP 31
    /// ```
    "SDP701" "answer-section-count" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §6"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let (offered, answered) = (offer.media(), cx.now().media());
    if offered.len() == answered.len() {
        return;
    }
    // The first section that has no partner, on either side.
    let shorter = offered.len().min(answered.len());
    let extra = answered.get(shorter).or(answered.last());
    let first = cx.now().sdp().session().lines().first();
    let at = extra.map(Media::head_text).or(first.map(Line::text));
    let Some(at) = at else {
        return;
    };
    let draft = cx.report(
        at,
        format_args!("{} of {}", shorter.min(answered.len()), offered.len()),
        format_args!(
            "the answer has {} media sections, the offer {}",
            answered.len(),
            offered.len()
        ),
    );
    let draft = match offered.get(shorter) {
        Some(missing) => draft.context_in(number, missing.head_text(), "not answered"),
        None => draft,
    };
    draft.help("answer each offered section in its place; reject one by port 0");
}
