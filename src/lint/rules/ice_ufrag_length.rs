use super::prelude::*;

rule! {
    /// An `a=ice-ufrag` value is shorter than 4 or longer than 256 characters.
    ///
    /// ## Why it matters
    /// Browsers reject it, and a short fragment collides when many peers share a server port.
    /// ```sdp,fail
    /// a=ice-ufrag:abc
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,pass
    /// a=ice-ufrag:abcd
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    "SDP202" "ice-ufrag-length" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    super::ice_pwd_length::check_length(cx, Name::IceUfrag, 4);
}
