//! IVF, the container that libvpx and libaom write: a header of 32 bytes, then each frame behind its
//! length and time. All numbers are little-endian. Holds VP8, VP9 and AV1.
//!
//! The header's last number is the length of the file in ticks, as FFmpeg writes it and as it and all
//! players built on it read it. libvpx writes the number of frames, which is the same where a tick is a
//! frame; frames of a call come at any time, and there a player would take the count for a length.

use super::Store;
use std::io::{self, SeekFrom};

const HEADER_LEN: u16 = 32;
/// Where the header has the size, and where the length.
const SIZE_AT: u64 = 12;
const LENGTH_AT: u64 = 24;

/// An IVF file being written.
pub(super) struct Ivf {
    file: Box<dyn Store>,
    frames: u64,
    /// When the last frame is shown; the first is at 0.
    last: u64,
}

impl Ivf {
    /// Begins a file of frames that `fourcc` names, whose times count in `1 / rate` seconds.
    pub(super) fn begin(mut file: Box<dyn Store>, fourcc: [u8; 4], rate: u32) -> io::Result<Self> {
        let mut header = Vec::with_capacity(HEADER_LEN.into());
        header.extend(b"DKIF");
        header.extend(0u16.to_le_bytes());
        header.extend(HEADER_LEN.to_le_bytes());
        header.extend(fourcc);
        header.extend([0; 4]);
        header.extend(rate.to_le_bytes());
        header.extend(1u32.to_le_bytes());
        header.extend([0; 8]);
        file.write_all(&header)?;
        Ok(Self {
            file,
            frames: 0,
            last: 0,
        })
    }

    /// Writes a frame that is shown at `time`.
    pub(super) fn frame(&mut self, time: u64, data: &[u8]) -> io::Result<()> {
        let too_long = |_| io::Error::other("a frame of more than 4 GiB");
        let length = u32::try_from(data.len()).map_err(too_long)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&time.to_le_bytes())?;
        self.file.write_all(data)?;
        self.frames += 1;
        self.last = time;
        Ok(())
    }

    /// Writes into the header what is known only now: the size of the largest frame, and the length,
    /// for which the last frame is taken to last as long as the others do on average.
    pub(super) fn finish(mut self, width: u32, height: u32) -> io::Result<()> {
        let dimension = |n: u32| u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes();
        self.file.seek(SeekFrom::Start(SIZE_AT))?;
        self.file.write_all(&dimension(width))?;
        self.file.write_all(&dimension(height))?;
        let average = self.last / self.frames.saturating_sub(1).max(1);
        let length = u32::try_from(self.last.saturating_add(average)).unwrap_or(u32::MAX);
        self.file.seek(SeekFrom::Start(LENGTH_AT))?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Shared;
    use super::*;

    #[test]
    fn every_byte_is_where_it_belongs() {
        let shared = Shared::default();
        let mut ivf = Ivf::begin(shared.store(), *b"VP80", 90_000).unwrap();
        ivf.frame(0, &[1, 2, 3]).unwrap();
        ivf.frame(3_000, &[4]).unwrap();
        ivf.finish(640, 480).unwrap();
        let bytes = shared.bytes();
        assert_eq!(bytes[..8], *b"DKIF\0\0\x20\0");
        assert_eq!(bytes[8..16], *b"VP80\x80\x02\xe0\x01");
        assert_eq!(bytes[16..24], [0x90, 0x5f, 1, 0, 1, 0, 0, 0]);
        assert_eq!(bytes[24..32], [0x70, 0x17, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[32..47], [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
        assert_eq!(bytes[47..], [1, 0, 0, 0, 0xb8, 0x0b, 0, 0, 0, 0, 0, 0, 4]);
    }
}
