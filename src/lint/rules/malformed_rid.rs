use super::prelude::*;

rule! {
    /// An `a=rid` line cannot be read, or describes a stream again.
    ///
    /// ## Why it matters
    /// The stream is ignored, so a simulcast layer is missing, or the description is rejected.
    /// ```sdp,fail
    /// a=rid:h sendrecv
    /// ```
    /// ```sdp,fail
    /// a=rid:h send
    /// a=rid:h send
    /// ```
    /// ```sdp,pass
    /// a=rid:h send max-width=1280
    /// a=rid:l send
    /// ```
    "SDP509" "malformed-rid" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8851 §4", "RFC 8851 §10"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let mut seen = BTreeMap::new();
        for line in media.all(Name::Rid) {
            match Rid::parse(line.attribute_value().unwrap_or(line.text())) {
                Err(error) => {
                    cx.report_malformed("a=rid", error);
                }
                Ok(rid) => {
                    let first: Field<'_> = *seen.entry((rid.id, rid.direction)).or_insert(rid.id);
                    if first.start() != rid.id.start() {
                        cx.report(
                            rid.id,
                            "again here",
                            format_args!("`a=rid:{}` describes a stream twice", rid.id),
                        )
                        .context(first, "the first time");
                    }
                }
            }
        }
    }
}
