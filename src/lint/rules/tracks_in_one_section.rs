use super::prelude::*;

rule! {
    /// The `a=msid` lines of a section name two tracks.
    ///
    /// ## Why it matters
    /// A section carries one track, which may be part of several streams. libwebrtc rejects a
    /// section with two.
    /// ## How it happens
    /// The description is in the old "Plan B" form, or two sections were merged by hand.
    /// ```sdp,fail
    /// a=msid:stream one
    /// a=msid:stream two
    /// ```
    /// ```sdp,pass
    /// a=msid:stream-a one
    /// a=msid:stream-b one
    /// ```
    "SDP521" "tracks-in-one-section" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1", "RFC 8830 §2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let tracks = media
            .all(Name::Msid)
            .filter_map(|l| l.attribute_value())
            .filter_map(|v| v.split_once(b' '))
            .map(|(_, track)| track);
        let mut first: Option<Field<'_>> = None;
        for track in tracks {
            let first = *first.get_or_insert(track);
            if first != track {
                cx.report(
                    track,
                    "another track",
                    format_args!("`{}` names two tracks", media.title()),
                )
                .context(first, "the first track");
            }
        }
    }
}
