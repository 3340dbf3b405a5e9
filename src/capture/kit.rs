//! Builds captures byte by byte, for the tests of this module.

use super::order::Order;
use super::{Capture, Problem};

/// What a test wants to know of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Got {
    pub(super) no: u64,
    pub(super) ns: i64,
    pub(super) link: u16,
    pub(super) wire_len: u32,
    pub(super) data: Vec<u8>,
}

/// Reads all of `file`; the offset of each packet is checked on the way.
pub(super) fn read(file: &[u8]) -> (Vec<Got>, Vec<Problem>) {
    let mut capture = open(file).unwrap();
    let mut got = Vec::new();
    while let Some(frame) = capture.next_frame() {
        let offset = frame.offset as usize;
        if capture_is_plain(file) {
            assert_eq!(&file[offset..offset + frame.data.len()], frame.data);
        }
        got.push(Got {
            no: frame.no,
            ns: frame.ts.nanos(),
            link: frame.link.0,
            wire_len: frame.wire_len,
            data: frame.data.to_vec(),
        });
    }
    assert!(capture.next_frame().is_none(), "the end is the end");
    (got, capture.problems().to_vec())
}

pub(super) fn open(file: &[u8]) -> Result<Capture, super::OpenError> {
    Capture::from_reader(Box::new(std::io::Cursor::new(file.to_vec())))
}

fn capture_is_plain(file: &[u8]) -> bool {
    super::sniff::format(file).is_some()
}

/// Packet number `n` of the test captures: no two are alike, and none looks like a header.
pub(super) fn payload(n: usize) -> Vec<u8> {
    (0..60 + n % 50)
        .map(|i| (n * 7 + i * 13) as u8 | 0x80)
        .collect()
}

/// Writes numbers in one byte order.
#[derive(Clone, Debug)]
pub(super) struct Bytes(pub(super) Order, pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn u16(mut self, v: u16) -> Self {
        match self.0 {
            Order::Big => self.1.extend(v.to_be_bytes()),
            Order::Little => self.1.extend(v.to_le_bytes()),
        }
        self
    }
    pub(super) fn u32(mut self, v: u32) -> Self {
        match self.0 {
            Order::Big => self.1.extend(v.to_be_bytes()),
            Order::Little => self.1.extend(v.to_le_bytes()),
        }
        self
    }
    pub(super) fn u64(mut self, v: u64) -> Self {
        match self.0 {
            Order::Big => self.1.extend(v.to_be_bytes()),
            Order::Little => self.1.extend(v.to_le_bytes()),
        }
        self
    }
    pub(super) fn bytes(mut self, v: &[u8]) -> Self {
        self.1.extend(v);
        self
    }
    fn padded(mut self) -> Self {
        self.1.resize(self.1.len().next_multiple_of(4), 0);
        self
    }

    /// A pcap file header.
    pub(super) fn pcap(order: Order, magic: u32, minor: u16, link: u32) -> Self {
        let new = Self(order, Vec::new());
        new.u32(magic)
            .u16(2)
            .u16(minor)
            .u64(0)
            .u32(65_535)
            .u32(link)
    }

    /// A pcap record.
    pub(super) fn record(self, s: u32, fraction: u32, data: &[u8]) -> Self {
        let len = data.len() as u32;
        self.u32(s).u32(fraction).u32(len).u32(len).bytes(data)
    }

    /// A pcapng section header in this byte order.
    pub(super) fn section(self) -> Self {
        let body = Self(self.0, Vec::new());
        self.block(
            0x0a0d_0d0a,
            &body.u32(0x1a2b_3c4d).u16(1).u16(0).u64(u64::MAX).1,
        )
    }

    /// A pcapng interface description; `options` are written as they are.
    pub(super) fn interface(self, link: u16, snaplen: u32, options: &[u8]) -> Self {
        let body = Self(self.0, Vec::new());
        self.block(1, &body.u16(link).u16(0).u32(snaplen).bytes(options).1)
    }

    /// A pcapng enhanced packet.
    pub(super) fn enhanced(self, interface: u32, ticks: u64, data: &[u8]) -> Self {
        let (high, low) = ((ticks >> 32) as u32, ticks as u32);
        let len = data.len() as u32;
        let body = Self(self.0, Vec::new())
            .u32(interface)
            .u32(high)
            .u32(low)
            .u32(len)
            .u32(len);
        self.block(6, &body.bytes(data).1)
    }

    /// A pcapng block of any kind, padded.
    pub(super) fn block(self, kind: u32, body: &[u8]) -> Self {
        let body = Self(self.0, body.to_vec()).padded().1;
        let total = body.len() as u32 + 12;
        self.u32(kind).u32(total).bytes(&body).u32(total)
    }
}

/// A pcap of `count` packets, 20 ms apart.
pub(super) fn pcap(count: usize) -> Vec<u8> {
    (0..count)
        .fold(Bytes::pcap(Order::Little, 0xa1b2_c3d4, 4, 1), |file, n| {
            file.record(
                1_700_000_000 + n as u32 / 50,
                n as u32 % 50 * 20_000,
                &payload(n),
            )
        })
        .1
}

/// The same as pcapng.
pub(super) fn pcapng(count: usize) -> Vec<u8> {
    let start = Bytes(Order::Little, Vec::new())
        .section()
        .interface(1, 0, &[]);
    (0..count)
        .fold(start, |file, n| {
            file.enhanced(0, 1_700_000_000_000_000 + n as u64 * 20_000, &payload(n))
        })
        .1
}
