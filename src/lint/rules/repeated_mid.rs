use super::prelude::*;

rule! {
    /// Two media sections have the same `a=mid`.
    ///
    /// ## Why it matters
    /// The tag has to be unique: groups, candidates and packets that name it would mean both
    /// sections. Browsers reject the description. Plain RTP equipment mostly does not look at tags, so
    /// without ICE and DTLS it is a warning.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// ```
    "SDP402" "repeated-mid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5888 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut seen = BTreeMap::new();
    for media in cx.media() {
        let Some(mid) = media.value(Name::Mid) else {
            continue;
        };
        let first: Field<'_> = *seen.entry(mid).or_insert(mid);
        if first.start() != mid.start() {
            let webrtc = cx.is_webrtc();
            let draft = cx
                .report(
                    mid,
                    "again here",
                    format_args!("`a=mid:{mid}` names two media sections"),
                )
                .context(first, "the first one")
                .help("give each section a tag of its own");
            if !webrtc {
                draft.severity(Severity::Warning);
            }
        }
    }
}
