use super::prelude::*;

rule! {
    /// An `a=ice-pacing` value is no number of milliseconds, less than 5 of them, or in a section.
    ///
    /// ## Why it matters
    /// It says how much time to leave between two checks, once for all sections. Below 5 ms networks
    /// drop what comes at once; a value that cannot be read is taken for the default of 50.
    /// ```sdp,fail
    /// a=ice-pacing:0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,fail
    /// a=ice-pacing:50ms
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=ice-pacing:50
    /// ```
    /// ```sdp,pass
    /// a=ice-pacing:50
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// ```
    "SDP228" "unusable-ice-pacing" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.5", "RFC 8445 §14.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        for line in section.all(Name::IcePacing) {
            let value = line.attribute_value().unwrap_or(line.text());
            if section.index().is_some() {
                cx.report(
                    line.text(),
                    "belongs before the first `m=` line",
                    format_args!("`a=ice-pacing` in a media section"),
                );
            }
            match IcePacing::parse(value).map(|pacing| pacing.milliseconds) {
                Err(_) => cx.report(
                    value,
                    "expected a number of milliseconds",
                    format_args!("`{value}` is not a pacing for ICE"),
                ),
                Ok(0..5) => cx.report(
                    value,
                    "less than 5 ms",
                    format_args!("checks would follow each other within `{value}` ms"),
                ),
                Ok(_) => continue,
            }
            .help("write `a=ice-pacing:50`, or drop the line");
        }
    }
}
