use super::prelude::*;

rule! {
    /// An `a=setup` value is not `actpass`, `active`, `passive` or `holdconn`.
    ///
    /// ## Why it matters
    /// Without a role nobody opens the DTLS handshake; browsers reject the description.
    /// ```sdp,fail
    /// a=setup:server
    /// ```
    /// ```sdp,pass
    /// a=setup:passive
    /// ```
    "SDP313" "unknown-setup" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4145 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::Setup)) {
        let value = line.attribute_value().unwrap_or(line.text());
        if let Err(Malformed { at: role, expected }) = Setup::parse(value) {
            cx.report(
                role,
                format_args!("expected {expected}"),
                format_args!("`{role}` is not a role for `a=setup`"),
            )
            .help("write `actpass` in an offer, `active` in an answer");
        }
    }
}
