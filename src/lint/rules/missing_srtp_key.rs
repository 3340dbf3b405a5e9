use super::prelude::*;

rule! {
    /// A section for SRTP does not say where its keys come from.
    ///
    /// ## Why it matters
    /// `RTP/SAVP` and `RTP/SAVPF` are encrypted. Without `a=crypto`, `a=key-mgmt` or the fingerprint of
    /// a DTLS certificate there is no key for it, and the media cannot be decrypted.
    /// ## How it happens
    /// The keys were removed before the description was passed on, or they are agreed elsewhere: by
    /// ZRTP, or in the headers of RTSP.
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 RTP/SAVP 0
    /// a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyO0=
    /// ```
    "SDP319" "missing-srtp-key" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4568 §4.3", "RFC 5763 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const KEYS: [Name; 3] = [Name::Crypto, Name::KeyMgmt, Name::Fingerprint];
    let zrtp = |line: &Line<'_>| line.name_text().is_some_and(|name| name.is("zrtp-hash"));
    let session = cx.sdp().session();
    let session = session.lines().iter().any(zrtp) || session.of_type(b'k').next().is_some();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        let srtp = ["RTP/SAVP", "RTP/SAVPF"].iter().any(|p| m.proto.is_ignoring_case(p));
        // `k=` is obsolete, but a key.
        let keyed = session
            || KEYS.iter().any(|&name| media.transport_has(name))
            || media.lines().iter().any(zrtp)
            || media.of_type(b'k').next().is_some();
        if srtp && !keyed {
            cx.report(
                m.proto,
                "encrypted, but with what?",
                format_args!("`{}` has no key for SRTP", media.title()),
            )
            .help("add `a=crypto` or `a=fingerprint`; without encryption the transport is `RTP/AVP`");
        }
    }
}
