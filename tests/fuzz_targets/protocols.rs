//! The protocols on a WebRTC port, each over one datagram's payload.

use super::{describe, within};
use rtcscope::demux::{Class, classify};
use rtcscope::proto::{self, dtls, rtcp, rtp, sctp, stun};

/// How many bytes a snaplen may have cut off, for parsers that take that into account.
const MISSING: [u32; 2] = [0, 1200];

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

/// Demultiplexing, and decoding as whatever it is and as everything it is not.
pub fn message(data: &[u8]) {
    for missing in MISSING {
        let class = classify(data, missing);
        match proto::parse(data, class, missing) {
            Ok(message) => describe(&message, data),
            Err(error) => within(&error, data),
        }
    }
    for class in CLASSES {
        match proto::parse(data, class, 0) {
            Ok(message) => describe(&message, data),
            Err(error) => within(&error, data),
        }
    }
}

/// STUN and TURN messages.
pub fn stun(data: &[u8]) {
    for missing in MISSING {
        let message = match stun::StunMessage::parse_cut(data, missing) {
            Ok(message) => message,
            Err(error) => {
                within(&error, data);
                continue;
            }
        };
        assert!(message.body().len() <= data.len());
        assert!(message.attributes().count() <= data.len() / 4);
        message.verify_fingerprint();
        message.verify_integrity(&stun::Key::short_term("password"));
        message.mapped_address();
        if let Some((code, _)) = message.error_code() {
            assert!(code < 800, "a three-bit class and at most 99, or 255");
        }
        if let Some(error) = message.problem() {
            within(&error, data);
        }
        describe(&message, data);
    }
}

/// DTLS records, handshake messages and their extensions.
pub fn dtls(data: &[u8]) {
    for missing in MISSING {
        let datagram = dtls::DtlsDatagram::new(data, missing);
        let records = datagram.records().inspect(|record| match record {
            Ok(record) => assert!(record.handshakes().count() <= data.len() + 1),
            Err(error) => within(error, data),
        });
        assert!(records.count() <= data.len() + 1);
        describe(&datagram, data);
    }
    let hello = dtls::ClientHello::parse(data, 0).value;
    assert!(hello.extensions().count() <= data.len() / 4 + 1);
    hello.offers_dtls13();
    dtls::ja4(&hello);
    let hello = dtls::ServerHello::parse(data, 0).value;
    assert!(hello.extensions().count() <= data.len() / 4 + 1);
    hello.version();
    let _ = dtls::Certificate::parse(data);
    reassemble(data);
}

/// All fragments of all records into one reassembler: bounded, and a message is as long as it says.
fn reassemble(data: &[u8]) {
    let mut side = dtls::Reassembler::default();
    let datagram = dtls::DtlsDatagram::new(data, 0);
    for record in datagram.records().map_while(Result::ok) {
        for fragment in record.handshakes().map_while(Result::ok) {
            let pushed = side.push(&fragment);
            if let Some(message) = pushed.message {
                assert_eq!(message.len(), fragment.length as usize);
            }
            let open = side.unfinished();
            assert!(open.len() <= dtls::MESSAGES_MAX);
            let kept: usize = open.iter().map(dtls::Unfinished::have).sum();
            assert!(kept <= data.len().min(dtls::BYTES_MAX));
        }
    }
}

/// RTP headers, extensions and padding.
pub fn rtp(data: &[u8]) {
    for missing in MISSING {
        let packet = match rtp::RtpPacket::parse_cut(data, missing) {
            Ok(packet) => packet,
            Err(error) => {
                within(&error, data);
                continue;
            }
        };
        assert!(packet.payload().len() <= data.len());
        if missing == 0 {
            assert_eq!(packet.header_len() + packet.payload().len(), data.len());
            assert_eq!(packet.csrcs().count(), usize::from(packet.csrc_count()));
        }
        if let Some(payload) = packet.unpadded_payload() {
            assert!(payload.len() <= packet.payload().len());
        }
        // The list is as long as was captured.
        let sources = packet.csrcs().count();
        assert!(sources <= usize::from(packet.csrc_count()));
        assert!(packet.extensions().count() <= packet.extension_data().len());
        packet
            .extensions()
            .each(|_, element| rtp_extension(element));
        describe(&packet, data);
    }
    repairs(data);
}

/// The payloads that repair others: RED, ULPFEC, FlexFEC.
fn repairs(data: &[u8]) {
    match rtp::Red::parse(data) {
        Ok(red) => {
            let repeated: usize = red.redundant().map(|block| block.data.len()).sum();
            assert!(repeated + red.primary.data.len() < data.len());
        }
        Err(error) => within(&error, data),
    }
    match rtp::UlpFec::parse(data) {
        Ok(fec) => assert!((1..=48).contains(&fec.protects().count())),
        Err(error) => within(&error, data),
    }
    for parsed in [
        rtp::flexfec::parse(data, 0..15),
        rtp::flexfec::parse_draft(data),
    ] {
        match parsed {
            Ok(all) => assert!(all.iter().all(|p| p.protects().count() <= 255)),
            Err(error) => within(&error, data),
        }
    }
}

/// The data of a header-extension element, as each extension that it may be.
pub fn rtp_extension(data: &[u8]) {
    for row in rtp::codes::EXTENSIONS {
        if let Err(error) = row.kind.decode(data) {
            within(&error, data);
        }
    }
    match rtp::dependency_descriptor::DependencyDescriptor::parse(data, None) {
        Ok(descriptor) => {
            if let Some(structure) = &descriptor.structure {
                assert!((1..=64).contains(&structure.templates().len()));
                let layers = structure.templates().len();
                let found = (0..64).filter(|&id| structure.layer(id).is_some());
                assert_eq!(found.count(), layers);
                // What it brings makes sense of what comes later.
                let known = Some(structure);
                let _ = rtp::dependency_descriptor::DependencyDescriptor::parse(data, known);
            }
        }
        Err(error) => within(&error, data),
    }
    match rtp::video_layers_allocation::VideoLayersAllocation::parse(data) {
        Ok(allocation) => assert!(allocation.layers.len() <= 16),
        Err(error) => within(&error, data),
    }
}

/// RTCP compounds in clear, and the little that SRTCP shows.
pub fn rtcp(data: &[u8]) {
    for missing in MISSING {
        let compound = rtcp::Compound::new_cut(data, missing);
        let packets = compound.packets().inspect(|packet| match packet {
            Ok(packet) => {
                assert!(packet.offset + packet.bytes.len() <= data.len());
                packet.sender_ssrc();
            }
            Err(error) => within(error, data),
        });
        assert!(packets.count() <= data.len() / 4 + 1);
        describe(&compound, data);
        match rtcp::SrtcpPacket::parse_cut(data, missing) {
            Ok(packet) => describe(&packet, data),
            Err(error) => within(&error, data),
        }
    }
}

/// SCTP packets and their chunks.
pub fn sctp(data: &[u8]) {
    for missing in MISSING {
        let packet = match sctp::SctpPacket::parse_cut(data, missing) {
            Ok(packet) => packet,
            Err(error) => return within(&error, data),
        };
        let chunks = packet.chunks().inspect(|chunk| match chunk {
            Ok(chunk) => sctp_chunk(chunk, data),
            Err(error) => within(error, data),
        });
        assert!(chunks.count() <= data.len() / 4);
        packet.verify();
        describe(&packet, data);
    }
}

fn sctp_chunk(chunk: &sctp::Chunk<'_>, data: &[u8]) {
    assert!(chunk.offset + chunk.bytes.len() <= data.len());
    let tlvs = match chunk.value() {
        Ok(sctp::ChunkValue::Init(init)) => init.parameters,
        Ok(sctp::ChunkValue::Causes(tlvs) | sctp::ChunkValue::Reconfig(tlvs)) => tlvs,
        Ok(sctp::ChunkValue::Data(user)) => {
            // The payload protocol may be anything; a message of DCEP is read in any case.
            if let Err(error) = sctp::Dcep::parse(user.payload, chunk.offset) {
                within(&error, data);
            }
            return;
        }
        Ok(_) => return,
        Err(error) => return within(&error, data),
    };
    for tlv in tlvs {
        match tlv {
            Ok(tlv) => {
                if let Err(error) = sctp::Parameter::parse(&tlv) {
                    within(&error, data);
                }
                if let Err(error) = sctp::Cause::parse(&tlv) {
                    within(&error, data);
                }
            }
            Err(error) => within(&error, data),
        }
    }
}
