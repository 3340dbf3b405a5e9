use super::prelude::*;
use crate::lint::spelling::Speller;

rule! {
    /// The codec of an `a=rtpmap` is not known, and spelt almost like one that is.
    ///
    /// ## Why it matters
    /// A receiver rejects a format it does not know, silently when there are others: the call comes
    /// up without the codec it was meant to have. Names that resemble no known one are left alone.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=rtpmap:111 opsu/48000/2
    /// ```
    /// ```sdp,fixed
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=rtpmap:111 opus/48000/2
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111 112 113
    /// a=rtpmap:111 OPUS/48000/2
    /// a=rtpmap:112 G718/32000
    /// a=rtpmap:113 ourcodec/8000
    /// ```
    "SDP141" "misspelt-codec" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.6", "RFC 4855 §3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let mut speller = Speller::of_codecs();
    for media in cx.media() {
        for line in media.all(Name::Rtpmap) {
            let value = line.attribute_value();
            let Some(rtpmap) = value.and_then(|v| Rtpmap::parse(v).ok()) else {
                continue;
            };
            if let Some(meant) = speller.meant(rtpmap.encoding) {
                cx.report(
                    rtpmap.encoding,
                    format_args!("did you mean `{meant}`?"),
                    format_args!("unknown codec `{}`", rtpmap.encoding),
                )
                .fix(
                    Safety::Unsafe,
                    format_args!("write `{meant}`"),
                    rtpmap.encoding,
                    meant,
                );
            }
        }
    }
}
