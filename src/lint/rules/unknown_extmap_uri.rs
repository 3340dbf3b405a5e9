use super::prelude::*;
use crate::lint::extensions::{self, ENCRYPT};
use crate::lint::spelling::Speller;

rule! {
    /// A header extension's URI is spelt almost like a known one, or not registered by the IETF.
    ///
    /// ## Why it matters
    /// An extension with an unknown URI is not negotiated, without a word: no `mid` in the packets,
    /// no bandwidth feedback. Anybody may use URIs of their own, and those are left alone; but
    /// under `urn:ietf:params:rtp-hdrext:` there are only registered ones.
    /// ```sdp,fail
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:midd
    /// ```
    /// ```sdp,fixed
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,fail
    /// a=extmap:4 urn:ietf:params:rtp-hdrext:everything
    /// ```
    /// ```sdp,fail
    /// a=extmap:4 https://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
    /// ```
    /// ```sdp,pass
    /// a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
    /// a=extmap:5 urn:example:our-own
    /// a=extmap:6 urn:ietf:params:rtp-hdrext:encrypt urn:ietf:params:rtp-hdrext:toffset
    /// ```
    "SDP505" "unknown-extmap-uri" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8285 §5", "RFC 8285 §10"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut speller = Speller::of_extensions();
    let mut told = BTreeSet::new();
    for map in cx.sdp().sections().flat_map(extensions::maps) {
        let uri = map.carried();
        // A wrapper without content is another rule's business; so is nothing said twice.
        if uri.is(ENCRYPT) || told.contains(&uri) {
            continue;
        }
        if let Some(meant) = speller.meant(uri) {
            told.insert(uri);
            cx.report(
                uri,
                format_args!("expected `{meant}`?"),
                format_args!("no header extension is called `{uri}`"),
            )
            .help(format_args!("write `{meant}`"))
            .fix(Safety::Unsafe, format_args!("write `{meant}`"), uri, meant);
        } else if uri.bytes().starts_with(b"urn:ietf:params:rtp-hdrext:") && !speller.knows(uri) {
            told.insert(uri);
            cx.report(
                uri,
                "not registered",
                format_args!("no header extension is called `{uri}`"),
            )
            .help("names for own use do not begin with `urn:ietf:`");
        }
    }
}
