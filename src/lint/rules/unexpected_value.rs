use super::prelude::*;

rule! {
    /// An attribute that has no value is given one.
    ///
    /// ## Why it matters
    /// `a=rtcp-mux` says all there is to say. Some parsers look for exactly that and do not know
    /// `a=rtcp-mux:1`; and those that do not look further take `a=rtcp-mux:0` for a yes.
    /// ## How it happens
    /// A program that prints every attribute as a name and a value.
    /// ```sdp,fail
    /// a=rtcp-rsize:1
    /// ```
    /// ```sdp,fixed
    /// a=rtcp-rsize
    /// ```
    /// ```sdp,fail
    /// a=sendrecv:
    /// ```
    /// ```sdp,pass
    /// a=rtcp-rsize
    /// ```
    "SDP029" "unexpected-value" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.13"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines() {
        let Some(name) = line.name().filter(|n| n.value() == Presence::Never) else {
            continue;
        };
        let Some(value) = line.attribute_value() else { continue };
        let name = name.as_str();
        let span = value.start() - 1..value.end();
        cx.report(
            span.clone(),
            "no value belongs here",
            format_args!("`a={name}` has no value, but one is given"),
        )
        .fix(Safety::Unsafe, format_args!("write `a={name}`"), span, "");
    }
}
