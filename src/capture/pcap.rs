//! The classic pcap format: a file header of 24 bytes, then records of a small header and a packet.
//!
//! Layout after draft-ietf-opsawg-pcap; the variants (swapped lengths of old versions, Kuznetzov's
//! longer record headers) after libpcap's `sf-pcap.c`. Used by [`Capture`](super::Capture).

use super::buffer::Buffer;
use super::order::Order;
use super::problems::Problems;
use super::sniff::{self, Format, PcapLayout};
use super::{LinkType, OpenError, PacketNo, Record};
use crate::time::Timestamp;

mod resync;

/// Length of the file header.
const FILE_HEADER: usize = 24;

/// The longest packet libpcap and Wireshark accept (`MAXIMUM_SNAPLEN`); a record that claims more
/// is corrupt.
const MAX_PACKET: usize = 262_144;

/// A quiet time longer than this between two packets is taken as a hint of corruption.
const LONG_GAP_S: u32 = 24 * 3600;

/// Reads the records of a classic pcap file.
#[derive(Debug)]
pub(super) struct PcapReader {
    layout: PcapLayout,
    header_len: usize,
    swapped: Swapped,
    link: LinkType,
    snaplen: u32,
    /// Seconds of the last good record.
    last_s: Option<u32>,
    /// Records of this file claim fewer bytes on the wire than were captured.
    short_wire: bool,
    /// Bytes of the last record, which stays at the start of the buffer until the next header has
    /// been seen to make sense: if it does not, the last record may have been too long.
    pending: usize,
}

/// Whether the two lengths of a record header are in the wrong order, as in files of versions
/// before 2.4.
#[derive(Clone, Copy, Debug)]
enum Swapped {
    No,
    Yes,
    Maybe,
}

/// The header of one record.
#[derive(Clone, Copy, Debug)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: usize,
    wire: u32,
}

impl PcapReader {
    /// Reads the file header.
    pub(super) fn open(buffer: &mut Buffer) -> Result<Self, OpenError> {
        if !buffer.ensure(FILE_HEADER) {
            return Err(OpenError::CutInHeader {
                format: Format::Pcap,
                have: buffer.window().len(),
                need: FILE_HEADER,
            });
        }
        let head = buffer.window();
        let (Some(layout), Some(header)) = (sniff::pcap_layout(head), file_header(head)) else {
            return Err(OpenError::DamagedHeader {
                format: Format::Pcap,
                what: "its fields cannot be read",
            });
        };
        let (major, minor) = (header.version_major, header.version_minor);
        let reader = Self {
            layout,
            header_len: if layout.kuznetzov { 24 } else { 16 },
            swapped: match (major, minor) {
                (0 | 1, _) | (2, 0..=2) | (543, _) => Swapped::Yes,
                (2, 3) => Swapped::Maybe,
                _ => Swapped::No,
            },
            // The upper bits tell the length of the frame check sequence. What follows an IP
            // packet in its frame is dropped by IP's own length, so they are not needed.
            link: LinkType(u32::from(header.datalink) as u16),
            snaplen: header.snaplen,
            last_s: None,
            short_wire: false,
            pending: 0,
        };
        buffer.consume(FILE_HEADER);
        Ok(reader)
    }

    pub(super) fn link(&self) -> LinkType {
        self.link
    }

    /// The next packet, which will be number `no`; `None` at the end of what can be read.
    #[inline]
    pub(super) fn next(
        &mut self,
        buffer: &mut Buffer,
        no: PacketNo,
        problems: &mut Problems,
    ) -> Option<Record> {
        loop {
            let at = self.pending;
            if !buffer.ensure(at + self.header_len) {
                return self.end_in_header(buffer, no, problems);
            }
            let header = self.header(buffer.window(), at)?;
            if let Some(why) = self.objection(header, at, buffer) {
                self.skip_corruption(why, buffer, no, problems)?;
                continue;
            }
            buffer.consume(at);
            self.pending = 0;
            let total = self.header_len + header.captured;
            if !buffer.ensure(total) {
                self.end_in_packet(header, buffer, no, problems)?;
                continue;
            }
            self.pending = total;
            self.last_s = Some(header.seconds);
            self.short_wire |= header.captured > header.wire as usize;
            return Some(Record {
                ts: self.timestamp(header),
                link: self.link,
                wire_len: header.wire,
                at: self.header_len,
                len: header.captured,
            });
        }
    }

    /// The record header `at` bytes into `window`.
    #[inline]
    fn header(&self, window: &[u8], at: usize) -> Option<Header> {
        let bytes: &[u8; 16] = window.get(at..)?.first_chunk()?;
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
        let order = self.layout.order;
        let captured = order.u32([i, j, k, l]);
        let wire = order.u32([m, n, o, p]);
        let swap = match self.swapped {
            Swapped::No => false,
            Swapped::Yes => true,
            Swapped::Maybe => captured > wire,
        };
        let (captured, wire) = if swap {
            (wire, captured)
        } else {
            (captured, wire)
        };
        Some(Header {
            seconds: order.u32([a, b, c, d]),
            fraction: order.u32([e, f, g, h]),
            captured: captured as usize,
            wire,
        })
    }

    #[inline]
    fn timestamp(&self, header: Header) -> Timestamp {
        let unit = if self.layout.nanos { 1 } else { 1_000 };
        Timestamp::from_nanos(
            i64::from(header.seconds) * 1_000_000_000 + i64::from(header.fraction) * unit,
        )
    }

    /// Why the record header `at` bytes into the window cannot be one; `None` if it can.
    ///
    /// One that is merely odd is believed if a sensible one follows its packet.
    #[inline]
    fn objection(&self, header: Header, at: usize, buffer: &mut Buffer) -> Option<&'static str> {
        if header.captured > MAX_PACKET {
            return Some("its packet would be longer than any can be");
        }
        let limit = if self.layout.nanos {
            1_000_000_000
        } else {
            1_000_000
        };
        let odd = header.fraction >= limit
            || header.captured == 0
            || header.wire < header.captured as u32
            || header.wire as usize > 64 * MAX_PACKET
            || (header.captured as u32 > self.snaplen && self.snaplen != 0)
            || self
                .last_s
                .is_some_and(|last| last.abs_diff(header.seconds) > LONG_GAP_S);
        if odd {
            return self.second_thoughts(header, at, buffer);
        }
        None
    }

    #[cold]
    fn second_thoughts(
        &self,
        header: Header,
        at: usize,
        buffer: &mut Buffer,
    ) -> Option<&'static str> {
        if header.captured == 0 && header.wire == 0 && header.seconds == 0 {
            return Some("it is all zeros");
        }
        let next = at + self.header_len + header.captured;
        if !buffer.ensure(next + self.header_len) {
            let ends_here = buffer.window().len() == next;
            return (!ends_here).then_some("its fields are odd, and no record follows it");
        }
        let next = self.header(buffer.window(), next)?;
        let near = next.seconds.abs_diff(header.seconds) <= LONG_GAP_S;
        let fits = self.plausible(next) || (near && next.captured <= MAX_PACKET);
        (!fits).then_some("its fields are odd, and what follows it is no record")
    }

    /// The data ended where a record header should be.
    #[cold]
    fn end_in_header(
        &mut self,
        buffer: &mut Buffer,
        no: PacketNo,
        problems: &mut Problems,
    ) -> Option<Record> {
        buffer.consume(self.pending);
        self.pending = 0;
        let have = buffer.window().len();
        if have > 0 {
            super::report_cut(
                buffer,
                problems,
                no,
                format_args!(
                    "in the header of packet {no}: {have} of its {} bytes are there",
                    self.header_len
                ),
            );
        }
        buffer.consume(have);
        None
    }

    /// The data ends inside a packet. Either the file is cut, or a corrupt length swallowed what
    /// follows: then reading goes on there, and `Some` is returned.
    #[cold]
    fn end_in_packet(
        &mut self,
        header: Header,
        buffer: &mut Buffer,
        no: PacketNo,
        problems: &mut Problems,
    ) -> Option<()> {
        let have = buffer.window().len().saturating_sub(self.header_len);
        let here = buffer.offset();
        if let Some(skipped) = self.find_in_rest(buffer) {
            problems.report("corrupt-record", Some(no), Some(here), format_args!(
                "the record of packet {no} at byte {here} is corrupt: it claims to go beyond the end of the file; \
                 {skipped} bytes skipped"
            ));
            buffer.consume(skipped);
            return Some(());
        }
        super::report_cut(
            buffer,
            problems,
            no,
            format_args!(
                "inside packet {no}: {} of its {} bytes are missing",
                header.captured - have,
                header.captured
            ),
        );
        buffer.consume(usize::MAX);
        None
    }
}

/// The file header as the pcap-file crate reads it. It refuses Kuznetzov's magic number, whose
/// file header is otherwise the same.
fn file_header(head: &[u8]) -> Option<pcap_file::pcap::PcapHeader> {
    let mut head: [u8; FILE_HEADER] = *head.first_chunk()?;
    let layout = sniff::pcap_layout(&head)?;
    if layout.kuznetzov {
        let usual = match layout.order {
            Order::Big => 0xa1b2_c3d4_u32.to_be_bytes(),
            Order::Little => 0xa1b2_c3d4_u32.to_le_bytes(),
        };
        head.first_chunk_mut::<4>()?.copy_from_slice(&usual);
    }
    pcap_file::pcap::PcapHeader::from_slice(&head)
        .ok()
        .map(|(_, header)| header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::kit::{self, Bytes};

    #[test]
    fn reads_every_variant() {
        let data = kit::payload(1);
        for order in [Order::Big, Order::Little] {
            for (magic, ns) in [(0xa1b2_c3d4, 1_000_005_000), (0xa1b2_3c4d, 1_000_000_005)] {
                let file = Bytes::pcap(order, magic, 4, 0x1400_0001).record(1, 5, &data);
                let (got, problems) = kit::read(&file.1);
                assert_eq!(problems, []);
                assert_eq!(
                    (got[0].ns, got[0].link),
                    (ns, 1),
                    "FCS bits are not the type"
                );
                assert_eq!((got[0].no, &got[0].data), (1, &data));
            }
            let kuznetzov = Bytes::pcap(order, 0xa1b2_cd34, 4, 1)
                .u32(1)
                .u32(5)
                .u32(4)
                .u32(9)
                .bytes(&[0; 8])
                .bytes(b"abcd");
            let (got, problems) = kit::read(&kuznetzov.1);
            assert_eq!((problems, got[0].wire_len), (vec![], 9));
            assert_eq!(got[0].data, b"abcd");
            // Before version 2.4 the lengths stood the other way round, or either way.
            for (minor, lengths) in [(2, [9, 4]), (3, [9, 4]), (3, [4, 9]), (4, [4, 9])] {
                let file = Bytes::pcap(order, 0xa1b2_c3d4, minor, 1).u32(1).u32(5);
                let file = file.u32(lengths[0]).u32(lengths[1]).bytes(b"abcd");
                let (got, problems) = kit::read(&file.1);
                assert_eq!((problems, got[0].wire_len), (vec![], 9));
                assert_eq!(got[0].data, b"abcd");
            }
        }
    }

    #[test]
    fn odd_records_are_believed_if_others_follow() {
        let data = kit::payload(2);
        let file = Bytes::pcap(Order::Little, 0xa1b2_c3d4, 4, 1)
            .record(1_000_000_000, 1_500_000, &data) // more than a second of microseconds
            .record(1_600_000_000, 0, &data) // years later
            .u32(1_600_000_000)
            .u32(7)
            .u32(3)
            .u32(0) // longer than on the wire
            .bytes(b"odd")
            .record(1_600_000_000, 8, &[]) // nothing captured
            .record(1_600_000_001, 9, &data);
        let (got, problems) = kit::read(&file.1);
        assert_eq!((got.len(), problems), (5, vec![]));
        assert_eq!(got[0].ns, 1_000_000_001_500_000_000);
    }

    #[test]
    fn every_prefix_gives_the_packets_in_it() {
        let file = kit::pcap(6);
        let (all, _) = kit::read(&file);
        let mut ends = vec![24];
        for packet in &all {
            ends.push(ends[ends.len() - 1] + 16 + packet.data.len());
        }
        for n in 24..=file.len() {
            let (got, problems) = kit::read(&file[..n]);
            let whole = ends.iter().filter(|end| **end <= n).count() - 1;
            assert_eq!(got, all[..whole], "{n} bytes");
            if ends.contains(&n) {
                assert_eq!(problems, []);
            } else {
                assert_eq!(problems.len(), 1);
                assert_eq!(problems[0].code, "truncated-file");
                assert_eq!(problems[0].packet, Some(whole as u64 + 1));
            }
        }
    }
}
