use super::super::{Found, Kind, find_as};
use crate::hosts::Text;
use crate::sdp::Role;
use flate2::write::DeflateEncoder;
use std::io::Write;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";

/// A capture of IP packets.
fn pcap(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend(65535_u32.to_le_bytes());
    file.extend(101_u32.to_le_bytes());
    for (n, packet) in packets.iter().enumerate() {
        file.extend((n as u32).to_le_bytes());
        file.extend(0_u32.to_le_bytes());
        file.extend((packet.len() as u32).to_le_bytes());
        file.extend((packet.len() as u32).to_le_bytes());
        file.extend(packet);
    }
    file
}

/// An IPv4 packet from host `from` to host `to`.
fn ip(protocol: u8, from: u8, to: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((20 + payload.len() as u16).to_be_bytes());
    packet.extend([
        0, 0, 0x40, 0, 64, protocol, 0, 0, 192, 0, 2, from, 192, 0, 2, to,
    ]);
    packet.extend(payload);
    packet
}

fn udp(from: u8, to: u8, payload: &str) -> Vec<u8> {
    let mut datagram = vec![0x13, 0xc4, 0x13, 0xc4];
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload.as_bytes());
    ip(17, from, to, &datagram)
}

fn tcp(from: u8, to: u8, seq: u32, payload: &[u8]) -> Vec<u8> {
    let port = |host: u8| if host == 1 { 50_000_u16 } else { 80 };
    let mut segment = port(from).to_be_bytes().to_vec();
    segment.extend(port(to).to_be_bytes());
    segment.extend(seq.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ip(6, from, to, &segment)
}

fn found(packets: &[Vec<u8>]) -> Vec<(String, Found)> {
    let all = find_as(Some(Kind::Capture), "x", &pcap(packets)).unwrap_or_default();
    let each = all.into_iter().map(|found| {
        let Text::Extracted { bytes, .. } = &found.text else {
            panic!("never in place")
        };
        (String::from_utf8(bytes.clone()).unwrap(), found)
    });
    each.collect()
}

fn sip(start: &str, to_tag: &str, body: &str) -> String {
    format!(
        "{start}\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>{to_tag}\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nc: application/sdp\r\nl: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn calls_over_udp_are_sessions() {
    let invite = sip("INVITE sip:b SIP/2.0", "", SDP);
    let ok = sip("SIP/2.0 200 OK", ";tag=2", SDP);
    let packets = [
        udp(1, 2, &invite),
        udp(1, 2, &invite),
        udp(2, 1, &ok),
        udp(2, 3, &invite),
    ];
    let all = found(&packets);
    assert_eq!(all.len(), 3, "a retransmission is none of its own");
    let pointers: Vec<_> = all
        .iter()
        .map(|f| f.1.pointer.as_deref().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "packet 1, SIP INVITE",
            "packet 3, SIP 200",
            "packet 4, SIP INVITE"
        ]
    );
    assert_eq!(
        (all[0].1.role, all[1].1.role),
        (Some(Role::Offer), Some(Role::Answer))
    );
    assert_eq!(all[0].1.thread, all[1].1.thread);
    assert_ne!(all[0].1.thread, all[2].1.thread, "another hop");
    assert!(all.iter().all(|f| f.0 == SDP));
    assert!(all[0].1.encode("x").is_none(), "evidence");
}

#[test]
fn streams_are_put_together() {
    let request = format!(
        "POST /whip HTTP/1.1\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}",
        SDP.len()
    );
    let response = format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/sdp\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        &SDP[..5],
        SDP.len() - 5,
        &SDP[5..]
    );
    let (a, b) = request.as_bytes().split_at(60);
    // The sequence numbers wrap, the second half comes first, and once more.
    let first = u32::MAX - 30;
    let packets = [
        tcp(1, 2, first, a),
        tcp(2, 1, 7, response.as_bytes()),
        tcp(1, 2, first.wrapping_add(60), b),
        tcp(1, 2, first.wrapping_add(60), b),
    ];
    let all = found(&packets);
    assert_eq!(
        all.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
        [SDP, SDP]
    );
    assert_eq!(
        (all[0].1.role, all[1].1.role),
        (Some(Role::Offer), Some(Role::Answer))
    );
    assert!(all[0].1.thread.is_some() && all[0].1.thread == all[1].1.thread);
    let gap = [tcp(1, 2, first, a), tcp(1, 2, first.wrapping_add(99), b)];
    assert!(found(&gap).is_empty());
}

/// A frame of text, masked as a client's has to be.
fn frame(first: u8, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let mut frame = vec![first, 126 | if mask.is_some() { 0x80 } else { 0 }];
    frame.extend((payload.len() as u16).to_be_bytes());
    frame.extend(
        mask.unwrap_or_default()
            .iter()
            .take(if mask.is_some() { 4 } else { 0 }),
    );
    let key = mask.unwrap_or_default();
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(b, k)| b ^ k));
    frame
}

#[test]
fn sockets_are_unmasked_and_inflated() {
    let json = |kind: &str| serde_json::json!({"type": kind, "sdp": SDP}).to_string();
    let mut packed = DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(json("answer").as_bytes()).unwrap();
    packed.flush().unwrap();
    let mut packed = packed.get_ref().clone();
    assert!(packed.ends_with(&[0, 0, 0xff, 0xff]));
    packed.truncate(packed.len() - 4);
    let offer = json("offer");
    let (one, two) = offer.as_bytes().split_at(20);
    let mut there = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".to_vec();
    there.extend(frame(0x01, one, Some([1, 2, 3, 4])));
    there.extend(frame(0x89, b"ping", Some([9, 9, 9, 9])));
    there.extend(frame(0x80, two, Some([5, 6, 7, 8])));
    let mut back = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".to_vec();
    back.extend(frame(0xc1, &packed, None));
    let all = found(&[tcp(1, 2, 1, &there), tcp(2, 1, 1, &back)]);
    assert_eq!(
        all.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
        [SDP, SDP]
    );
    assert_eq!(
        (all[0].1.role, all[1].1.role),
        (Some(Role::Offer), Some(Role::Answer))
    );
    assert_ne!(all[0].1.side, all[1].1.side);
}

#[test]
fn descriptions_of_rtsp_offer_nothing() {
    let text = format!(
        "RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}",
        SDP.len()
    );
    let all = found(&[tcp(2, 1, 1, text.as_bytes())]);
    assert_eq!(all[0].1.pointer.as_deref(), Some("packet 1, RTSP 200"));
    assert_eq!((all[0].1.role, all[0].1.thread.as_ref()), (None, None));
}

#[test]
fn a_capture_without_any_says_so() {
    let error = find_as(None, "x", &pcap(&[udp(1, 2, "hello")])).unwrap_err();
    assert!(error.contains("in clear"), "{error}");
}
