use super::prelude::*;

rule! {
    /// An `a=group` line names a tag that no media section has.
    ///
    /// ## Why it matters
    /// Such a line is to be ignored as a whole: nothing is bundled. libwebrtc rejects the description,
    /// other stacks bundle what is left, and the two sides disagree about the transports.
    /// ## How it happens
    /// A script removed a section, or renamed its `a=mid`, and left the group alone.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP404" "group-of-unknown-mid" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 5888 §6", "RFC 9143 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mids: BTreeSet<Field<'_>> = cx
        .media()
        .iter()
        .filter_map(|m| m.value(Name::Mid))
        .collect();
    // A damaged `a=mid` may well be the one that is missed.
    let damaged = |m: &Media<'_, '_>| m.has(Name::Mid) && m.value(Name::Mid).is_none();
    if cx.media().iter().any(damaged) {
        return;
    }
    for line in cx.sdp().session().all(Name::Group) {
        let value = line.attribute_value().unwrap_or(line.text());
        match Group::parse(value) {
            Err(error) => {
                cx.report_malformed("a=group", error);
            }
            Ok(group) => {
                for mid in group.mids().filter(|mid| !mids.contains(mid)) {
                    let draft = cx.report(
                        mid,
                        "no section has this tag",
                        format_args!(
                            "`{}` group names `{mid}`, which no `a=mid` gives",
                            group.semantics
                        ),
                    );
                    if !group.is_bundle() {
                        draft.severity(Severity::Warning);
                    }
                }
            }
        }
    }
}
