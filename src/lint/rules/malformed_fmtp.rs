use super::prelude::*;

rule! {
    /// An `a=fmtp` line is not of the form `format parameters`.
    ///
    /// ## Why it matters
    /// The parameters are lost, or the description is rejected.
    /// ```sdp,fail
    /// a=fmtp:111
    /// ```
    /// ```sdp,fail
    /// a=fmtp:opus minptime=10
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10
    /// ```
    "SDP139" "malformed-fmtp" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let rtp = media.media().is_some_and(|m| m.is_rtp());
        for line in media.all(Name::Fmtp) {
            match Fmtp::parse(line.attribute_value().unwrap_or(line.text())) {
                Err(error) => {
                    let draft = cx.report_malformed("a=fmtp", error);
                    // A blank and then nothing: parsers take that for no parameters.
                    if error.at.bytes().ends_with(b" ") {
                        draft.severity(Severity::Warning);
                    }
                }
                Ok(fmtp) if rtp && fmtp.format.number::<u8>().is_none_or(|n| n > 127) => {
                    cx.report(
                        fmtp.format,
                        "expected a payload type",
                        format_args!("`{}` in `a=fmtp` is not a payload type", fmtp.format),
                    );
                }
                Ok(_) => {}
            }
        }
    }
}
