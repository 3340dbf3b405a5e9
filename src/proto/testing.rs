//! What the tests of all protocols share.

use super::Message;
use crate::demux::{Class, classify};
use crate::tree::{Describe, Row, Tree};

/// Bytes from hexadecimal digits; white space is ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    let (pairs, odd) = digits.as_chunks::<2>();
    assert!(odd.is_empty(), "half a byte in {text}");
    pairs
        .iter()
        .map(|[high, low]| (high << 4 | low) as u8)
        .collect()
}

const CLASSES: [Class; 10] = [
    Class::Stun,
    Class::ChannelData,
    Class::Dtls,
    Class::DtlsCiphertext,
    Class::Rtp,
    Class::Rtcp,
    Class::Sctp,
    Class::Zrtp,
    Class::Quic,
    Class::Unknown,
];

/// Decodes and describes `data` as every protocol, with and without missing bytes: it must return.
pub(crate) fn decode_as_everything(data: &[u8]) {
    for missing in [0, 1, 1000, u32::MAX] {
        classify(data, missing);
        for class in CLASSES {
            if let Ok(message) = super::parse(data, class, missing) {
                check_rows(&rows(&message, data), data);
                summary(&message);
            }
        }
        // Whatever the structure check of the whole datagram says.
        let compound = Message::Rtcp(super::rtcp::Compound::new_cut(data, missing));
        check_rows(&rows(&compound, data), data);
    }
}

/// The same for every prefix of `data`.
pub(crate) fn every_prefix(data: &[u8]) {
    for end in 0..=data.len() {
        decode_as_everything(&data[..end]);
    }
}

pub(crate) fn summary(message: &dyn Describe) -> String {
    let mut out = String::new();
    message.summary(&mut out);
    assert!(!out.contains('\n'), "{out:?}");
    out
}

pub(crate) fn rows(message: &dyn Describe, data: &[u8]) -> Vec<Row> {
    let mut tree = Tree::new(data);
    message.describe(&mut tree);
    tree.into_rows()
}

fn check_rows(rows: &[Row], data: &[u8]) {
    for row in rows {
        if let Some(bytes) = &row.bytes {
            assert!(
                bytes.start <= bytes.end && bytes.end <= data.len(),
                "{row:?}"
            );
        }
    }
}
