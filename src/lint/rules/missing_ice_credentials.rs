use super::prelude::*;

rule! {
    /// A section has no `a=ice-ufrag` or no `a=ice-pwd` to use.
    ///
    /// ## Why it matters
    /// Every connectivity check carries both. Browsers reject the description: "Called with SDP
    /// without ice-ufrag and ice-pwd".
    ///
    /// In a BUNDLE group the section counts whose tag comes first; an offer says it in every section
    /// with a port of its own, as that one may not be bundled. A description without any trace of
    /// ICE and with real addresses is a phone's, which may do without: browsers do not, so it is a
    /// warning. A section without DTLS beside one with ICE may do without, too.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 0.0.0.0
    /// t=0 0
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// a=ice-ufrag:F7gI
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 192.0.2.1
    /// t=0 0
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// a=setup:active
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// a=mid:0
    /// m=image 5002 udptl t38
    /// a=mid:1
    /// ```
    "SDP201" "missing-ice-credentials" {
        group: Correctness,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 8839 §5.4", "RFC 9143 §10"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    // Is ICE meant to be used at all?
    const TRACES: [Name; 5] = [
        Name::IceUfrag,
        Name::IcePwd,
        Name::IceOptions,
        Name::IceLite,
        Name::Candidate,
    ];
    let traces = |line: &Line<'_>| line.name().is_some_and(|name| TRACES.contains(&name));
    let ice = cx.sdp().lines().iter().any(traces);
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media() else { continue };
        let missing: Vec<String> = [Name::IceUfrag, Name::IcePwd]
            .into_iter()
            .filter(|&name| !media.transport_has(name))
            .map(|name| format!("`a={}`", name.as_str()))
            .collect();
        let keyed = m.is_dtls() || media.transport_has(Name::Fingerprint);
        let does_ice = missing.len() == 1 || media.has(Name::Candidate) || (ice && keyed);
        let has_address = m.port != DISCARD && m.port != 0;
        if missing.is_empty() || !(does_ice || keyed) {
            continue;
        }
        let draft = cx
            .report(
                media.head_text(),
                "neither here nor at session level",
                format_args!("`{}` has no {}", media.title(), missing.join(" and no ")),
            )
            .help("add what the ICE agent of this end has: the two belong together");
        if !does_ice && has_address {
            draft.severity(Severity::Warning);
        }
    }
}

/// The port that stands for an address that is not known yet (RFC 8840 §4.1.1).
const DISCARD: u16 = 9;
