use super::prelude::*;

rule! {
    /// A line stands where its type is not allowed.
    ///
    /// ## Why it matters
    /// The order of lines is fixed: `v o s i u e p c b t r z k a` for the session and
    /// `m i c b k a` for each media section. Strict parsers reject the description; lax ones take
    /// a misplaced session attribute for part of a media section.
    ///
    /// Browsers reject a session part in disorder, which makes it an error in a description for
    /// WebRTC. SIP and RTSP stacks write other orders and read them, as everybody does within a
    /// media section: there it is a warning.
    /// ## How it happens
    /// A script appended an attribute at the top, or added `c=` or `b=` after the attributes.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// a=group:BUNDLE
    /// t=0 0
    /// ```
    /// ```sdp,fail,exact
    /// m=audio 9 RTP/AVP 0
    /// a=sendrecv
    /// b=AS:64
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0
    /// b=AS:64
    /// a=sendrecv
    /// ```
    "SDP002" "line-out-of-order" {
        group: Correctness,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

/// The place of a line type in the session part; `t`, `r` and `z` may take turns.
fn session_rank(letter: u8) -> Option<usize> {
    let letter = if matches!(letter, b'r' | b'z') { b't' } else { letter };
    b"vosiuepcbtka".iter().position(|&l| l == letter)
}

/// The place of a line type in a media section.
fn media_rank(letter: u8) -> Option<usize> {
    b"micbka".iter().position(|&l| l == letter)
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.grammar_severity();
    for section in cx.sdp().sections() {
        let in_media = section.index().is_some();
        let severity = if in_media { Severity::Warning } else { session };
        let rank = if in_media { media_rank } else { session_rank };
        let mut latest: Option<(usize, &Line<'_>)> = None;
        for line in section.lines() {
            let Some(letter) = line.letter() else { continue };
            let shown = char::from(letter);
            match rank(letter) {
                // One report a section: after a slip, everything else is out of order too.
                None if session_rank(letter).is_some() => {
                    cx.report(
                        line.text(),
                        "belongs before the first `m=` line",
                        format_args!("a `{shown}=` line cannot stand in a media section"),
                    )
                    .severity(severity);
                    break;
                }
                None => {}
                Some(rank) => match latest {
                    Some((before, earlier)) if rank < before => {
                        let other = earlier.letter().map_or('?', char::from);
                        cx.report(
                            line.text(),
                            format_args!("must stand before every `{other}=` line"),
                            format_args!("the `{shown}=` line comes after the `{other}=` line"),
                        )
                        .context(earlier.text(), format_args!("the first `{other}=` line"))
                        .severity(severity);
                        break;
                    }
                    Some((before, _)) if rank == before => {}
                    _ => latest = Some((rank, line)),
                },
            }
        }
    }
}
