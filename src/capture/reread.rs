//! Reading one packet again, later, by where it was: for views that show a packet's bytes.

use std::io::{self, Read, Seek, SeekFrom};

/// Reads the `len` bytes of a packet at `offset` ([`Frame::offset`](super::Frame::offset)) of a
/// plain capture file, or of the spooled copy of another.
///
/// # Errors
/// If they cannot be read; the file may have become shorter since.
pub fn read_frame(file: &mut (impl Read + Seek), offset: u64, len: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut data = Vec::new();
    // Grows with what is there, whatever `len` says.
    file.take(len as u64).read_to_end(&mut data)?;
    if data.len() < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_where_it_is_told_and_fails_when_it_is_gone() {
        let mut file = io::Cursor::new([1, 2, 3, 4]);
        assert_eq!(read_frame(&mut file, 1, 2).unwrap(), [2, 3]);
        assert!(read_frame(&mut file, 3, 2).is_err());
        assert!(read_frame(&mut file, 9, usize::MAX).is_err());
    }
}
