use super::prelude::*;

rule! {
    /// An `a=rid` has signs or a length that packets cannot carry everywhere.
    ///
    /// ## Why it matters
    /// In packets a `rid` is made of letters and digits (RFC 8852), although the SDP grammar also
    /// has `-` and `_`; Chrome refuses those signs and more than 16 characters. In the one-byte form
    /// of header extensions longer ones do not fit.
    /// ```sdp,fail
    /// a=rid:high_1 send
    /// ```
    /// ```sdp,fail
    /// a=rid:theHighestOfAllOurLayers send
    /// ```
    /// ```sdp,pass
    /// a=rid:high1 send
    /// ```
    "SDP523" "rid-not-alphanumeric" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 8852 §3", "RFC 8285 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    const MOST: usize = 16;
    for line in cx.media().iter().flat_map(|m| m.all(Name::Rid)) {
        let Some(Ok(rid)) = line.attribute_value().map(Rid::parse) else {
            continue;
        };
        let plain = rid.id.bytes().iter().all(u8::is_ascii_alphanumeric);
        if !plain || rid.id.len() > MOST {
            cx.report(
                rid.id,
                "expected at most 16 letters and digits",
                format_args!("`{}` is a `rid` that not every stack takes", rid.id),
            )
            .help("rename it in `a=rid` and in `a=simulcast`");
        }
    }
}
