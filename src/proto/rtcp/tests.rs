use super::*;
use crate::proto::testing::{decode_as_everything, every_prefix, hex, rows, summary};

/// Decrypted from a call between two Chromiums.
const SR_SDES_REMB: &str = "80c80006a18e337feead9b9359ddb120b61a2f280000008500017467
    81ca0006a18e337f01104a6466487041654942336a6d522f2f6d0000
    8fce0005a18e337f0000000052454d42010241b876b24b88";
const RR_NACK: &str = "82c9000d76b24b88
    18ac119b0000000000001f2e000000509b92c29b00008455
    a18e337f00000000000037d1000000ac9b92c29b00008455
    81cd000376b24b88a18e337f37d20000";
const RR_RRTR: &str = "81c9000700000001ce5bf3c4000000000000745b000000dc99ed9c6c0000062e
    80cf00040000000104000002eead99eda2c23747";
const SR_SDES_DLRR: &str = "80c80006ce5bf3c4eead99ee329ad42ce49d4a1b000000190000334a
    81ca0002ce5bf3c401000000
    80cf0005ce5bf3c4050000030000000199edca9d000067d4";
const TWCC: &str = "8fcd000500000001ce5bf3c40001000200b5230020029912";
const SAMPLES: [&str; 5] = [SR_SDES_REMB, RR_NACK, RR_RRTR, SR_SDES_DLRR, TWCC];

fn packets(data: &[u8]) -> Vec<RtcpPacket<'_>> {
    Compound::new(data).packets().map(Result::unwrap).collect()
}

fn feedback<'a>(packet: &RtcpPacket<'a>) -> Feedback<'a> {
    match packet.body {
        Body::Feedback(feedback) => feedback,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sender_report_sdes_and_remb_are_read() {
    let data = hex(SR_SDES_REMB);
    let [sr, sdes, remb] = packets(&data).try_into().unwrap();
    let Body::SenderReport(report) = sr.body else {
        panic!("{sr:?}");
    };
    assert_eq!(report.ssrc, 0xa18e_337f);
    assert_eq!(
        (report.ntp, report.ntp_middle()),
        (0xeead_9b93_59dd_b120, 0x9b93_59dd)
    );
    assert_eq!(report.rtp_timestamp, 0xb61a_2f28);
    assert_eq!((report.packet_count, report.octet_count), (133, 95335));
    assert!(report.blocks.is_empty());
    let Body::SourceDescription(description) = sdes.body else {
        panic!("{sdes:?}");
    };
    assert_eq!(description.cname(), Some(&b"JdfHpAeIB3jmR//m"[..]));
    assert_eq!(description.items().count(), 1);
    let feedback = feedback(&remb);
    let FeedbackMessage::Remb(estimate) = feedback.message else {
        panic!("{feedback:?}");
    };
    assert_eq!(estimate.bitrate_bps, 0x241b8);
    assert_eq!(estimate.ssrcs().collect::<Vec<_>>(), [0x76b2_4b88]);
    assert_eq!(
        summary(&Compound::new(&data)),
        "SR 0xa18e337f + SDES + REMB 147896 bit/s"
    );
}

#[test]
fn report_blocks_and_nack_are_read() {
    let data = hex(RR_NACK);
    let [rr, nack] = packets(&data).try_into().unwrap();
    let Body::ReceiverReport(report) = rr.body else {
        panic!("{rr:?}");
    };
    let blocks: Vec<_> = report.blocks.iter().collect();
    assert_eq!(report.blocks.len(), 2);
    assert_eq!(blocks[0].ssrc, 0x18ac_119b);
    assert_eq!((blocks[0].highest_sequence, blocks[0].jitter), (0x1f2e, 80));
    assert_eq!(blocks[0].last_sr, 0x9b92_c29b);
    assert_eq!(blocks[0].delay_since_last_sr, 0x8455);
    let feedback = feedback(&nack);
    assert_eq!(feedback.media_ssrc, Some(0xa18e_337f));
    let FeedbackMessage::Nack([pair]) = feedback.message else {
        panic!("{feedback:?}");
    };
    let lost: Vec<_> = NackPair::read(pair).sequence_numbers().collect();
    assert_eq!(lost, [0x37d2]);
    assert_eq!(
        summary(&Compound::new(&data)),
        "RR 0x76b24b88 + NACK 1 packets of 0xa18e337f"
    );
}

#[test]
fn nack_bitmask_wraps() {
    let pair = NackPair::read(&[0xff, 0xff, 0x80, 0x01]);
    assert_eq!(pair.sequence_numbers().collect::<Vec<_>>(), [65535, 0, 15]);
}

#[test]
fn cumulative_loss_is_signed() {
    let data = hex("81c90007 00000001 00000002 10ffffff 00000000 00000000 00000000 00000000");
    let Body::ReceiverReport(report) = packets(&data)[0].body else {
        panic!();
    };
    let block = report.blocks.iter().next().unwrap();
    assert_eq!((block.fraction_lost, block.cumulative_lost), (16, -1));
}

#[test]
fn extended_reports_are_read() {
    let data = hex(RR_RRTR);
    let Body::ExtendedReport(xr) = packets(&data)[1].body else {
        panic!();
    };
    let block = xr.blocks().next().unwrap().unwrap();
    let time = XrValue::ReceiverReferenceTime(0xeead_99ed_a2c2_3747);
    assert_eq!(block.value(), Ok(time));
    let data = hex(SR_SDES_DLRR);
    let Body::ExtendedReport(xr) = packets(&data)[2].body else {
        panic!();
    };
    let block = xr.blocks().next().unwrap().unwrap();
    let Ok(XrValue::Dlrr([entry])) = block.value() else {
        panic!("{block:?}");
    };
    let entry = DlrrEntry::read(entry);
    assert_eq!((entry.ssrc, entry.last_rr), (1, 0x99ed_ca9d));
    assert_eq!(entry.delay_since_last_rr, 0x67d4);
}

#[test]
fn statistics_summary_has_what_its_flags_say() {
    let data = hex(
        "80cf000b 00000001 06a00009 00000002 00010005 00000003 00000004
         00000005 00000006 00000007 00000008 01020304",
    );
    let Body::ExtendedReport(xr) = packets(&data)[0].body else {
        panic!();
    };
    let Ok(XrValue::StatisticsSummary(summary)) = xr.blocks().next().unwrap().unwrap().value()
    else {
        panic!();
    };
    assert_eq!((summary.lost, summary.duplicates), (Some(3), None));
    assert_eq!(summary.jitter, Some([5, 6, 7, 8]));
    assert_eq!(summary.ttl_or_hop_limit, None);
}

fn twcc(data: &[u8]) -> TransportCc<'_> {
    match feedback(&packets(data)[0]).message {
        FeedbackMessage::TransportCc(cc) => cc,
        other => panic!("{other:?}"),
    }
}

#[test]
fn transport_cc_statuses_have_arrival_times() {
    let data = hex(TWCC);
    let cc = twcc(&data);
    assert_eq!((cc.base_sequence, cc.status_count), (1, 2));
    assert_eq!((cc.reference_time, cc.feedback_count), (0xb523, 0));
    let base = 0xb523 * 256;
    let got: Vec<_> = cc.statuses().map(|s| (s.sequence, s.arrival)).collect();
    assert_eq!(got, [(1, Some(base + 0x99)), (2, Some(base + 0x99 + 0x12))]);
    assert_eq!(cc.problem(), None);
    assert_eq!(
        summary(&Compound::new(&data)),
        "transport-cc base 1 count 2"
    );
}

#[test]
fn transport_cc_vectors_and_negative_deltas_are_read() {
    // Two-bit vector: small, none, large, reserved, none, none, none; then one-bit vector.
    let data = hex("8fcd0006 00000001 00000002 fffe0009 ffffff07 d2c0 a000 04 fffe 08");
    let cc = twcc(&data);
    assert_eq!(cc.reference_time, -1);
    let got: Vec<_> = cc.statuses().collect();
    assert_eq!(got.len(), 9);
    let arrivals: Vec<_> = got.iter().map(|s| s.arrival).collect();
    let base = -256;
    assert_eq!(arrivals[..3], [Some(base + 4), None, Some(base + 2)]);
    assert_eq!(got[3].symbol, TwccSymbol::Reserved);
    assert_eq!((got[7].sequence, arrivals[7]), (5, Some(base + 10)));
    assert_eq!(got[8].symbol, TwccSymbol::NotReceived);
    assert_eq!(cc.problem(), None);
}

#[test]
fn transport_cc_that_ends_early_says_so_and_stays_small() {
    // 90 bytes or fewer may describe 65 535 packets; the deltas are missing.
    let chunks = "3fff".repeat(8) + "2007";
    let data = hex(&format!(
        "8fcd0009 00000001 00000002 0000ffff 00000000 {chunks} 0000"
    ));
    let cc = twcc(&data);
    assert_eq!(cc.statuses().count(), 65535);
    assert_eq!(cc.statuses().filter(|s| s.arrival.is_some()).count(), 2);
    assert!(matches!(
        cc.problem(),
        Some(ParseError {
            what: "receive deltas",
            ..
        })
    ));
    assert!(rows(&Compound::new(&data), &data).len() < 300);
    let data = hex("8fcd0005 00000001 00000002 00000010 00000000 2002 0000");
    let cc = twcc(&data);
    assert_eq!(cc.statuses().count(), 2);
    let problem = cc.problem().unwrap();
    assert_eq!((problem.what, problem.offset), ("packet status chunks", 20));
}

#[test]
fn ccfb_blocks_are_read() {
    // RFC 8888: one stream, three packets (padded), one of them lost.
    let data = hex("8bcd0006 00000001 00000002 00640003 8001 0000 bfff 0000 12345678");
    let feedback = feedback(&packets(&data)[0]);
    assert_eq!(feedback.media_ssrc, None);
    let FeedbackMessage::Ccfb(ccfb) = feedback.message else {
        panic!("{feedback:?}");
    };
    assert_eq!(ccfb.report_timestamp, 0x1234_5678);
    let [block] = ccfb.blocks().collect::<Vec<_>>().try_into().unwrap();
    let metrics: Vec<_> = block.unwrap().metrics().collect();
    let got: Vec<_> = metrics
        .iter()
        .map(|m| (m.sequence, m.received, m.ecn, m.arrival_offset))
        .collect();
    assert_eq!(
        got,
        [
            (100, true, 0, 1),
            (101, false, 0, 0),
            (102, true, 1, 0x1fff)
        ]
    );
}

#[test]
fn other_feedback_is_read() {
    let data = hex("81ce0002 00000001 00000002
         84ce0004 00000001 00000000 00000003 07000000
         83cd0004 00000001 00000000 00000004 0803e828
         82ce0003 00000001 00000002 00080045");
    let all = packets(&data);
    assert_eq!(feedback(&all[0]).message, FeedbackMessage::Pli);
    let FeedbackMessage::Fir([fir]) = feedback(&all[1]).message else {
        panic!();
    };
    let fir = FirEntry::read(fir);
    assert_eq!((fir.ssrc, fir.sequence_number), (3, 7));
    let FeedbackMessage::Tmmbr([bound]) = feedback(&all[2]).message else {
        panic!();
    };
    let bound = MaxBitrate::read(bound);
    assert_eq!(
        (bound.ssrc, bound.bitrate_bps, bound.overhead_bytes),
        (4, 500 << 2, 40)
    );
    let FeedbackMessage::Sli([sli]) = feedback(&all[3]).message else {
        panic!();
    };
    let sli = SliEntry::read(sli);
    assert_eq!((sli.first, sli.number, sli.picture_id), (1, 1, 5));
}

#[test]
fn bitrates_past_the_end_of_the_range_are_held() {
    let bound = MaxBitrate::read(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(bound.bitrate_bps, u64::MAX);
}

#[test]
fn goodbye_and_app_are_read() {
    let data =
        hex("82cb0004 00000001 00000002 07676f6f64627965 81cc0003 00000001 6e616d65 01020304");
    let [Ok(bye), Ok(app)] = Compound::new(&data).packets().collect::<Vec<_>>()[..] else {
        panic!();
    };
    let Body::Goodbye(goodbye) = bye.body else {
        panic!();
    };
    assert_eq!(goodbye.sources().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(goodbye.reason, Some(&b"goodbye"[..]));
    let Body::App(app) = app.body else { panic!() };
    assert_eq!((&app.name, app.data), (b"name", &[1, 2, 3, 4][..]));
}

#[test]
fn a_bad_packet_does_not_hide_the_good_ones() {
    // An RR that claims two report blocks and has none, between two PLIs.
    let data = hex("81ce0002 00000001 00000002 82c90001 00000001 81ce0002 00000001 00000002");
    let all: Vec<_> = Compound::new(&data).packets().collect();
    assert!(all[0].is_ok() && all[2].is_ok());
    assert_eq!(
        all[1],
        Err(ParseError::truncated("report blocks", 20, 48, 0))
    );
    // A length past the end stops the walk.
    let data = hex("81ce0002 00000001 00000002 81ce0009 00000001");
    let all: Vec<_> = Compound::new(&data).packets().collect();
    assert_eq!(all[1], Err(ParseError::length("length", 14, 36, 4)));
    assert_eq!(all.len(), 2);
}

#[test]
fn what_the_capture_cut_is_no_problem_of_the_sender() {
    for sample in SAMPLES {
        let data = hex(sample);
        for end in 1..data.len() {
            let cut = Compound::new_cut(&data[..end], (data.len() - end) as u32);
            let rows = rows(&cut, &data);
            assert!(rows.iter().all(|row| !row.problem), "{end}: {rows:?}");
        }
        let short = Compound::new(&data[..data.len() - 1]);
        assert!(rows(&short, &data).iter().any(|row| row.problem));
    }
}

#[test]
fn sdes_chunks_end_on_words() {
    let data = hex("82ca0006 00000001 0102 6162 0000 0000 00000002 0603 746f6f 00 0000");
    let [Ok(packet)] = Compound::new(&data).packets().collect::<Vec<_>>()[..] else {
        panic!();
    };
    let Body::SourceDescription(sdes) = packet.body else {
        panic!();
    };
    let items: Vec<_> = sdes
        .items()
        .map(|i| i.map(|i| (i.ssrc, i.item_type, i.text)))
        .collect();
    assert_eq!(items[0], Ok((1, 1, &b"ab"[..])));
    assert_eq!(items[1], Ok((2, 6, &b"too"[..])));
}

#[test]
fn inputs_that_made_another_decoder_panic_are_answered() {
    for text in [
        "a1cd0001b2f77440",
        "84ce000100000101",
        "a4ce0003b01e5a544c7879708441854f",
        "8fce0005000000010000000052454d42c800000900000001",
    ] {
        let data = hex(text);
        let all: Vec<_> = Compound::new(&data).packets().collect();
        assert!(all[0].is_err(), "{text}");
        every_prefix(&data);
    }
}

#[test]
fn rtcp_in_clear_is_told_from_srtcp() {
    for sample in SAMPLES {
        let mut data = hex(sample);
        assert!(is_plausible_clear(&data, 0), "{sample}");
        for end in (4..data.len()).step_by(4) {
            assert!(is_plausible_clear(&data[..end], (data.len() - end) as u32));
        }
        data.extend([0x80, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
        assert!(!is_plausible_clear(&data, 0), "{sample} with index and tag");
    }
    assert!(!is_plausible_clear(&[], 0));
}

#[test]
fn srtcp_shows_what_is_in_clear() {
    let data = hex(
        "81c9000776b24b88 0102030405060708 090a0b0c0d0e0f10 1112131415161718
         8000002a 000102030405060708090a",
    );
    let data = &data[..data.len() - 1];
    let packet = SrtcpPacket::parse_cut(data, 0).unwrap();
    assert_eq!((packet.packet_type, packet.sender_ssrc), (201, 0x76b2_4b88));
    assert_eq!(packet.first_len, 32);
    let index = SrtcpIndex {
        encrypted: true,
        index: 42,
    };
    assert_eq!(packet.index_before_tag(10), Some(index));
    assert_eq!(packet.index_before_tag(1000), None);
    assert_eq!(packet.index_before_tag(usize::MAX), None);
    let cut = SrtcpPacket::parse_cut(data, 1).unwrap();
    assert_eq!(cut.index_at_end(), None);
    assert_eq!(summary(&packet), "SRTCP RR 0x76b24b88  46 bytes");
}

#[test]
fn prefixes_and_flipped_bytes_are_answered() {
    for sample in SAMPLES {
        let data = hex(sample);
        every_prefix(&data);
        for at in 0..data.len() {
            let mut bad = data.clone();
            bad[at] ^= 0xff;
            decode_as_everything(&bad);
        }
    }
}
