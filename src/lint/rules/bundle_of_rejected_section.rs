use super::prelude::*;

rule! {
    /// An answer keeps a section in its BUNDLE group that it rejects.
    ///
    /// ## Why it matters
    /// A rejected section has to leave the group. When it is the first, which the others take their
    /// transport from, the whole group falls with it in browsers; elsewhere in the group it is a warning.
    /// ## How it happens
    /// The `a=group` line of the offer was copied before a section was rejected.
    /// ```sdp,fail
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=video 0 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// ```
    "SDP712" "bundle-of-rejected-section" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §7.3.3"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let answer = cx.now();
    let rejected: BTreeMap<Field<'_>, &Media<'_, '_>> = answer
        .media()
        .iter()
        .filter(|m| m.media().is_some_and(|m| m.port == 0) && !m.has(Name::BundleOnly))
        .filter_map(|m| Some((m.value(Name::Mid)?, m)))
        .collect();
    let lines = answer.sdp().session().all(Name::Group);
    let groups = lines.filter_map(|l| Group::parse(l.attribute_value()?).ok());
    for group in groups.filter(Group::is_bundle) {
        let mut others = group.mids().filter(|mid| !rejected.contains_key(mid));
        let all_rejected = others.next().is_none();
        for (i, mid) in group.mids().enumerate() {
            let Some(section) = rejected.get(&mid) else {
                continue;
            };
            let draft = cx
                .report(
                    mid,
                    "the section has port 0",
                    format_args!("the BUNDLE group names `{mid}`, which is rejected"),
                )
                .context(section.head_text(), "rejected")
                .fix(
                    Safety::Unsafe,
                    "take it out of the group",
                    mid.start().saturating_sub(1)..mid.end(),
                    "",
                );
            if i > 0 || all_rejected {
                draft.severity(Severity::Warning);
            }
        }
    }
}
