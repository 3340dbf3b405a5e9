//! Janus recordings (`.mjr`): one file for the audio, video or data that one participant sent.
//!
//! After the header (`mjr_header.rs`) come packets: `MEET`, milliseconds since the first one, a length,
//! and RTP as it was after decryption, or a message of a data channel behind the time it came. In
//! recordings of before 2019 `MEETECHO` stands in front, and no time. Janus numbers packets anew where a
//! recording was paused. RTCP is not recorded.
//!
//! Messages are given SCTP headers (`mjr_message.rs`), so that they can be shown like those of a call.

use super::envelope::{Carrier, Packet, Packets};
use super::feed::Feed;
use super::mjr_header::{self, Header, Medium};
use super::{Dump, Notes, PORT, Reader, local, mjr_message, remote};
use crate::capture::{Format, OpenError};
use std::net::SocketAddrV4;

/// Mark, time or the rest of the mark, length.
const RECORD_HEADER: usize = 10;
/// The longest record.
const RECORD_MAX: usize = RECORD_HEADER + 65_535;
const MARK: &[u8] = b"MEET";
/// What stands in place of the time where there is none.
const NO_TIME: &[u8] = b"ECHO";
/// Time in front of a message, in microseconds since 1970.
const MESSAGE_TIME: usize = 8;

/// Reads a recording.
#[derive(Debug)]
pub(super) struct Recording {
    header: Header,
    records: u64,
    first_payload_type: Option<u8>,
    messages: u32,
    tsn: u32,
}

/// Reads the header.
pub(super) fn open(feed: &mut Feed, notes: &Notes) -> Result<Recording, OpenError> {
    let header = mjr_header::read(feed)?;
    let (from, to) = (local(), remote());
    notes.report_all(
        "made-up-addresses",
        format_args!(
            "the addresses are made up, because the recording has none: packets go from {} to {}",
            from.ip(),
            to.ip()
        ),
    );
    if header.medium == Medium::Data {
        notes.report_all(
            "made-up-sctp",
            format_args!(
                "the SCTP headers are made up, because the recording has the messages only: which \
                 channel they were of, and what was sent again, is not known"
            ),
        );
    }
    if !header.has_times {
        notes.report_all(
            "no-timestamp",
            format_args!(
                "the recording does not tell when packets came: all have the same time, and nothing \
                 that is measured in time means anything"
            ),
        );
    }
    Ok(Recording {
        header,
        records: 0,
        first_payload_type: None,
        messages: 0,
        tsn: 0,
    })
}

/// Where packets go to: each medium has a port, so that recordings of one call can be told apart.
fn destination(medium: Medium) -> SocketAddrV4 {
    let port = match medium {
        Medium::Audio | Medium::Unknown => PORT,
        Medium::Video => PORT + 2,
        Medium::Data => PORT + 4,
    };
    SocketAddrV4::new(*remote().ip(), port)
}

impl Reader for Recording {
    fn format(&self) -> Format {
        Format::JanusRecording
    }

    fn next(&mut self, feed: &mut Feed, out: &mut Packets, notes: &Notes) -> bool {
        let before = out.count();
        while out.count() == before {
            if !feed.ensure(RECORD_HEADER) {
                self.cut(feed, notes);
                return false;
            }
            let length = self.length_at(feed.window(), 0);
            let Some(length) = length else {
                if !self.recover(feed, "does not begin where the one before it ends", notes) {
                    return false;
                }
                continue;
            };
            let whole = RECORD_HEADER + length;
            // The mark behind it shows that the length is right.
            feed.ensure(whole + MARK.len());
            let behind = feed.window().get(whole..).unwrap_or_default();
            if !behind.starts_with(MARK) && !behind.is_empty() {
                let near = self.find(feed, RECORD_HEADER);
                if near.is_some_and(|at| at < whole) {
                    if !self.recover(feed, "has another length than it says", notes) {
                        return false;
                    }
                    continue;
                }
            }
            if feed.window().len() < whole {
                if self.find(feed, RECORD_HEADER).is_some() {
                    if !self.recover(feed, "has another length than it says", notes) {
                        return false;
                    }
                    continue;
                }
                self.cut(feed, notes);
                return false;
            }
            self.records += 1;
            let record = feed.window().get(..whole).unwrap_or_default();
            if !self.record(record, out) {
                let no = self.records;
                notes.report(
                    "damaged-record",
                    feed.offset(),
                    format_args!("record {no}, of {length} bytes, holds no packet; it is skipped"),
                );
            }
            feed.consume(whole);
        }
        true
    }

    fn dump(&self) -> Dump {
        let to = destination(self.header.medium);
        let describe = |payload_type| self.header.description(payload_type, to);
        Dump {
            is_dated: self.header.start.is_some() || self.header.medium == Medium::Data,
            is_clear: true,
            is_part: true,
            description: self.first_payload_type.and_then(describe),
        }
    }
}

impl Recording {
    /// The length that a record `at` this place says, if there is one.
    fn length_at(&self, window: &[u8], at: usize) -> Option<usize> {
        let rest = window.get(at..)?.strip_prefix(MARK)?;
        let (time, length) = rest
            .get(..RECORD_HEADER - MARK.len())?
            .split_at_checked(4)?;
        if !self.header.has_times && time != NO_TIME {
            return None;
        }
        length
            .first_chunk()
            .map(|l| usize::from(u16::from_be_bytes(*l)))
    }

    /// Writes what a record holds; `false` if that is nothing.
    fn record(&mut self, record: &[u8], out: &mut Packets) -> bool {
        let Some((header, data)) = record.split_at_checked(RECORD_HEADER) else {
            return false;
        };
        let ms = header.get(4..8).and_then(|ms| ms.first_chunk());
        let ms = ms.filter(|_| self.header.has_times);
        let ms = ms.map_or(0, |ms| i64::from(u32::from_be_bytes(*ms)));
        let start = self.header.start.unwrap_or_default();
        let ns = start.saturating_add(ms * 1_000).saturating_mul(1_000);
        if self.header.medium == Medium::Data {
            return self.message(data, ns, out);
        }
        if let (None, Some([_, second, ..])) = (self.first_payload_type, data.get(..12)) {
            self.first_payload_type = Some(second & 0x7f);
        }
        !data.is_empty()
            && out.push(&Packet {
                ns,
                from: local(),
                to: destination(self.header.medium),
                carrier: Carrier::Udp,
                data,
                missing: 0,
            })
    }

    fn message(&mut self, data: &[u8], recorded: i64, out: &mut Packets) -> bool {
        let Some((time, message)) = data.split_first_chunk::<MESSAGE_TIME>() else {
            return false;
        };
        let came = i64::from_be_bytes(*time).checked_mul(1_000);
        let ns = came.filter(|ns| *ns > 0).unwrap_or(recorded);
        let pieces = mjr_message::packets(message, self.messages, true, &mut self.tsn);
        self.messages = self.messages.wrapping_add(1);
        let mut pushed = false;
        for piece in pieces {
            pushed |= out.push(&Packet {
                ns,
                from: local(),
                to: destination(Medium::Data),
                carrier: Carrier::Sctp,
                data: &piece,
                missing: 0,
            });
        }
        pushed
    }

    /// The data ends here.
    fn cut(&self, feed: &Feed, notes: &Notes) {
        if !feed.window().is_empty() && !feed.has_failed() {
            let no = self.records + 1;
            notes.report(
                "truncated-file",
                feed.offset(),
                format_args!("the recording ends inside record {no}"),
            );
        }
    }

    /// Something is wrong with the record here: goes on with the next that is found.
    #[cold]
    fn recover(&mut self, feed: &mut Feed, what: &str, notes: &Notes) -> bool {
        self.records += 1;
        let (no, here) = (self.records, feed.offset());
        let mut from = 1;
        let found = loop {
            let found = self.find(feed, from);
            if found.is_some() || feed.ended() {
                break found;
            }
            // A record may begin here whose end is not in the window.
            feed.consume(feed.window().len().saturating_sub(RECORD_MAX + MARK.len()));
            from = 0;
        };
        feed.consume(found.unwrap_or_default());
        let skipped = feed.offset() - here;
        match found {
            Some(_) => notes.report(
                "damaged-record",
                here,
                format_args!("record {no} {what}; {skipped} bytes are skipped"),
            ),
            None => notes.report(
                "damaged-record",
                here,
                format_args!("record {no} {what}, and none is found behind it"),
            ),
        }
        found.is_some()
    }

    /// The next place from `at` on where a record begins that another one follows, or the end.
    fn find(&self, feed: &mut Feed, at: usize) -> Option<usize> {
        feed.ensure(2 * RECORD_MAX);
        let window = feed.window();
        let is_all = feed.ended();
        (at..window.len()).find(|at| {
            self.length_at(window, *at).is_some_and(|length| {
                let behind = at + RECORD_HEADER + length;
                let rest = window.get(behind..).unwrap_or_default();
                rest.starts_with(MARK) || (is_all && behind == window.len())
            })
        })
    }
}
