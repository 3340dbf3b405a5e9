use super::prelude::*;
use crate::lint::ice::{candidates, ip, is_mdns};
use std::net::IpAddr;

rule! {
    /// The address of the `c=` and `m=` lines is none of the section's candidates.
    ///
    /// ## Why it matters
    /// A peer that checks finds that something on the way has rewritten the address, answers
    /// `a=ice-mismatch` and goes on without ICE. Browsers do not look.
    /// ## How it happens
    /// A SIP proxy rewrites `c=` and `m=` and leaves the candidates, or a server fills in its public
    /// address in one of the places only. While no address is known, port 9 is to be written.
    /// ```sdp,fail
    /// m=audio 6000 UDP/TLS/RTP/SAVPF 0
    /// c=IN IP4 198.51.100.7
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// c=IN IP4 192.0.2.1
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// c=IN IP4 0.0.0.0
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    "SDP222" "default-without-candidate" {
        group: Interop,
        scope: Any,
        absence: true,
        since: "0.1",
        spec: ["RFC 8839 §4.2.1.2", "RFC 8839 §4.2.5"],
    } => check
}

/// The discard port, and below it those that stood for "no address yet" before: 1 and 7.
const DISCARD: u16 = 9;

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session().of_type(b'c').next();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let Some(m) = media.media().filter(|m| m.port > DISCARD) else {
            continue;
        };
        let Some(connection) = media.of_type(b'c').next().or(session) else {
            continue;
        };
        // Behind names, the peer's included, anything may be.
        let Some(address) = connection.value().words().nth(2) else {
            continue;
        };
        // No address yet; browsers and their libraries write one of these two.
        let placeholder = |ip: &IpAddr| ip.is_unspecified() || ip.is_loopback();
        let Some(default) = ip(address).filter(|ip| !placeholder(ip)) else {
            continue;
        };
        let (mut any, mut fits) = (false, false);
        for (_, c) in candidates(**media).filter(|(_, c)| c.component == 1) {
            any = true;
            let named = is_mdns(c.address) || ip(c.address).is_none();
            fits |= named || (ip(c.address) == Some(default) && c.port == m.port);
        }
        if any && !fits {
            cx.report(
                m.port_text,
                format_args!("with {default} no candidate"),
                format_args!("`{}` is at {default} port {}, which is no candidate", media.title(), m.port),
            )
            .context(connection.text(), "the address")
            .help("write the address and port of a candidate, or `c=IN IP4 0.0.0.0` and port 9");
        }
    }
}
