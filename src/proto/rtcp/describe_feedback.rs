//! RTCP feedback messages as decode trees.

use super::format::Short;
use super::{FeedbackMessage, FirEntry, MaxBitrate, NackPair, SliEntry, TransportCc, TwccSymbol};
use crate::tree::Tree;
use crate::wire::part;
use std::fmt;

pub(super) fn describe_feedback(t: &mut Tree<'_>, message: &FeedbackMessage<'_>) {
    match message {
        FeedbackMessage::Nack(pairs) => {
            for bytes in *pairs {
                let pair = NackPair::read(bytes);
                t.field("lost", List(|| pair.sequence_numbers()), bytes);
            }
        }
        FeedbackMessage::Tmmbr(entries) | FeedbackMessage::Tmmbn(entries) => {
            for bytes in *entries {
                let entry = MaxBitrate::read(bytes);
                t.field(
                    &format!("0x{:08x}", entry.ssrc),
                    format_args!(
                        "{} bit/s, overhead {} bytes",
                        entry.bitrate_bps, entry.overhead_bytes
                    ),
                    bytes,
                );
            }
        }
        FeedbackMessage::TransportCc(cc) => describe_twcc(t, cc),
        FeedbackMessage::Ccfb(ccfb) => {
            for block in ccfb.blocks() {
                match block {
                    Ok(block) => {
                        let received = block.metrics().filter(|m| m.received).count();
                        t.field(
                            &format!("0x{:08x}", block.ssrc),
                            format_args!(
                                "from {}: {received} of {} received",
                                block.begin_sequence,
                                block.len()
                            ),
                            block.bytes,
                        );
                    }
                    Err(error) => t.problem(&error),
                }
            }
            t.note("report timestamp", Short(ccfb.report_timestamp));
        }
        FeedbackMessage::Pli => {}
        FeedbackMessage::Sli(entries) => {
            for bytes in *entries {
                let entry = SliEntry::read(bytes);
                t.field(
                    "lost macroblocks",
                    format_args!(
                        "{} from {}, picture {}",
                        entry.number, entry.first, entry.picture_id
                    ),
                    bytes,
                );
            }
        }
        FeedbackMessage::Fir(entries) => {
            for bytes in *entries {
                let entry = FirEntry::read(bytes);
                t.field(
                    &format!("0x{:08x}", entry.ssrc),
                    format_args!("sequence number {}", entry.sequence_number),
                    bytes,
                );
            }
        }
        FeedbackMessage::Remb(remb) => {
            let value = format_args!("{} bit/s", remb.bitrate_bps);
            t.field("maximum bitrate", value, remb.bitrate_bytes);
            for ssrc in remb.ssrcs() {
                t.note("SSRC", format_args!("0x{ssrc:08x}"));
            }
        }
        FeedbackMessage::Rpsi(data) | FeedbackMessage::Other(data) => {
            let value = format_args!("{} bytes", data.len());
            t.field("feedback control information", value, data);
        }
    }
}

/// The most statuses a tree shows: 90 bytes may describe 65 535 packets.
const TWCC_ROWS: usize = 256;

fn describe_twcc(t: &mut Tree<'_>, cc: &TransportCc<'_>) {
    let at = |from, to| part(cc.header, from..to);
    t.field("base sequence number", cc.base_sequence, at(0, 2));
    t.field("packet status count", cc.status_count, at(2, 4));
    let reference = format_args!("{} × 64 ms", cc.reference_time);
    t.field("reference time", reference, at(4, 7));
    t.field("feedback packet count", cc.feedback_count, at(7, 8));
    t.group("statuses", cc.chunks_and_deltas, |t| {
        for status in cc.statuses().take(TWCC_ROWS) {
            let label = status.sequence.to_string();
            match (status.symbol, status.arrival) {
                (TwccSymbol::NotReceived, _) => t.note(&label, "not received"),
                (_, Some(ticks)) => {
                    t.note(&label, format_args!("at {:.2} ms", ticks as f64 / 4.0));
                }
                (_, None) => t.note(&label, "received, time not told"),
            }
        }
        if usize::from(cc.status_count) > TWCC_ROWS {
            t.note(
                "and",
                format_args!(
                    "up to {} packets more",
                    usize::from(cc.status_count) - TWCC_ROWS
                ),
            );
        }
    });
    if let Some(problem) = cc.problem() {
        t.problem(&problem);
    }
}

/// Numbers with commas.
struct List<F>(F);

impl<F: Fn() -> I, I: Iterator<Item = u16>> fmt::Display for List<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, number) in (self.0)().enumerate() {
            write!(f, "{}{number}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}
