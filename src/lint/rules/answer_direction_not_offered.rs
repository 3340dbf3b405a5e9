use super::prelude::*;

rule! {
    /// An answer wants to send or receive what the offer did not leave open.
    ///
    /// ## Why it matters
    /// What is offered `sendonly` can only be received, and the reverse. When both ends send, or both
    /// receive, nobody hears anything: an error. A `sendrecv` that answers one direction alone usually
    /// works, because the other end takes what it can: a warning.
    /// ## How it happens
    /// The direction of the offer was copied instead of turned round, or the line is missing, which means
    /// `sendrecv`.
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=sendonly
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=sendonly
    /// ```
    /// ```sdp,fixed
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=sendonly
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=recvonly
    /// ```
    /// ```sdp,fail
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=recvonly
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// m=audio 5000 RTP/AVP 0
    /// a=sendonly
    /// m=audio 5002 RTP/AVP 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=inactive
    /// m=audio 6002 RTP/AVP 0
    /// a=sendonly
    /// ```
    "SDP704" "answer-direction-not-offered" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §6.1"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, offer)) = cx.offer() else {
        return;
    };
    let answer = cx.now();
    for Pair { then, now } in cx.accepted() {
        if !then.media().is_some_and(|m| m.is_rtp()) {
            continue;
        }
        let (Some((offered, _)), Some((said, line))) = (direction(offer, then), direction(answer, now))
        else {
            continue;
        };
        let (sends, receives) = flows(offered);
        let (answers, hears) = flows(said);
        if (!answers || receives) && (!hears || sends) {
            continue;
        }
        let at = line.map_or(now.head_text(), Line::text);
        let wanted = match (receives, sends) {
            (true, _) => "sendonly",
            (_, true) => "recvonly",
            _ => "inactive",
        };
        let where_offered = direction(offer, then).and_then(|(_, line)| line);
        let nothing_flows = !(answers && receives || hears && sends);
        let draft = cx
            .report(
                at,
                format_args!("{} was offered", offered.as_str()),
                format_args!(
                    "`{}` answers `{}`, which leaves only `{wanted}`",
                    said.as_str(),
                    offered.as_str()
                ),
            )
            .context_in(
                number,
                where_offered.map_or(then.head_text(), Line::text),
                "offered",
            );
        let draft = match line.filter(|_| now.has(said)) {
            Some(line) => draft.fix(
                Safety::Unsafe,
                "answer the direction that was offered",
                line.text(),
                format!("a={wanted}"),
            ),
            None => draft.help(format_args!("add `a={wanted}` to the section")),
        };
        if !nothing_flows || offered == Name::Inactive {
            draft.severity(Severity::Warning);
        }
    }
}

/// The direction that holds for `media`, and the line that says so; none when lines disagree.
fn direction<'d, 'a>(
    facts: &Facts<'d, 'a>,
    media: &Media<'d, 'a>,
) -> Option<(Name, Option<&'d Line<'a>>)> {
    const ALL: [Name; 4] = [Name::Sendrecv, Name::Sendonly, Name::Recvonly, Name::Inactive];
    let mut own = ALL.into_iter().filter(|&name| media.has(name));
    if let Some(name) = own.next() {
        return own.next().is_none().then(|| (name, media.first(name)));
    }
    let mut common = ALL
        .into_iter()
        .filter(|&name| facts.session_line(name).is_some());
    match (common.next(), common.next()) {
        (None, _) => Some((Name::Sendrecv, None)),
        (Some(name), None) => Some((name, facts.session_line(name))),
        _ => None,
    }
}

/// Whether the end that says `direction` sends, and whether it receives.
fn flows(direction: Name) -> (bool, bool) {
    match direction {
        Name::Sendonly => (true, false),
        Name::Recvonly => (false, true),
        Name::Inactive => (false, false),
        _ => (true, true),
    }
}
