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
            if port.number::<u16>().is_none() {
                cx.report(
                    port,
                    "expected a port from 1 to 65535",
                    format_args!("`{port}` is not an SCTP port"),
                );
            }
        }
        for line in media.all(Name::MaxMessageSize) {
            let size = line.attribute_value().unwrap_or(line.text());
            if !size.is_digits() {
                cx.report(
                    size,
                    "expected a number of bytes",
                    format_args!("`{size}` is not a message size"),
                );
            }
        }
    }
}
