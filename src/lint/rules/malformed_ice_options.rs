use super::prelude::*;

rule! {
    /// An `a=ice-options` line is not a list of options separated by blanks.
    ///
    /// ## Why it matters
    /// An option that is glued to another one, or has a character that none has, is not known to
    /// the peer: `trickle,renomination` is neither of the two. libdatachannel, and OBS with it, writes
    /// `ice2,trickle`; a peer that reads it by the letter goes on without either.
    /// ```sdp,fail
    /// a=ice-options:trickle,renomination
    /// ```
    /// ```sdp,fixed
    /// a=ice-options:trickle renomination
    /// ```
    /// ```sdp,fail
    /// a=ice-options:
    /// ```
    /// ```sdp,pass
    /// a=ice-options:trickle renomination rtp+ecn
    /// ```
    "SDP231" "malformed-ice-options" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().sections().flat_map(|s| s.all(Name::IceOptions)) {
        let value = line.attribute_value().unwrap_or(line.text().take(0));
        if value.trim().is_empty() {
            cx.report(
                line.text(),
                "expected options such as `trickle`",
                format_args!("`a=ice-options` without an option"),
            )
            .fix_drop_line(Safety::Safe, line);
            continue;
        }
        let Err(Malformed { at: bad, .. }) = IceOptions::parse(value) else {
            continue;
        };
        let draft = cx.report(
            bad,
            "options are letters, digits, `+` and `/`",
            format_args!("`{bad}` is not an ICE option"),
        );
        let parts: Vec<_> = bad.split(b',').filter_map(Field::as_str).collect();
        if parts.len() > 1 && bad.split(b',').all(IceOptions::is_option) {
            draft.fix(Safety::Unsafe, "separate them by blanks", bad, parts.join(" "));
        }
    }
}
