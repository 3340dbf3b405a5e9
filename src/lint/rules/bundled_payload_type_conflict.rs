use super::prelude::*;

rule! {
    /// Sections of one BUNDLE group use a payload type for different codecs.
    ///
    /// ## Why it matters
    /// Bundled sections share one RTP session, where a payload type has one meaning. A packet that
    /// cannot be told by its SSRC or `mid` goes to the wrong decoder.
    ///
    /// The same goes for parameters that say what is in the packets: `apt`, `packetization-mode`,
    /// profiles. Browsers take such a description, so that is a warning. Parameters by which one
    /// side asks something of the other, such as `stereo` or a level, may differ.
    /// ## How it happens
    /// A server numbers the codecs of each section by itself.
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 101
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:101 telephone-event/8000
    /// m=video 9 UDP/TLS/RTP/SAVPF 101
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:101 AV1/90000
    /// ```
    /// ```sdp,fail
    /// a=group:BUNDLE 0 1
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97 98
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:98 AV1/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=96
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// m=video 9 UDP/TLS/RTP/SAVPF 96 97 98
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:96 VP8/90000
    /// a=rtpmap:98 AV1/90000
    /// a=rtpmap:97 rtx/90000
    /// a=fmtp:97 apt=98
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=mid:0
    /// a=rtcp-mux
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// m=audio 9 UDP/TLS/RTP/SAVPF 111
    /// a=mid:1
    /// a=rtcp-mux
    /// a=rtpmap:111 opus/48000/2
    /// a=fmtp:111 stereo=1
    /// a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 101
    /// a=rtcp-mux
    /// a=rtpmap:101 telephone-event/8000
    /// m=video 9 UDP/TLS/RTP/SAVPF 101
    /// a=rtcp-mux
    /// a=rtpmap:101 AV1/90000
    /// ```
    "SDP408" "bundled-payload-type-conflict" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9143 §9.1.1"],
    } => check
}

/// Parameters that say what the packets of a codec hold, with the value they have when left out.
const IDENTIFYING: [(&str, &str, &str); 5] = [
    ("rtx", "apt", ""),
    ("H264", "packetization-mode", "0"),
    ("VP9", "profile-id", "0"),
    ("AV1", "profile", "0"),
    ("H265", "profile-id", "1"),
];

/// What a payload type meant first.
#[derive(Clone, Copy)]
struct Use<'a> {
    map: Rtpmap<'a>,
    fmtp: Option<Fmtp<'a>>,
    media: Field<'a>,
}

impl Use<'_> {
    fn span(&self) -> std::ops::Range<usize> {
        self.map.payload_type_text.start()..self.map.clock_rate_text.end()
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for bundle in cx.bundles() {
        let mut first_use: BTreeMap<u8, Use<'_>> = BTreeMap::new();
        for media in bundle.iter().filter(|m| m.is_active()) {
            let Some(m) = media.media() else { continue };
            for payload in &media.payloads {
                let Some(map) = payload.rtpmap else { continue };
                let now = Use {
                    map,
                    fmtp: payload.fmtp,
                    media: m.media,
                };
                let first = *first_use.entry(payload.number).or_insert(now);
                compare(cx, first, now);
            }
        }
    }
}

fn compare(cx: &mut Context<'_, '_>, first: Use<'_>, now: Use<'_>) {
    let (a, b) = (first.map, now.map);
    if !a.same_codec(&b) {
        cx.report(
            now.span(),
            format_args!("{} here", b.encoding),
            format_args!(
                "payload type {} means {} and {} in one BUNDLE group",
                b.payload_type, a.encoding, b.encoding
            ),
        )
        .context(first.span(), format_args!("{} here", a.encoding));
    } else if !first.media.bytes().eq_ignore_ascii_case(now.media.bytes()) {
        cx.report(
            now.span(),
            format_args!("{} here", now.media),
            format_args!(
                "payload type {} means {} and {} in one BUNDLE group",
                b.payload_type, first.media, now.media
            ),
        )
        .context(first.span(), format_args!("{} here", first.media));
    } else if let Some(name) = other_parameter(first, now) {
        let at = |of: &Use<'_>| of.fmtp.map_or(of.span(), |f| f.parameters.span());
        cx.report(
            at(&now),
            "another value",
            format_args!(
                "payload type {} has two values of `{name}` in one BUNDLE group",
                b.payload_type
            ),
        )
        .context(at(&first), "the first value")
        .severity(Severity::Warning);
    }
}

/// The parameter by which the packets of two uses differ.
fn other_parameter(first: Use<'_>, now: Use<'_>) -> Option<&'static str> {
    let encoding = now.map.encoding;
    let value = |of: &Use<'_>, name: &str, default: &'static str| {
        let value = of.fmtp.and_then(|f| f.get(name));
        value.map_or(default.as_bytes().to_vec(), |v| v.bytes().to_vec())
    };
    let of_codec = IDENTIFYING
        .iter()
        .filter(|(codec, ..)| encoding.is_ignoring_case(codec));
    for &(_, name, default) in of_codec {
        if value(&first, name, default) != value(&now, name, default) {
            return Some(name);
        }
    }
    // The first octet of H.264's is the profile; constraints and level may differ.
    let profile = |of: &Use<'_>| {
        let id = of.fmtp.and_then(|f| f.get("profile-level-id"));
        id.map(|id| id.take(2).bytes().to_ascii_lowercase())
    };
    let differ = profile(&first)
        .zip(profile(&now))
        .is_some_and(|(a, b)| a != b);
    (encoding.is_ignoring_case("H264") && differ).then_some("profile-level-id")
}
