use super::prelude::*;

rule! {
    /// All header extensions and CSRCs are to be encrypted (`a=cryptex`).
    ///
    /// ## Why it matters
    /// That is how it should be, and so this is advice for those who read captures: without the keys
    /// nobody sees `mid`, `rid`, audio levels and bandwidth feedback any more, and media servers
    /// have to decrypt before they can tell streams apart.
    /// ```sdp,fail
    /// a=cryptex
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
    /// ```
    "SDP520" "encrypted-header-extensions" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9335 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let is_cryptex = |line: &&Line<'_>| line.name_text().is_some_and(|name| name.is("cryptex"));
    if let Some(line) = cx.sdp().lines().iter().find(is_cryptex) {
        cx.report(
            line.text(),
            "asked for here",
            format_args!("header extensions are encrypted: captures do not show them"),
        );
    }
}
