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
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
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
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:1
    /// a=rtcp-mux
    /// a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1
    /// ```
    "SDP305" "bundle-with-two-fingerprints" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9143 §7.1.3", "RFC 9143 §11", "RFC 8122 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    // The set of a group, worked out once for all its sections.
    let mut group: Option<(usize, BTreeSet<Print>)> = None;
    for (tagged, media) in cx.shared_transports() {
        let place = tagged.head_text().start();
        if group.as_ref().is_none_or(|(of, _)| *of != place) {
            let mut used = prints(**tagged);
            if used.is_empty() {
                used = prints(session);
            }
            group = Some((place, used.into_iter().map(|(print, _)| print).collect()));
        }
        let Some((_, used)) = &group else { continue };
        let own = prints(**media);
        // A hash function that only one of them uses says nothing of the certificate.
        let other = own.iter().find(|(print, _)| {
            let mut same_hash = used.iter().filter(|(hash, _)| *hash == print.0).peekable();
            same_hash.peek().is_some() && !used.contains(print)
        });
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
