use super::prelude::*;

rule! {
    /// A description holds the key that decrypts its media (`a=crypto` with `inline:`).
    ///
    /// ## Why it matters
    /// Whoever reads the file can decrypt a recording of the call, and, while it lasts, listen in and
    /// forge media. In a repository, a ticket or a log the key stays readable long after the call.
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP312" "key-in-description" {
        group: Privacy,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4568 §8"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Crypto)) {
        let Some(Ok(crypto)) = line.attribute_value().map(Crypto::parse) else {
            continue;
        };
        // A placeholder is no key: not of the length its suite wants, or too short for any suite.
        let wants = crypto.key_salt_octets();
        let whole = |octets: usize| wants.map_or(octets >= SHORTEST, |wants| octets == wants);
        let is_key = crypto
            .keys()
            .flatten()
            .any(|key| key.key_salt_octets().is_some_and(whole));
        if is_key {
            // The label points at the suite: the key is not to be quoted.
            cx.report(
                crypto.suite,
                "followed by the key",
                format_args!("the description holds a key that decrypts its media"),
            )
            .help("replace the key by another one of the same length before the file is passed on");
        }
    }
}

/// A key of 128 bits.
const SHORTEST: usize = 16;
