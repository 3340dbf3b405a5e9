//! Extended reports (RFC 3611): a list of blocks, some of which are decoded.

use crate::wire::{ParseError, Reader, part};

/// XR: extended reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedReport<'a> {
    /// The reporter.
    pub ssrc: u32,
    blocks: &'a [u8],
    offset: usize,
}

/// One block of an extended report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XrBlock<'a> {
    /// Block type; [`super::codes::xr_name`] knows the registered ones.
    pub block_type: u8,
    /// The byte after the type, whose meaning the type defines.
    pub type_specific: u8,
    /// What follows the block's header.
    pub data: &'a [u8],
    /// The block's bytes.
    pub bytes: &'a [u8],
    offset: usize,
}

/// A decoded block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XrValue<'a> {
    /// Receiver reference time, block 4: NTP format, 32.32 bits.
    ReceiverReferenceTime(u64),
    /// DLRR, block 5: what a sender needs to answer block 4.
    Dlrr(&'a [[u8; 12]]),
    /// Statistics summary, block 6.
    StatisticsSummary(StatisticsSummary),
    /// VoIP metrics, block 7.
    VoipMetrics(VoipMetrics),
    /// Any other block.
    Other(&'a [u8]),
}

/// One entry of a DLRR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DlrrEntry {
    /// The receiver whose reference time is answered.
    pub ssrc: u32,
    /// Middle 32 bits of its last reference time; 0 for none.
    pub last_rr: u32,
    /// Delay since then in units of 1/65536 seconds.
    pub delay_since_last_rr: u32,
}

/// Statistics summary of a stream over a range of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsSummary {
    /// The stream.
    pub ssrc: u32,
    /// First sequence number of the range.
    pub begin_sequence: u16,
    /// Last sequence number of the range, plus one.
    pub end_sequence: u16,
    /// Packets lost, if reported.
    pub lost: Option<u32>,
    /// Duplicate packets, if reported.
    pub duplicates: Option<u32>,
    /// Minimum, maximum, mean and deviation of jitter in units of the RTP clock, if reported.
    pub jitter: Option<[u32; 4]>,
    /// Minimum, maximum, mean and deviation of TTL or hop limit, if reported.
    pub ttl_or_hop_limit: Option<[u8; 4]>,
}

/// Call quality as a voice endpoint measured it; 127 means not available for scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoipMetrics {
    /// The stream.
    pub ssrc: u32,
    /// Share of packets lost, in 1/256.
    pub loss_rate: u8,
    /// Share of packets discarded by the jitter buffer, in 1/256.
    pub discard_rate: u8,
    /// Share of packets lost or discarded within bursts, in 1/256.
    pub burst_density: u8,
    /// Share of packets lost or discarded within gaps, in 1/256.
    pub gap_density: u8,
    /// Mean length of bursts in milliseconds.
    pub burst_duration_ms: u16,
    /// Mean length of gaps in milliseconds.
    pub gap_duration_ms: u16,
    /// Round trip delay in milliseconds.
    pub round_trip_delay_ms: u16,
    /// Delay within the endpoint in milliseconds.
    pub end_system_delay_ms: u16,
    /// Signal level in dBm.
    pub signal_level: i8,
    /// Noise level in dBm.
    pub noise_level: i8,
    /// R factor, 0 to 100.
    pub r_factor: u8,
    /// Mean opinion score for listening quality, times ten.
    pub mos_lq: u8,
    /// Mean opinion score for conversational quality, times ten.
    pub mos_cq: u8,
    /// Nominal jitter buffer delay in milliseconds.
    pub jitter_buffer_nominal_ms: u16,
    /// Maximum jitter buffer delay in milliseconds.
    pub jitter_buffer_maximum_ms: u16,
}

impl<'a> ExtendedReport<'a> {
    pub(super) fn parse(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        let ssrc = r.u32("SSRC of reporter")?;
        Ok(Self {
            ssrc,
            offset: r.offset(),
            blocks: r.rest(),
        })
    }

    /// The blocks in order; an `Err` for one that does not fit is the last item.
    pub fn blocks(&self) -> XrBlocks<'a> {
        XrBlocks {
            reader: Reader::at(self.blocks, self.offset),
        }
    }
}

/// Walks the blocks of an extended report.
#[derive(Clone, Debug)]
pub struct XrBlocks<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for XrBlocks<'a> {
    type Item = Result<XrBlock<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let block = self.read();
        if block.is_err() {
            self.reader.rest();
        }
        Some(block)
    }
}

impl<'a> XrBlocks<'a> {
    fn read(&mut self) -> Result<XrBlock<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let block_type = self.reader.u8("XR block type")?;
        let type_specific = self.reader.u8("XR type-specific byte")?;
        let length = 4 * usize::from(self.reader.u16("XR block length")?);
        if length > self.reader.left() {
            return Err(ParseError::length(
                "XR block length",
                offset + 2,
                length,
                self.reader.left(),
            ));
        }
        Ok(XrBlock {
            block_type,
            type_specific,
            data: self.reader.take(length, "XR block")?,
            bytes: part(whole, 0..4 + length),
            offset,
        })
    }
}

impl<'a> XrBlock<'a> {
    /// Decodes the block by its type.
    pub fn value(&self) -> Result<XrValue<'a>, ParseError> {
        let mut r = Reader::at(self.data, self.offset + 4);
        Ok(match self.block_type {
            4 => XrValue::ReceiverReferenceTime(r.u64("NTP timestamp")?),
            5 => {
                let (entries, left) = r.rest().as_chunks::<12>();
                if !left.is_empty() {
                    let at = self.offset + 4 + 12 * entries.len();
                    return Err(ParseError::truncated("DLRR entry", at, 12, left.len()));
                }
                XrValue::Dlrr(entries)
            }
            6 => XrValue::StatisticsSummary(summary(&mut r, self.type_specific)?),
            7 => XrValue::VoipMetrics(voip(&mut r)?),
            _ => XrValue::Other(self.data),
        })
    }
}

impl DlrrEntry {
    /// Reads an entry of [`XrValue::Dlrr`].
    pub fn read(&[a, b, c, d, e, f, g, h, i, j, k, l]: &[u8; 12]) -> Self {
        Self {
            ssrc: u32::from_be_bytes([a, b, c, d]),
            last_rr: u32::from_be_bytes([e, f, g, h]),
            delay_since_last_rr: u32::from_be_bytes([i, j, k, l]),
        }
    }
}

fn summary(r: &mut Reader<'_>, flags: u8) -> Result<StatisticsSummary, ParseError> {
    let ssrc = r.u32("SSRC of source")?;
    let begin_sequence = r.u16("begin_seq")?;
    let end_sequence = r.u16("end_seq")?;
    let lost = r.u32("lost_packets")?;
    let duplicates = r.u32("dup_packets")?;
    let mut jitter = [0; 4];
    for value in &mut jitter {
        *value = r.u32("jitter")?;
    }
    let ttl = r.array::<4>("ttl_or_hl")?;
    Ok(StatisticsSummary {
        ssrc,
        begin_sequence,
        end_sequence,
        lost: (flags & 0x80 != 0).then_some(lost),
        duplicates: (flags & 0x40 != 0).then_some(duplicates),
        jitter: (flags & 0x20 != 0).then_some(jitter),
        ttl_or_hop_limit: (flags & 0x18 != 0).then_some(ttl),
    })
}

fn voip(r: &mut Reader<'_>) -> Result<VoipMetrics, ParseError> {
    let ssrc = r.u32("SSRC of source")?;
    let [loss_rate, discard_rate, burst_density, gap_density] = r.array("loss and discard")?;
    let burst_duration_ms = r.u16("burst duration")?;
    let gap_duration_ms = r.u16("gap duration")?;
    let round_trip_delay_ms = r.u16("round trip delay")?;
    let end_system_delay_ms = r.u16("end system delay")?;
    let [signal_level, noise_level, _rerl, _gmin] = r.array("signal and noise")?;
    let [r_factor, _external_r, mos_lq, mos_cq] = r.array("quality scores")?;
    r.skip(2, "receiver configuration")?;
    Ok(VoipMetrics {
        ssrc,
        loss_rate,
        discard_rate,
        burst_density,
        gap_density,
        burst_duration_ms,
        gap_duration_ms,
        round_trip_delay_ms,
        end_system_delay_ms,
        signal_level: signal_level as i8,
        noise_level: noise_level as i8,
        r_factor,
        mos_lq,
        mos_cq,
        jitter_buffer_nominal_ms: r.u16("nominal jitter buffer delay")?,
        jitter_buffer_maximum_ms: r.u16("maximum jitter buffer delay")?,
    })
}
