//! The parser of webrtc-rs, which stops at the first thing it does not expect.

use super::Refusal;
use std::io::Cursor;

pub(super) fn parse(description: &[u8]) -> Result<(), Refusal> {
    match ::sdp::SessionDescription::unmarshal(&mut Cursor::new(description)) {
        Ok(_) => Ok(()),
        // Its errors quote what they are about, but name no line.
        Err(error) => Err(Refusal::new(&error.to_string(), None)),
    }
}
