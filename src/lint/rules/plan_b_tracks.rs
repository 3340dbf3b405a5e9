use super::prelude::*;

rule! {
    /// The `a=ssrc` lines of a section name several tracks: "Plan B".
    ///
    /// ## Why it matters
    /// RFC 9429 has one section for each track ("Unified Plan"). Chrome dropped Plan B in 2022, and
    /// Firefox never had it: of several tracks in one section they play one.
    /// ```sdp,fail
    /// a=ssrc:1 cname:x
    /// a=ssrc:1 msid:stream camera
    /// a=ssrc:2 cname:x
    /// a=ssrc:2 msid:stream screen
    /// ```
    /// ```sdp,pass
    /// a=ssrc-group:FID 1 2
    /// a=ssrc:1 cname:x
    /// a=ssrc:1 msid:stream camera
    /// a=ssrc:2 cname:x
    /// a=ssrc:2 msid:stream camera
    /// ```
    "SDP517" "plan-b-tracks" {
        group: Interop,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let lines = media.all(Name::Ssrc).filter_map(|l| l.attribute_value());
        let sources = lines.filter_map(|v| Ssrc::parse(v).ok());
        let msids = sources.filter(|ssrc| ssrc.attribute.is("msid"));
        let tracks = msids.filter_map(|ssrc| ssrc.value?.words().nth(1));
        let mut first: Option<Field<'_>> = None;
        for track in tracks {
            let first = *first.get_or_insert(track);
            if first != track {
                cx.report(
                    track,
                    "another track",
                    format_args!("`{}` has several tracks, as in \"Plan B\"", media.title()),
                )
                .context(first, "the first track")
                .help("give each track a section of its own");
                break;
            }
        }
    }
}
