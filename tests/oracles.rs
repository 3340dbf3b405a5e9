//! Packets that other implementations build are read as they were meant.

// A test may say what it means, in its helpers too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use rtcp::packet::Packet as RtcpBuilder;
use rtcscope::proto::rtcp::{Body, Compound, FeedbackMessage, FirEntry, NackPair, TwccSymbol};
use rtcscope::proto::rtp::RtpPacket;
use rtp::extension::HeaderExtension;
use rtp::header::Header;
use rtp::packet::Packet;

/// The trait that marshals RTP is public only as a trait object in this enum.
fn marshal(packet: Packet) -> Vec<u8> {
    let wrapped = HeaderExtension::Custom {
        uri: "".into(),
        extension: Box::new(packet),
    };
    match wrapped {
        HeaderExtension::Custom { extension, .. } => extension.marshal().unwrap().to_vec(),
        _ => unreachable!(),
    }
}

#[test]
fn rtp_headers_and_extensions() {
    for (profile, ids) in [(0xbede_u16, 1..15_u8), (0x1000, 1..40)] {
        for csrcs in 0..16u32 {
            let mut header = Header {
                version: 2,
                marker: csrcs % 2 == 0,
                payload_type: 35 + csrcs as u8,
                sequence_number: 65000 + csrcs as u16,
                timestamp: 0xfedc_ba98,
                ssrc: 0x8000_0001,
                csrc: (100..100 + csrcs).collect(),
                extension: true,
                extension_profile: profile,
                ..Header::default()
            };
            for id in ids.clone() {
                let data = vec![id; usize::from(id).min(16)];
                header.set_extension(id, data.into()).unwrap();
            }
            let payload = vec![7u8; 33];
            let bytes = marshal(Packet {
                header: header.clone(),
                payload: payload.clone().into(),
            });
            let packet = RtpPacket::parse(&bytes).unwrap();
            assert_eq!(packet.marker(), header.marker);
            assert_eq!(packet.payload_type(), header.payload_type);
            assert_eq!(packet.sequence_number(), header.sequence_number);
            assert_eq!(packet.timestamp(), header.timestamp);
            assert_eq!(packet.ssrc(), header.ssrc);
            assert_eq!(packet.csrcs().collect::<Vec<_>>(), header.csrc);
            assert_eq!(packet.extension_profile(), Some(profile));
            assert_eq!(packet.payload(), payload);
            let got: Vec<_> = packet
                .extensions()
                .map(|e| e.map(|e| (e.id, e.data.len())).unwrap())
                .collect();
            let want: Vec<_> = ids
                .clone()
                .map(|id| (id, usize::from(id).min(16)))
                .collect();
            assert_eq!(got, want);
        }
    }
}

fn bodies(data: &[u8]) -> Vec<Body<'_>> {
    let packets = Compound::new(data).packets();
    packets.map(|packet| packet.unwrap().body).collect()
}

#[test]
fn rtcp_reports_and_feedback() {
    use rtcp::payload_feedbacks::full_intra_request::{FirEntry as Fir, FullIntraRequest};
    use rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
    use rtcp::reception_report::ReceptionReport;
    use rtcp::sender_report::SenderReport;
    use rtcp::transport_feedbacks::transport_layer_nack::{NackPair as Pair, TransportLayerNack};

    let report = ReceptionReport {
        ssrc: 2,
        fraction_lost: 85,
        total_lost: 0x12_3456,
        last_sequence_number: 0x0001_0002,
        jitter: 273,
        last_sender_report: 0x9f36_4132,
        delay: 150_137,
    };
    let built: Vec<Box<dyn RtcpBuilder + Send + Sync>> = vec![
        Box::new(SenderReport {
            ssrc: 1,
            ntp_time: 0xda8b_d1fc_dddd_a05a,
            rtp_time: 0xaaf4_edd5,
            packet_count: 1,
            octet_count: 2,
            reports: vec![report.clone(), report.clone()],
            ..SenderReport::default()
        }),
        Box::new(TransportLayerNack {
            sender_ssrc: 1,
            media_ssrc: 2,
            nacks: vec![Pair {
                packet_id: 42,
                lost_packets: 0b1010,
            }],
        }),
        Box::new(FullIntraRequest {
            sender_ssrc: 1,
            media_ssrc: 0,
            fir: vec![Fir {
                ssrc: 9,
                sequence_number: 200,
            }],
        }),
        Box::new(ReceiverEstimatedMaximumBitrate {
            sender_ssrc: 1,
            bitrate: 8_927_168.0,
            ssrcs: vec![1_215_622_422, 5],
        }),
    ];
    let data = rtcp::packet::marshal(&built).unwrap();
    let all = bodies(&data);
    let Body::SenderReport(sr) = all[0] else {
        panic!("{:?}", all[0]);
    };
    assert_eq!(
        (sr.ssrc, sr.ntp, sr.rtp_timestamp),
        (1, 0xda8b_d1fc_dddd_a05a, 0xaaf4_edd5)
    );
    let blocks: Vec<_> = sr.blocks.iter().collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(
        (blocks[1].fraction_lost, blocks[1].cumulative_lost),
        (85, 0x12_3456)
    );
    assert_eq!(
        (blocks[1].jitter, blocks[1].last_sr),
        (273, report.last_sender_report)
    );
    assert_eq!(blocks[1].delay_since_last_sr, 150_137);
    let feedback = |body: &Body<'_>| match body {
        Body::Feedback(feedback) => format!("{:?}", feedback.message),
        other => panic!("{other:?}"),
    };
    let (Body::Feedback(nack), Body::Feedback(fir), Body::Feedback(remb)) =
        (all[1], all[2], all[3])
    else {
        panic!("{}", feedback(&all[1]));
    };
    let FeedbackMessage::Nack([pair]) = nack.message else {
        panic!("{nack:?}");
    };
    let lost: Vec<_> = NackPair::read(pair).sequence_numbers().collect();
    assert_eq!(lost, [42, 44, 46]);
    let FeedbackMessage::Fir([entry]) = fir.message else {
        panic!("{fir:?}");
    };
    let entry = FirEntry::read(entry);
    assert_eq!((entry.ssrc, entry.sequence_number), (9, 200));
    let FeedbackMessage::Remb(remb) = remb.message else {
        panic!("{remb:?}");
    };
    assert_eq!(remb.bitrate_bps, 8_927_168);
    assert_eq!(remb.ssrcs().collect::<Vec<_>>(), [1_215_622_422, 5]);
}

#[test]
fn transport_cc() {
    use rtcp::transport_feedbacks::transport_layer_cc::{
        PacketStatusChunk, RecvDelta, RunLengthChunk, StatusChunkTypeTcc, StatusVectorChunk,
        SymbolSizeTypeTcc, SymbolTypeTcc, TransportLayerCc,
    };
    let small = SymbolTypeTcc::PacketReceivedSmallDelta;
    let large = SymbolTypeTcc::PacketReceivedLargeDelta;
    let none = SymbolTypeTcc::PacketNotReceived;
    let delta = |type_tcc_packet, delta| RecvDelta {
        type_tcc_packet,
        delta,
    };
    let feedback = TransportLayerCc {
        sender_ssrc: 1,
        media_ssrc: 2,
        base_sequence_number: 65534,
        packet_status_count: 10,
        reference_time: 77,
        fb_pkt_count: 5,
        packet_chunks: vec![
            PacketStatusChunk::RunLengthChunk(RunLengthChunk {
                type_tcc: StatusChunkTypeTcc::RunLengthChunk,
                packet_status_symbol: small,
                run_length: 3,
            }),
            PacketStatusChunk::StatusVectorChunk(StatusVectorChunk {
                type_tcc: StatusChunkTypeTcc::StatusVectorChunk,
                symbol_size: SymbolSizeTypeTcc::TwoBit,
                symbol_list: vec![none, large, none, none, small, none, none],
            }),
        ],
        // Microseconds, in steps of 250.
        recv_deltas: vec![
            delta(small, 250),
            delta(small, 500),
            delta(small, 63_750),
            delta(large, -1000),
            delta(small, 0),
        ],
    };
    let built: Vec<Box<dyn RtcpBuilder + Send + Sync>> = vec![Box::new(feedback)];
    let data = rtcp::packet::marshal(&built).unwrap();
    let all = bodies(&data);
    let Body::Feedback(feedback) = all[0] else {
        panic!("{all:?}");
    };
    let FeedbackMessage::TransportCc(cc) = feedback.message else {
        panic!("{feedback:?}");
    };
    assert_eq!((cc.reference_time, cc.feedback_count), (77, 5));
    assert_eq!(cc.problem(), None);
    let base: i64 = 77 * 256;
    let got: Vec<_> = cc.statuses().map(|s| (s.sequence, s.arrival)).collect();
    let at = |ticks: i64| Some(base + ticks);
    let want = [
        (65534, at(1)),
        (65535, at(3)),
        (0, at(258)),
        (1, None),
        (2, at(254)),
        (3, None),
        (4, None),
        (5, at(254)),
        (6, None),
        (7, None),
    ];
    assert_eq!(got, want);
    let large = cc
        .statuses()
        .filter(|s| s.symbol == TwccSymbol::LargeDelta)
        .count();
    assert_eq!(large, 1);
}
