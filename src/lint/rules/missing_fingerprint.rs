use super::prelude::*;

rule! {
    /// A section over DTLS has no `a=fingerprint` to use.
    ///
    /// ## Why it matters
    /// The fingerprint ties the DTLS certificate to the signalling. Without one the peer cannot be
    /// authenticated, and browsers reject the description.
    ///
    /// In a BUNDLE group the section counts whose tag comes first; an offer says it in every section
    /// with a port of its own, as that one may not be bundled.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=setup:active
    /// a=mid:0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP301" "missing-fingerprint" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8122 §5", "RFC 5763 §5", "RFC 9143 §7.1.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(MediaLine::is_dtls) else {
            continue;
        };
        if !media.transport_has(Name::Fingerprint) {
            cx.report(
                m.proto,
                "runs over DTLS",
                format_args!("`{}` has no `a=fingerprint`", media.title()),
            )
            .help("add the fingerprint of this end's DTLS certificate");
        }
    }
}
