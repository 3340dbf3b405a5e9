//! WAV: linear 16-bit samples behind a RIFF header of 44 bytes, which every player reads. Lengths in
//! it have 32 bits, so that a file ends at 4 GiB.

use super::Store;
use std::io::{self, SeekFrom};

/// Bytes of the header, and those of it that its own length counts not.
const HEADER_LEN: u64 = 44;
const RIFF_AT: u64 = 4;
const DATA_AT: u64 = 40;
/// The most bytes of samples: the length of the whole must fit 32 bits as well.
const DATA_MAX: u64 = u32::MAX as u64 - HEADER_LEN;

/// A WAV file being written.
pub(super) struct Wav {
    file: Box<dyn Store>,
    /// Bytes of samples so far.
    data: u64,
    channels: u16,
}

impl Wav {
    /// Begins a file of `channels` channels at `rate` samples a second each.
    pub(super) fn begin(mut file: Box<dyn Store>, rate: u32, channels: u8) -> io::Result<Self> {
        let channels = u16::from(channels.max(1));
        let frame = channels * 2;
        let mut header = Vec::with_capacity(44);
        header.extend(b"RIFF\0\0\0\0WAVEfmt ");
        header.extend(16u32.to_le_bytes());
        header.extend(1u16.to_le_bytes());
        header.extend(channels.to_le_bytes());
        header.extend(rate.to_le_bytes());
        header.extend(rate.saturating_mul(frame.into()).to_le_bytes());
        header.extend(frame.to_le_bytes());
        header.extend(16u16.to_le_bytes());
        header.extend(b"data\0\0\0\0");
        file.write_all(&header)?;
        Ok(Self {
            file,
            data: 0,
            channels,
        })
    }

    /// Sample times so far: samples of one channel.
    pub(super) fn position(&self) -> u64 {
        self.data / (2 * u64::from(self.channels))
    }

    /// Writes samples, those of all channels in turn.
    pub(super) fn samples(&mut self, samples: &[i16], scratch: &mut Vec<u8>) -> io::Result<()> {
        scratch.clear();
        scratch.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
        self.room(scratch.len() as u64)?;
        self.file.write_all(scratch)?;
        self.data += scratch.len() as u64;
        Ok(())
    }

    /// Lets `times` sample times be silent. The zeros are not written but stepped over, so that a long
    /// silence takes no room on most disks; samples must follow.
    pub(super) fn silence(&mut self, times: u64) -> io::Result<()> {
        let bytes = times.saturating_mul(2 * u64::from(self.channels));
        self.room(bytes)?;
        self.data += bytes;
        self.file.seek(SeekFrom::Start(HEADER_LEN + self.data))?;
        Ok(())
    }

    fn room(&self, more: u64) -> io::Result<()> {
        match self.data.checked_add(more) {
            Some(all) if all <= DATA_MAX => Ok(()),
            _ => Err(io::Error::other("a WAV file cannot be longer than 4 GiB")),
        }
    }

    /// Writes the lengths into the header.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let length = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        self.file.seek(SeekFrom::Start(RIFF_AT))?;
        self.file.write_all(&length(self.data + HEADER_LEN - 8))?;
        self.file.seek(SeekFrom::Start(DATA_AT))?;
        self.file.write_all(&length(self.data))?;
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
        let mut wav = Wav::begin(shared.store(), 8_000, 1).unwrap();
        wav.silence(2).unwrap();
        wav.samples(&[1, -2], &mut Vec::new()).unwrap();
        assert_eq!(wav.position(), 4);
        wav.finish().unwrap();
        let bytes = shared.bytes();
        assert_eq!(bytes[..16], *b"RIFF\x2c\0\0\0WAVEfmt ");
        assert_eq!(bytes[16..24], [16, 0, 0, 0, 1, 0, 1, 0]);
        assert_eq!(bytes[24..32], [0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0]);
        assert_eq!(bytes[32..44], *b"\x02\0\x10\0data\x08\0\0\0");
        assert_eq!(bytes[44..], [0, 0, 0, 0, 1, 0, 0xfe, 0xff]);
    }

    #[test]
    fn a_file_that_would_be_too_long_is_refused() {
        let shared = Shared::default();
        let mut wav = Wav::begin(shared.store(), 8_000, 2).unwrap();
        wav.silence(1 << 29).unwrap();
        assert!(wav.silence(u64::MAX).is_err());
        let error = wav.silence(1 << 29).unwrap_err();
        assert!(error.to_string().contains("4 GiB"), "{error}");
    }
}
