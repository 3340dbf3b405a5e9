//! The filter of the packet list: all its words must be in a packet's line.
//!
//! A word that names a protocol (`rtp`, `stun`) is compared with the packet's protocol; any other is
//! looked for in the direction, the addresses, the SSRC and the summary. Packets are compared a few
//! at a time, so that the screen never waits for two million of them.

use super::{Ctx, direction, transport};
use crate::analysis::{PacketKind, PacketRef, Ssrc};
use crate::capture::{Frame, PacketNo};
use crate::dissect;

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
    /// The addresses of the transport that was looked up last.
    path: Option<(u32, String)>,
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

    /// Takes other words, and begins anew.
    pub(crate) fn set(&mut self, text: String) {
        if text != self.text {
            *self = Self {
                text,
                ..Self::default()
            };
        }
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

    /// Compares some more packets; `true` while there are more to compare.
    pub(crate) fn work(&mut self, cx: &Ctx<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let words: Vec<String> = self
            .text
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut left = ROWS;
        while left > 0 {
            let no = self.compared + 1;
            let Some(row) = cx.analysis.packets.get(no) else {
                return false;
            };
            left -= 1;
            self.compared = no;
            match self.by_row(&words, row, cx) {
                Some(true) => self.matches.push(no),
                Some(false) => {}
                None => {
                    left = left.saturating_sub(READ);
                    if self.by_summary(&words, no, row, cx) {
                        self.matches.push(no);
                    }
                }
            }
        }
        true
    }

    /// Compares with what is known without reading the packet; `None` if that does not decide.
    fn by_row(&mut self, words: &[String], row: &PacketRef, cx: &Ctx<'_>) -> Option<bool> {
        let mut all = true;
        for word in words {
            if let Some(kind) = protocol(word) {
                if kind != row.kind {
                    return Some(false);
                }
            } else {
                all = all && self.row_text(row, cx).contains(word.as_str());
            }
        }
        all.then_some(true)
    }

    fn by_summary(
        &mut self,
        words: &[String],
        no: PacketNo,
        row: &PacketRef,
        cx: &Ctx<'_>,
    ) -> bool {
        let Ok(data) = cx.bytes.read(row) else {
            return false;
        };
        let frame = frame(no, row, &data);
        let text = format!(
            "{} {}",
            self.row_text(row, cx),
            dissect::dissect(&frame, row.kind == PacketKind::Udp)
                .summary
                .to_lowercase()
        );
        words
            .iter()
            .all(|word| protocol(word).is_some() || text.contains(word.as_str()))
    }

    /// What a row says of itself, in lower case.
    fn row_text(&mut self, row: &PacketRef, cx: &Ctx<'_>) -> String {
        if self
            .path
            .as_ref()
            .is_none_or(|(index, _)| *index != row.transport)
        {
            let text = transport(cx.analysis, row.transport)
                .map_or_else(String::new, |(_, t)| format!("{} {}", t.a, t.b));
            self.path = Some((row.transport, text));
        }
        let path = self.path.as_ref().map_or("", |(_, text)| text.as_str());
        let mut text = format!("{} {path}", direction(row.reverse).to_lowercase());
        if row.kind == PacketKind::Rtp {
            text.push(' ');
            text.push_str(&Ssrc(row.ssrc).to_string());
        }
        text
    }
}

/// The protocol that a word names.
fn protocol(word: &str) -> Option<PacketKind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.name().eq_ignore_ascii_case(word))
}

const KINDS: [PacketKind; 11] = [
    PacketKind::Stun,
    PacketKind::ChannelData,
    PacketKind::Dtls,
    PacketKind::Rtp,
    PacketKind::Rtcp,
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
