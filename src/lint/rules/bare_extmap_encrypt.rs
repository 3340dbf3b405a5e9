use super::prelude::*;
use crate::lint::extensions::{self, ENCRYPT};

rule! {
    /// A header extension is to be encrypted, but the line does not say which.
    ///
    /// ## Why it matters
    /// `urn:ietf:params:rtp-hdrext:encrypt` is a wrapper: the URI of what is in it follows. Without
    /// that the receiver does not know what it decrypts, and ignores the line.
    /// ```sdp,fail
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:encrypt
    /// ```
    /// ```sdp,pass
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:encrypt urn:ietf:params:rtp-hdrext:toffset
    /// ```
    "SDP519" "bare-extmap-encrypt" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 6904 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for map in cx.sdp().sections().flat_map(extensions::maps) {
        if map.uri.is(ENCRYPT) && map.carried().is(ENCRYPT) {
            cx.report(
                map.uri,
                "expected the URI of the extension after it",
                format_args!("header extension {} is encrypted, but has no URI", map.id),
            );
        }
    }
}
