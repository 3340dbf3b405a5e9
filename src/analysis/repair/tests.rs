//! Repairs and what is no loss, in short calls written out packet by packet.

use crate::analysis::model::{Analysis, Stream};
use crate::analysis::{Analyzer, Known, Options};
use crate::capture::{Frame, LinkType};
use crate::time::Timestamp;

const MAIN: u32 = 0x1111_1111;
const OTHER: u32 = 0x2222_2222;

/// Datagrams from one host to another, between which RTCP is in clear.
struct Call {
    analyzer: Analyzer,
    ms: i64,
    no: u64,
}

impl Call {
    fn new() -> Self {
        Self {
            analyzer: Analyzer::new(Options::default()),
            ms: 1_000,
            no: 0,
        }
    }

    fn udp(&mut self, payload: &[u8]) {
        let len = payload.len() as u16;
        let mut data = vec![0x45, 0];
        data.extend((28 + len).to_be_bytes());
        data.extend([0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        data.extend([0x9c, 0x40, 0x9c, 0x42]);
        data.extend((8 + len).to_be_bytes());
        data.extend([0, 0]);
        data.extend_from_slice(payload);
        self.no += 1;
        self.analyzer.push(&Frame {
            no: self.no,
            ts: Timestamp::from_nanos(self.ms * 1_000_000),
            link: LinkType(101),
            wire_len: data.len() as u32,
            offset: 0,
            data: &data,
        });
    }

    fn rtp(&mut self, ssrc: u32, (pt, marker): (u8, bool), seq: u16, ts: u32, payload: &[u8]) {
        let mut bytes = vec![0x80, pt | if marker { 0x80 } else { 0 }];
        bytes.extend(seq.to_be_bytes());
        bytes.extend(ts.to_be_bytes());
        bytes.extend(ssrc.to_be_bytes());
        bytes.extend_from_slice(payload);
        self.udp(&bytes);
    }

    /// An empty receiver report.
    fn rtcp(&mut self) {
        self.udp(&[0x80, 201, 0, 1, 0x33, 0x33, 0x33, 0x33]);
    }

    /// Audio packets of 20 ms, but for those `lost`.
    fn audio(&mut self, seqs: std::ops::Range<u16>, lost: &[u16]) {
        for seq in seqs {
            self.ms += 20;
            if !lost.contains(&seq) {
                self.rtp(MAIN, (111, false), seq, u32::from(seq) * 960, &[0x78; 60]);
            }
        }
    }

    fn end(mut self) -> Analysis {
        self.rtcp();
        self.analyzer.finish()
    }
}

fn main(analysis: &Analysis) -> &Stream {
    let mut all = analysis.streams.iter();
    all.find(|s| s.ssrc.0 == MAIN).unwrap()
}

#[test]
fn redundant_audio_makes_up_for_what_it_repeats() {
    let mut call = Call::new();
    // Each repeats its two predecessors; 5, and 10 to 12 are lost: of the three, two are repeated.
    for seq in (0..40u16).filter(|s| ![5, 10, 11, 12].contains(s)) {
        call.ms = 1_000 + i64::from(seq) * 20;
        let mut red = Vec::new();
        for back in [2u32, 1] {
            red.push(0x80 | 111);
            red.extend(&((back * 960) << 10 | 4).to_be_bytes()[1..]);
        }
        red.extend([111, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
        call.rtp(MAIN, (63, false), seq, u32::from(seq) * 960, &red);
    }
    let analysis = call.end();
    let s = main(&analysis);
    assert_eq!((s.lost, s.loss.by_red), (4, Known::Yes(3)));
    assert_eq!(
        (s.loss.recovered(4), s.loss.still_missing(4)),
        (Some(3), Some(1))
    );
}

#[test]
fn flexible_parity_on_its_own_stream_makes_up_for_one_loss() {
    let mut call = Call::new();
    for seq in 0..60u16 {
        call.ms = 1_000 + i64::from(seq) * 20;
        if ![12, 31, 32].contains(&seq) {
            call.rtp(MAIN, (96, true), seq, u32::from(seq) * 3000, &[0x10; 300]);
        }
        if seq % 10 == 9 {
            let mut fec = vec![0, 96, 0, 9, 1, 2, 3, 4, 1, 0, 0, 0];
            fec.extend(MAIN.to_be_bytes());
            fec.extend((seq - 9).to_be_bytes());
            fec.extend([0xff, 0xe0, 1, 2, 3, 4]);
            call.rtp(OTHER, (49, false), seq / 10, u32::from(seq), &fec);
        }
    }
    let analysis = call.end();
    let s = main(&analysis);
    assert_eq!((s.lost, s.loss.by_fec), (3, Known::Yes(1)));
}

#[test]
fn retransmissions_in_clear_count_once_and_by_their_number() {
    let mut call = Call::new();
    let video = |call: &mut Call, seq: u16| {
        let ts = 9_000 + u32::from(seq / 4) * 3_000;
        call.ms += 8;
        call.rtp(MAIN, (96, seq % 4 == 3), seq, ts, &[0x10; 900]);
    };
    for seq in (0..100).filter(|s| ![21, 22, 50].contains(s)) {
        video(&mut call, seq);
        // 18 to 20 were not lost: probes. 21 comes twice, 50 not at all.
        if seq == 40 {
            for (n, osn) in (0u16..).zip([18u16, 20, 21, 21, 19]) {
                let ts = 9_000 + u32::from(osn / 4) * 3_000;
                let payload = [&osn.to_be_bytes()[..], &[0x10; 900]].concat();
                call.rtp(OTHER, (97, false), n, ts, &payload);
            }
        }
    }
    let analysis = call.end();
    let s = main(&analysis);
    assert_eq!((s.lost, s.loss.by_rtx), (3, Known::Yes(1)));
    assert_eq!(s.loss.still_missing(3), Some(2));
    assert_eq!(s.loss.runs, [(1, 1), (2, 1)]);
}

#[test]
fn silence_restart_and_another_source_are_no_loss() {
    let mut call = Call::new();
    call.audio(100..200, &[]);
    // Mute: nothing is sent for three seconds, and nothing is missing.
    call.ms += 3_000;
    call.audio(200..260, &[]);
    // DTX: a packet each 400 ms.
    for seq in 260..280u16 {
        call.ms += 400;
        call.rtp(MAIN, (111, false), seq, u32::from(seq) * 960, &[0x78; 3]);
    }
    // The sender begins anew with another number, then another source takes over.
    call.audio(41_000..41_100, &[]);
    for seq in 7..90u16 {
        call.ms += 20;
        call.rtp(OTHER, (111, false), seq, u32::from(seq) * 960, &[0x78; 60]);
    }
    let analysis = call.end();
    for s in &analysis.streams {
        assert_eq!((s.lost, &s.loss.runs[..]), (0, &[][..]), "{}", s.ssrc);
        assert_eq!(s.loss.burst_gap.bursts, 0);
        assert_eq!(s.loss.recovered(0), Some(0));
    }
    assert_eq!(analysis.streams.len(), 2);
    assert_eq!(main(&analysis).restarts, 1);
}

#[test]
fn packets_up_to_two_hundred_late_are_neither_lost_nor_a_restart() {
    let mut call = Call::new();
    let late = [300, 301, 350];
    call.audio(100..480, &late);
    for seq in late {
        call.rtp(MAIN, (111, false), seq, u32::from(seq) * 960, &[0x78; 60]);
    }
    call.audio(480..520, &[]);
    let analysis = call.end();
    let s = main(&analysis);
    assert_eq!((s.lost, s.reordered, s.restarts), (0, 3, 0));
    assert_eq!((s.loss.late, s.loss.by_resend.value()), (3, None));
}
