//! rtpdump files, as rtptools, Wireshark and libwebrtc's tools write them.
//!
//! A line `#!rtpplay1.0 ADDRESS/PORT`, a header with the time of the start, and before each packet
//! eight bytes: how much of it was kept, its length, and milliseconds since the start. Numbers are
//! big-endian. A length of 0 is RTCP, or nothing: libwebrtc writes records without a packet where an
//! encoder had nothing to send. The address is the one that packets came to, or none; where they
//! came from is not told. Whether payloads are encrypted depends on where the packets were taken.

use super::envelope::{Carrier, Packet, Packets};
use super::feed::Feed;
use super::{Dump, Notes, PORT, Reader, local, remote};
use crate::capture::{Format, OpenError};
use std::net::{Ipv4Addr, SocketAddrV4};

/// How a file begins.
pub(super) const MAGIC: &[u8] = b"#!rtpplay1.0";

/// The longest first line that is looked for.
const LINE_MAX: usize = 256;
/// Start time, address, port, and two bytes of nothing.
const FILE_HEADER: usize = 16;
const RECORD_HEADER: usize = 8;
/// Records that have to follow each other for a place to be believed after damage.
const CHAIN: usize = 3;
/// How far after damage is searched for the next record.
const SEARCH_MAX: usize = 256 * 1024;
/// Between two packets there is seldom more time than this, in ms.
const GAP_MAX: u32 = 3_600_000;

/// Reads an rtpdump file.
#[derive(Debug)]
pub(super) struct RtpDump {
    /// Nanoseconds since 1970, or 0 if it does not say.
    start: i64,
    to: SocketAddrV4,
    records: u64,
    /// When the last packet came, in ms since the start.
    last: u32,
}

/// The header of a packet.
#[derive(Clone, Copy, Debug)]
struct Record {
    kept: usize,
    length: usize,
    ms: u32,
}

impl Record {
    /// The one at the start of `data`, if its lengths agree.
    fn parse(data: &[u8]) -> Option<Self> {
        let [a, b, c, d, ms @ ..] = *data.first_chunk::<RECORD_HEADER>()?;
        let with_header = usize::from(u16::from_be_bytes([a, b]));
        let kept = with_header.checked_sub(RECORD_HEADER)?;
        let length = match usize::from(u16::from_be_bytes([c, d])) {
            0 => kept,
            length => length,
        };
        (length >= kept).then_some(Self {
            kept,
            length,
            ms: u32::from_be_bytes(ms),
        })
    }
}

/// Reads the headers.
pub(super) fn open(feed: &mut Feed, notes: &Notes) -> Result<RtpDump, OpenError> {
    feed.ensure(LINE_MAX);
    let window = feed.window();
    let line = window.iter().take(LINE_MAX).position(|b| *b == b'\n');
    let format = Format::RtpDump;
    let (have, need) = (window.len(), MAGIC.len() + 1 + FILE_HEADER);
    let Some(line) = line else {
        return Err(match have < LINE_MAX {
            true => OpenError::CutInHeader { format, have, need },
            false => OpenError::DamagedHeader {
                format,
                what: "its first line does not end",
            },
        });
    };
    let text = window.get(MAGIC.len()..line).unwrap_or_default();
    let told = std::str::from_utf8(text).ok().and_then(address);
    let need = line + 1 + FILE_HEADER;
    feed.ensure(need);
    let header = feed.window().get(line + 1..);
    let Some(header) = header.and_then(|h| h.first_chunk::<FILE_HEADER>()) else {
        return Err(OpenError::CutInHeader { format, have, need });
    };
    let (words, _) = header.as_chunks::<4>();
    let word = |n: usize| words.get(n).map_or(0, |w| u32::from_be_bytes(*w));
    let binary = SocketAddrV4::new(Ipv4Addr::from_bits(word(2)), (word(3) >> 16) as u16);
    let start = match word(0) {
        0 => 0,
        seconds => i64::from(seconds) * 1_000_000_000 + i64::from(word(1)) * 1_000,
    };
    feed.consume(need);
    let real = told.into_iter().chain([binary]);
    let real = real
        .filter(|a| !a.ip().is_unspecified())
        .find(|a| a.port() > 0);
    say(real, notes);
    Ok(RtpDump {
        start,
        to: real.unwrap_or_else(remote),
        records: 0,
        last: 0,
    })
}

/// The address in the first line.
fn address(text: &str) -> Option<SocketAddrV4> {
    let (address, port) = text.trim().split_once('/')?;
    Some(SocketAddrV4::new(address.parse().ok()?, port.parse().ok()?))
}

fn say(real: Option<SocketAddrV4>, notes: &Notes) {
    let from = local().ip().to_owned();
    match real {
        Some(to) => notes.report_all(
            "made-up-addresses",
            format_args!(
                "the address {from} is made up: the dump tells where packets came to, {to}, and not \
                 where they came from"
            ),
        ),
        None => notes.report_all(
            "made-up-addresses",
            format_args!(
                "the addresses are made up, because the dump has none: packets go from {from} to {}",
                remote().ip()
            ),
        ),
    }
}

impl Reader for RtpDump {
    fn format(&self) -> Format {
        Format::RtpDump
    }

    fn next(&mut self, feed: &mut Feed, out: &mut Packets, notes: &Notes) -> bool {
        loop {
            if !feed.ensure(RECORD_HEADER) {
                self.cut(feed, notes);
                return false;
            }
            let Some(record) = Record::parse(feed.window()) else {
                if !self.recover(feed, notes) {
                    return false;
                }
                continue;
            };
            let whole = RECORD_HEADER + record.kept;
            if !feed.ensure(whole) {
                self.cut(feed, notes);
                return false;
            }
            self.records += 1;
            if record.length == 0 {
                feed.consume(whole);
                continue;
            }
            let data = feed.window().get(RECORD_HEADER..whole);
            let pushed = out.push(&Packet {
                ns: self.start + i64::from(record.ms) * 1_000_000,
                from: SocketAddrV4::new(*local().ip(), PORT),
                to: self.to,
                carrier: Carrier::Udp,
                data: data.unwrap_or_default(),
                missing: record.length - record.kept,
            });
            self.last = record.ms;
            if !pushed {
                let (no, length) = (self.records, record.length);
                notes.report(
                    "damaged-record",
                    feed.offset(),
                    format_args!(
                        "record {no} is of {length} bytes, which no datagram can have; it is skipped"
                    ),
                );
            }
            feed.consume(whole);
            if pushed {
                return true;
            }
        }
    }

    fn dump(&self) -> Dump {
        Dump {
            is_dated: self.start > 0,
            is_clear: false,
            is_part: true,
            description: None,
        }
    }
}

impl RtpDump {
    /// The data ends here.
    fn cut(&self, feed: &Feed, notes: &Notes) {
        if !feed.window().is_empty() && !feed.has_failed() {
            let no = self.records + 1;
            notes.report(
                "truncated-file",
                feed.offset(),
                format_args!("the file ends inside record {no}"),
            );
        }
    }

    /// What is here is no record: searches for the next one.
    #[cold]
    fn recover(&mut self, feed: &mut Feed, notes: &Notes) -> bool {
        self.records += 1;
        let (no, here) = (self.records, feed.offset());
        feed.ensure(SEARCH_MAX);
        let window = feed.window();
        let reach = window.len().min(SEARCH_MAX);
        let found = (1..reach).find(|at| self.is_chain(window, *at, feed.ended()));
        match found {
            Some(at) => notes.report(
                "damaged-record",
                here,
                format_args!("record {no} cannot be read; {at} bytes are skipped"),
            ),
            None => notes.report(
                "damaged-record",
                here,
                format_args!("record {no} cannot be read, and none is found behind it"),
            ),
        }
        feed.consume(found.unwrap_or_default());
        found.is_some()
    }

    /// Whether records that look like RTP or RTCP follow each other from here, up to the end if that
    /// is near.
    fn is_chain(&self, window: &[u8], mut at: usize, is_all: bool) -> bool {
        let mut last = self.last;
        for _ in 0..CHAIN {
            let rest = window.get(at..).unwrap_or_default();
            let Some(record) = Record::parse(rest) else {
                return false;
            };
            let is_near = record.ms.wrapping_add(1_000).wrapping_sub(last) < GAP_MAX;
            let version = rest.get(RECORD_HEADER).map(|b| b >> 6);
            let is_media = version == Some(2) || record.length == 0;
            if !is_near || !is_media {
                return false;
            }
            last = record.ms;
            at += RECORD_HEADER + record.kept;
            if at == window.len() {
                return is_all;
            }
        }
        true
    }
}
