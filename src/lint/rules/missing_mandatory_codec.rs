use super::prelude::*;

rule! {
    /// An offer lacks a codec that every WebRTC endpoint has.
    ///
    /// ## Why it matters
    /// Opus and G.711 for audio, VP8 and H.264 for video are mandatory to implement, so that two
    /// endpoints always have one in common. An offer without them may find nothing in common; often
    /// that is meant, so this is advice.
    /// ```sdp,fail,as-offer
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 9
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8
    /// a=rtpmap:111 opus/48000/2
    /// ```
    "SDP128" "missing-mandatory-codec" {
        group: Advice,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 7874 §3", "RFC 7742 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() == Some(Role::Answer) {
        return; // An answer only has what was offered.
    }
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        let has = |name: &str| media.payloads.iter().any(|p| p.is(name));
        let missing = if m.media.is("audio") && !has("opus") {
            "Opus"
        } else if m.media.is("audio") && !has("PCMU") && !has("PCMA") {
            "PCMU and PCMA"
        } else if m.media.is("video") && !has("VP8") && !has("H264") {
            "VP8 and H.264"
        } else {
            continue;
        };
        cx.report(
            m.format_list,
            format_args!("no {missing} here"),
            format_args!("`{}` lacks {missing}, mandatory to implement", media.title()),
        );
    }
}
