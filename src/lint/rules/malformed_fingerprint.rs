use super::prelude::*;

rule! {
    /// An `a=fingerprint` value is not a hash function and as many octets as it gives.
    ///
    /// ## Why it matters
    /// A fingerprint that cannot be read or has the wrong length matches no certificate: the DTLS
    /// handshake fails, or the description is rejected. One by a hash function that is not known is a
    /// warning: newer ones may be registered.
    /// ## How it happens
    /// Copying cut the line short, or removed the colons.
    /// ```sdp,fail
    /// a=fingerprint:sha-256 4A:AD:B9:B1
    /// ```
    /// ```sdp,fail
    /// a=fingerprint:sha-1 4AADB9B13F82183B540212DF3E5D496B19E57CAB
    /// ```
    /// ```sdp,fail
    /// a=fingerprint:sha256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,pass
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP302" "malformed-fingerprint" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8122 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Fingerprint)) {
        match Fingerprint::parse(line.attribute_value().unwrap_or(line.text())) {
            Err(error) => {
                cx.report_malformed("a=fingerprint", error)
                    .help("take the whole fingerprint from the certificate: `sha-256` and 32 octets");
            }
            Ok(fingerprint) => {
                let has = fingerprint.len_octets();
                let Some(expected) = fingerprint.expected_octets() else {
                    let hash = fingerprint.hash;
                    let draft = cx
                        .report(
                            hash,
                            "unknown hash function",
                            format_args!("`{hash}` is not a hash function for fingerprints"),
                        )
                        .help("use `sha-256`")
                        .severity(Severity::Warning);
                    // `sha256` and `sha_256`, as libraries for hashes call it.
                    if hash.is_ignoring_case("sha256") || hash.is_ignoring_case("sha_256") {
                        draft.fix(Safety::Unsafe, "write `sha-256`", hash, "sha-256");
                    }
                    continue;
                };
                if has != expected {
                    cx.report(
                        fingerprint.octets,
                        format_args!("{has} octets"),
                        format_args!("a `{}` fingerprint has {expected} octets", fingerprint.hash),
                    )
                    .help("take the whole fingerprint from the certificate");
                }
            }
        }
    }
}
