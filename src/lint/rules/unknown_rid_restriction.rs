use super::prelude::*;

rule! {
    /// A restriction in an `a=rid` line is not known, given twice, or has a value it cannot have.
    ///
    /// ## Why it matters
    /// An answerer that does not understand a restriction of a stream drops the stream: a layer of
    /// simulcast is missing.
    /// ```sdp,fail
    /// a=rid:h send maxwidth=1280
    /// ```
    /// ```sdp,fail
    /// a=rid:h send max-width=wide
    /// ```
    /// ```sdp,fail
    /// a=rid:h send max-width=1280;pt=111
    /// ```
    /// ```sdp,pass
    /// a=rid:h send pt=111;max-width=1280;max-height=720;max-fps=29.97
    /// a=rid:l send depend=h
    /// ```
    "SDP524" "unknown-rid-restriction" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8851 §5", "RFC 8851 §10"],
    } => check
}

/// Restrictions of whole numbers.
const WHOLE: [&str; 5] = ["max-width", "max-height", "max-fs", "max-br", "max-pps"];

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.media().iter().flat_map(|m| m.all(Name::Rid)) {
        let Some(Ok(rid)) = line.attribute_value().map(Rid::parse) else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for (at, Restriction { text, key, value }) in rid.restrictions().enumerate() {
            if let Some(fact) =
                problem(key, value, at).or((!seen.insert(key)).then_some("given twice"))
            {
                cx.report(
                    text,
                    fact,
                    format_args!("`{text}` does not restrict the stream `{}`", rid.id),
                )
                .help("an answerer drops streams whose restrictions it cannot read");
                break;
            }
        }
    }
}

/// What is wrong with the restriction number `at`.
fn problem(key: Field<'_>, limit: Option<Field<'_>>, at: usize) -> Option<&'static str> {
    let whole = |n: Field<'_>| n.number::<u64>().is_some_and(|n| n > 0);
    let decimal = |n: Field<'_>| match n.split_once(b'.') {
        Some((int, fraction)) => int.is_digits() && fraction.is_digits(),
        None => n.is_digits(),
    };
    let is = |name: &&str| key.is(name);
    if key.is("pt") {
        (at > 0).then_some("payload types come first")
    } else if key.is("depend") {
        limit
            .is_none_or(Field::is_empty)
            .then_some("expected `rid`s after `=`")
    } else if key.is("max-fps") || key.is("max-bpp") {
        (!limit.is_none_or(decimal)).then_some("expected a number after `=`")
    } else if WHOLE.iter().any(is) {
        // The grammar lets the value be left out.
        let fine = limit.is_none_or(whole);
        (!fine).then_some("expected a whole number after `=`")
    } else {
        Some("no such restriction")
    }
}
