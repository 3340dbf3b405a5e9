//! One TCP connection: messages in, frames out.

use super::net::{Segment, UdpPath, tcp_frame};
use super::scenario::Side;

const SYN: u8 = 2;
const ACK: u8 = 16;

/// A connection that A opened to B, and what was sent on it.
#[derive(Clone, Debug)]
pub struct Connection {
    path: UdpPath,
    now: u64,
    next: [u32; 2],
    frames: Vec<(u64, Vec<u8>)>,
}

impl Connection {
    /// Opens the connection at `now` (nanoseconds): SYN, SYN and ACK, ACK. The sequence numbers of
    /// A are about to wrap.
    pub fn open(path: UdpPath, now: u64) -> Self {
        let mut connection = Self {
            path,
            now,
            next: [u32::MAX - 500, 77],
            frames: Vec::new(),
        };
        connection.segment(Side::A, SYN, &[]);
        connection.next[0] = connection.next[0].wrapping_add(1);
        connection.segment(Side::B, SYN | ACK, &[]);
        connection.next[1] = connection.next[1].wrapping_add(1);
        connection.segment(Side::A, ACK, &[]);
        connection
    }

    /// Sends bytes from `side` at `now`, in segments of `size` bytes; the other side acknowledges
    /// each.
    pub fn send(&mut self, side: Side, now: u64, bytes: &[u8], size: usize) {
        self.now = now;
        let other = match side {
            Side::A => Side::B,
            Side::B => Side::A,
        };
        for part in bytes.chunks(size) {
            self.segment(side, ACK, part);
            self.next[side as usize] = self.next[side as usize].wrapping_add(part.len() as u32);
            self.segment(other, ACK, &[]);
        }
    }

    fn segment(&mut self, side: Side, flags: u8, payload: &[u8]) {
        let (own, other) = (self.next[side as usize], self.next[1 - side as usize]);
        let path = match side {
            Side::A => self.path,
            Side::B => self.path.reversed(),
        };
        let segment = Segment {
            seq: own,
            ack: if flags & ACK != 0 { other } else { 0 },
            flags,
            payload,
        };
        let mut frame = Vec::new();
        tcp_frame(&mut frame, &path, &segment);
        self.frames.push((self.now, frame));
        self.now += 1_000;
    }

    /// The frames with their times in nanoseconds.
    pub fn frames(&mut self) -> &mut Vec<(u64, Vec<u8>)> {
        &mut self.frames
    }
}
