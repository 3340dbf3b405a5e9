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
    let is = |line: &Line<'_>, name: &str| line.name_text().is_some_and(|n| n.is(name));
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let mut opened: BTreeMap<u16, Field<'_>> = BTreeMap::new();
        for line in media.lines().iter().filter(|l| is(l, "dcmap")) {
            let id = stream(line).unwrap_or(line.text());
            let Some(number) = id.number::<u16>() else {
                cx.report(
                    id,
                    "expected a stream from 0 to 65535",
                    format_args!("`{id}` in `a=dcmap` is not an SCTP stream"),
                );
                continue;
            };
            let first = *opened.entry(number).or_insert(id);
            if first.start() != id.start() {
                cx.report(
                    id,
                    "again here",
                    format_args!("`a=dcmap:{number}` opens a data channel twice"),
                )
                .context(first, "the first time");
            }
        }
        for line in media.lines().iter().filter(|l| is(l, "dcsa")) {
            let id = stream(line).unwrap_or(line.text());
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

/// The stream that a line is about.
fn stream<'a>(line: &Line<'a>) -> Option<Field<'a>> {
    line.attribute_value()?.words().next()
}
