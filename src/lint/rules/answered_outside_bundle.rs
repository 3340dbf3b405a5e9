use super::prelude::*;
use crate::lint::groups::bundled_tags;

rule! {
    /// An answer accepts a bundled section outside the group, with no transport of its own.
    ///
    /// ## Why it matters
    /// What is accepted outside the group needs candidates and credentials of its own, and a section
    /// that is offered with `a=bundle-only` has no address to be sent to but that of the group: outside
    /// of it such a section has to be rejected.
    /// ## How it happens
    /// A server answers the sections one by one and copies the transport, but not `a=group`.
    /// ```sdp,fail
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 0 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=bundle-only
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 0 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=bundle-only
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    "SDP735" "answered-outside-bundle" {
        group: Suspicious,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §7.3.3"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let offered = bundled_tags(offer.sdp());
    let now = cx.now();
    let answered = bundled_tags(now.sdp());
    // The credentials of those in the group.
    let bundled = now.media().iter().filter(|m| m.is_active());
    let bundled = bundled.filter(|m| m.value(Name::Mid).is_some_and(|mid| answered.contains(&mid)));
    let shared: BTreeSet<Field<'_>> = bundled.filter_map(|m| m.value(Name::IceUfrag)).collect();
    for Pair { then, now: media } in cx.accepted() {
        let Some(mid) = media.value(Name::Mid) else { continue };
        if !offered.contains(&mid) || answered.contains(&mid) {
            continue;
        }
        let waits = then.has(Name::BundleOnly);
        let copied = !media.has(Name::Candidate)
            && media.value(Name::IceUfrag).is_some_and(|ufrag| shared.contains(&ufrag));
        if waits || copied {
            cx.report(
                mid,
                "in no `a=group:BUNDLE` of the answer",
                format_args!("`{}` is accepted outside the BUNDLE group it was offered in", media.title()),
            )
            .context_in(number, then.head_text(), if waits { "only if bundled" } else { "offered as bundled" })
            .help(format_args!("add `{mid}` to `a=group:BUNDLE`, or reject the section by port 0"));
        }
    }
}
