use super::prelude::*;

rule! {
    /// A payload type has more than one `a=fmtp` line.
    ///
    /// ## Why it matters
    /// There may be one for each format. Some stacks take the first line, some the last, some put
    /// them together: which parameters hold depends on who reads them.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10
    /// a=fmtp:111 useinbandfec=1
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10;useinbandfec=1
    /// ```
    "SDP144" "repeated-fmtp" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        for line in media.all(Name::Fmtp) {
            let Some(Ok(fmtp)) = line.attribute_value().map(Fmtp::parse) else {
                continue;
            };
            let payload = fmtp.format.number().and_then(|n| media.payloads.get(n));
            let Some((payload, first)) = payload.and_then(|p| Some((p, p.fmtp?))) else {
                continue;
            };
            if first.format.start() == fmtp.format.start() {
                continue;
            }
            let same = first.parameters == fmtp.parameters;
            let draft = cx
                .report(
                    line.text(),
                    if same { "the same again" } else { "and here another" },
                    format_args!("payload type {} has two `a=fmtp` lines", payload.number),
                )
                .context(first.parameters, "the first line");
            match same {
                true => draft.fix_drop_line(Safety::Safe, line),
                false => draft.help("put all parameters into one line, with `;` between them"),
            };
        }
    }
}
