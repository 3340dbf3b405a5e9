use super::prelude::*;

rule! {
    /// An `m=` line lacks its media type, port, transport or formats, or has blanks too many.
    ///
    /// ## Why it matters
    /// Without a readable `m=` line the whole section is lost, and parsers reject the description.
    /// Other rules say nothing about such a section.
    ///
    /// A section that is refused with port 0 needs its formats too: Chrome rejects the description
    /// without (old versions of Kurento answered so), while SIP phones let it pass, a warning. So is
    /// any such line in what an RTSP server describes: players pass over the stream.
    ///
    /// One blank stands between two words: with two, browsers read an empty format and reject the
    /// description. Others do not mind, a warning.
    /// ```sdp,fail
    /// m=audio RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP
    /// ```
    /// ```sdp,fail
    /// m=audio 65536 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// m=audio 9 UDP/TLS/RTP/SAVPF  0 8
    /// ```
    /// ```sdp,fixed
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0 8
    /// ```
    /// ```sdp,pass
    /// m=audio 49170/2 RTP/AVP 0
    /// ```
    "SDP019" "malformed-media-line" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.14"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let severity = cx.stream_severity();
    // Chrome refuses a description with such a section; telephones take it.
    let harmless = !cx.is_webrtc();
    for media in cx.media() {
        let Some(head) = media.head() else { continue };
        let mut words = head.value().words();
        let refused = harmless && words.nth(1).is_some_and(|port| port.is("0")) && words.count() == 1;
        if let Err(error) = MediaLine::parse(head.value()) {
            cx.report_malformed("m=", error)
                .help("write `m=audio 9 UDP/TLS/RTP/SAVPF 111`")
                .severity(if refused { Severity::Warning } else { severity });
        } else if let Some(gap) = wide_gap(head.value()) {
            let lax = cx.grammar_severity();
            cx.report(
                gap,
                "expected one blank",
                format_args!("more than one blank between two words of `m=`"),
            )
            .severity(lax)
            .fix_edits(Safety::Safe, "write one blank", narrowed(head.value()));
        }
    }
}

/// The first run of several blanks between two words.
fn wide_gap(value: Field<'_>) -> Option<Field<'_>> {
    gaps(value).next()
}

/// What makes each of them one blank.
fn narrowed(value: Field<'_>) -> Vec<Edit> {
    let one = |gap: Field<'_>| Edit { span: gap.span(), replacement: " ".to_owned() };
    gaps(value).map(one).collect()
}

/// The runs of several blanks between two words; those at the end are not between words.
fn gaps(value: Field<'_>) -> impl Iterator<Item = Field<'_>> {
    let mut words = value.words();
    let mut end = words.next().map_or(value.end(), Field::end);
    words.filter_map(move |word| {
        let gap = value.skip(end - value.start()).take(word.start() - end);
        end = word.end();
        (gap.len() > 1).then_some(gap)
    })
}
