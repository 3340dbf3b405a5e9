use super::prelude::*;

rule! {
    /// An attribute or its value is what a script prints where it has nothing: `undefined`, `NaN`.
    ///
    /// ## Why it matters
    /// The line was built of a variable that was not set. `a=mid:undefined` is a legal tag and
    /// `a=ice-ufrag:undefined` a legal fragment, so nothing complains until the two ends do not find
    /// each other.
    /// ## How it happens
    /// String concatenation with a field that is missing, or with an object instead of its text.
    /// ```sdp,fail
    /// a=mid:undefined
    /// ```
    /// ```sdp,fail
    /// a=undefined
    /// ```
    /// ```sdp,fail
    /// a=x-ours:[object Object]
    /// ```
    /// ```sdp,pass
    /// a=x-ours:null and void
    /// ```
    "SDP031" "script-value" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.13"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines() {
        let Some(name) = line.name_text() else { continue };
        let value = line.attribute_value().unwrap_or(name.skip(name.len()));
        // What is not known may be prose, in which only a whole value is an accident.
        let words = line.name().filter(|&n| n != Name::Other).is_some();
        let whole = [name, value].into_iter().find(|&text| is_nothing(text));
        let bad = whole.or_else(|| value.words().filter(|_| words).find(|&word| is_nothing(word)));
        if let Some(bad) = bad {
            cx.report(
                bad,
                "a variable that was not set?",
                format_args!("`{bad}` is what a script prints for nothing"),
            )
            .help("look for the field that is missing where the line is written");
        }
    }
}

fn is_nothing(text: Field<'_>) -> bool {
    let word = text.split(b':').last().unwrap_or(text);
    ["undefined", "null", "NaN", "[object Object]"].iter().any(|nothing| word.is(nothing))
}
