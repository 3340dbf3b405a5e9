use super::prelude::*;

rule! {
    /// A WHIP or WHEP offer has more than one audio or video track, or more than one stream.
    ///
    /// ## Why it matters
    /// The protocol is made for one stream with one audio and one video track. Most servers take the first
    /// and drop the others, or refuse the offer.
    /// ## How it happens
    /// Screen and camera are published in one session.
    /// ```sdp,fail,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// ```
    /// ```sdp,pass,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// ```
    "SDP803" "whip-several-tracks" {
        group: Suspicious,
        scope: Whip,
        since: "0.1",
        spec: ["RFC 9725 §4.4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() == Some(Role::Answer) {
        return;
    }
    let mut first: BTreeMap<Field<'_>, &Media<'_, '_>> = BTreeMap::new();
    for section in cx.media().iter().filter(|m| m.is_active()) {
        let Some(media) = section.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        if let Some(there) = first.get(&media.media) {
            cx.report(
                section.head_text(),
                "another of its kind",
                format_args!("more than one `m={}` in a WHIP offer", media.media),
            )
            .context(there.head_text(), "the first")
            .help("publish each stream in a session of its own");
        } else {
            first.insert(media.media, section);
        }
    }
}
