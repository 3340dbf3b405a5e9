//! TCP segments in any order, and the messages framed on their streams.

use rtcscope::net::tcp::{Event, Flags, Segment, Streams};
use rtcscope::net::{Endpoint, Path, Protocol};
use rtcscope::time::Timestamp;

/// Segments of a few connections. Each is six bytes (connection and direction, flags, milliseconds
/// since the one before, bytes cut off, sequence number) and a payload behind a 16-bit length.
pub fn tcp(data: &[u8]) {
    let mut streams = Streams::new();
    let (mut no, mut now, mut taken, mut given) = (0, 0, 0u64, 0u64);
    let mut rest = data;
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let &[which, flags, ms, cut, s0, s1, l0, l1] = head;
        let length = usize::from(u16::from_be_bytes([l0, l1])).min(after.len());
        let (payload, next) = after.split_at(length);
        no += 1;
        now += i64::from(ms) * 1_000_000;
        let client = Endpoint::v4([192, 0, 2, 1], 40_000 + u16::from(which >> 1 & 3));
        let path = Path {
            src: client,
            dst: Endpoint::v4([192, 0, 2, 2], 5349),
            protocol: Protocol::Tcp,
        };
        // The streams begin shortly before sequence numbers wrap.
        let seq = u32::from(u16::from_be_bytes([s0, s1])).wrapping_sub(2_000);
        let segment = Segment {
            no,
            ts: Timestamp::from_nanos(now),
            path: if which & 1 == 0 {
                path
            } else {
                path.reversed()
            },
            seq,
            ack: seq,
            flags: Flags(flags),
            header: &[],
            missing: u32::from(cut),
            payload,
        };
        taken += payload.len() as u64;
        streams.push(&segment, &mut |event| given += message(&event, no));
        assert!(streams.bytes() as u64 <= taken);
        assert!(streams.connections() <= 4);
        assert!(streams.plain_segments() <= no);
        rest = next;
    }
    streams.finish(&mut |event| given += message(&event, no));
    assert!(given <= taken, "a byte is in one message only");
}

/// The bytes of a message.
fn message(event: &Event<'_>, last: u64) -> u64 {
    let (no, bytes) = match event {
        Event::Message(d) => {
            assert!(!d.payload.is_empty());
            assert!(d.payload.len() + d.missing as usize <= 65_556);
            (d.no, d.payload.len() as u64)
        }
        Event::Gap { no, bytes, .. } => {
            assert!(*bytes > 0);
            (*no, 0)
        }
        Event::FramingLost { no } | Event::TurnOverTls { no, .. } | Event::TooMany { no } => {
            (*no, 0)
        }
    };
    assert!((1..=last).contains(&no));
    bytes
}
