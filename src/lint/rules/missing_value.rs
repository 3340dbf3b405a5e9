use super::prelude::*;

rule! {
    /// An attribute that has a value is given none.
    ///
    /// ## Why it matters
    /// The line says nothing, and a parser that wants the value rejects the description. Attributes
    /// with a rule about their values are left to that rule.
    /// ## How it happens
    /// A template whose variable was empty.
    /// ```sdp,fail
    /// a=label
    /// ```
    /// ```sdp,fail
    /// a=content:
    /// ```
    /// ```sdp,pass
    /// a=content:slides
    /// ```
    "SDP030" "missing-value" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.13"],
    } => check
}

/// Attributes of which a rule of their own says what is missing.
const OWN: [Name; 27] = [
    Name::Group,
    Name::Rtpmap,
    Name::RtcpFb,
    Name::Fmtp,
    Name::Extmap,
    Name::Ssrc,
    Name::SsrcGroup,
    Name::Candidate,
    Name::Mid,
    Name::Msid,
    Name::Setup,
    Name::Fingerprint,
    Name::IceUfrag,
    Name::IcePwd,
    Name::IceOptions,
    Name::IcePacing,
    Name::Rtcp,
    Name::Rid,
    Name::Simulcast,
    Name::SctpPort,
    Name::MaxMessageSize,
    Name::Crypto,
    Name::TlsId,
    Name::Ptime,
    Name::Maxptime,
    Name::Dcmap,
    Name::Dcsa,
];

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines() {
        let wants = |n: &Name| n.value() == Presence::Always && !OWN.contains(n);
        let Some(name) = line.name().filter(wants) else { continue };
        if line.attribute_value().is_none_or(|value| value.trim().is_empty()) {
            cx.report(
                line.text(),
                "expected a value",
                format_args!("`a={}` without a value", name.as_str()),
            )
            .help(format_args!("write `a={}:` and the value, or drop the line", name.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Config, Linter};

    /// Every attribute with a value is reported without one, and by this rule only where no other
    /// one does.
    #[test]
    fn no_missing_value_is_missed() {
        let linter = Linter::new(Config::default());
        let mut wrong = Vec::new();
        for &name in Name::ALL.iter().filter(|n| n.value() == Presence::Always) {
            let media = match name {
                Name::SctpPort | Name::MaxMessageSize | Name::Dcmap | Name::Dcsa => {
                    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                }
                _ => "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
            };
            let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
            let media = if name.level() == Level::Session { "" } else { media };
            let media = format!("{head}{media}");
            for colon in ["", ":"] {
                let text = format!("{media}a={}{colon}\r\n", name.as_str());
                let reports = linter.lint(text.as_bytes(), None);
                let about = reports.iter().flat_map(|r| &r.diagnostics);
                let found: Vec<_> = about
                    .filter(|d| d.primary.span.start >= media.len())
                    .map(|d| d.name)
                    .collect();
                let own = found.contains(&"missing-value");
                if found.is_empty() || (own && found.len() > 1) {
                    wrong.push(format!("{found:?} of {text:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
