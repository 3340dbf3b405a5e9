use super::prelude::*;

rule! {
    /// A section has simulcast twice: by `a=rid`, and by an `a=ssrc-group:SIM`.
    ///
    /// ## Why it matters
    /// `SIM` is what Chrome used before RFC 8853. A receiver that knows both takes one of them, and
    /// then meets packets it expects to look otherwise: layers are mixed up or dropped.
    /// ## How it happens
    /// A script that adds `SIM` to descriptions still runs in a browser that writes `a=simulcast`.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=rid:h send
    /// a=rid:l send
    /// a=simulcast:send h;l
    /// a=ssrc-group:SIM 1 2
    /// a=ssrc:1 cname:x
    /// a=ssrc:2 cname:x
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=ssrc-group:SIM 1 2
    /// a=ssrc:1 cname:x
    /// a=ssrc:2 cname:x
    /// ```
    "SDP512" "simulcast-beside-sim-group" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8853 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(line) = media.first(Name::Simulcast) else {
            continue;
        };
        let simulcast = line
            .attribute_value()
            .and_then(|v| Simulcast::parse(v).ok());
        // What is received may come in another way than what is sent.
        if simulcast.is_none_or(|s| s.send.is_none()) {
            continue;
        }
        let groups = media
            .all(Name::SsrcGroup)
            .filter_map(|l| l.attribute_value());
        let mut groups = groups.filter_map(|v| SsrcGroup::parse(v).ok());
        if let Some(sim) = groups.find(|group| group.semantics.is("SIM")) {
            cx.report(
                line.text(),
                "simulcast by `a=rid`",
                format_args!("`{}` has simulcast by `a=rid` and by SSRCs", media.title()),
            )
            .context(sim.semantics, "simulcast by SSRCs")
            .help("keep one of them");
        }
    }
}
