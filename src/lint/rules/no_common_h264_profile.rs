use super::prelude::*;

rule! {
    /// Both ends have H.264 only, but no profile or packetization mode of it in common.
    ///
    /// ## Why it matters
    /// Profile and `packetization-mode` are part of what the codec is: only the level may differ. With none
    /// in common, browsers take it for no common codec, and there is no video.
    /// ## How it happens
    /// A hardware encoder offers High, the other end only Constrained Baseline. Constrained Baseline and
    /// Baseline count as one here, because decoders treat them as one.
    /// ```sdp,fail
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=640032
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=42e01f
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=42e034
    /// --- answer
    /// m=video 9 UDP/TLS/RTP/SAVPF 102
    /// a=rtpmap:102 H264/90000
    /// a=fmtp:102 packetization-mode=1;profile-level-id=42001f
    /// ```
    "SDP707" "no-common-h264-profile" {
        group: Correctness,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 6184 §8.2.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let (Some(offered), Some(answered)) = (Codec::all_in(then), Codec::all_in(now)) else {
            continue;
        };
        let is_medium = |name: &str| !["rtx", "red", "ulpfec", "flexfec-03", "h264"].contains(&name);
        if offered.intersection(&answered).any(|(name, ..)| is_medium(name)) {
            continue;
        }
        let (then, now) = (variants(then), variants(now));
        let (Some(offer), Some(answer)) = (then.first(), now.first()) else {
            continue;
        };
        let kinds: BTreeSet<_> = then.iter().map(|v| v.kind).collect();
        if now.iter().any(|v| kinds.contains(&v.kind)) {
            continue;
        }
        cx.report(
            answer.at,
            "not offered in this way",
            format_args!("no H.264 profile and packetization mode is common to both ends"),
        )
        .context_in(number, offer.at, "offered")
        .help("answer with a profile and a `packetization-mode` that were offered");
    }
}

/// One payload type of H.264.
struct Variant<'a> {
    /// Its packetization mode and what kind of profile it has.
    kind: (u8, u8),
    at: Field<'a>,
}

fn variants<'a>(media: &Media<'_, 'a>) -> Vec<Variant<'a>> {
    let h264 = |p: &&Payload<'a>| Codec::of(p).is_some_and(|c| c.is("H264"));
    let each = media.payloads.iter().filter(h264).map(|payload| {
        let get = |key| payload.fmtp.and_then(|f| f.get(key));
        let mode = get("packetization-mode").and_then(|m| m.number()).unwrap_or(0);
        // Without one, or with a damaged one, it is baseline: RFC 6184 §8.1.
        let profile = get("profile-level-id").and_then(|id| id.take(2).as_str());
        let profile = profile.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        Variant {
            kind: (mode, profile.unwrap_or(0x42)),
            at: payload.fmtp.map_or(payload.format, |f| f.parameters),
        }
    });
    each.collect()
}
