use super::prelude::*;
use crate::lint::spelling::nearest;

rule! {
    /// The media type of an `m=` line is none that SDP has.
    ///
    /// ## Why it matters
    /// Receivers reject a section of a kind they do not know. The names are written in lower case, and
    /// what a section is for (a screen, a camera) is not told by its media type.
    /// ```sdp,fail
    /// m=Video 9 RTP/AVP 31
    /// ```
    /// ```sdp,fixed
    /// m=video 9 RTP/AVP 31
    /// ```
    /// ```sdp,fail
    /// m=screen 9 RTP/AVP 31
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVP 31
    /// ```
    "SDP032" "unknown-media-type" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.14"],
    } => check
}

const TYPES: [&str; 6] = ["audio", "video", "text", "application", "message", "image"];
/// Of RFC 2327, and still met.
const OLD: [&str; 2] = ["data", "control"];

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(kind) = media.media().map(|m| m.media) else { continue };
        if TYPES.iter().chain(&OLD).any(|known| kind.is(known)) {
            continue;
        }
        let label = "none of `audio`, `video`, `text`, `application`, `message`, `image`";
        let same = TYPES.into_iter().find(|known| kind.is_ignoring_case(known));
        let near = || nearest(kind.as_str()?, TYPES.into_iter(), true);
        let draft = cx.report(kind, label, format_args!("`{kind}` is no media type"));
        if let Some(meant) = same.or_else(near) {
            draft.fix(Safety::Unsafe, format_args!("write `{meant}`"), kind, meant);
        } else {
            draft.help("write `video`, and say what it shows by `a=content`");
        }
    }
}
