use super::prelude::*;

rule! {
    /// The `c=` line does not give an address of the family it names.
    ///
    /// ## Why it matters
    /// Without ICE this is where media is sent; with ICE it still has to be readable. An IPv6
    /// address behind `IP4` is rejected by some parsers and sent nowhere by others.
    /// ```sdp,fail
    /// c=IN IP4 2001:db8::1
    /// ```
    /// ```sdp,fail
    /// c=IN IP4 192.0.2.300
    /// ```
    /// ```sdp,pass
    /// c=IN IP6 2001:db8::1
    /// ```
    /// ```sdp,pass
    /// c=IN IP4 224.2.17.12/127
    /// ```
    "SDP011" "malformed-connection" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.7"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // SETUP tells a player of RTSP the addresses.
    let severity = cx.stream_severity();
    for line in cx.sdp().lines().iter().filter(|l| l.letter() == Some(b'c')) {
        match Address::parse(line.value()) {
            Ok(address) => {
                if let Some(problem) = address.problem() {
                    cx.report_malformed("c=", problem).severity(severity);
                }
            }
            Err(error) => {
                cx.report(
                    line.text(),
                    format_args!("expected {}", error.expected),
                    format_args!("`c=` needs three fields separated by one blank"),
                )
                .severity(severity);
            }
        }
    }
}
