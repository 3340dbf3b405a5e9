use super::prelude::*;

rule! {
    /// An `a=msid` line is not a stream id with at most one track id.
    ///
    /// ## Why it matters
    /// It says which `MediaStream` a track belongs to. libwebrtc rejects a description where there is
    /// nothing to read. It takes ids with signs that the grammar does not have, blanks among them, and
    /// longer ones than its 64 characters, but other stacks need not: a warning.
    /// ```sdp,fail
    /// a=msid:
    /// ```
    /// ```sdp,fail
    /// a=msid:stream track more
    /// ```
    /// ```sdp,fail
    /// a=msid:stream/1 track
    /// ```
    /// ```sdp,pass
    /// a=msid:- 80336e21-2480-43c3-b385-7ae7c08046d2
    /// ```
    "SDP518" "malformed-msid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8830 §2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Msid)) {
        let Some(value) = line.attribute_value().filter(|v| !v.trim().is_empty()) else {
            cx.report(
                line.text(),
                "expected `stream-id track-id`",
                format_args!("`a=msid` without a stream id"),
            );
            continue;
        };
        check_ids(cx, value);
    }
}

/// What breaks the grammar is still read by libwebrtc, so nothing here is an error.
fn check_ids(cx: &mut Context<'_, '_>, value: Field<'_>) {
    let ids = value.trim();
    if ids.len() < value.len() {
        let draft = cx
            .report(
                value,
                "blanks around it",
                format_args!("`a=msid` has blanks around its ids"),
            )
            .severity(Severity::Warning);
        if let Some(kept) = ids.owned() {
            draft.fix(Safety::Safe, "drop the blanks", value, kept);
        }
        return;
    }
    let Err(error) = Msid::parse(ids) else { return };
    let bad = error.at;
    let label = format!("expected {}", error.expected);
    let draft = if bad.bytes().contains(&b' ') {
        cx.report(bad, label, format_args!("`a=msid` has more than a stream id and a track id"))
            .help("ids have no blanks in them")
    } else if bad.is_token() {
        let longest = Msid::LONGEST;
        cx.report(
            bad,
            format_args!("{} characters", bad.len()),
            format_args!("an id in `a=msid` is longer than {longest} characters"),
        )
    } else {
        cx.report(bad, label, format_args!("`{bad}` in `a=msid` is not an id"))
    };
    draft.severity(Severity::Warning);
}
