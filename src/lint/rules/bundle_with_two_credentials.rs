use super::prelude::*;

rule! {
    /// Sections that share a transport give different ICE credentials.
    ///
    /// ## Why it matters
    /// The sections of a BUNDLE group have one ICE agent between them. In an answer, and in an offer
    /// whose sections share an address already, what a section says beside the tagged one is ignored:
    /// whoever takes it from there fails every check.
    ///
    /// The offer that proposes a group may have different credentials in each section, as each may
    /// end up on its own.
    /// ```sdp,fail,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=ice-ufrag:9b3X
    /// a=ice-pwd:Ybcl/XzichV2+XlhiMu8g8z
    /// ```
    /// ```sdp,pass,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=ice-ufrag:9b3X
    /// a=ice-pwd:Ybcl/XzichV2+XlhiMu8g8z
    /// ```
    "SDP205" "bundle-with-two-credentials" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9143 §7.1.3", "RFC 9143 §10"],
    } => check
}

const NAMES: [Name; 2] = [Name::IceUfrag, Name::IcePwd];

fn check<'a>(cx: &mut Context<'_, 'a>) {
    let of = |section: Section<'_, 'a>| NAMES.map(|name| (name, section.value(name)));
    let session = of(cx.sdp().session());
    // What a group uses is looked for once, however many sections it has.
    let mut groups = BTreeMap::new();
    for (tagged, media) in cx.shared_transports() {
        let used = *groups.entry(tagged.index()).or_insert_with(|| of(**tagged));
        // One finding a section: with another name, the password is another, too.
        let pair = used.iter().zip(session).find_map(|(&(name, used), (_, fallback))| {
            let used = used.or(fallback)?;
            let own = media.value(name).filter(|own| *own != used)?;
            Some((name, used, own))
        });
        if let Some((name, used, own)) = pair {
            cx.report(
                own,
                "not used",
                format_args!(
                    "`{}` has another `a={}` than the transport of its BUNDLE group",
                    media.title(),
                    name.as_str()
                ),
            )
            .context(used, "what the group uses")
            .help("give all sections of the group the same credentials, or only the first");
        }
    }
}
