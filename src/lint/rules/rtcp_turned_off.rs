use super::prelude::*;

rule! {
    /// `b=RS:0` and `b=RR:0` leave no bandwidth for RTCP.
    ///
    /// ## Why it matters
    /// Without RTCP there are no reports of loss, no lip synchronisation and no requests for key frames.
    /// Some telephone systems want that; a browser does not.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 0
    /// b=RS:0
    /// b=RR:0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0
    /// b=RS:0
    /// b=RR:2000
    /// ```
    "SDP015" "rtcp-turned-off" {
        group: Advice,
        scope: Any,
        since: "0.1",
        spec: ["RFC 3556 §2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let find = |text: &str| media.of_type(b'b').find(|line| line.value().is(text));
        if let (Some(senders), Some(receivers)) = (find("RS:0"), find("RR:0")) {
            cx.report(
                receivers.text(),
                "nothing for receivers",
                format_args!("`{}` leaves no bandwidth for RTCP", media.title()),
            )
            .context(senders.text(), "and nothing for senders")
            .help("drop both lines unless RTCP is not wanted");
        }
    }
}
