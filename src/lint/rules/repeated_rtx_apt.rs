use super::prelude::*;

rule! {
    /// Two retransmission payload types repeat the same payload type.
    ///
    /// ## Why it matters
    /// Each original is to have one. Which of the two is used depends on the stack, and a receiver
    /// that expects the other does not recognise what is repeated.
    /// ## How it happens
    /// The second `apt` was copied, and its own codec has no `rtx` now.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97 98
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// a=rtpmap:98 rtx/90000
    /// a=fmtp:98 apt=96
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// ```
    "SDP114" "repeated-rtx-apt" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4588 §8.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut first: BTreeMap<u8, Field<'_>> = BTreeMap::new();
        for payload in media.payloads.iter().filter(|p| p.is("rtx")) {
            let apt = payload.fmtp.and_then(|f| f.get("apt"));
            let Some((apt, original)) = apt.and_then(|a| Some((a, a.number()?))) else {
                continue;
            };
            if let Some(&before) = first.get(&original) {
                cx.report(
                    apt,
                    "repeats it too",
                    format_args!("payload type {original} has two `rtx` payload types"),
                )
                .context(before, "the first to repeat it");
            } else {
                first.insert(original, apt);
            }
        }
    }
}
