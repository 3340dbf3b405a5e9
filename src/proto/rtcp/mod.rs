//! RTCP: a walk over the packets of a compound, reduced-size or single RTCP datagram.
//!
//! SR, RR, SDES, BYE and APP are those of RFC 3550, feedback of RFC 4585, RFC 5104, RFC 8888 and the
//! REMB and transport-wide congestion control drafts, XR of RFC 3611; reduced size is RFC 5506. Lists
//! are iterated over the bytes, never copied: a few bytes may legally describe thousands of packets.
//! For SRTCP see [`SrtcpPacket`].

mod ccfb;
pub mod codes;
mod describe;
mod describe_feedback;
mod describe_xr;
mod feedback;
mod format;
mod plausible;
mod report;
mod source;
mod srtcp;
mod twcc;
mod xr;

pub use ccfb::{Ccfb, CcfbBlock, CcfbBlocks, CcfbMetric};
pub use feedback::{Feedback, FeedbackMessage, FirEntry, MaxBitrate, NackPair, Remb, SliEntry};
pub use plausible::is_plausible_clear;
pub use report::{ReceiverReport, ReportBlock, ReportBlocks, SenderReport};
pub use source::{App, Goodbye, SdesItem, SdesItems, SourceDescription};
pub use srtcp::{SrtcpIndex, SrtcpPacket};
pub use twcc::{TransportCc, TwccStatus, TwccStatuses, TwccSymbol};
pub use xr::{
    DlrrEntry, ExtendedReport, StatisticsSummary, VoipMetrics, XrBlock, XrBlocks, XrValue,
};

use crate::wire::{ParseError, Reader, part};

const HEADER_LEN: usize = 4;

/// The RTCP packets of one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound<'a> {
    data: &'a [u8],
    missing: u32,
}

impl<'a> Compound<'a> {
    /// The packets in `data`. Nothing is checked yet.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, missing: 0 }
    }

    /// The same for a datagram whose last `missing` bytes were not captured.
    pub fn new_cut(data: &'a [u8], missing: u32) -> Self {
        Self { data, missing }
    }

    /// All captured bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// Bytes that were not captured.
    pub fn missing(&self) -> u32 {
        self.missing
    }

    /// The packets in order.
    ///
    /// A packet with a bad body is an `Err`, and the walk goes on behind it; where a header or a
    /// length cannot be believed, its `Err` is the last item.
    pub fn packets(&self) -> Packets<'a> {
        Packets {
            reader: Reader::new(self.data),
        }
    }
}

impl<'a> IntoIterator for Compound<'a> {
    type Item = Result<RtcpPacket<'a>, ParseError>;
    type IntoIter = Packets<'a>;
    fn into_iter(self) -> Packets<'a> {
        self.packets()
    }
}

/// Walks the RTCP packets of a datagram.
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<RtcpPacket<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        Some(match self.frame() {
            Ok((bytes, offset)) => RtcpPacket::parse(bytes, offset),
            Err(error) => {
                self.reader.rest();
                Err(error)
            }
        })
    }
}

impl<'a> Packets<'a> {
    /// Takes the bytes of the next packet, as its length tells them.
    fn frame(&mut self) -> Result<(&'a [u8], usize), ParseError> {
        let offset = self.reader.offset();
        let mut peek = self.reader;
        let first = peek.u8("RTCP header")?;
        if first >> 6 != 2 {
            return Err(ParseError::value(
                "version",
                offset,
                u64::from(first >> 6),
                "version 2",
            ));
        }
        peek.skip(1, "packet type")?;
        let words = peek.u16("length")?;
        let body = 4 * usize::from(words);
        if body > peek.left() {
            return Err(ParseError::length("length", offset + 2, body, peek.left()));
        }
        let bytes = self.reader.take(HEADER_LEN + body, "RTCP packet")?;
        Ok((bytes, offset))
    }
}

/// One RTCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcpPacket<'a> {
    /// All its bytes, header and padding included.
    pub bytes: &'a [u8],
    /// Where it begins in the datagram.
    pub offset: usize,
    /// The five bits behind the padding bit: a count, or the feedback message type.
    pub count: u8,
    /// Packet type.
    pub packet_type: u8,
    /// Bytes of padding at its end.
    pub padding: &'a [u8],
    /// What it says.
    pub body: Body<'a>,
}

/// What an RTCP packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// SR, 200.
    SenderReport(SenderReport<'a>),
    /// RR, 201.
    ReceiverReport(ReceiverReport<'a>),
    /// SDES, 202.
    SourceDescription(SourceDescription<'a>),
    /// BYE, 203.
    Goodbye(Goodbye<'a>),
    /// APP, 204.
    App(App<'a>),
    /// RTPFB, 205, and PSFB, 206.
    Feedback(Feedback<'a>),
    /// XR, 207.
    ExtendedReport(ExtendedReport<'a>),
    /// Any other packet type, with what follows its header.
    Unknown(&'a [u8]),
}

impl<'a> RtcpPacket<'a> {
    /// Reads the packet that fills `bytes`, which begins `offset` bytes into the datagram.
    fn parse(bytes: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let Some(&[first, packet_type, ..]) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(ParseError::truncated(
                "RTCP header",
                offset,
                HEADER_LEN,
                bytes.len(),
            ));
        };
        let count = first & 0x1f;
        let padding_len = if first & 0x20 != 0 {
            let room = bytes.len() - HEADER_LEN;
            let claimed = bytes.last().map_or(0, |&n| usize::from(n));
            if claimed == 0 || claimed > room {
                let at = offset + bytes.len() - 1;
                return Err(ParseError::length("padding count", at, claimed, room));
            }
            claimed
        } else {
            0
        };
        let end = bytes.len() - padding_len;
        let padding = part(bytes, end..bytes.len());
        let mut r = Reader::at(part(bytes, HEADER_LEN..end), offset + HEADER_LEN);
        let body = match packet_type {
            codes::SR => Body::SenderReport(SenderReport::parse(&mut r, count)?),
            codes::RR => Body::ReceiverReport(ReceiverReport::parse(&mut r, count)?),
            codes::SDES => Body::SourceDescription(SourceDescription::new(r, count)),
            codes::BYE => Body::Goodbye(Goodbye::parse(&mut r, count)?),
            codes::APP => Body::App(App::parse(&mut r)?),
            codes::RTPFB => Body::Feedback(Feedback::parse_transport(&mut r, count)?),
            codes::PSFB => Body::Feedback(Feedback::parse_payload(&mut r, count)?),
            codes::XR => Body::ExtendedReport(ExtendedReport::parse(&mut r)?),
            _ => Body::Unknown(r.rest()),
        };
        Ok(Self {
            bytes,
            offset,
            count,
            packet_type,
            padding,
            body,
        })
    }

    /// The SSRC of the packet's sender, where its type has one.
    pub fn sender_ssrc(&self) -> Option<u32> {
        match &self.body {
            Body::SenderReport(sr) => Some(sr.ssrc),
            Body::ReceiverReport(rr) => Some(rr.ssrc),
            Body::App(app) => Some(app.ssrc),
            Body::Feedback(feedback) => Some(feedback.sender_ssrc),
            Body::ExtendedReport(xr) => Some(xr.ssrc),
            Body::Goodbye(bye) => bye.sources().next(),
            Body::SourceDescription(sdes) => {
                sdes.items().map_while(Result::ok).next().map(|i| i.ssrc)
            }
            Body::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
