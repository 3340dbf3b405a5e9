//! The filter of the packet list: all its words must be in a packet's line.
//!
//! A word that names a protocol (`rtp`, `stun`) is compared with the packet's protocol, one that is
//! a whole SSRC with that of RTP packets; any other is looked for in the direction, the addresses
//! and the summary. Packets are compared a few at a time, so that the screen never waits for two
//! million of them.

use super::packet_insight::PacketInsight;
use super::{Ctx, direction, transport};
use crate::analysis::{PacketKind, PacketRef};
use crate::capture::{Frame, PacketNo};
use crate::dissect::brief;

/// Rows compared in one go.
const ROWS: u32 = 4_000;
/// What reading a packet costs, in rows.
const READ: u32 = 16;

/// Its words, and the packets that have them.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    text: String,
    matches: Vec<PacketNo>,
    /// The last packet that was compared.
    compared: PacketNo,
    /// The text of the transport and direction that was looked up last.
    path: Option<((u32, bool), String)>,
}

impl Filter {
    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Takes other words, and begins anew; what was found stays when only the spaces are others.
    pub(crate) fn set(&mut self, text: String) {
        if self.says(&text) {
            self.text = text;
        } else {
            *self = Self {
                text,
                ..Self::default()
            };
        }
    }

    /// Whether it asks for the same words as `text`.
    pub(crate) fn says(&self, text: &str) -> bool {
        text.split_whitespace().eq(self.text.split_whitespace())
    }

    /// Packets found so far.
    pub(crate) fn len(&self) -> usize {
        self.matches.len()
    }

    /// The packet in row `i` of what was found.
    pub(crate) fn get(&self, i: usize) -> Option<PacketNo> {
        self.matches.get(i).copied()
    }

    /// The row of packet `no`, or of the first one after it.
    pub(crate) fn row_of(&self, no: PacketNo) -> usize {
        self.matches.partition_point(|found| *found < no)
    }

    /// The last packet that was compared.
    pub(crate) fn compared(&self) -> PacketNo {
        self.compared
    }

    /// Compares some more packets; `false` when there were none left.
    pub(crate) fn work(&mut self, cx: &Ctx<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let words: Vec<Word> = self.text.split_whitespace().map(Word::new).collect();
        let mut left = ROWS;
        while left > 0 {
            let no = self.compared + 1;
            let Some(row) = cx.analysis.packets.get(no) else {
                return left < ROWS;
            };
            left -= 1;
            self.compared = no;
            let found = self.by_row(&words, row, cx).unwrap_or_else(|| {
                left = left.saturating_sub(READ);
                self.by_summary(&words, no, row, cx)
            });
            if found {
                self.matches.push(no);
            }
        }
        true
    }

    /// Compares with what is known without reading the packet; `None` if that does not decide.
    fn by_row(&mut self, words: &[Word], row: &PacketRef, cx: &Ctx<'_>) -> Option<bool> {
        let mut all = true;
        for word in words {
            match word.in_row(row) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = all && self.path_text(row, cx).contains(&word.text),
            }
        }
        all.then_some(true)
    }

    fn by_summary(&mut self, words: &[Word], no: PacketNo, row: &PacketRef, cx: &Ctx<'_>) -> bool {
        let Ok(data) = cx.bytes.read(row) else {
            return false;
        };
        let insight = PacketInsight::new(row, cx.analysis);
        let brief = brief(&frame(no, row, &data), row.is_plain(), &insight);
        let summary = brief.summary.to_lowercase();
        words.iter().all(|word| {
            word.in_row(row).unwrap_or_else(|| {
                summary.contains(&word.text) || self.path_text(row, cx).contains(&word.text)
            })
        })
    }

    /// The direction and the addresses of a packet, in lower case.
    fn path_text(&mut self, row: &PacketRef, cx: &Ctx<'_>) -> &str {
        let key = (row.transport, row.reverse);
        if self.path.as_ref().is_none_or(|(of, _)| *of != key) {
            let ends = transport(cx.analysis, row.transport)
                .map_or_else(String::new, |(_, t)| format!(" {} {}", t.a, t.b));
            let text = format!("{}{ends}", direction(row.reverse).to_lowercase());
            self.path = Some((key, text));
        }
        self.path.as_ref().map_or("", |(_, text)| text)
    }
}

/// One word of a filter.
struct Word {
    /// In lower case.
    text: String,
    kind: Option<PacketKind>,
    ssrc: Option<u32>,
}

impl Word {
    fn new(word: &str) -> Self {
        let text = word.to_lowercase();
        let hex = text.strip_prefix("0x").filter(|digits| digits.len() == 8);
        Self {
            kind: protocol(&text),
            ssrc: hex.and_then(|digits| u32::from_str_radix(digits, 16).ok()),
            text,
        }
    }

    /// Whether a packet has it, where its row in the index decides that.
    fn in_row(&self, row: &PacketRef) -> Option<bool> {
        match (self.kind, self.ssrc) {
            // DTLS that a key opens is shown as what it carries.
            (Some(PacketKind::Sctp), _) if row.kind == PacketKind::Dtls => None,
            (Some(kind), _) => Some(kind == row.kind),
            (None, Some(ssrc)) if row.kind == PacketKind::Rtp => Some(ssrc == row.ssrc),
            _ => None,
        }
    }
}

/// The protocol that a word names.
fn protocol(word: &str) -> Option<PacketKind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.name().eq_ignore_ascii_case(word))
}

const KINDS: [PacketKind; 12] = [
    PacketKind::Stun,
    PacketKind::ChannelData,
    PacketKind::Dtls,
    PacketKind::Rtp,
    PacketKind::Rtcp,
    PacketKind::Sctp,
    PacketKind::Udp,
    PacketKind::Tcp,
    PacketKind::Icmp,
    PacketKind::Fragment,
    PacketKind::Other,
    PacketKind::Malformed,
];

/// The frame that a row of the packet index stands for.
pub(crate) fn frame<'a>(no: PacketNo, row: &PacketRef, data: &'a [u8]) -> Frame<'a> {
    Frame {
        no,
        ts: row.ts,
        link: row.link,
        wire_len: row.wire_len,
        offset: row.offset,
        data,
    }
}
