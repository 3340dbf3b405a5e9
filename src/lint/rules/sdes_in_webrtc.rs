use super::prelude::*;

rule! {
    /// A WebRTC description carries SRTP keys in `a=crypto` or `a=key-mgmt`.
    ///
    /// ## Why it matters
    /// WebRTC takes its keys from the DTLS handshake. Keys in the signalling are readable by every
    /// server on the way, and browsers ignore or reject them.
    /// ```sdp,fail
    /// a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw
    /// ```
    "SDP308" "sdes-in-webrtc" {
        group: Correctness,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8827"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        for name in [Name::Crypto, Name::KeyMgmt] {
            if let Some(line) = section.first(name) {
                cx.report(
                    line.name_text().unwrap_or(line.text()),
                    "keys for everyone on the way",
                    format_args!("`a={}` in a WebRTC description", name.as_str()),
                );
            }
        }
    }
}
