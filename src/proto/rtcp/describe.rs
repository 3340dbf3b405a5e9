//! RTCP in a packet list and as a decode tree.

use super::describe_feedback::describe_feedback;
use super::describe_xr::describe_xr;
use super::format::{Ntp, Short, Text};
use super::{
    Body, Compound, Feedback, FeedbackMessage, FirEntry, NackPair, ReportBlocks, RtcpPacket,
    SrtcpPacket, codes,
};
use crate::tree::{Describe, Tree};
use crate::wire::{ParseError, Reason, part};
use std::fmt::{self, Write};

impl Describe for Compound<'_> {
    fn summary(&self, out: &mut String) {
        let _ = write_summary(*self, out);
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        for packet in self.packets() {
            match packet {
                Ok(packet) => describe_packet(tree, &packet),
                // The packet that the snaplen cut is told of below.
                Err(error) if self.is_cut(&error) => {}
                Err(error) => tree.problem(&error),
            }
        }
        if self.missing() > 0 {
            tree.note("not captured", format_args!("{} bytes", self.missing()));
        }
    }
}

impl Compound<'_> {
    /// Whether the capture is to blame: the error is that of a packet whose bytes it has not all.
    fn is_cut(&self, error: &ParseError) -> bool {
        let wanted = match error.reason {
            Reason::Length { claimed, .. } => error.offset.saturating_add(2 + claimed),
            Reason::Truncated { need, .. } => error.offset.saturating_add(need),
            _ => return false,
        };
        let captured = self.bytes().len();
        wanted > captured && wanted <= captured.saturating_add(self.missing() as usize)
    }
}

/// The most parts a summary names: a hostile datagram may have thousands.
const SUMMARY_PARTS: usize = 8;

/// The first packet with its sender, then the names of the others: `SR 0x99803ea8 + SDES`.
fn write_summary(compound: Compound<'_>, out: &mut String) -> fmt::Result {
    for (i, packet) in compound.packets().enumerate() {
        if i > 0 {
            out.push_str(" + ");
        }
        if i == SUMMARY_PARTS {
            out.push('…');
            break;
        }
        match packet {
            Ok(packet) => write_packet(&packet, i == 0, out)?,
            Err(error) if compound.is_cut(&error) => out.push('…'),
            Err(error) => write!(out, "[{error}]")?,
        }
    }
    Ok(())
}

fn write_packet(packet: &RtcpPacket<'_>, is_first: bool, out: &mut String) -> fmt::Result {
    write!(out, "{}", name(packet))?;
    match &packet.body {
        Body::Feedback(feedback) => write_feedback(feedback, out),
        Body::Goodbye(bye) => {
            for ssrc in bye.sources() {
                write!(out, " 0x{ssrc:08x}")?;
            }
            bye.reason
                .map_or(Ok(()), |reason| write!(out, " {:?}", Text(reason)))
        }
        _ => match packet.sender_ssrc().filter(|_| is_first) {
            Some(ssrc) => write!(out, " 0x{ssrc:08x}"),
            None => Ok(()),
        },
    }
}

fn write_feedback(feedback: &Feedback<'_>, out: &mut String) -> fmt::Result {
    match &feedback.message {
        FeedbackMessage::TransportCc(cc) => {
            return write!(out, " base {} count {}", cc.base_sequence, cc.status_count);
        }
        FeedbackMessage::Remb(remb) => return write!(out, " {} bit/s", remb.bitrate_bps),
        FeedbackMessage::Nack(pairs) => {
            let lost: u32 = pairs
                .iter()
                .map(|pair| 1 + NackPair::read(pair).bitmask.count_ones())
                .sum();
            write!(out, " {lost} packets of")?;
        }
        FeedbackMessage::Fir(entries) => {
            for entry in entries.iter().take(SUMMARY_PARTS) {
                write!(out, " 0x{:08x}", FirEntry::read(entry).ssrc)?;
            }
            return Ok(());
        }
        FeedbackMessage::Ccfb(ccfb) => {
            for block in ccfb.blocks().map_while(Result::ok).take(SUMMARY_PARTS) {
                write!(out, " 0x{:08x}", block.ssrc)?;
            }
            return Ok(());
        }
        _ => {}
    }
    match feedback.media_ssrc {
        Some(ssrc) => write!(out, " 0x{ssrc:08x}"),
        None => Ok(()),
    }
}

fn describe_packet(tree: &mut Tree<'_>, packet: &RtcpPacket<'_>) {
    let bytes = packet.bytes;
    tree.group(&name(packet).to_string(), bytes, |t| {
        t.bits("version", 2, part(bytes, 0..1), 0xc0);
        t.bits(
            "padding",
            !packet.padding.is_empty(),
            part(bytes, 0..1),
            0x20,
        );
        let label = match packet.packet_type {
            codes::RTPFB | codes::PSFB => "feedback message type",
            codes::APP => "subtype",
            _ => "count",
        };
        t.bits(label, packet.count, part(bytes, 0..1), 0x1f);
        t.field("packet type", packet.packet_type, part(bytes, 1..2));
        let words = bytes.len() / 4 - 1;
        t.field("length", format_args!("{words} words"), part(bytes, 2..4));
        describe_body(t, packet);
        if !packet.padding.is_empty() {
            let value = format_args!("{} bytes", packet.padding.len());
            t.field("padding", value, packet.padding);
        }
    });
}

fn describe_body(t: &mut Tree<'_>, packet: &RtcpPacket<'_>) {
    let at = |from: usize, to: usize| part(packet.bytes, from..to);
    let ssrc = |t: &mut Tree<'_>, label: &str, value: u32, from: usize| {
        t.field(label, format_args!("0x{value:08x}"), at(from, from + 4));
    };
    match &packet.body {
        Body::SenderReport(sr) => {
            ssrc(t, "SSRC of sender", sr.ssrc, 4);
            t.field("NTP timestamp", Ntp(sr.ntp), at(8, 16));
            t.field("RTP timestamp", sr.rtp_timestamp, at(16, 20));
            t.field("sender's packet count", sr.packet_count, at(20, 24));
            t.field("sender's octet count", sr.octet_count, at(24, 28));
            describe_reports(t, &sr.blocks);
        }
        Body::ReceiverReport(rr) => {
            ssrc(t, "SSRC of packet sender", rr.ssrc, 4);
            describe_reports(t, &rr.blocks);
        }
        Body::SourceDescription(sdes) => {
            for item in sdes.items() {
                match item {
                    Ok(item) => {
                        let name = codes::sdes_name(item.item_type).unwrap_or("item");
                        let label = format!("0x{:08x} {name}", item.ssrc);
                        t.field(&label, Text(item.text), item.bytes);
                    }
                    Err(error) => t.problem(&error),
                }
            }
        }
        Body::Goodbye(bye) => {
            for (i, source) in bye.sources().enumerate() {
                ssrc(t, "leaving source", source, 4 + 4 * i);
            }
            if let Some(reason) = bye.reason {
                t.field("reason", Text(reason), reason);
            }
        }
        Body::App(app) => {
            ssrc(t, "SSRC of sender", app.ssrc, 4);
            t.field("name", Text(&app.name), at(8, 12));
            t.field("data", format_args!("{} bytes", app.data.len()), app.data);
        }
        Body::Feedback(feedback) => {
            ssrc(t, "SSRC of packet sender", feedback.sender_ssrc, 4);
            if let Some(media) = feedback.media_ssrc {
                ssrc(t, "SSRC of media source", media, 8);
            }
            describe_feedback(t, &feedback.message);
        }
        Body::ExtendedReport(xr) => {
            ssrc(t, "SSRC of reporter", xr.ssrc, 4);
            for block in xr.blocks() {
                match block {
                    Ok(block) => describe_xr(t, &block),
                    Err(error) => t.problem(&error),
                }
            }
        }
        Body::Unknown(data) => t.field("data", format_args!("{} bytes", data.len()), data),
    }
}

fn describe_reports(t: &mut Tree<'_>, blocks: &ReportBlocks<'_>) {
    for block in blocks.iter() {
        let label = format!("report on 0x{:08x}", block.ssrc);
        t.group(&label, block.bytes, |t| {
            let at = |from, to| part(block.bytes, from..to);
            let percent = f64::from(block.fraction_lost) * 100.0 / 256.0;
            t.field(
                "fraction lost",
                format_args!("{}/256 ({percent:.1} %)", block.fraction_lost),
                at(4, 5),
            );
            t.field("cumulative packets lost", block.cumulative_lost, at(5, 8));
            let [cycles, highest] = [
                block.highest_sequence >> 16,
                block.highest_sequence & 0xffff,
            ];
            t.field(
                "extended highest sequence number",
                format_args!("{highest}, cycle {cycles}"),
                at(8, 12),
            );
            t.field("interarrival jitter", block.jitter, at(12, 16));
            t.field(
                "last SR",
                format_args!("0x{:08x}", block.last_sr),
                at(16, 20),
            );
            let delay = Short(block.delay_since_last_sr);
            t.field("delay since last SR", delay, at(20, 24));
        });
    }
    if !blocks.extension.is_empty() {
        let value = format_args!("{} bytes", blocks.extension.len());
        t.field("profile-specific extension", value, blocks.extension);
    }
}

impl Describe for SrtcpPacket<'_> {
    fn summary(&self, out: &mut String) {
        let _ = write!(
            out,
            "SRTCP {} 0x{:08x}  {} bytes",
            Name::Code(self.packet_type, self.count),
            self.sender_ssrc,
            self.bytes.len().saturating_add(self.missing as usize)
        );
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        let at = |from, to| part(self.bytes, from..to);
        tree.group("SRTCP", self.bytes, |t| {
            t.bits("version", 2, at(0, 1), 0xc0);
            t.bits("count or feedback message type", self.count, at(0, 1), 0x1f);
            let name = Name::Code(self.packet_type, self.count);
            t.field(
                "packet type",
                format_args!("{} ({name})", self.packet_type),
                at(1, 2),
            );
            t.field(
                "length of the first packet",
                format_args!("{} bytes", self.first_len),
                at(2, 4),
            );
            t.field(
                "SSRC of packet sender",
                format_args!("0x{:08x}", self.sender_ssrc),
                at(4, 8),
            );
            t.field(
                "encrypted",
                format_args!("{} bytes", self.bytes.len().saturating_sub(8)),
                at(8, self.bytes.len()),
            );
            for (label, index) in [
                ("index, if the profile is AEAD", self.index_at_end()),
                ("index, if the tag has 10 bytes", self.index_before_tag(10)),
            ] {
                if let Some(index) = index {
                    let state = if index.encrypted {
                        "encrypted"
                    } else {
                        "in clear"
                    };
                    t.note(label, format_args!("{}, {state}", index.index));
                }
            }
        });
    }
}

/// A packet's short name; application layer feedback is known by its content.
fn name(packet: &RtcpPacket<'_>) -> Name {
    let is_remb = |f: &Feedback<'_>| matches!(f.message, FeedbackMessage::Remb(_));
    match &packet.body {
        Body::Feedback(feedback) if is_remb(feedback) => Name::Remb,
        _ => Name::Code(packet.packet_type, packet.count),
    }
}

/// The name of a feedback format, else of a packet type, else the number.
enum Name {
    Remb,
    Code(u8, u8),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Code(packet_type, count) = *self else {
            return f.write_str("REMB");
        };
        let name = codes::packet_name(packet_type);
        match (codes::feedback_name(packet_type, count), name) {
            (Some(name), _) => f.write_str(name),
            (None, Some(name)) if matches!(packet_type, codes::RTPFB | codes::PSFB) => {
                write!(f, "{name} {count}")
            }
            (None, Some(name)) => f.write_str(name),
            (None, None) => write!(f, "RTCP {packet_type}"),
        }
    }
}
