//! Finding the next record of a pcap file after a corrupt one.
//!
//! A pcap file has no marks to look for. What tells a record header is that it makes sense, that
//! another one that makes sense lies right behind its packet, and a third behind that. Every
//! position is looked at once, so the work is linear in what is skipped.

use super::{Header, LONG_GAP_S, MAX_PACKET, PcapReader};
use crate::capture::PacketNo;
use crate::capture::buffer::Buffer;
use crate::capture::problems::Problems;

/// Headers in a row that must make sense.
const CHAIN: usize = 3;

/// Skipped bytes are dropped from the buffer in steps of this many.
const STEP: usize = 128 * 1024;

impl PcapReader {
    /// The header behind the pending record makes no sense: moves the buffer to the next record
    /// that does, and reports what was skipped. `None` if there is none in the rest of the file.
    #[cold]
    pub(super) fn skip_corruption(
        &mut self,
        why: &str,
        buffer: &mut Buffer,
        no: PacketNo,
        problems: &mut Problems,
    ) -> Option<()> {
        let corrupt = buffer.offset() + self.pending as u64;
        // Bytes lost from the middle make the packet before the gap swallow the records after
        // it: look inside that one too, behind its own header.
        let from = if self.pending > 0 { self.header_len } else { 1 };
        self.pending = 0;
        let found = self.find(buffer, from);
        let end = buffer.offset();
        let skipped = end.saturating_sub(corrupt);
        if found.is_some() {
            problems.report("corrupt-record", Some(no), Some(corrupt), format_args!(
                "the record header of packet {no} at byte {corrupt} is corrupt ({why}); reading goes on at byte {end}, \
                 {skipped} bytes skipped"
            ));
        } else {
            problems.report("corrupt-record", Some(no), Some(corrupt), format_args!(
                "the record header of packet {no} at byte {corrupt} is corrupt ({why}) and no record follows: \
                 the last {skipped} bytes cannot be read"
            ));
        }
        found
    }

    /// Moves the buffer to the next plausible record at or behind `at`.
    fn find(&self, buffer: &mut Buffer, mut at: usize) -> Option<()> {
        loop {
            if at >= STEP {
                buffer.consume(at);
                at = 0;
            }
            if !buffer.ensure(at + self.header_len) {
                buffer.consume(usize::MAX);
                return None;
            }
            if self.chain_at(buffer, at) {
                buffer.consume(at);
                return Some(());
            }
            at += 1;
        }
    }

    /// How far into what is left a plausible record begins, behind the header at its start.
    pub(super) fn find_in_rest(&self, buffer: &mut Buffer) -> Option<usize> {
        (self.header_len..buffer.window().len()).find(|at| self.chain_at(buffer, *at))
    }

    /// Whether a chain of plausible records begins `at` bytes into the window, or fewer that end
    /// with the file.
    fn chain_at(&self, buffer: &mut Buffer, mut at: usize) -> bool {
        let mut last_s = None;
        for n in 0..CHAIN {
            if !buffer.ensure(at + self.header_len) {
                let whole = buffer.window().len() == at;
                let near = match (last_s, self.last_s) {
                    (Some(a), Some(b)) => u32::abs_diff(a, b) <= LONG_GAP_S,
                    _ => false,
                };
                return n >= 2 || (n == 1 && whole && near);
            }
            let Some(header) = self.header(buffer.window(), at) else {
                return false;
            };
            let near = last_s.is_none_or(|last| header.seconds.abs_diff(last) <= LONG_GAP_S);
            if !(near && self.plausible(header)) {
                return false;
            }
            last_s = Some(header.seconds);
            at += self.header_len + header.captured;
        }
        true
    }

    fn plausible(&self, header: Header) -> bool {
        let limit = if self.layout.nanos {
            1_000_000_000
        } else {
            1_000_000
        };
        (1..=MAX_PACKET).contains(&header.captured)
            && header.captured <= header.wire as usize
            && header.wire as usize <= MAX_PACKET
            && header.fraction < limit
    }
}
