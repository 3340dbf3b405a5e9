use super::prelude::*;

rule! {
    /// An `a=crypto` line cannot be read, or its key does not fit its suite.
    ///
    /// ## Why it matters
    /// The form is `tag suite inline:key`, and the key is base64 of as many octets as the suite has
    /// for master key and salt. Without a line that can be used the media is rejected, or arrives and
    /// cannot be decrypted.
    /// ## How it happens
    /// The tag was forgotten, or the key of one suite was copied to another. A key that is no
    /// base64 at all is a placeholder, and a warning.
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj
    /// ```
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj
    /// ```
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YOUR_KEY
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 X_SUITE_OF_OURS inline:c2VjcmV0IQ=
    /// ```
    "SDP316" "malformed-crypto" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4568 §6.1", "RFC 4568 §9.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Crypto)) {
        let name = line.name_text().unwrap_or(line.text());
        let parsed = Crypto::parse(line.attribute_value().unwrap_or(name.take(0)));
        let crypto = match parsed {
            Ok(crypto) => crypto,
            Err(error) => {
                report(cx, name, error.expected);
                continue;
            }
        };
        let keys = crypto.keys().collect::<Result<Vec<_>, _>>();
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => {
                report(cx, crypto.suite, error.expected);
                continue;
            }
        };
        for key in keys {
            let has = key.key_salt_octets();
            let wants = crypto.key_salt_octets();
            match (has, wants) {
                (Some(has), Some(wants)) if has != wants => {
                    cx.report(
                        crypto.suite,
                        format_args!("followed by a key of {has} octets"),
                        format_args!("`{}` takes a key and salt of {wants} octets", crypto.suite),
                    )
                    .help("let the SRTP library make a key for the suite");
                }
                (None, Some(_)) => {
                    cx.report(
                        crypto.suite,
                        "followed by something else than base64",
                        format_args!("the key for `{}` is not base64", crypto.suite),
                    )
                    .severity(Severity::Warning);
                }
                _ => {}
            }
        }
    }
}

/// Says what is missing without showing what is there, which may be a key.
fn report(cx: &mut Context<'_, '_>, at: Field<'_>, expected: &str) {
    cx.report(
        at,
        format_args!("expected {expected}"),
        format_args!("`a=crypto` cannot be read"),
    )
    .help("write `a=crypto:tag suite inline:key`");
}
