//! Dumps that other programs write of their packets, read as if they were captures.
//!
//! Like a compression: [`open`] looks at the first bytes, and puts a reader between them and the rest
//! of `capture` that turns a dump into a pcap file of raw IP, in one pass and in bounded memory.
//! Everything else, the copy that packets are read from again included, sees that pcap file only.
//! One file for each format: [`text_log`], [`rtpdump`], [`mjr`]. docs/inputs.md describes them.
//!
//! A dump tells less than a capture. What is made up to fill the headers is told as a [`Dump`], and as
//! problems that every report shows.

mod envelope;
mod feed;
mod hex_line;
mod log_clock;
mod log_prefix;
mod mjr;
mod mjr_header;
mod mjr_message;
mod notes;
mod rtpdump;
mod text_log;

pub(super) use notes::Notes;

use super::sniff::{self, Compression, Format};
use super::{OpenError, intake};
use envelope::Packets;
use feed::Feed;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddrV4};

/// What is known of a dump that is read as a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// Whether times are real ones. If not, a dump told times of day, or times from its own start:
    /// they count from 1970-01-01, and only what lies between two of them means something.
    pub is_dated: bool,
    /// Whether what is in it was written by an endpoint before encryption or after decryption.
    pub is_clear: bool,
    /// Whether it has only some of the streams that its sender sent, so that gaps in what is counted
    /// over all of them are no loss.
    pub is_part: bool,
    /// What its header says of the media in it, as a session description (SDP).
    pub description: Option<String>,
}

/// A dump that has been recognised.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) format: Format,
    pub(super) dump: Dump,
    pub(super) notes: Notes,
}

/// Where made-up packets come from and go to: addresses for documentation (RFC 5737), the port that
/// RTP is registered with.
const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const REMOTE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
const PORT: u16 = 5004;

fn local() -> SocketAddrV4 {
    SocketAddrV4::new(LOCAL, PORT)
}

fn remote() -> SocketAddrV4 {
    SocketAddrV4::new(REMOTE, PORT)
}

/// Reads one format.
trait Reader: Send {
    /// Which one.
    fn format(&self) -> Format;

    /// Reads on until there is a packet more in `out`; `false` at the end of what can be read.
    fn next(&mut self, feed: &mut Feed, out: &mut Packets, notes: &Notes) -> bool;

    /// What is known once the first packet was read.
    fn dump(&self) -> Dump;
}

/// Looks whether `plain`, decompressed bytes, is a dump. Gives a reader of a capture file if it is,
/// and else of the bytes as they are.
///
/// # Errors
/// If it is a dump with a header that cannot be read.
pub(super) fn open(
    plain: Box<dyn Read + Send>,
    compression: Compression,
) -> Result<(Box<dyn Read + Send>, Option<Opened>), OpenError> {
    let mut feed = Feed::new(plain, intake::bite(compression).min(64 * 1024));
    // No more than a capture's header has, so that a live pipe is not waited for.
    feed.ensure(24);
    let notes = Notes::default();
    let reader: Box<dyn Reader> = match feed.window() {
        head if sniff::format(head).is_some() => return Ok((Box::new(feed), None)),
        head if head.starts_with(rtpdump::MAGIC) => Box::new(rtpdump::open(&mut feed, &notes)?),
        head if mjr_header::is_one(head) => Box::new(mjr::open(&mut feed, &notes)?),
        [] => return Ok((Box::new(feed), None)),
        _ => return text(feed, notes),
    };
    let (converted, _) = Converted::start(feed, reader, notes);
    Ok(converted.opened())
}

/// A text is a dump if there is a packet in it.
fn text(mut feed: Feed, notes: Notes) -> Result<(Box<dyn Read + Send>, Option<Opened>), OpenError> {
    feed.ensure(512);
    let head = feed.window();
    let head = head.get(..512).unwrap_or(head).to_vec();
    if !sniff::may_be_log(&head) {
        return Ok((Box::new(feed), None));
    }
    let reader = Box::new(text_log::TextLog::default());
    let (mut converted, has_packet) = Converted::start(feed, reader, notes);
    if has_packet {
        return Ok(converted.opened());
    }
    // What it is instead, its beginning shows.
    let failure = converted.feed.take_failure();
    let rest = Feed::new(Box::new(Ends(failure)), 1);
    Ok((Box::new(io::Cursor::new(head).chain(rest)), None))
}

/// Nothing, or a failure.
struct Ends(Option<io::Error>);

impl Read for Ends {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A dump as a pcap file.
struct Converted {
    feed: Feed,
    reader: Box<dyn Reader>,
    out: Packets,
    notes: Notes,
    ended: bool,
}

impl Converted {
    /// Reads the first packet, and says whether there is one.
    fn start(feed: Feed, reader: Box<dyn Reader>, notes: Notes) -> (Self, bool) {
        let mut converted = Self {
            feed,
            reader,
            out: Packets::new(),
            notes,
            ended: false,
        };
        converted.next();
        let has_packet = converted.out.count() > 0;
        (converted, has_packet)
    }

    fn next(&mut self) {
        self.ended = !self.reader.next(&mut self.feed, &mut self.out, &self.notes);
    }

    /// The reader, and what is known of the dump: told as problems too, those of the whole first.
    fn opened(self) -> (Box<dyn Read + Send>, Option<Opened>) {
        let opened = Opened {
            format: self.reader.format(),
            dump: self.reader.dump(),
            notes: self.notes.clone(),
        };
        if !opened.dump.is_dated {
            self.notes.report_all(
                "no-date",
                format_args!(
                    "the dump does not tell the date: what lies between two of its times is right, \
                     the times themselves are not"
                ),
            );
        }
        (Box::new(self), Some(opened))
    }
}

impl Read for Converted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.out.read(room) {
                0 if room.is_empty() => return Ok(0),
                0 if self.ended => return self.feed.take_failure().map_or(Ok(0), Err),
                0 => self.next(),
                got => return Ok(got),
            }
        }
    }
}

#[cfg(test)]
mod tests;
