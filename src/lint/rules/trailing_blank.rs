use super::prelude::*;

rule! {
    /// A line ends in blanks or tabs.
    ///
    /// ## Why it matters
    /// No value ends in a blank, and parsers that compare a value as it is find another one:
    /// `a=mid:0 ` is then not the `0` of the group, and `a=setup:active ` no role at all. Other rules
    /// read such a line as if the blanks were not there.
    ///
    /// It is an error where browsers compare the whole value. Lines for people (`s=`, `i=`) and
    /// unknown attributes may end in what they like; `a=msid-semantic: WMS ` is how browsers write it, and `a=fmtp` parameters are
    /// read without blanks around them.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 192.0.2.1
    /// t=0 0
    /// m=audio 5000 RTP/AVP 0
    /// a=recvonly\s
    /// ```
    /// ```sdp,fixed,whole
    /// v=0
    /// o=- 1 1 IN IP4 192.0.2.1
    /// s=-
    /// c=IN IP4 192.0.2.1
    /// t=0 0
    /// m=audio 5000 RTP/AVP 0
    /// a=recvonly
    /// ```
    /// ```sdp,pass
    /// a=msid-semantic: WMS *
    /// ```
    "SDP007" "trailing-blank" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines() {
        let blanks = line.trailing_blanks();
        if blanks.is_empty() || !is_readable(line) {
            continue;
        }
        // libwebrtc compares these as they are.
        let compared = matches!(
            line.name(),
            Some(Name::Mid | Name::Setup | Name::IceUfrag | Name::IcePwd)
        );
        let severity = if compared && cx.is_webrtc() {
            Severity::Error
        } else {
            Severity::Warning
        };
        cx.report(
            blanks,
            "no blank belongs here",
            format_args!("blank at the end of the line"),
        )
        .severity(severity)
        .fix(Safety::Safe, "remove the blank", blanks, "");
    }
}

/// Whether there is a value before the blanks, in which no other rule finds something missing.
fn is_readable(line: &Line<'_>) -> bool {
    match line.letter() {
        Some(b'o') => Origin::parse(line.value()).is_ok(),
        Some(b'c') => Address::parse(line.value()).is_ok(),
        Some(b'a') => {
            let name = line.name_text().is_some_and(Field::is_token);
            let empty = line.attribute_value().is_some_and(|value| value.trim().is_empty());
            name && !empty && !matches!(line.name(), Some(Name::MsidSemantic | Name::Fmtp | Name::Other))
        }
        _ => !line.value().trim().is_empty(),
    }
}
