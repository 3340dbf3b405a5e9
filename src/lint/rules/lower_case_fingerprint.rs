use super::prelude::*;

rule! {
    /// A fingerprint is written in lower-case hexadecimal.
    ///
    /// ## Why it matters
    /// The grammar wants upper case. Most stacks take both, but one that compares text finds that
    /// the certificate does not match, and the call fails at the DTLS handshake.
    /// ```sdp,fail
    /// a=fingerprint:sha-256 4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab:3e:5d:49:6b:54:02:12:df:4a:ad:b9:b1
    /// ```
    /// ```sdp,fixed
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,pass
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP304" "lower-case-fingerprint" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8122 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Fingerprint)) {
        let Some(Ok(f)) = line.attribute_value().map(Fingerprint::parse) else {
            continue;
        };
        if f.octets.bytes().iter().any(u8::is_ascii_lowercase) {
            let draft = cx.report(
                f.octets,
                "lower case",
                format_args!("the fingerprint is not written in upper case"),
            );
            if let Some(octets) = f.octets.as_str() {
                let upper = octets.to_ascii_uppercase();
                draft.fix(Safety::Safe, "write it in upper case", f.octets, upper);
            }
        }
    }
}
