use super::prelude::*;

rule! {
    /// A section of a browser has only codecs that help others: `rtx`, `red`, `CN`, `telephone-event`.
    ///
    /// ## Why it matters
    /// There is nothing to repair, to fill or to accompany: the section comes up, and no sound or
    /// picture is ever sent in it.
    ///
    /// A section of its own for retransmissions or redundancy, in a group `FID` or `FEC-FR` with the
    /// one it repairs, is meant so.
    /// ## How it happens
    /// A filter took out the codecs it did not like and left `13 110 126`.
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF 13 110
    /// a=rtpmap:110 telephone-event/48000
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 13
    /// ```
    "SDP150" "helper-codecs-alone" {
        group: Suspicious,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 3389 §5", "RFC 4733 §2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let tags = repairing(cx.sdp());
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(head) = media.media() else { continue };
        let kind = head.media;
        let is_call = kind.is("audio") || kind.is("video");
        let grouped = media.value(Name::Mid).is_some_and(|mid| tags.contains(&mid));
        let help = |p: &Payload<'_>| Codec::of(p).is_some_and(|codec| codec.is_helper());
        let mut payloads = media.payloads.iter();
        if is_call && !grouped && payloads.len() > 0 && payloads.all(help) {
            cx.report(
                head.format_list,
                "these only help other codecs",
                format_args!("`{}` has no codec for its media", media.title()),
            )
            .help("offer a codec, or reject the section by port 0");
        }
    }
}

/// The tags of sections that belong together with others because they repair them.
fn repairing<'a>(sdp: &crate::sdp::Description<'a>) -> BTreeSet<Field<'a>> {
    let values = sdp.session().all(Name::Group).filter_map(Line::attribute_value);
    let groups = values.filter_map(|value| Group::parse(value).ok());
    let repair = |g: &Group<'_>| ["FID", "FEC", "FEC-FR"].iter().any(|s| g.semantics.is(s));
    groups.filter(repair).flat_map(|g| g.mids()).collect()
}
