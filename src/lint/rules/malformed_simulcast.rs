use super::prelude::*;

rule! {
    /// An `a=simulcast` line cannot be read, or is the second of its section.
    ///
    /// ## Why it matters
    /// Simulcast is switched off, or libwebrtc rejects the description.
    /// ## How it happens
    /// The draft syntax `a=simulcast: send rid=h;l`, or one line for each direction. Firefox wrote
    /// and read the draft syntax until 2018, and so do servers for its sake: that is a warning.
    /// ```sdp,fail
    /// a=simulcast: send rid=h;l
    /// ```
    /// ```sdp,fail
    /// a=rid:h send
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=simulcast:send h
    /// a=simulcast:send h
    /// ```
    /// ```sdp,pass
    /// a=rid:h send
    /// a=rid:x recv
    /// a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
    /// a=simulcast:send h recv x
    /// ```
    "SDP511" "malformed-simulcast" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8853 §5.1", "RFC 8853 §5.3.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let mut lines = media.all(Name::Simulcast);
        let Some(first) = lines.next() else { continue };
        let value = first.attribute_value().unwrap_or(first.text());
        // The draft syntax has a blank after the colon and names the kind of stream.
        let draft =
            value.bytes().starts_with(b" ") || value.bytes().windows(4).any(|w| w == b"rid=");
        if draft {
            cx.report(
                value,
                "syntax of a draft",
                format_args!("`a=simulcast` in the syntax of a draft"),
            )
            .severity(Severity::Warning)
            .help("write `a=simulcast:send h;l`");
        } else if let Err(error) = Simulcast::parse(value) {
            cx.report_malformed("a=simulcast", error);
        }
        for again in lines {
            cx.report(
                again.text(),
                "again here",
                format_args!("a second `a=simulcast` in one section"),
            )
            .context(first.text(), "the first one")
            .help("put both directions on one line: `a=simulcast:send a;b recv c`");
        }
    }
}
