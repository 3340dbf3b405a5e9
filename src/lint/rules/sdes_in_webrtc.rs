use super::prelude::*;
use crate::lint::Profile;

rule! {
    /// A WebRTC description carries SRTP keys in `a=crypto` or `a=key-mgmt`.
    ///
    /// ## Why it matters
    /// WebRTC takes its keys from the DTLS handshake. Keys in the signalling are readable by every
    /// server on the way. Browsers ignore them beside a fingerprint, and reject the description when
    /// there is none.
    ///
    /// SIP phones and gateways use ICE with such keys; their profile is `sip`. In the profiles `jsep`
    /// and `whip` it is an error.
    /// ```sdp,fail
    /// a=crypto:1 X_SUITE_OF_OURS inline:c2VjcmV0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP308" "sdes-in-webrtc" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8827 §6.5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let strict = matches!(cx.profile(), Profile::Jsep | Profile::Whip);
    for section in cx.sdp().sections() {
        for name in [Name::Crypto, Name::KeyMgmt] {
            let Some(line) = section.first(name) else {
                continue;
            };
            let draft = cx
                .report(
                    line.name_text().unwrap_or(line.text()),
                    "keys for everyone on the way",
                    format_args!("`a={}` in a WebRTC description", name.as_str()),
                )
                .help("use DTLS-SRTP: `UDP/TLS/RTP/SAVPF`, `a=fingerprint` and `a=setup`");
            if strict {
                draft.severity(Severity::Error);
            }
        }
    }
}
