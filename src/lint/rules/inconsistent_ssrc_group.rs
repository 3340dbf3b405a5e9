use super::prelude::*;

rule! {
    /// An `a=ssrc-group` line cannot be read, or does not fit the sources of its section.
    ///
    /// ## Why it matters
    /// `FID` ties a stream to its retransmissions, `SIM` the layers of simulcast. A group that does
    /// not add up means no repair, or a layer taken for a stream of its own. Chrome rejects a
    /// description with `FID` or `FEC-FR` groups of anything but two sources, or with more than
    /// three layers in `SIM`.
    /// ```sdp,fail
    /// a=ssrc-group:FID 1 two
    /// a=ssrc:1 cname:x
    /// ```
    /// ```sdp,fail
    /// a=ssrc-group:FID 1 1
    /// a=ssrc:1 cname:x
    /// ```
    /// ```sdp,fail
    /// a=ssrc-group:FEC-FR 1 2 3
    /// a=ssrc:1 cname:x
    /// a=ssrc:2 cname:x
    /// a=ssrc:3 cname:x
    /// ```
    /// ```sdp,pass
    /// a=ssrc-group:FID 1 2
    /// a=ssrc:1 cname:x
    /// a=ssrc:2 cname:x
    /// ```
    "SDP514" "inconsistent-ssrc-group" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 5576 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media() {
        let declared: BTreeSet<u32> = media
            .all(Name::Ssrc)
            .filter_map(|l| l.attribute_value())
            .filter_map(|v| Ssrc::parse(v).ok())
            .map(|ssrc| ssrc.ssrc)
            .collect();
        for line in media.all(Name::SsrcGroup) {
            let group = match SsrcGroup::parse(line.attribute_value().unwrap_or(line.text())) {
                Ok(group) => group,
                Err(error) => {
                    cx.report_malformed("a=ssrc-group", error);
                    continue;
                }
            };
            let mut seen = BTreeSet::new();
            for source in group.sources() {
                let Some(ssrc) = source.number::<u32>() else {
                    continue;
                };
                if !seen.insert(ssrc) {
                    cx.report(
                        source,
                        "again here",
                        format_args!("source {ssrc} is in the group twice"),
                    );
                } else if !declared.contains(&ssrc) {
                    cx.report(
                        source,
                        "no `a=ssrc` line for it here",
                        format_args!(
                            "`a=ssrc-group` names source {ssrc}, which the section does not have"
                        ),
                    )
                    .severity(Severity::Warning);
                }
            }
            let count = group.sources().count();
            let wanted = if group.semantics.is("FID") || group.semantics.is("FEC-FR") {
                (count != 2).then_some("expected two: a source and what repairs it")
            } else if group.semantics.is("SIM") {
                (count > 3).then_some("expected three layers at most")
            } else {
                None
            };
            if let Some(wanted) = wanted {
                cx.report(
                    line.text(),
                    wanted,
                    format_args!("`a=ssrc-group:{}` of {count} sources", group.semantics),
                )
                .severity(Severity::Warning);
            }
        }
    }
}
