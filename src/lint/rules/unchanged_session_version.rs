use super::prelude::*;

rule! {
    /// A description has changed, but the version in its `o=` line has not gone up.
    ///
    /// ## Why it matters
    /// The version tells the other end that there is something new. SIP stacks skip a description whose
    /// version they know: a hold or an added stream is missed. Browsers do not look at it.
    /// ## How it happens
    /// A server writes a constant `o=` line.
    /// ```sdp,fail
    /// --- offer
    /// o=- 1 1 IN IP4 192.0.2.1
    /// m=audio 5000 RTP/AVP 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// --- offer
    /// o=- 1 1 IN IP4 192.0.2.1
    /// m=audio 5000 RTP/AVP 0
    /// a=inactive
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// o=- 1 1 IN IP4 192.0.2.1
    /// m=audio 5000 RTP/AVP 0
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// --- offer
    /// o=- 1 2 IN IP4 192.0.2.1
    /// m=audio 5000 RTP/AVP 0
    /// a=inactive
    /// --- answer
    /// m=audio 6000 RTP/AVP 0
    /// a=inactive
    /// ```
    "SDP720" "unchanged-session-version" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3264 §8"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, before)) = cx.said_before() else {
        return;
    };
    let (Some(then), Some(now)) = (version(before), version(cx.now())) else {
        return;
    };
    let (Some(then_size), Some(now_size)) = (size(then), size(now)) else {
        return;
    };
    // Candidates are trickled into a description that is still the same.
    if now_size > then_size || content(before).eq(content(cx.now())) {
        return;
    }
    cx.report(
        now,
        format_args!("{then} before"),
        format_args!("the description has changed, but its version `{now}` has not gone up"),
    )
    .context_in(number, then, "the version before")
    .help("count the version up by one with every change");
}

/// The version in the `o=` line.
fn version<'a>(facts: &Facts<'_, 'a>) -> Option<Field<'a>> {
    let origin = facts.sdp().session().of_type(b'o').next()?;
    origin.value().words().nth(2).filter(|v| v.is_digits())
}

/// Orders numbers of any length.
fn size(version: Field<'_>) -> Option<(usize, &[u8])> {
    let zeros = version.bytes().iter().take_while(|&&b| b == b'0').count();
    let digits = version.bytes().get(zeros..)?;
    Some((digits.len(), digits))
}

/// What a new version would have to be for.
fn content<'d>(facts: &Facts<'d, '_>) -> impl Iterator<Item = &'d [u8]> + use<'d> {
    let lines = facts.sdp().lines().iter().filter(|line| {
        let trickled = matches!(
            line.name(),
            Some(Name::Candidate | Name::EndOfCandidates | Name::Rtcp)
        );
        !trickled && !matches!(line.letter(), Some(b'o' | b'c'))
    });
    lines.map(|line| {
        let text = line.text();
        // The port of an `m=` line is that of the best candidate so far.
        let after_port = || text.split_once(b' ')?.1.split_once(b' ');
        let section = line.letter().filter(|&l| l == b'm').and_then(|_| after_port());
        section.map_or(text, |(port, rest)| if port.is("0") { text } else { rest }).bytes()
    })
}
