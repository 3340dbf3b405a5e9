//! INIT chunks in session descriptions: `a=sctp-init` (SNAP, an Internet-Draft: SCTP Negotiation
//! Acceleration Protocol), with which an association needs no handshake of its own.
//!
//! Which association one begins follows from the verification tag in it, which is random.

use crate::proto::sctp::{Chunk, ChunkValue, codes};
use crate::sdp::{self, Name};
use data_encoding::BASE64;
use std::collections::BTreeMap;

/// INITs kept of all descriptions.
const INITS_MAX: usize = 1024;
/// Bytes of one: more than all registered parameters take.
const INIT_MAX: usize = 4096;

/// INIT chunks by the tag that they tell.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Inits(BTreeMap<u32, Vec<u8>>);

impl Inits {
    /// Takes those of a description; how many there were that can be read.
    pub(super) fn add(&mut self, text: &[u8]) -> usize {
        let description = sdp::Description::parse(text);
        let mut found = 0;
        for section in description.sections() {
            let values = section.all(Name::SctpInit);
            for value in values.filter_map(|line| line.attribute_value()) {
                let Some((tag, chunk)) = read(value.trim().bytes()) else {
                    continue;
                };
                if self.0.len() < INITS_MAX {
                    self.0.insert(tag, chunk);
                }
                found += 1;
            }
        }
        found
    }

    /// The INIT of the side that packets with this tag go to.
    pub(in crate::analysis) fn of(&self, tag: u32) -> Option<Chunk<'_>> {
        Chunk::alone(self.0.get(&tag)?).ok()
    }
}

fn read(value: &[u8]) -> Option<(u32, Vec<u8>)> {
    if value.len() > INIT_MAX {
        return None;
    }
    let bytes = BASE64.decode(value).ok()?;
    let chunk = Chunk::alone(&bytes).ok()?;
    match chunk.value() {
        Ok(ChunkValue::Init(init)) if chunk.chunk_type == codes::INIT => {
            Some((init.initiate_tag, bytes))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Chromium writes it.
    const INIT: &str = "AQAAIFCAj9IAUAAA/////4myQPbAAAAEgAgACILAQMI=";

    #[test]
    fn an_init_is_known_by_its_tag() {
        let mut inits = Inits::default();
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-init:{INIT}\r\n\
             a=sctp-init:AQAA\r\na=sctp-init:?\r\na=sctp-init\r\n"
        );
        assert_eq!(inits.add(sdp.as_bytes()), 1);
        let Ok(ChunkValue::Init(init)) = inits.of(0x5080_8fd2).unwrap().value() else {
            panic!();
        };
        assert_eq!(init.initial_tsn, 0x89b2_40f6);
        assert!(inits.of(1).is_none());
    }

    #[test]
    fn what_is_no_init_is_left_out() {
        let bytes = BASE64.decode(INIT.as_bytes()).unwrap();
        for end in 0..bytes.len() {
            let cut = BASE64.encode(&bytes[..end]);
            assert!(read(cut.as_bytes()).is_none(), "{end}");
        }
        let mut data = bytes;
        data[0] = 0;
        assert!(read(BASE64.encode(&data).as_bytes()).is_none());
    }
}
