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
