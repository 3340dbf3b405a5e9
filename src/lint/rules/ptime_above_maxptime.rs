use super::prelude::*;

rule! {
    /// `a=ptime` asks for longer packets than `a=maxptime` allows.
    ///
    /// ## Why it matters
    /// One of the two cannot be kept: the sender picks which, and a receiver with a buffer of
    /// `maxptime` drops what is longer.
    /// ```sdp,fail
    /// a=ptime:60
    /// a=maxptime:20
    /// ```
    /// ```sdp,pass
    /// a=ptime:20
    /// a=maxptime:60
    /// ```
    "SDP131" "ptime-above-maxptime" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.4", "RFC 8866 §6.5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let of = |name| {
            let value = media.first(name)?.attribute_value()?.trim();
            Some((value, value.as_str()?.parse::<f64>().ok()?))
        };
        if let (Some((ptime, asked)), Some((maxptime, most))) = (of(Name::Ptime), of(Name::Maxptime))
            && asked > most
        {
            cx.report(
                ptime,
                "more than allowed",
                format_args!("`a=ptime:{ptime}` is above `a=maxptime:{maxptime}`"),
            )
            .context(maxptime, "the most that is allowed");
        }
    }
}
