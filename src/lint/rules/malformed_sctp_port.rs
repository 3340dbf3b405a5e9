use super::prelude::*;

rule! {
    /// An `a=sctp-port` is not a port, or an `a=max-message-size` not a number of bytes.
    ///
    /// ## Why it matters
    /// No SCTP association can be opened, so no data channel either. In an offer, 0 closes the
    /// association.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:70000
    /// ```
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:64k
    /// ```
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port: 5000
    /// ```
    /// ```sdp,fixed
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=max-message-size:262144
    /// ```
    "SDP607" "malformed-sctp-port" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8841 §5.2", "RFC 8841 §6.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for line in media.all(Name::SctpPort) {
            let port = line.attribute_value().unwrap_or(line.text());
            if let Err(error) = SctpPort::parse(port) {
                cx.report(
                    port,
                    format_args!("expected {}", error.expected),
                    format_args!("`{port}` is not an SCTP port"),
                );
            } else {
                report_blanks(cx, port, "a=sctp-port");
            }
        }
        for line in media.all(Name::MaxMessageSize) {
            let size = line.attribute_value().unwrap_or(line.text());
            if let Err(error) = MaxMessageSize::parse(size) {
                cx.report(
                    size,
                    format_args!("expected {}", error.expected),
                    format_args!("`{size}` is not a message size"),
                );
            } else {
                report_blanks(cx, size, "a=max-message-size");
            }
        }
    }
}

/// Drafts of RFC 8841 had a blank in their example, and most parsers do not mind.
fn report_blanks(cx: &mut Context<'_, '_>, value: Field<'_>, name: &str) {
    let number = value.trim();
    if number.len() < value.len() {
        let draft = cx
            .report(
                value,
                "blanks around it",
                format_args!("`{name}` has blanks around its number"),
            )
            .severity(Severity::Warning);
        if let Some(kept) = number.owned() {
            draft.fix(Safety::Safe, "drop the blanks", value, kept);
        }
    }
}
