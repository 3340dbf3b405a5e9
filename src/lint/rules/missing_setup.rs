use super::prelude::*;

rule! {
    /// A section over DTLS has no `a=setup` to use.
    ///
    /// ## Why it matters
    /// It says who opens the DTLS handshake. Without it both sides may wait for the other, or the
    /// description is rejected.
    ///
    /// In a BUNDLE group the section counts whose tag comes first; an offer says it in every section
    /// with a port of its own, as that one may not be bundled.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=setup:active
    /// ```
    "SDP306" "missing-setup" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8842 §5.2", "RFC 8842 §5.3", "RFC 5763 §5", "RFC 9143 §7.1.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_dtls) else {
            continue;
        };
        if !media.transport_has(Name::Setup) {
            cx.report(
                m.proto,
                "who opens the handshake?",
                format_args!("`{}` has no `a=setup`", media.title()),
            )
            .help("add `a=setup:actpass` to an offer, `a=setup:active` to an answer");
        }
    }
}
