//! The byte order a capture file was written in: that of the machine that wrote it.

/// Byte order of the numbers in a file or section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

impl Order {
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Big => u16::from_be_bytes(bytes),
            Self::Little => u16::from_le_bytes(bytes),
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Big => u32::from_be_bytes(bytes),
            Self::Little => u32::from_le_bytes(bytes),
        }
    }

    pub(super) fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Big => u64::from_be_bytes(bytes),
            Self::Little => u64::from_le_bytes(bytes),
        }
    }

    /// The 16-bit number `at` bytes into `data`, if there is one.
    pub(super) fn u16_at(self, data: &[u8], at: usize) -> Option<u16> {
        data.get(at..)?.first_chunk().map(|b| self.u16(*b))
    }

    /// The 32-bit number `at` bytes into `data`, if there is one.
    pub(super) fn u32_at(self, data: &[u8], at: usize) -> Option<u32> {
        data.get(at..)?.first_chunk().map(|b| self.u32(*b))
    }

    /// The 64-bit number at the start of `data`, if there is one.
    pub(super) fn u64_in(self, data: &[u8]) -> Option<u64> {
        data.first_chunk().map(|b| self.u64(*b))
    }
}
