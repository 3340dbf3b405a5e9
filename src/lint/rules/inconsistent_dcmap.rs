use super::prelude::*;

rule! {
    /// An `a=dcmap` line has no stream number or one that is taken, or an `a=dcsa` has no `a=dcmap`.
    ///
    /// ## Why it matters
    /// The lines open data channels by SDP: each has a stream of its own, and what cannot be told
    /// apart is not opened.
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=dcmap:0 label="chat"
    /// a=dcmap:0 label="files"
    /// ```
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=dcmap:65536 label="chat"
    /// ```
    /// ```sdp,fail
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=dcmap:0 label="chat"
    /// a=dcsa:2 accept-types:text/plain
    /// ```
    /// ```sdp,pass
    /// m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    /// a=sctp-port:5000
    /// a=dcmap:0 label="chat"
    /// a=dcmap:2 subprotocol="msrp";ordered=true
    /// a=dcsa:2 accept-types:text/plain
    /// ```
    "SDP606" "inconsistent-dcmap" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8864 §5.1", "RFC 8864 §5.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut opened: BTreeMap<u16, Field<'_>> = BTreeMap::new();
        for line in media.all(Name::Dcmap) {
            let map = match Dcmap::parse(line.attribute_value().unwrap_or(line.text())) {
                Ok(map) => map,
                Err(error) => {
                    cx.report(
                        error.at,
                        format_args!("expected {}", error.expected),
                        format_args!("`{}` in `a=dcmap` is not an SCTP stream", error.at),
                    );
                    continue;
                }
            };
            let first = *opened.entry(map.stream).or_insert(map.stream_text);
            if first.start() != map.stream_text.start() {
                cx.report(
                    map.stream_text,
                    "again here",
                    format_args!("`a=dcmap:{}` opens a data channel twice", map.stream),
                )
                .context(first, "the first time");
            }
        }
        for line in media.all(Name::Dcsa) {
            let value = line.attribute_value().unwrap_or(line.text());
            let id = value.words().next().unwrap_or(value);
            if id.number().is_none_or(|n: u16| !opened.contains_key(&n)) {
                cx.report(
                    id,
                    "no `a=dcmap` for it here",
                    format_args!("`a=dcsa` is about stream {id}, which no `a=dcmap` opens"),
                );
            }
        }
    }
}
