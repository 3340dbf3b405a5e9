use super::prelude::*;

rule! {
    /// Two sections that share a transport give it different DTLS roles.
    ///
    /// ## Why it matters
    /// One transport has one DTLS handshake, and in that each end is either the client or the server.
    /// Stacks take the role of one section, and not all of the same one.
    /// ## How it happens
    /// A server that chooses the role for each section by itself, or a script that changed one.
    /// ```sdp,fail,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=setup:active
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=setup:passive
    /// ```
    /// ```sdp,pass,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=setup:active
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=setup:active
    /// ```
    "SDP422" "bundle-with-two-setups" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9143 §7.1.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session().value(Name::Setup);
    // Asked once for each group, however many sections it has.
    let mut groups = BTreeMap::new();
    for (tagged, media) in cx.shared_transports() {
        let used = *groups
            .entry(tagged.index())
            .or_insert_with(|| tagged.value(Name::Setup).or(session));
        let (Some(used), Some(own)) = (used, media.value(Name::Setup)) else {
            continue;
        };
        if own != used && is_role(own) && is_role(used) {
            cx.report(
                own,
                format_args!("the transport is `{used}`"),
                format_args!("`{}` has another DTLS role than its BUNDLE group", media.title()),
            )
            .context(used, "the role of the transport")
            .help("give all sections of the group the same `a=setup`");
        }
    }
}

/// Other values are another rule's business.
fn is_role(value: Field<'_>) -> bool {
    ["active", "passive", "actpass"].iter().any(|role| value.is(role))
}
