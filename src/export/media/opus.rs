//! Ogg Opus (RFC 7845) from Opus packets (RFC 6716) as RTP carries them (RFC 7587).
//!
//! Time is kept by granule positions, at 48 kHz whatever the encoder's rate. Where packets are missing
//! or the sender was silent (DTX), packets without audio data are put in, which tell a decoder to
//! conceal a loss: RFC 7845 wants that rather than a jump of the positions, which many players ignore.

use super::Store;
use crate::proto::rtp::payload::OpusPacket;
use ogg::{PacketWriteEndInfo, PacketWriter};
use std::io::{self, SeekFrom};

/// Samples a second that positions count.
pub(super) const RATE: u32 = 48_000;
/// The shortest frame, 2.5 ms.
pub(super) const SHORTEST: u64 = 120;
/// How much audio is in a page before the next one begins.
const PAGE: u64 = 48_000;

/// The samples of a packet; none if it cannot be an Opus packet.
pub(super) fn duration(packet: &[u8]) -> Option<u64> {
    OpusPacket::parse(packet).ok().map(|p| p.samples().into())
}

/// An Ogg Opus file being written.
pub(super) struct OggOpus {
    ogg: PacketWriter<'static, Box<dyn Store>>,
    serial: u32,
    /// Samples so far.
    position: u64,
    /// Where the page at hand began.
    page: u64,
    /// The newest packet, which is written when it is known whether it is the last.
    last: Option<Vec<u8>>,
    /// First byte of the newest packet with audio.
    toc: u8,
    /// Whether any packet was stereo.
    is_stereo: bool,
}

impl OggOpus {
    /// Begins a file; `serial` numbers its logical stream.
    pub(super) fn begin(file: Box<dyn Store>, serial: u32) -> io::Result<Self> {
        let mut ogg = PacketWriter::new(file);
        // Mono, until a stereo packet is seen: the page is written again at the end.
        ogg.write_packet(head(1), serial, PacketWriteEndInfo::EndPage, 0)?;
        ogg.write_packet(tags(), serial, PacketWriteEndInfo::EndPage, 0)?;
        Ok(Self {
            ogg,
            serial,
            position: 0,
            page: 0,
            last: None,
            // 20 ms of full band CELT, mono, in one frame.
            toc: 31 << 3,
            is_stereo: false,
        })
    }

    /// Samples so far.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Writes a packet of `samples`, its [`duration`].
    pub(super) fn packet(&mut self, packet: &[u8], samples: u64) -> io::Result<()> {
        if let Some(toc) = packet.first() {
            self.toc = *toc;
            self.is_stereo |= toc & 4 != 0;
        }
        self.push(packet.to_vec(), samples)
    }

    /// Fills `samples` with packets that ask for concealment, as near as frames of 2.5 ms come.
    pub(super) fn conceal(&mut self, samples: u64) -> io::Result<()> {
        // One frame without a byte, of the kind that came before: what concealment goes on from.
        let like = self.toc & 0xfc;
        let mut left = samples;
        if let Some(frame) = duration(&[like]) {
            while left >= frame {
                self.push(vec![like], frame)?;
                left -= frame;
            }
        }
        // The rest in frames of CELT of the same bandwidth's kind: 10, 5, 2.5 ms.
        for shift in [2, 1, 0] {
            let frame = SHORTEST << shift;
            if left >= frame {
                self.push(vec![(28 + shift) << 3 | self.toc & 4], frame)?;
                left -= frame;
            }
        }
        Ok(())
    }

    fn push(&mut self, packet: Vec<u8>, samples: u64) -> io::Result<()> {
        if let Some(last) = self.last.replace(packet) {
            let end = if self.position - self.page >= PAGE {
                self.page = self.position;
                PacketWriteEndInfo::EndPage
            } else {
                PacketWriteEndInfo::NormalPacket
            };
            self.ogg
                .write_packet(last, self.serial, end, self.position)?;
        }
        self.position += samples;
        Ok(())
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(last) = self.last.take() {
            let end = PacketWriteEndInfo::EndStream;
            self.ogg
                .write_packet(last, self.serial, end, self.position)?;
        }
        let mut file = self.ogg.into_inner();
        if self.is_stereo {
            file.seek(SeekFrom::Start(0))?;
            let mut first = PacketWriter::new(&mut file);
            first.write_packet(head(2), self.serial, PacketWriteEndInfo::EndPage, 0)?;
        }
        file.flush()
    }
}

/// The identification header. Nothing is skipped at the start, although an encoder's look-ahead
/// would have to be: how long that is, RTP does not tell.
fn head(channels: u8) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend(0u16.to_le_bytes());
    head.extend(RATE.to_le_bytes());
    // No gain; mapping family 0.
    head.extend([0, 0, 0]);
    head
}

fn tags() -> Vec<u8> {
    let vendor = concat!("rtcscope ", env!("CARGO_PKG_VERSION"));
    let mut tags = b"OpusTags".to_vec();
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor.as_bytes());
    tags.extend(0u32.to_le_bytes());
    tags
}

#[cfg(test)]
mod tests {
    use super::super::testing::Shared;
    use super::*;
    use ogg::PacketReader;
    use std::io::Cursor;

    fn written(f: impl FnOnce(&mut OggOpus)) -> Vec<u8> {
        let shared = Shared::default();
        let mut opus = OggOpus::begin(shared.store(), 7).unwrap();
        f(&mut opus);
        opus.finish().unwrap();
        shared.bytes()
    }

    #[test]
    fn headers_packets_and_positions() {
        let bytes = written(|opus| {
            opus.packet(&[31 << 3 | 4, 1, 2], 960).unwrap();
            opus.conceal(960 + 480 + 120 + 7).unwrap();
            opus.packet(&[31 << 3, 9], 960).unwrap();
        });
        let mut reader = PacketReader::new(Cursor::new(bytes));
        let mut next = || reader.read_packet().unwrap();
        let head = next().unwrap();
        assert!(head.first_in_stream() && head.last_in_page());
        assert_eq!(head.data, b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0");
        let tags = next().unwrap();
        assert!(tags.data.starts_with(b"OpusTags") && tags.last_in_page());
        let rest: Vec<_> = std::iter::from_fn(next).collect();
        let data: Vec<_> = rest.iter().map(|p| p.data.clone()).collect();
        let plc = 31 << 3 | 4;
        let (ten, shortest) = (30 << 3 | 4, 28 << 3 | 4);
        let wanted: [&[u8]; 5] = [&[plc, 1, 2], &[plc], &[ten], &[shortest], &[31 << 3, 9]];
        assert_eq!(data, wanted);
        let last = rest.last().unwrap();
        assert!(last.last_in_stream());
        assert_eq!(last.absgp_page(), 960 * 3 + 600);
    }

    #[test]
    fn a_page_holds_about_a_second() {
        let bytes = written(|opus| {
            for _ in 0..200 {
                opus.packet(&[31 << 3, 1], 960).unwrap();
            }
        });
        let pages = bytes.windows(4).filter(|w| *w == b"OggS").count();
        assert_eq!(pages, 2 + 4);
    }
}
