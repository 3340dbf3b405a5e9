use super::prelude::*;
use crate::lint::spelling::edit_distance;

rule! {
    /// An `a=rtcp-fb` value is not known, and close to one that is.
    ///
    /// ## Why it matters
    /// Feedback that is not known is ignored. `a=rtcp-fb:96 pli` asks for nothing: what is meant is
    /// `nack pli`. Without key frame requests, a picture that breaks stays broken. Values that
    /// resemble no known one are left alone.
    /// ```sdp,fail
    /// m=video 9 RTP/AVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 pli
    /// ```
    /// ```sdp,fixed
    /// m=video 9 RTP/AVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack pli
    /// ```
    /// ```sdp,fail
    /// m=video 9 RTP/AVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 transport_cc
    /// ```
    /// ```sdp,pass
    /// m=video 9 RTP/AVPF 96
    /// a=rtpmap:96 VP8/90000
    /// a=rtcp-fb:96 nack
    /// a=rtcp-fb:96 nack pli
    /// a=rtcp-fb:96 ccm tmmbr smaxpr=120
    /// a=rtcp-fb:* trr-int 100
    /// a=rtcp-fb:96 our-own thing
    /// ```
    "SDP133" "misspelt-rtcp-fb" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 4585 §4.2", "RFC 5104 §7.1", "RFC 8888 §6"],
    } => check
}

/// What is registered or in use.
const KNOWN: &[&str] = &[
    "nack",
    "nack pli",
    "nack sli",
    "nack rpsi",
    "nack app",
    "nack ecn",
    "nack rai",
    "nack tllei",
    "nack pslei",
    "ack",
    "ack rpsi",
    "ack app",
    "ack ccfb",
    "ccm fir",
    "ccm tmmbr",
    "ccm tstr",
    "ccm vbcm",
    "ccm pause",
    "ccm lrr",
    "trr-int",
    "app",
    "3gpp-roi-arbitrary",
    "3gpp-roi-predefined",
    "goog-remb",
    "goog-lntf",
    "transport-cc",
    "rrtr",
];

/// Half of a value, or the wrong half, and what it is part of.
const HALVES: &[(&str, &str)] = &[
    ("pli", "nack pli"),
    ("ccm pli", "nack pli"),
    ("nack-pli", "nack pli"),
    ("fir", "ccm fir"),
    ("nack fir", "ccm fir"),
    ("ccm-fir", "ccm fir"),
    ("sli", "nack sli"),
    ("rpsi", "nack rpsi"),
    ("tmmbr", "ccm tmmbr"),
    ("ccfb", "ack ccfb"),
    ("nack ccfb", "ack ccfb"),
    ("remb", "goog-remb"),
    ("google-remb", "goog-remb"),
    ("goog remb", "goog-remb"),
    ("twcc", "transport-cc"),
    ("transport-wide-cc", "transport-cc"),
    ("goog-transport-cc", "transport-cc"),
    ("trr_int", "trr-int"),
];

/// So many different values are looked up in one description.
const MOST: usize = 1000;
/// A value longer than the longest that is known is not looked at.
const LONGEST: usize = 24;

fn check(cx: &mut Context<'_, '_>) {
    let mut looked_up: BTreeMap<Field<'_>, Option<&str>> = BTreeMap::new();
    for line in cx.media().iter().flat_map(|m| m.all(Name::RtcpFb)) {
        let Some(Ok(fb)) = line.attribute_value().map(RtcpFb::parse) else {
            continue;
        };
        if looked_up.len() == MOST && !looked_up.contains_key(&fb.feedback) {
            continue;
        }
        let meant = *looked_up
            .entry(fb.feedback)
            .or_insert_with(|| meant(fb.feedback));
        if let Some(meant) = meant {
            cx.report(
                fb.feedback,
                format_args!("did you mean `{meant}`?"),
                format_args!("unknown feedback `{}`", fb.feedback),
            )
            .fix(
                Safety::Unsafe,
                format_args!("write `{meant}`"),
                fb.feedback,
                meant,
            );
        }
    }
}

/// What `feedback` was probably meant to be; `None` when it is known, or new.
fn meant(feedback: Field<'_>) -> Option<&'static str> {
    if feedback.len() > LONGEST {
        return None;
    }
    let written = feedback.as_str()?;
    // What follows a known value are its own parameters.
    let is_known = |known: &str| {
        let rest = written.strip_prefix(known);
        let single = matches!(known, "nack" | "ack");
        rest.is_some_and(|rest| rest.is_empty() || (!single && rest.starts_with(' ')))
    };
    if KNOWN.iter().any(|known| is_known(known)) {
        return None;
    }
    // Values are case-sensitive (RFC 4585 §4.2), so another case is a misspelling too.
    let text = written.to_ascii_lowercase();
    let half = HALVES.iter().find(|(half, _)| *half == text);
    let other_case = KNOWN.iter().find(|known| **known == text);
    let certain = half.map(|&(_, whole)| whole).or(other_case.copied());
    certain.or_else(|| {
        let near = KNOWN.iter().filter_map(|known| {
            let slips = if known.len() < 7 { 1 } else { 2 };
            let close = known.len() > 3 && known.len().abs_diff(text.len()) <= slips;
            let distance = close.then(|| edit_distance(&text, known))?;
            (distance <= slips).then_some((distance, *known))
        });
        near.min_by_key(|&(distance, _)| distance)
            .map(|(_, known)| known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_misspelt() {
        let meant = |text: &'static str| meant(Field::new(text.as_bytes(), 0));
        for known in KNOWN {
            assert_eq!(meant(known), None, "{known}");
        }
        for new in ["foobar", "ccm pan", "nack xyz", "app layer", "quux", ""] {
            assert_eq!(meant(new), None, "{new}");
        }
        for (text, whole) in HALVES {
            assert_eq!(meant(text), Some(*whole));
        }
        assert_eq!(meant("NACK PLI"), Some("nack pli"));
        assert_eq!(meant("nack pil"), Some("nack pli"));
        assert_eq!(meant("goog_remb"), Some("goog-remb"));
        assert_eq!(meant("nakc"), Some("nack"));
    }
}
