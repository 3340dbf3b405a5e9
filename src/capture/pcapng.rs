//! The pcapng format: blocks that each tell their type and length, in sections of one byte order.
//!
//! After draft-ietf-opsawg-pcapng. Every block's length stands at both of its ends, so a packet is
//! only believed when the two agree. Used by [`Capture`](super::Capture).

use super::buffer::{Buffer, MOST};
use super::order::Order;
use super::problems::Problems;
use super::sniff::{Format, SECTION_HEADER};
use super::{LinkType, OpenError, PacketNo, Record};
use crate::time::Timestamp;

mod interface;
mod options;
mod packet;
mod resync;
mod secrets;
mod statistics;

pub use secrets::Secret;
pub use statistics::InterfaceStatistics;

use interface::Interface;
use packet::Packet;
use secrets::Secrets;
use statistics::Statistics;

/// Block types.
mod block {
    pub(super) const INTERFACE: u32 = 1;
    pub(super) const OBSOLETE_PACKET: u32 = 2;
    pub(super) const SIMPLE_PACKET: u32 = 3;
    pub(super) const NAMES: u32 = 4;
    pub(super) const STATISTICS: u32 = 5;
    pub(super) const ENHANCED_PACKET: u32 = 6;
    pub(super) const JOURNAL: u32 = 9;
    pub(super) const SECRETS: u32 = 10;
    pub(super) const CUSTOM: u32 = 0x0bad;
    pub(super) const CUSTOM_NO_COPY: u32 = 0x4000_0bad;
    /// The same in both byte orders.
    pub(super) const SECTION: u32 = u32::from_be_bytes(super::SECTION_HEADER);
}

/// Type and length in front of a block's body.
const BLOCK_HEADER: usize = 8;
/// What surrounds a block's body: its type, and its length twice.
const BLOCK_FRAME: usize = 12;
/// The shortest section header block.
const SECTION_BLOCK: usize = 28;

/// A section that describes more interfaces than this is not read further in that respect.
const MAX_INTERFACES: usize = 65_536;

/// Reads the blocks of a pcapng file.
#[derive(Debug)]
pub(super) struct PcapNgReader {
    order: Order,
    interfaces: Vec<Interface>,
    last_ts: Timestamp,
    untimed_reported: bool,
    /// Bytes of the last block, consumed with the next call: the caller borrows its packet.
    pending: usize,
    pub(super) statistics: Statistics,
    pub(super) secrets: Secrets,
}

/// A block that has been framed: where its body is in the window.
#[derive(Clone, Copy, Debug)]
struct Block {
    kind: u32,
    /// Body length in bytes.
    body: usize,
    /// Bytes from this block to the next.
    total: usize,
}

/// Why no block could be framed.
enum NoBlock {
    /// The data ends before the bytes the block needs.
    Cut { needs: usize },
    /// What is there is no block.
    Corrupt(&'static str),
}

impl PcapNgReader {
    /// Checks that the first block is a section header; it is read again as a block.
    pub(super) fn open(buffer: &mut Buffer) -> Result<Self, OpenError> {
        if !buffer.ensure(SECTION_BLOCK) {
            return Err(OpenError::CutInHeader {
                format: Format::PcapNg,
                have: buffer.window().len(),
                need: SECTION_BLOCK,
            });
        }
        let Some(order) = section_order(buffer.window()) else {
            return Err(OpenError::DamagedHeader {
                format: Format::PcapNg,
                what: "its byte-order magic is neither 0x1a2b3c4d nor 0x4d3c2b1a",
            });
        };
        Ok(Self {
            order,
            interfaces: Vec::new(),
            last_ts: Timestamp::default(),
            untimed_reported: false,
            pending: 0,
            statistics: Statistics::default(),
            secrets: Secrets::default(),
        })
    }

    /// The next packet, which will be number `no`; `None` at the end of what can be read.
    ///
    /// `no` is moved on past packets that cannot be shown, so that numbers agree with Wireshark's.
    #[inline]
    pub(super) fn next(
        &mut self,
        buffer: &mut Buffer,
        no: &mut PacketNo,
        problems: &mut Problems,
    ) -> Option<Record> {
        loop {
            buffer.consume(self.pending);
            self.pending = 0;
            let block = match self.frame(buffer, problems) {
                Ok(block) => block,
                Err(why) => {
                    self.recover(&why, buffer, *no, problems)?;
                    continue;
                }
            };
            self.pending = block.total;
            let here = buffer.offset();
            let body = buffer
                .window()
                .get(BLOCK_HEADER..BLOCK_HEADER + block.body)?;
            let packet = match block.kind {
                block::ENHANCED_PACKET => Packet::enhanced(self.order, body),
                block::SIMPLE_PACKET => Packet::simple(self.order, body, self.snaplen_of_first()),
                block::OBSOLETE_PACKET => Packet::obsolete(self.order, body),
                kind => {
                    self.other(kind, body, here, problems);
                    continue;
                }
            };
            match self.record(packet, *no, here, problems) {
                Some(record) => return Some(record),
                None => *no = no.saturating_add(1),
            }
        }
    }

    /// The block at the start of the window.
    #[inline]
    fn frame(&mut self, buffer: &mut Buffer, problems: &mut Problems) -> Result<Block, NoBlock> {
        if !buffer.ensure(BLOCK_FRAME) {
            return Err(NoBlock::Cut { needs: BLOCK_FRAME });
        }
        let window = buffer.window();
        let kind = self.order.u32_at(window, 0).unwrap_or_default();
        if kind == block::SECTION {
            self.order =
                section_order(window).ok_or(NoBlock::Corrupt("its byte-order magic is unknown"))?;
        }
        let claimed = self.order.u32_at(window, 4).unwrap_or_default();
        // Some writers leave the padding out of the length; the padding itself is there.
        let total = (claimed as usize).saturating_add(3) & !3;
        if total < BLOCK_FRAME {
            return Err(NoBlock::Corrupt("its length is less than a block has"));
        }
        if total > MOST {
            return Err(NoBlock::Corrupt("its length is more than a block can have"));
        }
        if !buffer.ensure(total) {
            return Err(NoBlock::Cut { needs: total });
        }
        let again = self.order.u32_at(buffer.window(), total - 4);
        if again != Some(claimed) {
            self.forgive_trailer(total, buffer, problems)?;
        }
        Ok(Block {
            kind,
            body: total - BLOCK_FRAME,
            total,
        })
    }

    /// The two lengths of a block disagree. If a block follows where the first one says, only the
    /// second one is wrong, and the block is good.
    #[cold]
    fn forgive_trailer(
        &self,
        total: usize,
        buffer: &mut Buffer,
        problems: &mut Problems,
    ) -> Result<(), NoBlock> {
        if !self.block_at(buffer, total) {
            return Err(NoBlock::Corrupt("its two lengths disagree"));
        }
        let here = buffer.offset();
        problems.report(
            "corrupt-block",
            None,
            Some(here),
            format_args!("the block at byte {here} is read although its second length is wrong"),
        );
        Ok(())
    }

    /// The packet's place in the window, its time and link type. `None`, with the problem noted,
    /// if it cannot be shown.
    #[inline]
    fn record(
        &mut self,
        packet: Option<Packet>,
        no: PacketNo,
        here: u64,
        problems: &mut Problems,
    ) -> Option<Record> {
        let Some(packet) = packet else {
            problems.report(
                "corrupt-block",
                Some(no),
                Some(here),
                format_args!(
                    "packet {no} at byte {here} does not fit in its block; the packet is skipped"
                ),
            );
            return None;
        };
        let Some(interface) = self.interfaces.get(packet.interface as usize) else {
            problems.report("undefined-interface", Some(no), Some(here), format_args!(
                "packet {no} is from interface {}, which the capture does not describe; the packet is skipped",
                packet.interface
            ));
            return None;
        };
        match packet.ticks {
            Some(ticks) => self.last_ts = interface.timestamp(ticks),
            None if !self.untimed_reported => {
                self.untimed_reported = true;
                problems.report("no-timestamp", Some(no), Some(here), format_args!(
                    "packet {no} is in a simple packet block, which has no timestamp; such packets are given the time of the packet before"
                ));
            }
            None => {}
        }
        Some(Record {
            ts: self.last_ts,
            link: interface.link,
            wire_len: packet.wire_len,
            at: BLOCK_HEADER + packet.at,
            len: packet.len,
        })
    }

    fn snaplen_of_first(&self) -> u32 {
        self.interfaces.first().map_or(0, |first| first.snaplen)
    }

    /// Takes in a block that is not a packet. Those of unknown types are skipped, as the
    /// specification asks.
    fn other(&mut self, kind: u32, body: &[u8], here: u64, problems: &mut Problems) {
        match kind {
            block::SECTION => {
                self.interfaces.clear();
                self.statistics.end_section();
            }
            block::INTERFACE if self.interfaces.len() >= MAX_INTERFACES => {
                problems.report("too-many-interfaces", None, Some(here), format_args!(
                    "interface {} at byte {here} is one more than rtcscope keeps; its packets are skipped",
                    self.interfaces.len()
                ));
            }
            block::INTERFACE => {
                let interface = Interface::read(self.order, body, here, problems);
                self.interfaces.push(interface);
            }
            block::STATISTICS => self.statistics.read(self.order, body),
            block::SECRETS => self.secrets.read(self.order, body, here, problems),
            _ => {}
        }
    }
}

/// The byte order of the section that begins with `head`, by its byte-order magic.
fn section_order(head: &[u8]) -> Option<Order> {
    match head.get(8..12)? {
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(Order::Big),
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(Order::Little),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::kit::{self, Bytes, Got};

    fn new(order: Order) -> Bytes {
        Bytes(order, Vec::new())
    }

    #[test]
    fn reads_sections_interfaces_and_all_packet_blocks() {
        for (first, second) in [(Order::Big, Order::Little), (Order::Little, Order::Big)] {
            let nanos = new(first).u16(9).u16(1).bytes(&[9, 0, 0, 0]).u32(0).1;
            let file = new(first)
                .section()
                .interface(1, 0, &[])
                .interface(101, 3, &nanos)
                .block(4, b"names") // skipped
                .block(0xdead_beef, b"unknown") // skipped
                .enhanced(0, 1_000_001, b"one")
                .enhanced(1, 5, b"two");
            // An obsolete packet block: interface, drops, time, lengths.
            let obsolete = new(first)
                .u16(1)
                .u16(7)
                .u64(0)
                .u32(4)
                .u32(40)
                .bytes(b"four")
                .1;
            let file = file.block(2, &obsolete).1;
            let simple = new(second).u32(5).bytes(b"fives").1;
            let file = Bytes(second, file)
                .section()
                .interface(113, 3, &[])
                .block(3, &simple)
                .enhanced(0, 6, b"six");
            let (got, problems) = kit::read(&file.1);
            let packet = |no, ns, link, wire_len, data: &[u8]| Got {
                no,
                ns,
                link,
                wire_len,
                data: data.to_vec(),
            };
            assert_eq!(
                got,
                [
                    packet(1, 1_000_001_000, 1, 3, b"one"),
                    packet(2, 5, 101, 3, b"two"),
                    packet(3, 0, 101, 40, b"four"),
                    packet(4, 0, 113, 5, b"fiv"),
                    packet(5, 6_000, 113, 3, b"six"),
                ]
            );
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].code, "no-timestamp");
        }
    }

    #[test]
    fn a_packet_that_cannot_be_shown_is_still_counted() {
        let file = new(Order::Little)
            .section()
            .interface(1, 0, &[])
            .enhanced(0, 1, b"one")
            .enhanced(3, 2, b"nobody knows interface 3")
            .block(6, b"too short")
            .enhanced(0, 4, b"four");
        let (got, problems) = kit::read(&file.1);
        assert_eq!(got.iter().map(|g| g.no).collect::<Vec<_>>(), [1, 4]);
        let codes: Vec<_> = problems.iter().map(|p| (p.code, p.packet)).collect();
        assert_eq!(
            codes,
            [("undefined-interface", Some(2)), ("corrupt-block", Some(3))]
        );
    }

    #[test]
    fn lengths_without_the_padding_are_read() {
        let body = new(Order::Little)
            .u32(0)
            .u64(0)
            .u32(3)
            .u32(3)
            .bytes(b"abc")
            .1;
        let odd = new(Order::Little).section().interface(1, 0, &[]);
        let odd = odd
            .u32(6)
            .u32(35)
            .bytes(&body)
            .bytes(&[0])
            .u32(35)
            .enhanced(0, 1, b"next");
        let (got, problems) = kit::read(&odd.1);
        assert_eq!((got.len(), problems), (2, vec![]));
    }

    #[test]
    fn statistics_and_secrets_are_kept() {
        let stats = new(Order::Big).u32(0).u64(0).u16(5).u16(8).u64(12).1;
        let secret = new(Order::Big)
            .u32(Secret::TLS_KEY_LOG)
            .u32(3)
            .bytes(b"key")
            .1;
        let file = new(Order::Big).section().interface(1, 0, &[]);
        let file = file.block(5, &stats).block(10, &secret).1;
        let mut capture = kit::open(&file).unwrap();
        assert!(capture.next_frame().is_none());
        assert_eq!(
            capture.interface_statistics().dropped_by_interface,
            Some(12)
        );
        assert_eq!(capture.secrets()[0].data, b"key");
        assert_eq!(capture.problem_count(), 0);
    }

    #[test]
    fn every_prefix_gives_the_packets_in_it() {
        let file = kit::pcapng(6);
        let (all, _) = kit::read(&file);
        let mut last = 0;
        for n in SECTION_BLOCK..=file.len() {
            let (got, problems) = kit::read(&file[..n]);
            assert_eq!(got, all[..got.len()], "{n} bytes");
            assert!(got.len() >= last);
            last = got.len();
            assert!(problems.len() <= 1 && problems.iter().all(|p| p.code == "truncated-file"));
        }
        assert_eq!(last, 6);
    }
}
