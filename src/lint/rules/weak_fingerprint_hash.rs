use super::prelude::*;

rule! {
    /// A fingerprint uses a hash function that is no longer safe.
    ///
    /// ## Why it matters
    /// Someone who can forge a certificate with the same MD2, MD5 or SHA-1 hash can sit between
    /// the two sides. MD2 and MD5 are forbidden.
    /// ```sdp,fail
    /// a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB
    /// ```
    /// ```sdp,pass
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP303" "weak-fingerprint-hash" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8122 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let all = section.all(Name::Fingerprint);
        let parsed = all.filter_map(|l| l.attribute_value()).map(Fingerprint::parse);
        let fingerprints: Vec<_> = parsed.filter_map(Result::ok).collect();
        let is = |f: &Fingerprint<'_>, hash: &str| f.hash.is_ignoring_case(hash);
        // A weak hash beside a strong one is there for old peers, which take what they know.
        let strong = fingerprints
            .iter()
            .any(|f| !["sha-1", "md5", "md2"].iter().any(|hash| is(f, hash)));
        for f in &fingerprints {
            let forbidden = is(f, "md5") || is(f, "md2");
            if forbidden || (is(f, "sha-1") && !strong) {
                let draft = cx
                    .report(
                        f.hash,
                        if forbidden { "forbidden" } else { "deprecated" },
                        format_args!("the fingerprint uses `{}`", f.hash),
                    )
                    .help("use `sha-256`");
                if forbidden {
                    draft.severity(Severity::Error);
                }
            }
        }
    }
}
