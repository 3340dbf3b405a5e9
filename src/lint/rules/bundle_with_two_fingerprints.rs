use super::prelude::*;

rule! {
    /// Sections that share a transport give different fingerprints.
    ///
    /// ## Why it matters
    /// The sections of a BUNDLE group have one DTLS association, and so one certificate, between
    /// them. In an answer, and in an offer whose sections share an address already, what a section
    /// says beside the tagged one is ignored: whoever takes it from there ends the handshake.
    ///
    /// Several fingerprints of one certificate, by different hash functions, are fine.
    /// ```sdp,fail,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=fingerprint:sha-256 B1:4A:AD:B9:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    /// ```sdp,pass,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP305" "bundle-with-two-fingerprints" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9143 §7.1.3", "RFC 9143 §11"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let set = |section| -> BTreeSet<Print> { prints(section).into_iter().map(|(p, _)| p).collect() };
    let session = set(cx.sdp().session());
    // The fingerprints of a group are worked out once, however many sections it has.
    let mut groups = BTreeMap::new();
    for (tagged, media) in cx.shared_transports() {
        let own = prints(**media);
        let used: &BTreeSet<Print> = groups
            .entry(tagged.index())
            .or_insert_with(|| set(**tagged));
        let used = if used.is_empty() { &session } else { used };
        // A hash function that only one of them uses says nothing of the certificate.
        let comparable = |hash: &String| used.range((hash.clone(), String::new())..).next().is_some_and(|(h, _)| h == hash);
        let other = own
            .iter()
            .find(|(print, _)| !used.contains(print) && comparable(&print.0));
        if let Some((_, field)) = other {
            cx.report(
                *field,
                "not the certificate of the group",
                format_args!(
                    "`{}` has another `a=fingerprint` than the transport of its BUNDLE group",
                    media.title()
                ),
            )
            .context(tagged.head_text(), "the section whose transport the group uses")
            .help("give all sections of the group the same fingerprint, or only the first");
        }
    }
}

/// Hash function and octets, in one case.
type Print = (String, String);

fn prints<'a>(section: Section<'_, 'a>) -> Vec<(Print, Field<'a>)> {
    let values = section
        .all(Name::Fingerprint)
        .filter_map(Line::attribute_value);
    let lower = |field: Field<'_>| String::from_utf8_lossy(field.bytes()).to_ascii_lowercase();
    values
        .filter_map(|value| Some((Fingerprint::parse(value).ok()?, value)))
        .map(|(print, value)| ((lower(print.hash), lower(print.octets)), value))
        .collect()
}
