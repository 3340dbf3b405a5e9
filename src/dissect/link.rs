//! What lies before an IP packet: Ethernet addresses, VLAN tags, PPPoE, MPLS labels.

use super::headers::number;
use crate::capture::LinkType;
use crate::tree::Tree;
use crate::wire::part;
use std::fmt;

/// The rows of a frame's header before its IP packet.
pub(super) fn rows(link: LinkType, header: &[u8], tree: &mut Tree<'_>) {
    tree.group("Link layer", header, |t| {
        t.field("type", link, header);
        match link {
            LinkType::ETHERNET => ethernet(header, t),
            LinkType::LINUX_SLL => tags(header, 14, t),
            _ => {}
        }
    });
}

/// The rows of an Ethernet header and its tags.
pub(super) fn ethernet(header: &[u8], tree: &mut Tree<'_>) {
    for (label, at) in [("destination", 0..6), ("source", 6..12)] {
        let address = part(header, at);
        tree.field(label, Mac(address), address);
    }
    tags(header, 12, tree);
}

/// The rows of tags and labels, of which the first type field is at `at`.
fn tags(header: &[u8], mut at: usize, tree: &mut Tree<'_>) {
    while let bytes @ [_, _] = part(header, at..at + 2) {
        let kind = number(bytes);
        tree.field("EtherType", format_args!("0x{kind:04x}"), bytes);
        at += 2;
        match kind {
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let tag = part(header, at..at + 2);
                tree.bits("VLAN", number(tag) & 0xfff, tag, 0xfff);
                tree.bits("VLAN priority", number(tag) >> 13, tag, 0xe000);
                at += 2;
            }
            0x8847 | 0x8848 => return labels(header, at, tree),
            0x8864 => {
                let session = part(header, at + 2..at + 4);
                let id = format_args!("0x{:04x}", number(session));
                return tree.field("PPPoE session", id, session);
            }
            _ => return,
        }
    }
}

/// The rows of MPLS labels (RFC 3032), up to the bottom of the stack.
fn labels(header: &[u8], mut at: usize, tree: &mut Tree<'_>) {
    while let bytes @ [_, _, _, _] = part(header, at..at + 4) {
        let entry = number(bytes);
        tree.bits("MPLS label", entry >> 12, bytes, 0xffff_f000);
        at += 4;
        if entry & 0x100 != 0 {
            return;
        }
    }
}

/// `02:00:c0:00:02:01`.
struct Mac<'a>(&'a [u8]);

impl fmt::Display for Mac<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        self.0.iter().try_for_each(|byte| {
            write!(f, "{separator}{byte:02x}")?;
            separator = ":";
            Ok(())
        })
    }
}
