use super::prelude::*;

rule! {
    /// The `v=` line does not say 0.
    ///
    /// ## Why it matters
    /// There is one version of SDP, and its number is 0. Parsers reject anything else at once.
    /// ```sdp,fail,whole
    /// v=1
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,fixed,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// t=0 0
    /// ```
    "SDP001" "version-not-zero" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().of_type(b'v') {
        let version = line.value();
        if !version.is("0") {
            cx.report(
                line.text(),
                "must be `v=0`",
                format_args!("the version of SDP is 0, not `{version}`"),
            )
            .fix(Safety::Safe, "write `v=0`", version, "0");
        }
    }
}
