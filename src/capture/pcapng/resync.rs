//! Going on after a corrupt block: the next one is where a known type stands in front of a length
//! that is repeated where it says the block ends.

use super::{BLOCK_FRAME, NoBlock, PcapNgReader, SECTION_BLOCK, block, section_order};
use crate::capture::PacketNo;
use crate::capture::buffer::Buffer;
use crate::capture::problems::Problems;

/// Longer blocks are not looked for: each is read whole to see its second length.
const LONGEST: usize = 1024 * 1024;

/// Skipped bytes are dropped from the buffer in steps of this many.
const STEP: usize = 128 * 1024;

impl PcapNgReader {
    /// Moves the buffer to the next block, and reports what was skipped. `None` if there is none,
    /// or if the data simply ended.
    #[cold]
    pub(super) fn recover(
        &self,
        why: &NoBlock,
        buffer: &mut Buffer,
        no: PacketNo,
        problems: &mut Problems,
    ) -> Option<()> {
        let here = buffer.offset();
        let left = buffer.window().len();
        let why = match why {
            NoBlock::Cut { .. } if left == 0 => return None,
            NoBlock::Cut { needs } => {
                // Either the file is cut, or a corrupt length swallows what follows.
                let Some(found) = (1..left).find(|at| self.block_at(buffer, *at)) else {
                    crate::capture::report_cut(
                        buffer,
                        problems,
                        no,
                        format_args!(
                            "in the block at byte {here}, behind {} packets: {left} of its {needs} bytes are there",
                            no.saturating_sub(1)
                        ),
                    );
                    buffer.consume(usize::MAX);
                    return None;
                };
                buffer.consume(found);
                "it claims to go beyond the end of the file"
            }
            NoBlock::Corrupt(why) => {
                if self.find(buffer).is_none() {
                    let skipped = buffer.offset() - here;
                    problems.report("corrupt-block", Some(no), Some(here), format_args!(
                        "the block at byte {here} is corrupt ({why}) and none follows: the last {skipped} bytes cannot be read"
                    ));
                    return None;
                }
                why
            }
        };
        let end = buffer.offset();
        problems.report("corrupt-block", Some(no), Some(here), format_args!(
            "the block at byte {here} is corrupt ({why}); reading goes on at byte {end}, {} bytes skipped",
            end - here
        ));
        Some(())
    }

    /// Moves the buffer to the next block behind its start.
    fn find(&self, buffer: &mut Buffer) -> Option<()> {
        let mut at = 1;
        loop {
            if at >= STEP {
                buffer.consume(at);
                at = 0;
            }
            if !buffer.ensure(at + BLOCK_FRAME) {
                buffer.consume(usize::MAX);
                return None;
            }
            if self.block_at(buffer, at) {
                buffer.consume(at);
                return Some(());
            }
            at += 1;
        }
    }

    /// Whether a whole block of a known type begins `at` bytes into the window, or the data ends
    /// there.
    pub(super) fn block_at(&self, buffer: &mut Buffer, at: usize) -> bool {
        if !buffer.ensure(at + BLOCK_FRAME) {
            return buffer.window().len() == at;
        }
        let window = buffer.window();
        let Some(kind) = self.order.u32_at(window, at) else {
            return false;
        };
        let (order, shortest) = match kind {
            block::SECTION => match section_order(window.get(at..).unwrap_or_default()) {
                Some(order) => (order, SECTION_BLOCK),
                None => return false,
            },
            block::ENHANCED_PACKET | block::OBSOLETE_PACKET => (self.order, BLOCK_FRAME + 20),
            block::INTERFACE | block::SECRETS => (self.order, BLOCK_FRAME + 8),
            block::STATISTICS => (self.order, BLOCK_FRAME + 12),
            block::SIMPLE_PACKET
            | block::NAMES
            | block::JOURNAL
            | block::CUSTOM
            | block::CUSTOM_NO_COPY => (self.order, BLOCK_FRAME + 4),
            _ => return false,
        };
        let Some(claimed) = order.u32_at(window, at + 4) else {
            return false;
        };
        let total = (claimed as usize).saturating_add(3) & !3;
        (shortest..=LONGEST).contains(&total)
            && buffer.ensure(at + total)
            && order.u32_at(buffer.window(), at + total - 4) == Some(claimed)
    }
}

#[cfg(test)]
mod tests {
    use crate::capture::kit;

    /// Where the block of packet `n` of `kit::pcapng` begins.
    fn start_of(n: usize) -> usize {
        let packet = |i| 32 + kit::payload(i).len().next_multiple_of(4);
        28 + 20 + (0..n).map(packet).sum::<usize>()
    }

    #[test]
    fn a_corrupt_block_costs_one_packet() {
        let file = kit::pcapng(20);
        for bad in [0, 7, 18, 19] {
            for (at, len) in [(0, 12), (4, 4), (4, 3), (5, 1)] {
                let mut file = file.clone();
                let at = start_of(bad) + at;
                file[at..at + len].fill(0xff);
                let (got, problems) = kit::read(&file);
                assert_eq!(got.len(), 19, "block {bad} at {at}: {problems:?}");
                assert_eq!(problems.len(), 1, "{problems:?}");
                if bad != 19 {
                    assert_eq!(problems[0].code, "corrupt-block");
                }
                assert_eq!(problems[0].offset, Some(start_of(bad) as u64));
            }
        }
    }

    #[test]
    fn a_wrong_second_length_costs_nothing() {
        for bad in [3, 19] {
            let mut file = kit::pcapng(20);
            let at = start_of(bad + 1) - 4;
            file[at..at + 4].fill(0xff);
            let (got, problems) = kit::read(&file);
            assert_eq!((got.len(), problems.len()), (20, 1));
        }
    }

    #[test]
    fn bytes_lost_or_added_in_the_middle_cost_only_their_packet() {
        let file = kit::pcapng(20);
        let (all, _) = kit::read(&file);
        for at in start_of(8)..start_of(9) {
            for change in [1, 4, 40] {
                let mut shorter = file.clone();
                shorter.drain(at..at + change);
                let mut longer = file.clone();
                longer.splice(at..at, vec![0xee; change]);
                for file in [shorter, longer] {
                    let (got, problems) = kit::read(&file);
                    for n in (0..8).chain(10..20) {
                        assert!(got.iter().any(|g| g.data == all[n].data), "{n} at {at}");
                    }
                    assert!(!problems.is_empty() || got.len() == 20);
                }
            }
        }
    }

    #[test]
    fn a_file_that_ends_in_rubbish_says_so() {
        let mut file = kit::pcapng(5);
        let end = file.len();
        file.resize(end + 1_000_000, 0);
        let (got, problems) = kit::read(&file);
        assert_eq!((got.len(), problems.len()), (5, 1));
        assert_eq!(problems[0].offset, Some(end as u64));
    }
}
