use super::prelude::*;

rule! {
    /// An `a=ice-pwd` value is shorter than 22 or longer than 256 characters.
    ///
    /// ## Why it matters
    /// The password guards the connectivity checks with 128 bits at least, six to a character.
    /// Browsers reject a shorter one.
    /// ```sdp,fail
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:short
    /// ```
    /// ```sdp,pass
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    "SDP203" "ice-pwd-length" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4", "RFC 8445 §5.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    check_length(cx, Name::IcePwd, 22);
}

/// Checks that every value of `name` has `least` to 256 characters.
pub(super) fn check_length(cx: &mut Context<'_, '_>, name: Name, least: usize) {
    for line in cx.sdp().sections().flat_map(|s| s.all(name)) {
        let value = line.attribute_value().unwrap_or(line.text());
        let length = line.attribute_value().map_or(0, Field::len);
        if !(least..=256).contains(&length) {
            cx.report(
                value,
                format_args!("{length} {}", if length == 1 { "character" } else { "characters" }),
                format_args!("`a={}` needs {least} to 256 characters", name.as_str()),
            )
            .help("let the ICE agent make up new credentials");
        }
    }
}
