use super::prelude::*;

rule! {
    /// Two `a=crypto` lines of a section have the same tag.
    ///
    /// ## Why it matters
    /// The answer names the line that it takes by its tag. With one tag for two keys the sides may
    /// take different ones, and hear noise.
    /// ```sdp,fail
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 X_ONE inline:b25l!
    /// a=crypto:1 X_TWO inline:dHdv!
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 RTP/SAVP 0
    /// a=crypto:1 X_ONE inline:b25l!
    /// a=crypto:2 X_TWO inline:dHdv!
    /// ```
    "SDP317" "repeated-crypto-tag" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4568 §4.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut seen: BTreeMap<u32, Field<'_>> = BTreeMap::new();
        for value in section.all(Name::Crypto).filter_map(Line::attribute_value) {
            let Ok(crypto) = Crypto::parse(value) else {
                continue;
            };
            let first = *seen.entry(crypto.tag).or_insert(crypto.suite);
            if first.start() != crypto.suite.start() {
                cx.report(
                    crypto.suite,
                    format_args!("tag {} once more", crypto.tag),
                    format_args!("two `a=crypto` lines have the tag {}", crypto.tag),
                )
                .context(first, "the first with this tag")
                .help("number the lines of a section");
            }
        }
    }
}
