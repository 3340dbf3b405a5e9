//! Which connection a session description is about, in calls written out packet by packet; and what
//! it makes exact.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::scenario::Side::{A, B};
use kit::scenario::{Agents, Media, Scenario, merged};
use rtcscope::analysis::model::{Kind, Source, Stream};
use rtcscope::analysis::{Analysis, Analyzer, Descriptions, Known, Options, Unknown};
use rtcscope::capture::Capture;
use rtcscope::time::Span;
use std::io::Cursor;
use std::sync::Arc;

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

/// An audio section for payload type 111.
fn audio(codec: &str, more: &str) -> String {
    format!("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtpmap:111 {codec}\r\n{more}")
}

fn with_ufrag(codec: &str, ufrag: &str) -> String {
    HEAD.to_owned() + &audio(codec, &format!("a=ice-ufrag:{ufrag}\r\n"))
}

fn analyse(bytes: Vec<u8>, descriptions: &[&str]) -> Analysis {
    let mut told = Descriptions::default();
    for (i, text) in descriptions.iter().enumerate() {
        told.add(&format!("{i}.sdp"), text.as_bytes());
    }
    let mut capture = Capture::from_reader(Box::new(Cursor::new(bytes))).unwrap();
    let mut analyzer = Analyzer::new(Options {
        descriptions: Arc::new(told),
        ..Options::default()
    });
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
    }
    analyzer.finish()
}

fn codec(stream: &Stream) -> Option<(String, u32)> {
    let codec = stream.codec.value()?;
    Some((codec.name.to_string(), codec.clock_rate))
}

fn named(name: &str, clock_rate: u32) -> Option<(String, u32)> {
    Some((name.to_owned(), clock_rate))
}

fn unfit(analysis: &Analysis) -> Vec<&str> {
    let problems = analysis.capture.problems.iter();
    problems
        .filter(|p| p.problem.code == "sdp-fits-nothing")
        .map(|p| p.problem.message.as_str())
        .collect()
}

/// A call whose agents are those of this number.
fn call(n: u64, ssrc: u32) -> (Scenario, [String; 2]) {
    let agents = Agents::number(n);
    let ufrags = agents.ufrags.clone();
    let host = |last: u8| ([192, 0, 2, last + 10 * n as u8], 4_000).into();
    let mut call = Scenario::between(host(1), host(2)).with_agents(agents);
    call.check(A).rtp(A, &Media::audio(ssrc), 1..80);
    (call, ufrags)
}

#[test]
fn several_connections_each_have_their_own() {
    let (one, [_, b1]) = call(1, 0x1111_1111);
    let (two, [a2, _]) = call(2, 0x2222_2222);
    let first = with_ufrag("opus/48000/2", &b1);
    let second = with_ufrag("x-other/48000", &a2);
    let third = with_ufrag("x-none/48000", "none");
    let analysis = analyse(merged(&[&one, &two]), &[&first, &second, &third]);
    let of = |ssrc| {
        let found = analysis.streams.iter().find(|s| s.ssrc.0 == ssrc);
        codec(found.unwrap())
    };
    assert_eq!(of(0x1111_1111), named("opus", 48_000));
    assert_eq!(of(0x2222_2222), named("x-other", 48_000));
    let wanted = "2.sdp: fits no connection of this capture (no check names its `none`)";
    assert_eq!(unfit(&analysis), [wanted]);
}

/// Who receives says what payload types mean.
#[test]
fn an_end_receives_on_its_own_payload_types() {
    let (mut call, [a, b]) = call(1, 0x1111_1111);
    call.rtp(B, &Media::audio(0x2222_2222), 1..80);
    let (mine, theirs) = (with_ufrag("x-a/48000", &a), with_ufrag("x-b/48000", &b));
    for order in [[&mine, &theirs], [&theirs, &mine]] {
        let analysis = analyse(call.pcap(), &order.map(String::as_str));
        let codecs: Vec<_> = analysis.streams.iter().filter_map(codec).collect();
        let wanted = [named("x-b", 48_000), named("x-a", 48_000)];
        assert_eq!(codecs, wanted.map(Option::unwrap));
    }
}

#[test]
fn later_negotiations_go_before_earlier_ones_which_still_explain() {
    let (mut call, [_, b]) = call(1, 0x1111_1111);
    let mut other = Media::audio(0x3333_3333);
    other.payload_type = 100;
    call.rtp(A, &other, 1..80);
    let early = with_ufrag("x-early/48000", &b).replace("SAVPF 111", "SAVPF 111 100")
        + "a=rtpmap:100 x-only/48000\r\n";
    let late = with_ufrag("x-late/48000", &b).replace("o=- 1 1", "o=- 1 2");
    for order in [[&early, &late], [&late, &early]] {
        let analysis = analyse(call.pcap(), &order.map(String::as_str));
        let codecs: Vec<_> = analysis.streams.iter().map(codec).collect();
        assert_eq!(codecs, [named("x-late", 48_000), named("x-only", 48_000)]);
    }
}

/// Without ICE in the capture: by the sources that it names, whatever the addresses.
#[test]
fn sources_find_their_connection() {
    let media = [Media::audio(77_777), Media::audio(88_888)];
    let mut call = Scenario::new();
    call.rtp(A, &media[0], 1..80).rtp(B, &media[1], 1..80);
    let sdp = with_ufrag("opus/48000/2", "gone") + "a=ssrc:88888 cname:me\r\n";
    let analysis = analyse(call.pcap(), &[&sdp]);
    assert!(unfit(&analysis).is_empty());
    let cnames: Vec<_> = analysis
        .streams
        .iter()
        .map(|s| s.described.as_ref().unwrap().cname.as_deref())
        .collect();
    assert_eq!(cnames, [None, Some("me")]);
    assert!(
        analysis
            .streams
            .iter()
            .all(|s| s.kind_source == Known::Yes(Source::Sdp))
    );
}

#[test]
fn alone_it_is_taken_unless_something_speaks_against_it() {
    let mut call = Scenario::new();
    call.rtp(A, &Media::audio(5), 1..200);
    let other_hosts = |n: u8| ([198, 51, 100, n], 6_000).into();
    let mut second = Scenario::between(other_hosts(1), other_hosts(2));
    second.rtp(A, &Media::audio(6), 1..200);

    let sdp = |codec: &str, more: &str| HEAD.to_owned() + &audio(codec, more);
    let fits = sdp("opus/48000/2", "");
    let analysis = analyse(call.pcap(), &[&fits]);
    assert_eq!(codec(&analysis.streams[0]), named("opus", 48_000));
    assert!(unfit(&analysis).is_empty());

    let address = fits
        .replace("audio 9", "audio 4000")
        .replace("t=0", "c=IN IP4 203.0.113.9\r\nt=0");
    for (against, why) in [
        (&fits.replace("111", "96"), "its media is not what was seen"),
        (&sdp("x/8000", ""), "its media is not what was seen"),
        (&address, "its media is not seen at 203.0.113.9:4000"),
    ] {
        let analysis = analyse(call.pcap(), &[against]);
        let wanted = format!("0.sdp: fits no connection of this capture ({why})");
        assert_eq!(unfit(&analysis), [wanted]);
        assert_eq!(analysis.streams[0].codec.value(), None);
    }
    let analysis = analyse(merged(&[&call, &second]), &[&fits]);
    let wanted =
        "0.sdp: fits no connection of this capture (nothing in it tells which of 2 it is about)";
    assert_eq!(unfit(&analysis), [wanted]);
}

/// By hand: 16 kHz, of which packets alone tell nothing in so short a time.
#[test]
fn jitter_is_exact_from_the_first_packet() {
    let media = Media {
        ticks: 320,
        ..Media::audio(9)
    };
    let mut call = Scenario::new();
    call.check(A).rtp(A, &media, 1..3);
    call.wait_ms(8).rtp(A, &media, 3..4);
    let without = analyse(call.pcap(), &[]);
    assert_eq!(without.streams[0].jitter, Known::No(Unknown::TooFewPackets));
    let sdp = with_ufrag("x-wide/16000", "remB");
    let analysis = analyse(call.pcap(), &[&sdp]);
    let stream = &analysis.streams[0];
    assert_eq!(stream.clock_rate, Known::Yes((16_000, Source::Sdp)));
    // |D| = 8 ms once, after a packet on time: 8 / 16 = 0.5 ms.
    assert_eq!(
        stream.jitter.value().unwrap().last,
        Span::from_nanos(500_000)
    );
    assert_eq!(stream.kind, Kind::Audio);
}

/// Without a group, a repair goes with the only stream that has the payload type it retransmits.
#[test]
fn repairs_find_their_originals_by_payload_type() {
    let kind = |ssrc, payload_type| Media {
        ssrc,
        payload_type,
        interval: 33_000_000,
        ticks: 2_970,
        len: 900,
    };
    let (first, second) = (kind(0x10_0001, 96), kind(0x10_0003, 98));
    let mut call = Scenario::new();
    call.check(A).rtp(A, &first, 1..40).rtp(A, &second, 1..40);
    call.rtp(A, &kind(0x10_0002, 97), 1..5);
    let sdp = format!(
        "{HEAD}m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\na=mid:v\r\na=ice-ufrag:remB\r\n\
         a=fmtp:97 apt=98\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n\
         a=rtpmap:98 VP9/90000\r\n"
    );
    let analysis = analyse(call.pcap(), &[&sdp]);
    let [vp8, vp9, rtx] = &analysis.streams[..] else {
        panic!("{}", analysis.streams.len());
    };
    assert_eq!(
        [vp8.kind, vp9.kind, rtx.kind],
        [Kind::Video, Kind::Video, Kind::Rtx]
    );
    let described = |s: &Stream| s.described.as_deref().cloned().unwrap();
    assert_eq!(described(rtx).repairs, Some(vp9.id));
    assert_eq!(described(vp9).repaired_by, [rtx.id]);
    assert!(described(vp8).repaired_by.is_empty());
    assert_eq!(rtx.jitter, Known::No(Unknown::Repair));
}
