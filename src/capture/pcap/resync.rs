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

    /// Whether a header makes sense by itself.
    pub(super) fn plausible(&self, header: Header) -> bool {
        (1..=MAX_PACKET).contains(&header.captured)
            && (self.short_wire || header.captured <= header.wire as usize)
            && header.wire as usize <= MAX_PACKET
            && header.fraction < 1_000_000_000
    }
}

#[cfg(test)]
mod tests {
    use crate::capture::kit;

    /// Where record `n` of `kit::pcap` begins.
    fn start_of(n: usize) -> usize {
        24 + (0..n).map(|i| 16 + kit::payload(i).len()).sum::<usize>()
    }

    #[test]
    fn a_corrupt_header_costs_one_packet() {
        let file = kit::pcap(20);
        let (all, _) = kit::read(&file);
        for bad in [0, 7, 18] {
            for with in [0xff, 0x00] {
                let mut file = file.clone();
                file[start_of(bad)..start_of(bad) + 16].fill(with);
                let (got, problems) = kit::read(&file);
                assert_eq!(got.len(), 19, "record {bad} filled with {with}");
                assert!(got.iter().all(|g| all.iter().any(|a| a.data == g.data)));
                assert_eq!(problems.len(), 1);
                assert_eq!(problems[0].code, "corrupt-record");
                assert_eq!(problems[0].packet, Some(bad as u64 + 1));
                assert_eq!(problems[0].offset, Some(start_of(bad) as u64));
            }
        }
    }

    #[test]
    fn a_wrong_length_does_not_swallow_what_follows() {
        let file = kit::pcap(20);
        for length in [0u32, 1, 500, 1_000, 5_000, 200_000, 300_000] {
            let mut file = file.clone();
            let at = start_of(9) + 8;
            file[at..at + 4].copy_from_slice(&length.to_le_bytes());
            let (got, problems) = kit::read(&file);
            assert!(got.len() >= 19, "length {length}: {} packets", got.len());
            assert_eq!(problems.len(), 1, "length {length}: {problems:?}");
            let (all, _) = kit::read(&kit::pcap(20));
            for n in (0..9).chain(10..20) {
                assert!(got.iter().any(|g| g.data == all[n].data), "{n} is lost");
            }
        }
    }

    #[test]
    fn bytes_lost_or_added_in_the_middle_cost_only_their_packets() {
        let file = kit::pcap(20);
        let (all, _) = kit::read(&file);
        for at in start_of(8)..start_of(9) {
            for change in [1, 5, 100] {
                let mut shorter = file.clone();
                shorter.drain(at..at + change);
                let mut longer = file.clone();
                longer.splice(at..at, vec![0xee; change]);
                for file in [shorter, longer] {
                    let (got, problems) = kit::read(&file);
                    for n in (0..8).chain(11..20) {
                        assert!(got.iter().any(|g| g.data == all[n].data), "{n} at {at}");
                    }
                    assert!((1..=2).contains(&problems.len()), "{problems:?}");
                }
            }
        }
    }

    #[test]
    fn a_file_that_ends_in_rubbish_says_so() {
        let mut file = kit::pcap(5);
        let end = file.len();
        file.extend([0xff; 100_000]);
        let (got, problems) = kit::read(&file);
        assert_eq!(got.len(), 5);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].offset, Some(end as u64));
        assert!(
            problems[0].message.contains("the last 100000 bytes"),
            "{problems:?}"
        );
    }

    #[test]
    fn megabytes_of_rubbish_are_passed_in_linear_time() {
        let good = kit::pcap(10);
        let mut file = good.clone();
        // Small numbers everywhere: each place may be a header, and each asks for a look ahead.
        file.extend([0, 0, 3, 0, 0, 0, 3, 0].repeat(500_000));
        file.extend(&good[24..]);
        let (got, problems) = kit::read(&file);
        assert!(got.len() >= 20, "{}", got.len());
        assert!(!problems.is_empty());
    }
}
