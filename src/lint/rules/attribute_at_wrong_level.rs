use super::prelude::*;

rule! {
    /// An attribute stands at a level that it is not registered for.
    ///
    /// ## Why it matters
    /// Each attribute is registered for the session part, for media sections or for both. Where it does not
    /// belong it is ignored: `a=rtpmap` before the first `m=` line maps nothing.
    /// ## How it happens
    /// A script that appends lines "at the end", or before the first `m=` line.
    /// ```sdp,fail
    /// a=rtcp-mux
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0
    /// a=group:LS 1 2
    /// ```
    /// ```sdp,pass
    /// a=sendrecv
    /// a=extmap-allow-mixed
    /// m=audio 9 RTP/AVP 0
    /// a=msid-semantic:WMS *
    /// ```
    "SDP022" "attribute-at-wrong-level" {
        group: Suspicious,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5.13"],
    } => check
}

/// Attributes with a rule of their own, or that stacks are known to write elsewhere and to read
/// there.
fn is_left_alone(name: Name) -> bool {
    matches!(
        name,
        Name::IceLite | Name::IcePacing | Name::Ptime | Name::Maxptime | Name::Candidate | Name::Tool | Name::Type
            | Name::EndOfCandidates | Name::Framerate | Name::Identity | Name::Quality
    )
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let in_media = section.index().is_some();
        // One report for each attribute: sixty `a=rtpmap` lines are one slip.
        let mut seen = BTreeSet::new();
        for line in section.lines() {
            let Some(name) = line.name().filter(|&n| !is_left_alone(n)) else { continue };
            let belongs = match name.level() {
                Level::Session if in_media => "the session part",
                Level::Media if !in_media => "a media section",
                _ => continue,
            };
            if !seen.insert(name) {
                continue;
            }
            let place = if in_media { "a media section" } else { "the session part" };
            cx.report(
                line.text(),
                format_args!("belongs in {belongs}"),
                format_args!("`a={}` in {place}, where it means nothing", name.as_str()),
            )
            .help(format_args!("move the line to {belongs}"));
        }
    }
}
