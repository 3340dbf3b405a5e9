//! One of every message that the kit can build: for tests over all prefixes, and to start a fuzzer.

use super::prng::{Noise, Prng};
use super::scenario::{Media, Scenario, Side};
use super::writer::Format;
use super::{dtls, rtcp, rtp, stun};
use std::net::{Ipv6Addr, SocketAddr};

/// Messages with their names.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut prng = Prng::new(1);
    let noise = Noise::new(&mut prng);
    let mut messages = Vec::new();
    let mut add = |name, build: &mut dyn FnMut(&mut Vec<u8>)| {
        let mut out = Vec::new();
        build(&mut out);
        messages.push((name, out));
    };

    let check = stun::Check {
        transaction: *b"transaction!",
        username: "remote:local",
        controlling: true,
        nominate: true,
        tie_breaker: 0x0102_0304_0506_0708,
        priority: 0x6e7f_1eff,
    };
    let v4 = SocketAddr::from(([192, 0, 2, 1], 40_000));
    let v6 = SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 40_000));
    let id = check.transaction;
    add("stun-request", &mut |o| {
        stun::request(o, &check, &mut prng.fork(1));
    });
    add("stun-success-ipv4", &mut |o| {
        stun::success(o, id, v4, &mut prng.fork(2));
    });
    add("stun-success-ipv6", &mut |o| {
        stun::success(o, id, v6, &mut prng.fork(3));
    });
    add("stun-error", &mut |o| {
        stun::error(o, id, 487, "Role Conflict", &mut prng.fork(4));
    });

    add("dtls-client-hello", &mut |o| {
        dtls::client_hello(o, &mut prng.fork(5));
    });
    add("dtls-server-hello", &mut |o| {
        dtls::server_hello(o, &mut prng.fork(6));
    });
    add("dtls-ciphertext", &mut |o| {
        dtls::ciphertext(o, dtls::APPLICATION_EPOCH, 1, 61, &noise);
    });

    let header = rtp::Header {
        marker: true,
        payload_type: 111,
        sequence: 65_535,
        timestamp: 0x8000_0000,
        ssrc: 0x1234_5678,
    };
    add("rtp-plain", &mut |o| {
        rtp::packet(o, &header, &[], noise.cut(1, 40));
    });
    add("rtp-extensions", &mut |o| {
        let time = rtp::abs_send_time(1_500_000_000);
        let extensions: [(u8, &[u8]); 3] = [(1, &[0x85]), (2, &time), (3, &[0, 7])];
        rtp::packet(o, &header, &extensions, noise.cut(2, 40));
    });

    let ssrc = header.ssrc;
    let report = rtcp::Report {
        ssrc: 0x9abc_def0,
        fraction_lost: 12,
        cumulative_lost: -3,
        highest: 0x0001_ffff,
        jitter: 90,
        last_sr: 0x1234_5678,
        delay_since_last_sr: 0x0001_0000,
    };
    add("rtcp-sr-sdes", &mut |o| {
        rtcp::sender_report(o, ssrc, 0xee0f_0000_8000_0000, 960, (10, 900), &[report]);
        rtcp::cname(o, ssrc, "cname@example");
    });
    add("rtcp-rr-bye", &mut |o| {
        rtcp::receiver_report(o, ssrc, &[report, report]);
        rtcp::bye(o, ssrc);
    });
    add("rtcp-nack", &mut |o| {
        rtcp::nack(o, ssrc, report.ssrc, &[(100, 0b101), (65_535, 0)]);
    });
    add("rtcp-pli", &mut |o| rtcp::pli(o, ssrc, report.ssrc));
    add("rtcp-transport-cc", &mut |o| {
        let deltas = [
            Some(4),
            None,
            Some(255),
            Some(-2),
            Some(300),
            Some(0),
            None,
            Some(1),
        ];
        rtcp::transport_cc(o, ssrc, report.ssrc, 65_532, 77, 3, &deltas);
    });
    add("srtcp-sr", &mut |o| {
        rtcp::protected(o, (1, 200), ssrc, (52, 24), 9, &noise);
    });
    messages
}

/// An offer with one section of audio and one of video, as a browser might write it.
pub const OFFER: &str = "v=0\r\n\
    o=- 4611733056 2 IN IP4 127.0.0.1\r\n\
    s=-\r\n\
    t=0 0\r\n\
    a=group:BUNDLE 0 1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 126\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=rtcp:9 IN IP4 0.0.0.0\r\n\
    a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host generation 0\r\n\
    a=ice-ufrag:abcd\r\n\
    a=ice-pwd:aaaabbbbccccddddeeeeffff\r\n\
    a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    a=setup:actpass\r\n\
    a=mid:0\r\n\
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
    a=sendrecv\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n\
    a=fmtp:111 minptime=10;useinbandfec=1\r\n\
    a=rtpmap:126 telephone-event/8000\r\n\
    a=ssrc:1 cname:x\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n\
    c=IN IP4 0.0.0.0\r\n\
    a=ice-ufrag:abcd\r\n\
    a=ice-pwd:aaaabbbbccccddddeeeeffff\r\n\
    a=setup:actpass\r\n\
    a=mid:1\r\n\
    a=sendonly\r\n\
    a=rtcp-mux\r\n\
    a=rtpmap:96 VP8/90000\r\n\
    a=rtcp-fb:96 nack pli\r\n\
    a=rtpmap:97 rtx/90000\r\n\
    a=fmtp:97 apt=96\r\n\
    a=rid:h send\r\n\
    a=simulcast:send h\r\n\
    a=ssrc-group:FID 2 3\r\n";

/// A short call with all of these in it, as capture files; and as `call.packets`, raw IP packets
/// behind 16-bit lengths.
pub fn captures() -> Vec<(&'static str, Vec<u8>)> {
    let mut call = Scenario::new();
    let media = Media {
        len: 20,
        ..Media::audio(1)
    };
    call.check(Side::A)
        .check(Side::B)
        .rtp(Side::A, &media, [65_534, 65_537, 65_535, 65_538]);
    for (_, message) in all() {
        call.wait_ms(5).udp(Side::B, &message);
    }
    let mut packets = Vec::new();
    for (_, frame) in call.frames() {
        let packet = &frame[14..];
        packets.extend((packet.len() as u16).to_be_bytes());
        packets.extend(packet);
    }
    vec![
        ("call.pcap", call.file(Format::Pcap)),
        ("call.pcapng", call.file(Format::Pcapng)),
        ("call.packets", packets),
    ]
}
