use super::prelude::*;
use crate::lint::ice::{candidates, ip};

rule! {
    /// A candidate's address is neither an IP address nor a name.
    ///
    /// ## Why it matters
    /// The candidate is lost, or, in stacks that reject the whole description, the call. A zone
    /// (`fe80::1%eth0`) means something on its own host only, and brackets and ports belong to URLs.
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 [2001:db8::1] 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 fe80::1%eth0 5000 typ host
    /// ```
    /// ```sdp,fail
    /// a=candidate:1 1 udp 2130706431 192.0.2.300 5000 typ host
    /// ```
    /// ```sdp,pass
    /// a=candidate:1 1 udp 2130706431 2001:db8::1 5000 typ host
    /// a=candidate:2 1 udp 2113937151 7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local 5000 typ host
    /// ```
    "SDP229" "malformed-candidate-address" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for (_, c) in cx.sdp().sections().flat_map(candidates) {
        if ip(c.address).is_some() || is_name(c.address) {
            continue;
        }
        let zone = c.address.split_once(b'%').filter(|(bare, _)| ip(*bare).is_some());
        let label = match zone {
            Some(_) => "a zone means nothing to the peer",
            None => "expected an IP address or a name",
        };
        let draft = cx.report(
            c.address,
            label,
            format_args!("`{}` is not an address for a candidate", c.address),
        );
        if let Some(bare) = zone.and_then(|(bare, _)| bare.owned()) {
            draft.fix(Safety::Unsafe, "drop the zone", c.address, bare);
        }
    }
}

/// Whether `address` may be a domain name; digits and dots alone are a damaged IPv4 address.
pub(super) fn is_name(address: Field<'_>) -> bool {
    let bytes = address.bytes();
    let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    bytes.iter().all(fits) && bytes.iter().any(|b| !b.is_ascii_digit() && *b != b'.')
}
