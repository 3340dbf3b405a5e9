use super::prelude::*;

rule! {
    /// ICE credentials contain a character other than letters, digits, `+` and `/`.
    ///
    /// ## Why it matters
    /// Stacks that check the grammar reject the description; others pass the bytes on, and the
    /// peer computes another message integrity. `-`, `_`, `=` and `#` are a warning only: libwebrtc
    /// takes them for the sake of old servers.
    /// ## How it happens
    /// The credentials are UUIDs or URL-safe base64, or copying added a blank.
    /// ```sdp,fail
    /// a=ice-ufrag:ab:cd
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,fail
    /// a=ice-ufrag:ab-cd
    /// a=ice-pwd:x9cml_YzichV2-XlhiMu8g
    /// ```
    /// ```sdp,pass
    /// a=ice-ufrag:ab+cd
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    "SDP204" "not-ice-char" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for name in [Name::IceUfrag, Name::IcePwd] {
        for line in cx.sdp().sections().flat_map(|s| s.all(name)) {
            let Some(value) = line.attribute_value() else {
                continue;
            };
            let tolerated = |b: u8| matches!(b, b'-' | b'_' | b'=' | b'#');
            let find = |fits: &dyn Fn(u8) -> bool| value.bytes().iter().position(|&b| !fits(b));
            let worst = find(&|b| crate::sdp::is_ice_char(b) || tolerated(b));
            let Some(at) = worst.or_else(|| find(&crate::sdp::is_ice_char)) else {
                continue;
            };
            let bad = value.skip(at).take(1);
            let draft = cx
                .report(
                    bad,
                    "allowed are letters, digits, `+` and `/`",
                    format_args!("`{bad}` is not allowed in `a={}`", name.as_str()),
                )
                .help("let the ICE agent make up new credentials, such as base64 of random bytes");
            if worst.is_none() {
                draft.severity(Severity::Warning);
            }
        }
    }
}
