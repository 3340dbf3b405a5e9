use super::prelude::*;

rule! {
    /// ICE credentials contain a character other than letters, digits, `+` and `/`.
    ///
    /// ## Why it matters
    /// Stacks that check the grammar reject the description; others pass the bytes on, and the
    /// peer computes another message integrity.
    /// ```sdp,fail
    /// a=ice-ufrag:ab-cd
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
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
            let bad = value.bytes().iter().position(|&b| !crate::sdp::is_ice_char(b));
            if let Some(at) = bad {
                let bad = value.skip(at).take(1);
                cx.report(
                    bad,
                    "allowed are letters, digits, `+` and `/`",
                    format_args!("`{bad}` is not allowed in `a={}`", name.as_str()),
                );
            }
        }
    }
}
