use super::prelude::*;

rule! {
    /// A section over DTLS says `a=setup:holdconn`.
    ///
    /// ## Why it matters
    /// It asks not to open the connection for the time being. Over DTLS nobody opens the handshake
    /// then, and browsers, which know of no such state, reject the description.
    /// ## How it happens
    /// It was meant to put a call on hold, which is `a=inactive` or `a=sendonly`.
    /// ```sdp,fail
    /// a=setup:holdconn
    /// ```
    /// ```sdp,pass
    /// a=setup:passive
    /// a=inactive
    /// ```
    "SDP315" "holdconn-setup" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 4145 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        // The session part speaks for its sections; over plain TCP holdconn is fine.
        let dtls = section.media().is_none_or(|m| m.is_dtls());
        if !dtls || section.is_rejected() {
            continue;
        }
        for line in section.all(Name::Setup) {
            let Some(role) = line.attribute_value().filter(|v| v.is("holdconn")) else {
                continue;
            };
            cx.report(
                role,
                "nobody opens the handshake",
                format_args!("`a=setup:holdconn` for DTLS"),
            )
            .help("write `a=setup:active` or `a=setup:passive`; hold media with `a=inactive`");
        }
    }
}
