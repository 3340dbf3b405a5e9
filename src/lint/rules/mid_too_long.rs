use super::prelude::*;

rule! {
    /// An `a=mid` is longer than the 16 bytes that fit into a header extension.
    ///
    /// ## Why it matters
    /// Packets carry the tag in a header extension, and in its one-byte form that holds 16 bytes.
    /// Chrome rejects a description with a longer tag: "The MID attribute exceeds the maximum
    /// supported length".
    /// ```sdp,fail
    /// a=mid:microphone-of-the-speaker
    /// ```
    /// ```sdp,pass
    /// a=mid:microphone
    /// ```
    "SDP418" "mid-too-long" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8285 §4.2", "RFC 9143 §15.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const MOST: usize = 16;
    for media in cx.media() {
        if let Some(mid) = media
            .value(Name::Mid)
            .filter(|mid| mid.is_token() && mid.len() > MOST)
        {
            cx.report(
                mid,
                format_args!("{} bytes", mid.len()),
                format_args!("an `a=mid` of {} bytes does not fit into a header extension", mid.len()),
            )
            .help("write a tag of at most 16 bytes, here and in `a=group`; browsers write `0`, `1`, …");
        }
    }
}
