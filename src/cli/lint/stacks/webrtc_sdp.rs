//! Mozilla's parser, which Firefox puts every description through.

use super::Refusal;
use webrtc_sdp::error::SdpParserError;

pub(super) fn parse(description: &[u8]) -> Result<(), Refusal> {
    let text = std::str::from_utf8(description)
        .map_err(|_| Refusal::new("not UTF-8, which it takes nothing else than", None))?;
    match webrtc_sdp::parse_sdp(text, false) {
        Ok(_) => Ok(()),
        Err(SdpParserError::Line {
            error, line_number, ..
        }) => Err(Refusal::new(&error.to_string(), named(line_number))),
        Err(SdpParserError::Unsupported {
            error, line_number, ..
        }) => {
            let message = format!("unsupported: {error}");
            Err(Refusal::new(&message, named(line_number)))
        }
        Err(SdpParserError::Sequence {
            message,
            line_number,
        }) => Err(Refusal::new(&message, named(line_number))),
    }
}

/// It numbers lines from 0 where it reads them; 0 is also what it says when it names none.
fn named(line: usize) -> Option<usize> {
    (line > 0).then_some(line + 1)
}
