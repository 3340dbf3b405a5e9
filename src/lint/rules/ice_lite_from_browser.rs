use super::prelude::*;

rule! {
    /// A browser's description says `a=ice-lite`.
    ///
    /// ## Why it matters
    /// A WebRTC endpoint is a full ICE agent: it sends checks itself, which the peer relies on to
    /// open the way through its own NAT. Only servers may be lite.
    /// ```sdp,fail
    /// a=ice-lite
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=recvonly
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=recvonly
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP224" "ice-lite-from-browser" {
        group: Correctness,
        scope: Jsep,
        since: "0.1",
        spec: ["RFC 8835 §3.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    if let Some(line) = cx.sdp().session().first(Name::IceLite) {
        cx.report(
            line.text(),
            "a browser is a full ICE agent",
            format_args!("`a=ice-lite` in a browser's description"),
        )
        .help("drop the line; for a server's description use the profile `sfu`");
    }
}
