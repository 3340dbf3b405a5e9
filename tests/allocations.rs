//! Reading and decoding must not allocate per packet: memory is what slows such loops down, and
//! what grows without bound when it is forgotten.

use rtcscope::capture::Capture;
use rtcscope::net::{Decoded, Decoder};

/// An Ethernet frame with UDP in IPv4, `len` bytes of payload.
fn frame(len: u16) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([8, 0, 0x45, 0]);
    frame.extend((28 + len).to_be_bytes());
    frame.extend([
        0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 2, 2,
    ]);
    frame.extend((8 + len).to_be_bytes());
    frame.extend([0, 0]);
    frame.resize(42 + usize::from(len), 0x80);
    frame
}

fn pcap(packets: u32) -> Vec<u8> {
    let mut file = vec![0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4];
    file.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 1]);
    for n in 0..packets {
        let frame = frame(900);
        let len = frame.len() as u32;
        for field in [1_700_000_000 + n / 1_000, n % 1_000 * 1_000, len, len] {
            file.extend(field.to_be_bytes());
        }
        file.extend(frame);
    }
    file
}

#[test]
fn packets_are_read_and_decoded_without_allocating() {
    let file = pcap(5_000);
    let mut datagrams = 0;
    let mut capture = Capture::from_reader(Box::new(std::io::Cursor::new(file))).ok();
    let mut decoder = Decoder::new();
    let allocated = allocation_counter::measure(|| {
        while let Some(frame) = capture.as_mut().and_then(Capture::next_frame) {
            if let Decoded::Udp(datagram) = decoder.decode(&frame) {
                datagrams += u64::from(datagram.payload.len() == 900);
            }
        }
    });
    assert_eq!(datagrams, 5_000);
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}
