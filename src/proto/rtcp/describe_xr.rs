//! RTCP extended report blocks as decode trees.

use super::format::{Ntp, Short};
use super::{DlrrEntry, XrBlock, XrValue, codes};
use crate::tree::Tree;

pub(super) fn describe_xr(t: &mut Tree<'_>, block: &XrBlock<'_>) {
    let name = codes::xr_name(block.block_type);
    let label = match name {
        Some(name) => name.to_owned(),
        None => format!("block {}", block.block_type),
    };
    let value = match block.value() {
        Ok(value) => value,
        Err(error) => return t.problem(&error),
    };
    match value {
        XrValue::ReceiverReferenceTime(ntp) => t.field(&label, Ntp(ntp), block.bytes),
        XrValue::Dlrr(entries) => t.group(&label, block.bytes, |t| {
            for bytes in entries {
                let entry = DlrrEntry::read(bytes);
                t.field(
                    &format!("0x{:08x}", entry.ssrc),
                    format_args!(
                        "last RR 0x{:08x}, delay {}",
                        entry.last_rr,
                        Short(entry.delay_since_last_rr)
                    ),
                    bytes,
                );
            }
        }),
        XrValue::StatisticsSummary(s) => t.group(&label, block.bytes, |t| {
            t.note("SSRC of source", format_args!("0x{:08x}", s.ssrc));
            let range = format_args!("{} to {}", s.begin_sequence, s.end_sequence);
            t.note("sequence numbers", range);
            if let Some(lost) = s.lost {
                t.note("lost", lost);
            }
            if let Some(duplicates) = s.duplicates {
                t.note("duplicates", duplicates);
            }
            if let Some([min, max, mean, dev]) = s.jitter {
                t.note(
                    "jitter",
                    format_args!("{min} to {max}, mean {mean}, deviation {dev}"),
                );
            }
            if let Some([min, max, mean, dev]) = s.ttl_or_hop_limit {
                let value = format_args!("{min} to {max}, mean {mean}, deviation {dev}");
                t.note("TTL or hop limit", value);
            }
        }),
        XrValue::VoipMetrics(v) => t.group(&label, block.bytes, |t| {
            t.note("SSRC of source", format_args!("0x{:08x}", v.ssrc));
            t.note("loss rate", format_args!("{}/256", v.loss_rate));
            t.note("discard rate", format_args!("{}/256", v.discard_rate));
            t.note(
                "round trip delay",
                format_args!("{} ms", v.round_trip_delay_ms),
            );
            t.note(
                "end system delay",
                format_args!("{} ms", v.end_system_delay_ms),
            );
            t.note("R factor", v.r_factor);
            t.note("MOS-LQ", format_args!("{:.1}", f64::from(v.mos_lq) / 10.0));
            t.note("MOS-CQ", format_args!("{:.1}", f64::from(v.mos_cq) / 10.0));
        }),
        XrValue::Other(data) => {
            t.field(&label, format_args!("{} bytes", data.len()), block.bytes);
        }
    }
}
