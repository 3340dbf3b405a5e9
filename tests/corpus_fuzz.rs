//! Every file of the public fuzzing corpora goes through every decoder, which must return.
//!
//! The corpora are not part of the project; without them the test says so and passes.

// A test may say what it means, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod kit;

use kit::shared::{files_below, shared};
use rtcscope::demux::{Class, classify};
use rtcscope::proto::dtls::{ClientHello, ServerHello};
use rtcscope::proto::rtcp::Compound;
use rtcscope::proto::sctp::SctpPacket;
use rtcscope::proto::{self, Message};
use rtcscope::tree::{Describe, Tree};

const CLASSES: [Class; 6] = [
    Class::Stun,
    Class::ChannelData,
    Class::Dtls,
    Class::DtlsCiphertext,
    Class::Rtp,
    Class::Rtcp,
];

fn describe(message: &dyn Describe, data: &[u8]) -> usize {
    let mut line = String::new();
    message.summary(&mut line);
    let mut tree = Tree::new(data);
    message.describe(&mut tree);
    tree.into_rows().len()
}

/// The input as it is and with the leading bytes some fuzzers use for themselves taken off.
fn decode(data: &[u8]) -> usize {
    let mut rows = 0;
    for skip in 0..3 {
        // A datagram has at most 65 507 bytes.
        let data = data.get(skip..).unwrap_or_default();
        let data = &data[..data.len().min(65_507)];
        for missing in [0, 100] {
            classify(data, missing);
            for class in CLASSES {
                if let Ok(message) = proto::parse(data, class, missing) {
                    rows += describe(&message, data);
                }
            }
            rows += describe(&Compound::new_cut(data, missing), data);
        }
        if let Ok(packet) = SctpPacket::parse(data) {
            rows += describe(&packet, data);
        }
        rows += ClientHello::parse(data, 0).value.extensions().count();
        rows += ServerHello::parse(data, 0).value.extensions().count();
    }
    rows
}

#[test]
fn fuzzing_corpora_are_answered() {
    let mut inputs = Vec::new();
    for dir in ["fuzz", "vectors"] {
        let Some(dir) = shared(&format!("corpus/{dir}")) else {
            return;
        };
        inputs.extend(files_below(&dir));
    }
    let rows: usize = inputs
        .iter()
        .map(|path| decode(&std::fs::read(path).unwrap()))
        .sum();
    assert!(
        inputs.len() > 1000 && rows > inputs.len(),
        "{} files, {rows} rows",
        inputs.len()
    );
}

/// What a decoder says of one of aiortc's test packets: whether anything was wrong.
fn has_problem(data: &[u8]) -> bool {
    let Ok(message) = proto::parse(data, classify(data, 0), 0) else {
        return true;
    };
    if matches!(message, Message::Srtcp(_) | Message::Unknown(_)) {
        return true;
    }
    let mut tree = Tree::new(data);
    message.describe(&mut tree);
    tree.into_rows().iter().any(|row| row.problem)
}

#[test]
fn packets_made_to_be_invalid_are_told_from_the_others() {
    let Some(dir) = shared("corpus/vectors/aiortc") else {
        return;
    };
    let mut seen = 0;
    for path in files_below(&dir) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("rtp") && !name.starts_with("rtcp") {
            continue;
        }
        let invalid = name.contains("invalid") || name.contains("truncated");
        let data = std::fs::read(&path).unwrap();
        assert_eq!(has_problem(&data), invalid, "{name}");
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}
