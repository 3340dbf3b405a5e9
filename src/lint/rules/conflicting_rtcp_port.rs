use super::prelude::*;

rule! {
    /// RTCP shares the port of RTP, but `a=rtcp` names another.
    ///
    /// ## Why it matters
    /// In an offer that may be the port to fall back to. An answer that accepts `a=rtcp-mux`, and an
    /// offer that insists on it, have nothing to fall back to: an endpoint that believes `a=rtcp`
    /// sends its reports to a port where nobody listens.
    ///
    /// Port 9 is a place holder, which browsers write: `a=rtcp:9 IN IP4 0.0.0.0`.
    /// ```sdp,fail,as-answer
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp:5001
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass,as-answer
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp:5000
    /// a=rtcp-mux
    /// m=audio 6000 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp:9 IN IP4 0.0.0.0
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass,as-offer
    /// a=setup:actpass
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=rtcp:5001
    /// a=rtcp-mux
    /// ```
    "SDP414" "conflicting-rtcp-port" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 5761 §5.1.1", "RFC 8858 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const PLACE_HOLDER: u16 = 9;
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let settled = cx.role() == Some(Role::Answer) || media.has(Name::RtcpMuxOnly);
        if !settled || !media.has(Name::RtcpMux) {
            continue;
        }
        let (Some(m), Some(line)) = (media.media(), media.first(Name::Rtcp)) else {
            continue;
        };
        let word = line.attribute_value().and_then(|v| v.words().next());
        let Some((word, port)) = word.and_then(|w| Some((w, w.number::<u16>()?))) else {
            continue;
        };
        let told = |port: u16| port != 0 && port != PLACE_HOLDER;
        if port != m.port && told(port) && told(m.port) {
            cx.report(
                word,
                format_args!("expected {}", m.port),
                format_args!(
                    "`a=rtcp` names port {port}, but RTCP is to share port {}",
                    m.port
                ),
            )
            .context(m.port_text, "the shared port")
            .fix_drop_line(Safety::Unsafe, line);
        }
    }
}
