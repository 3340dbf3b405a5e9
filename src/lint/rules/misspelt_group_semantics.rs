use super::prelude::*;

rule! {
    /// The semantics of an `a=group` line is `BUNDLE` but for a slip of the pen.
    ///
    /// ## Why it matters
    /// The names are case-sensitive: `a=group:bundle` says something that no receiver knows, and nothing
    /// is bundled.
    /// ```sdp,fail
    /// a=group:bundle 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,fixed
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// a=group:LS 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP423" "misspelt-group-semantics" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5888 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().all(Name::Group) {
        let Some(Ok(group)) = line.attribute_value().map(Group::parse) else {
            continue;
        };
        let name = group.semantics;
        let slips = ["BUNDLE", "BUNDEL", "BUDNLE", "BUNDL", "BUNDLES"];
        if !group.is_bundle() && slips.iter().any(|slip| name.is_ignoring_case(slip)) {
            cx.report(
                name,
                "did you mean `BUNDLE`?",
                format_args!("`{name}` is no known kind of group: nothing is bundled"),
            )
            .fix(Safety::Unsafe, "write `BUNDLE`", name, "BUNDLE");
        }
    }
}
