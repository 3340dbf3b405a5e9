use super::prelude::*;

rule! {
    /// An `a=tls-id` value is not 20 to 255 letters, digits, `+`, `/`, `-` and `_`.
    ///
    /// ## Why it matters
    /// It tells one DTLS association from the next one, so it has to be random and long enough never
    /// to come again. A parser that rejects it takes the association for the old one.
    /// ```sdp,fail
    /// a=tls-id:1
    /// ```
    /// ```sdp,pass
    /// a=tls-id:91bbf309c0990a6bec11e38ba2933cee
    /// ```
    "SDP311" "malformed-tls-id" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8842 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::TlsId)) {
        let value = line.attribute_value().unwrap_or(line.text());
        if TlsId::parse(value).is_err() {
            cx.report(
                value,
                format_args!("{} of 20 to 255 characters", value.len()),
                format_args!("`{value}` does not identify a DTLS association"),
            )
            .help("write 20 or more random letters and digits, or drop the line");
        }
    }
}
