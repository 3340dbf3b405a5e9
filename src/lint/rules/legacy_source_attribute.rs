use super::prelude::*;

rule! {
    /// A source has `mslabel` or `label`, which `a=msid` has replaced.
    ///
    /// ## Why it matters
    /// They were Chrome's first way to name streams and tracks. Nothing reads them any more, and they make
    /// descriptions longer.
    /// ```sdp,fail
    /// a=ssrc:1 cname:x
    /// a=ssrc:1 mslabel:stream
    /// ```
    /// ```sdp,pass
    /// a=ssrc:1 cname:x
    /// a=msid:stream track
    /// ```
    "SDP905" "legacy-source-attribute" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8830 §2", "RFC 5576 §4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let lines = media.all(Name::Ssrc).filter_map(Line::attribute_value);
        let mut sources = lines.filter_map(|value| Ssrc::parse(value).ok());
        let old = |s: &Ssrc<'_>| s.attribute.is("mslabel") || s.attribute.is("label");
        if let Some(source) = sources.find(old) {
            cx.report(
                source.attribute,
                "replaced by `a=msid`",
                format_args!("`{}` names a stream in a way nobody reads any more", source.attribute),
            )
            .help("drop the lines; `a=msid` says the same");
        }
    }
}
