use super::prelude::*;

rule! {
    /// An `m=` line lists a payload type twice.
    ///
    /// ## Why it matters
    /// The list is an order of preference, so a payload type has one place in it. Stacks that
    /// build a table from the list overwrite an entry or reject the description.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0 8 0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0 8
    /// ```
    "SDP020" "repeated-format" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.14"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let Some(line) = media.media().filter(MediaLine::is_rtp) else {
            continue;
        };
        for format in line.formats() {
            // The payload types keep the first place of each number.
            let first = format.number().and_then(|n| media.payloads.get(n));
            if let Some(first) = first.filter(|first| first.format.start() != format.start()) {
                let span = format.start() - 1..format.end();
                cx.report(
                    format,
                    "again here",
                    format_args!("`{}` lists payload type {format} twice", media.title()),
                )
                .context(first.format, "the first time")
                .fix(Safety::Safe, "list it once", span, "");
            }
        }
    }
}
