//! Writes pcapng (draft-ietf-opsawg-pcapng): packets with times in nanoseconds and comments.
//!
//! One section, little-endian; interfaces may be added between packets. Used for decrypted captures.

use crate::capture::LinkType;
use crate::time::Timestamp;
use std::io::{self, Write};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// The length of the section is not known when its header is written.
const LENGTH_UNKNOWN: u64 = u64::MAX;

const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
/// Times count 10^-9 seconds.
const NANOSECONDS: u8 = 9;

/// Writes a capture, block by block.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    interfaces: u32,
    block: Vec<u8>,
}

/// An interface of the capture being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceId(u32);

/// A packet to be written.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// The interface it belongs to.
    pub interface: InterfaceId,
    /// When it was captured; times before 1970 become 1970.
    pub ts: Timestamp,
    /// Its length on the wire in bytes, at least that of `data`.
    pub wire_len: u32,
    /// Its bytes.
    pub data: &'a [u8],
    /// What to say of it; nothing when empty. Cut at 65 535 bytes.
    pub comment: &'a str,
}

impl<W: Write> Writer<W> {
    /// Begins a capture that `application` wrote.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: W, application: &str) -> io::Result<Self> {
        let mut writer = Self {
            out,
            interfaces: 0,
            block: Vec::new(),
        };
        writer.begin(SECTION_HEADER);
        writer.u32(BYTE_ORDER_MAGIC);
        writer.u16(1);
        writer.u16(0);
        writer.block.extend(LENGTH_UNKNOWN.to_le_bytes());
        writer.option(SHB_USERAPPL, application.as_bytes());
        writer.option(OPT_END, &[]);
        writer.end()?;
        Ok(writer)
    }

    /// Adds an interface: what the first byte of its packets begins, and its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn interface(&mut self, link: LinkType, name: &str) -> io::Result<InterfaceId> {
        self.begin(INTERFACE_DESCRIPTION);
        self.u16(link.0);
        self.u16(0);
        self.u32(0); // no snaplen
        self.option(IF_NAME, name.as_bytes());
        self.option(IF_TSRESOL, &[NANOSECONDS]);
        self.option(OPT_END, &[]);
        self.end()?;
        let id = InterfaceId(self.interfaces);
        self.interfaces += 1;
        Ok(id)
    }

    /// Adds a packet.
    ///
    /// # Errors
    /// If it cannot be written, or is longer than a block can tell.
    pub fn packet(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        let too_long = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let len = u32::try_from(packet.data.len()).map_err(too_long)?;
        let time = u64::try_from(packet.ts.nanos()).unwrap_or(0);
        self.begin(ENHANCED_PACKET);
        self.u32(packet.interface.0);
        self.u32((time >> 32) as u32);
        self.u32(time as u32);
        self.u32(len);
        self.u32(packet.wire_len.max(len));
        self.block.extend_from_slice(packet.data);
        self.pad();
        if !packet.comment.is_empty() {
            self.option(OPT_COMMENT, packet.comment.as_bytes());
            self.option(OPT_END, &[]);
        }
        self.end()
    }

    /// Writes out what is buffered, and gives back what was written to.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// Begins a block; its length is filled in at the end.
    fn begin(&mut self, kind: u32) {
        self.block.clear();
        self.u32(kind);
        self.u32(0);
    }

    fn end(&mut self) -> io::Result<()> {
        let too_long = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let len = u32::try_from(self.block.len() + 4).map_err(too_long)?;
        self.u32(len);
        if let Some(field) = self.block.get_mut(4..8) {
            field.copy_from_slice(&len.to_le_bytes());
        }
        self.out.write_all(&self.block)
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        let len = value.len().min(usize::from(u16::MAX));
        self.u16(code);
        self.u16(len as u16);
        self.block
            .extend_from_slice(value.get(..len).unwrap_or_default());
        self.pad();
    }

    fn pad(&mut self) {
        let padded = self.block.len().next_multiple_of(4);
        self.block.resize(padded, 0);
    }

    fn u16(&mut self, value: u16) {
        self.block.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.block.extend(value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Capture;
    use pcap_file::pcapng::{Block, PcapNgReader};

    /// Packets of every length up to 40, on two interfaces, some with comments.
    fn written() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), "rtcscope 0").unwrap();
        let ip = writer.interface(LinkType::RAW, "clear").unwrap();
        let mut ethernet = None;
        for n in 0..40u8 {
            let data = vec![n; usize::from(n)];
            let odd = n % 2 == 1;
            if n == 10 {
                ethernet = Some(writer.interface(LinkType::ETHERNET, "as it was").unwrap());
            }
            let packet = Packet {
                interface: ethernet.filter(|_| odd).unwrap_or(ip),
                ts: Timestamp::from_nanos(1_700_000_000_123_456_789 + i64::from(n)),
                wire_len: if n == 20 { 1500 } else { 0 },
                data: &data,
                comment: if odd { "packet 7 of a.pcap ü" } else { "" },
            };
            writer.packet(&packet).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn our_own_reader_reads_it_back() {
        let file = written();
        let mut capture = Capture::from_reader(Box::new(std::io::Cursor::new(file))).unwrap();
        for n in 0..40u8 {
            let frame = capture.next_frame().unwrap();
            assert_eq!(frame.data, vec![n; usize::from(n)]);
            assert_eq!(frame.ts.nanos(), 1_700_000_000_123_456_789 + i64::from(n));
            let link = match n % 2 == 1 && n >= 10 {
                true => LinkType::ETHERNET,
                false => LinkType::RAW,
            };
            assert_eq!(frame.link, link, "{n}");
            assert_eq!(frame.wire_len, if n == 20 { 1500 } else { u32::from(n) });
        }
        assert!(capture.next_frame().is_none());
        assert_eq!(capture.problem_count(), 0, "{:?}", capture.problems());
    }

    #[test]
    fn another_reader_finds_the_same_and_the_comments() {
        let file = written();
        let mut reader = PcapNgReader::new(&file[..]).unwrap();
        let (mut interfaces, mut packets, mut comments) = (0, 0, 0);
        while let Some(block) = reader.next_block() {
            match block.unwrap().0 {
                Block::InterfaceDescription(_) => interfaces += 1,
                Block::EnhancedPacket(p) => {
                    assert_eq!(p.data.len(), packets);
                    let time = 1_700_000_000_123_456_789 + packets as u128;
                    assert_eq!(p.timestamp.as_nanos(), time);
                    packets += 1;
                    comments += usize::from(format!("{:?}", p.options).contains("packet 7 of"));
                }
                _ => {}
            }
        }
        assert_eq!((interfaces, packets, comments), (2, 40, 20));
    }

    #[test]
    fn what_cannot_be_said_is_cut_and_not_wrong() {
        let mut writer = Writer::new(Vec::new(), "").unwrap();
        let interface = writer.interface(LinkType::RAW, "").unwrap();
        let comment = "x".repeat(70_000);
        let packet = Packet {
            interface,
            ts: Timestamp::from_nanos(-5),
            wire_len: 3,
            data: &[1, 2, 3],
            comment: &comment,
        };
        writer.packet(&packet).unwrap();
        let file = writer.finish().unwrap();
        let mut capture = Capture::from_reader(Box::new(std::io::Cursor::new(file))).unwrap();
        assert_eq!(capture.next_frame().unwrap().ts.nanos(), 0);
        assert!(capture.next_frame().is_none());
        assert_eq!(capture.problem_count(), 0);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                match self.0.checked_sub(data.len()) {
                    Some(left) => self.0 = left,
                    None => return Err(io::ErrorKind::StorageFull.into()),
                }
                Ok(data.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(Writer::new(Full(8), "a").is_err());
        let mut writer = Writer::new(Full(100), "a").unwrap();
        let failed = (0..20).find_map(|_| writer.interface(LinkType::RAW, "name").err());
        assert_eq!(failed.unwrap().kind(), io::ErrorKind::StorageFull);
    }
}
