//! The parser of GStreamer's Rust plugins and others; it takes whatever has the shape of SDP.

use super::Refusal;
use sdp_types::{ParserError, Session};

pub(super) fn parse(description: &[u8]) -> Result<(), Refusal> {
    match Session::parse(description) {
        Ok(_) => Ok(()),
        Err(error) => Err(Refusal::new(&error.to_string(), line_of(&error))),
    }
}

/// The line that `error` names, from 1.
fn line_of(error: &ParserError) -> Option<usize> {
    use ParserError as E;
    match *error {
        E::InvalidLineFormat(line, _)
        | E::InvalidFieldEncoding(line, _)
        | E::InvalidFieldFormat(line, _)
        | E::MissingField(line, _)
        | E::FieldTrailingData(line, _)
        | E::InvalidVersion(line, _)
        | E::MultipleVersions(line)
        | E::MultipleOrigins(line)
        | E::MultipleSessionNames(line)
        | E::MultipleSessionDescription(line)
        | E::MultipleUris(line)
        | E::MultipleConnections(line)
        | E::MultipleTimeZones(line)
        | E::MultipleMediaTitles(line)
        | E::MultipleKeys(line)
        | E::RepeatWithoutTime(line) => Some(line),
        _ => None,
    }
}
