use super::prelude::*;

rule! {
    /// The candidates of the two ends have no address family and transport in common.
    ///
    /// ## Why it matters
    /// Candidates are paired only within IPv4 or IPv6, and UDP or TCP. With nothing in common, ICE fails
    /// unless more candidates are trickled.
    /// ## How it happens
    /// A server listens on IPv4 only and the client is on an IPv6 network, or one side has TCP alone.
    /// ```sdp,fail
    /// --- offer
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// --- answer
    /// a=candidate:1 1 udp 2130706431 2001:db8::1 6000 typ host
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// a=candidate:2 1 udp 2130706175 2001:db8::2 5000 typ host
    /// --- answer
    /// a=candidate:1 1 udp 2130706431 2001:db8::1 6000 typ host
    /// ```
    "SDP726" "no-common-address-family" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8445 §6.1.2.2"],
    } => answer(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    let Some((number, _)) = cx.offer() else {
        return;
    };
    for Pair { then, now } in cx.accepted() {
        let (Some(offered), Some(said)) = (kinds(then), kinds(now)) else {
            continue;
        };
        let (Some(theirs), Some(ours)) = (then.first(Name::Candidate), now.first(Name::Candidate))
        else {
            continue;
        };
        if offered.is_empty() || said.is_empty() || !offered.is_disjoint(&said) {
            continue;
        }
        cx.report(
            ours.text(),
            "no partner for it in the offer",
            format_args!("no candidate of the answer can be paired with one of the offer"),
        )
        .context_in(number, theirs.text(), "offered")
        .help("offer both IPv4 and IPv6 over UDP, or a TURN server that does");
    }
}

/// The families and transports of the candidates; none when one of them is a name.
fn kinds(media: &Media<'_, '_>) -> Option<BTreeSet<(bool, bool)>> {
    let values = media.all(Name::Candidate).filter_map(Line::attribute_value);
    let candidates = values.filter_map(|v| Candidate::parse(v).ok());
    let kinds = candidates.map(|candidate| {
        let address: std::net::IpAddr = candidate.address.as_str()?.parse().ok()?;
        Some((address.is_ipv6(), candidate.is_tcp()))
    });
    kinds.collect()
}
