//! The headers of tunnels as rows of a decode tree.

use super::headers::number;
use super::link;
use crate::net::Tunnel;
use crate::tree::Tree;
use crate::wire::part;

/// Destination, source and type.
const ETHERNET: usize = 14;

/// The rows of what lies between the payload of an IP packet and the packet in it.
pub(super) fn rows(kind: Tunnel, header: &[u8], tree: &mut Tree<'_>) {
    let own = part(header, 0..own_length(kind, header));
    tree.group(kind.name(), own, |t| match kind {
        Tunnel::Gre => gre(own, t),
        Tunnel::Vxlan => {
            t.field("flags", hex(own, 0..1), part(own, 0..1));
            t.field("network identifier", of(own, 4..7), part(own, 4..7));
        }
        Tunnel::Geneve => {
            t.bits(
                "options length",
                own_length(kind, own) - 8,
                part(own, 0..1),
                0x3f,
            );
            t.field("protocol type", hex(own, 2..4), part(own, 2..4));
            t.field("network identifier", of(own, 4..7), part(own, 4..7));
        }
        Tunnel::GtpU => {
            t.field("flags", hex(own, 0..1), part(own, 0..1));
            t.field("message type", of(own, 1..2), part(own, 1..2));
            t.field("length", of(own, 2..4), part(own, 2..4));
            t.field("tunnel endpoint", hex(own, 4..8), part(own, 4..8));
        }
        Tunnel::L2tp => t.field("flags", hex(own, 0..2), part(own, 0..2)),
        Tunnel::Ipv4 | Tunnel::Ipv6 => {}
    });
    let rest = part(header, own.len()..header.len());
    if rest.len() >= ETHERNET {
        tree.group("Ethernet in the tunnel", rest, |t| link::ethernet(rest, t));
    }
}

/// How long the tunnel's own header is, without the Ethernet header that may follow it.
fn own_length(kind: Tunnel, header: &[u8]) -> usize {
    match kind {
        Tunnel::Gre => {
            let flags = of(header, 0..2);
            let fields = [0x8000, 0x2000, 0x1000];
            let mut fields = fields.iter().filter(|bit| flags & *bit != 0).count();
            // An acknowledgment, in the version of RFC 2637.
            fields += usize::from(flags & 0x0087 == 0x0081);
            let mirrored = match of(header, 2..4) {
                0x88be if flags & 0x1000 != 0 => 8,
                0x22eb => 12,
                _ => 0,
            };
            4 + 4 * fields + mirrored
        }
        Tunnel::Vxlan => 8,
        Tunnel::Geneve => 8 + 4 * (of(header, 0..1) & 0x3f) as usize,
        _ => header.len(),
    }
}

fn gre(header: &[u8], t: &mut Tree<'_>) {
    t.field("flags and version", hex(header, 0..2), part(header, 0..2));
    t.field("protocol type", hex(header, 2..4), part(header, 2..4));
    let flags = of(header, 0..2);
    let mut at = 4;
    for (bit, label) in [
        (0x8000, "checksum"),
        (0x2000, "key"),
        (0x1000, "sequence number"),
    ] {
        if flags & bit != 0 {
            t.field(label, hex(header, at..at + 4), part(header, at..at + 4));
            at += 4;
        }
    }
}

fn of(header: &[u8], range: std::ops::Range<usize>) -> u64 {
    number(part(header, range))
}

fn hex(header: &[u8], range: std::ops::Range<usize>) -> String {
    let width = 2 * range.len();
    format!("0x{:0width$x}", of(header, range))
}
