//! The bytes of packets, read again from the capture or its spooled copy when they are looked at.

use crate::analysis::PacketRef;
use crate::capture::read_frame;
use std::cell::RefCell;
use std::fs::File;

/// Where the bytes of a packet come from.
pub(crate) trait FrameBytes {
    /// The captured bytes of a packet, or why they cannot be had.
    fn read(&self, row: &PacketRef) -> Result<Vec<u8>, String>;
}

/// A plain capture file, or the plain copy of one.
#[derive(Debug)]
pub(crate) struct PlainFile(RefCell<File>);

impl PlainFile {
    /// Reads from this file.
    pub(crate) fn new(file: File) -> Self {
        Self(RefCell::new(file))
    }
}

impl FrameBytes for PlainFile {
    fn read(&self, row: &PacketRef) -> Result<Vec<u8>, String> {
        let len = usize::try_from(row.len).map_err(|e| e.to_string())?;
        read_frame(&mut *self.0.borrow_mut(), row.offset, len)
            .map_err(|e| format!("the packet cannot be read again: {e}"))
    }
}

/// There is nothing to read from.
#[derive(Debug)]
pub(crate) struct Nowhere(pub(crate) String);

impl FrameBytes for Nowhere {
    fn read(&self, _row: &PacketRef) -> Result<Vec<u8>, String> {
        Err(self.0.clone())
    }
}
