use super::prelude::*;

rule! {
    /// A section has more than one direction.
    ///
    /// ## Why it matters
    /// `sendrecv`, `sendonly`, `recvonly` and `inactive` exclude each other. Stacks take the first
    /// or the last, and media flows one way only.
    /// ```sdp,fail
    /// a=sendrecv
    /// a=recvonly
    /// ```
    /// ```sdp,pass
    /// a=recvonly
    /// ```
    "SDP024" "conflicting-direction" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.7"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let mut directions = section
            .lines()
            .iter()
            .filter(|line| line.name().is_some_and(Name::is_direction));
        let Some(first) = directions.next() else {
            continue;
        };
        // Who reads the last one reads another when that goes, unless all are the same.
        let all_same = directions.clone().all(|again| again.name() == first.name());
        let safety = if all_same { Safety::Safe } else { Safety::Unsafe };
        for again in directions {
            let same = again.name() == first.name();
            let draft = cx
                .report(
                    again.text(),
                    if same { "the same again" } else { "and here another" },
                    format_args!("a second direction in one section"),
                )
                .context(first.text(), "the direction");
            if same {
                draft
                    .severity(Severity::Warning)
                    .fix_drop_line(safety, again);
            }
        }
    }
}
