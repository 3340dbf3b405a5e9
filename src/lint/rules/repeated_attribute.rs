use super::prelude::*;

rule! {
    /// An attribute that has one value is given again.
    ///
    /// ## Why it matters
    /// Which of two values counts differs from stack to stack: two `ice-ufrag` lines work against
    /// one browser and fail against the next.
    /// ## How it happens
    /// A script added the attribute instead of replacing it.
    /// ```sdp,fail
    /// a=setup:active
    /// a=setup:passive
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 2130706175 192.0.2.2 5000 typ host
    /// ```
    "SDP023" "repeated-attribute" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 9429 §5.8.2"],
    } => check
}

const SINGLE: [Name; 11] = [
    Name::Mid,
    Name::IceUfrag,
    Name::IcePwd,
    Name::Setup,
    Name::RtcpMux,
    Name::BundleOnly,
    Name::Ptime,
    Name::Maxptime,
    Name::SctpPort,
    Name::MaxMessageSize,
    Name::TlsId,
];

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        for name in SINGLE {
            let mut lines = section.all(name);
            let Some(first) = lines.next() else { continue };
            for again in lines {
                let same = again.text() == first.text();
                let draft = cx
                    .report(
                        again.text(),
                        if same { "the same again" } else { "another value" },
                        format_args!("a second `a={}` in one section", name.as_str()),
                    )
                    .context(first.text(), "the first one");
                let packet_time = matches!(name, Name::Ptime | Name::Maxptime);
                if packet_time && !same {
                    draft.severity(Severity::Warning);
                } else if same {
                    draft
                        .severity(Severity::Warning)
                        .fix_drop_line(Safety::Safe, again);
                }
            }
        }
    }
}
