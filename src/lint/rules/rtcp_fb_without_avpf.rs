use super::prelude::*;

rule! {
    /// A section asks for feedback under a profile that has none.
    ///
    /// ## Why it matters
    /// `a=rtcp-fb` belongs to the profiles with an `F`, `RTP/AVPF` and `RTP/SAVPF`. Under `RTP/AVP`
    /// and `RTP/SAVP` a receiver may ignore it, and then nothing is repeated and no key frame comes
    /// after a loss. Many SIP phones write it all the same, and many understand it.
    /// ```sdp,fail
    /// m=video 9 RTP/AVP 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// ```
    "SDP134" "rtcp-fb-without-avpf" {
        group: Interop,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 4585 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        let profile = m.proto.split(b'/').last();
        let plain = profile.is_some_and(|p| p.is_ignoring_case("AVP") || p.is_ignoring_case("SAVP"));
        // Capability negotiation (RFC 5939) may replace the profile by another.
        let capability = |l: &Line<'_>| {
            l.name_text()
                .is_some_and(|n| n.is("pcfg") || n.is("acfg") || n.is("tcap"))
        };
        if !plain || media.lines().iter().any(capability) {
            continue;
        }
        if let Some(line) = media.first(Name::RtcpFb) {
            let kind = media.title();
            cx.report(
                line.text(),
                "ignored under this profile",
                format_args!("`{kind}` asks for feedback, but `{}` has none", m.proto),
            )
            .context(m.proto, "no `F` in the profile")
            .help("offer `RTP/AVPF`, or `RTP/SAVPF` when it is encrypted");
        }
    }
}
