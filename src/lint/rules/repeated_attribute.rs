use super::prelude::*;

rule! {
    /// An attribute that has one value is given again.
    ///
    /// ## Why it matters
    /// Which of two values counts differs from stack to stack: two `ice-ufrag` lines work against
    /// one browser and fail against the next.
    /// ## How it happens
    /// A script added the attribute instead of replacing it.
    /// ```sdp,fail
    /// a=setup:active
    /// a=setup:passive
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 2130706175 192.0.2.2 5000 typ host
    /// ```
    "SDP023" "repeated-attribute" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9429 §5.8.2"],
    } => check
}

/// Of which browsers use one and drop the other, so that the connection or its media is another.
const VITAL: [Name; 8] = [
    Name::Mid,
    Name::IceUfrag,
    Name::IcePwd,
    Name::Setup,
    Name::BundleOnly,
    Name::SctpPort,
    Name::MaxMessageSize,
    Name::TlsId,
];

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut seen: BTreeMap<Name, Field<'_>> = BTreeMap::new();
        for line in section.lines() {
            let Some(name) = line.name().filter(|n| n.times() == Times::Once) else {
                continue;
            };
            let text = line.text();
            let first = *seen.entry(name).or_insert(text);
            if first.start() == text.start() {
                continue;
            }
            let same = text == first;
            let draft = cx
                .report(
                    text,
                    if same { "the same again" } else { "another value" },
                    format_args!("a second `a={}` in one section", name.as_str()),
                )
                .context(first, "the first one");
            if same {
                draft
                    .severity(Severity::Warning)
                    .fix_drop_line(Safety::Safe, line);
            } else if !VITAL.contains(&name) {
                draft.severity(Severity::Warning);
            }
        }
    }
}
