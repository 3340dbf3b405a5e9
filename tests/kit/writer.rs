//! Capture files, written by hand: classic pcap (microseconds) and pcapng (nanoseconds).
//!
//! pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng (section header, interface
//! description and enhanced packet blocks). Both little-endian, link type Ethernet.

use std::io::{self, Write};

const LINKTYPE_ETHERNET: u16 = 1;
const SNAPLEN: u32 = 262_144;

/// Which file format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Pcap,
    Pcapng,
}

/// Writes packets to a capture file.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    format: Format,
}

impl<W: Write> Writer<W> {
    /// Writes the file header.
    pub fn new(mut out: W, format: Format) -> io::Result<Self> {
        match format {
            Format::Pcap => {
                let mut header = Vec::with_capacity(24);
                header.extend(0xa1b2_c3d4_u32.to_le_bytes());
                header.extend(2u16.to_le_bytes());
                header.extend(4u16.to_le_bytes());
                header.extend([0; 8]);
                header.extend(SNAPLEN.to_le_bytes());
                header.extend(u32::from(LINKTYPE_ETHERNET).to_le_bytes());
                out.write_all(&header)?;
            }
            Format::Pcapng => {
                // Section header: byte-order magic, version 1.0, length unknown.
                let mut section = Vec::new();
                section.extend(0x1a2b_3c4d_u32.to_le_bytes());
                section.extend(1u16.to_le_bytes());
                section.extend(0u16.to_le_bytes());
                section.extend(u64::MAX.to_le_bytes());
                block(&mut out, 0x0a0d_0d0a, &section)?;
                // Interface: if_tsresol (9) = 10^-9, end of options.
                let mut interface = Vec::new();
                interface.extend(LINKTYPE_ETHERNET.to_le_bytes());
                interface.extend([0; 2]);
                interface.extend(SNAPLEN.to_le_bytes());
                interface.extend([9, 0, 1, 0, 9, 0, 0, 0]);
                interface.extend([0; 4]);
                block(&mut out, 1, &interface)?;
            }
        }
        Ok(Self { out, format })
    }

    /// Writes one packet captured at `ns` nanoseconds since the Unix epoch.
    pub fn packet(&mut self, ns: u64, frame: &[u8]) -> io::Result<()> {
        let len = u32::try_from(frame.len()).expect("a frame fits its length field");
        match self.format {
            Format::Pcap => {
                let mut header = [0; 16];
                header[..4].copy_from_slice(&((ns / 1_000_000_000) as u32).to_le_bytes());
                header[4..8].copy_from_slice(&((ns % 1_000_000_000 / 1000) as u32).to_le_bytes());
                header[8..12].copy_from_slice(&len.to_le_bytes());
                header[12..].copy_from_slice(&len.to_le_bytes());
                self.out.write_all(&header)?;
                self.out.write_all(frame)
            }
            Format::Pcapng => {
                let padding = frame.len().wrapping_neg() % 4;
                let total = 32 + len + padding as u32;
                let mut header = [0; 28];
                header[..4].copy_from_slice(&6u32.to_le_bytes());
                header[4..8].copy_from_slice(&total.to_le_bytes());
                header[12..16].copy_from_slice(&((ns >> 32) as u32).to_le_bytes());
                header[16..20].copy_from_slice(&(ns as u32).to_le_bytes());
                header[20..24].copy_from_slice(&len.to_le_bytes());
                header[24..].copy_from_slice(&len.to_le_bytes());
                self.out.write_all(&header)?;
                self.out.write_all(frame)?;
                self.out.write_all(&[0; 3][..padding])?;
                self.out.write_all(&total.to_le_bytes())
            }
        }
    }

    /// Flushes and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// One pcapng block; `body` must be a multiple of four bytes.
fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let total = (body.len() as u32 + 12).to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&total)?;
    out.write_all(body)?;
    out.write_all(&total)
}
