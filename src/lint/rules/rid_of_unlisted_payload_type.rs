use super::prelude::*;

rule! {
    /// An `a=rid` line restricts a stream to a payload type that its `m=` line does not list.
    ///
    /// ## Why it matters
    /// A stream that may only use codecs which are not offered cannot be sent.
    /// ```sdp,fail
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rid:h send pt=120
    /// ```
    /// ```sdp,pass
    /// m=video 9 UDP/TLS/RTP/SAVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rid:h send pt=96;max-width=1280
    /// ```
    "SDP510" "rid-of-unlisted-payload-type" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8851 §4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let Some(m) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        for line in media.all(Name::Rid) {
            let Some(Ok(rid)) = line.attribute_value().map(Rid::parse) else {
                continue;
            };
            for number in rid
                .payload_types
                .into_iter()
                .flat_map(|list| list.split(b','))
            {
                if number
                    .number()
                    .and_then(|n| media.payloads.get(n))
                    .is_none()
                {
                    cx.report(
                        number,
                        "not in this section",
                        format_args!(
                            "`a=rid:{}` names payload type {number}, which `{}` does not list",
                            rid.id,
                            media.title()
                        ),
                    )
                    .context(m.format_list, "payload types listed");
                }
            }
        }
    }
}
