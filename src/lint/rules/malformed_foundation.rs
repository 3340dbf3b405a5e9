use super::prelude::*;
use crate::lint::ice::candidates;

rule! {
    /// A candidate's foundation is not 1 to 32 letters, digits, `+` and `/`.
    ///
    /// ## Why it matters
    /// Candidates of one foundation are checked one after the other. Most stacks take any word, but
    /// those that check the grammar drop the candidate.
    /// ```sdp,fail
    /// a=candidate:eth0-udp 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:0123456789abcdef0123456789abcdef0 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:eth0udp 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP209" "malformed-foundation" {
        group: Interop,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        // The name of the attribute again is another rule's finding.
        let twice = c.foundation.take(10).is("candidate:");
        if twice || (c.foundation.len() <= 32 && c.foundation.is_ice_chars()) {
            continue;
        }
        cx.report(
            c.foundation,
            "expected 1 to 32 letters, digits, `+` or `/`",
            format_args!("`{}` is not a foundation for candidates", c.foundation),
        );
    }
}
