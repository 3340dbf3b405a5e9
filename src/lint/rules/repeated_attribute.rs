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
        let once = || {
            let named = |line| Some((Line::name(line).filter(|n| n.times() == Times::Once)?, line));
            section.lines().iter().filter_map(named)
        };
        let mut seen: BTreeMap<Name, Field<'_>> = BTreeMap::new();
        // Who reads the last one reads another when that goes, unless all are the same.
        let mut differ: BTreeSet<Name> = BTreeSet::new();
        for (name, line) in once() {
            if *seen.entry(name).or_insert(line.text()) != line.text() {
                differ.insert(name);
            }
        }
        for (name, line) in once() {
            let text = line.text();
            let Some(&first) = seen.get(&name) else { continue };
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
                let safety = match differ.contains(&name) {
                    true => Safety::Unsafe,
                    false => Safety::Safe,
                };
                draft
                    .severity(Severity::Warning)
                    .fix_drop_line(safety, line);
            } else if !VITAL.contains(&name) {
                draft.severity(Severity::Warning);
            }
        }
    }
}
