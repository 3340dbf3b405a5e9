//! SCTP packets of data channels, as two WebRTC agents send them (RFC 9260, RFC 8831, RFC 8832).

/// Tags and ports from the sender's point of view.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub port: u16,
    pub peer_port: u16,
    /// What packets to the sender carry.
    pub own_tag: u32,
    /// What packets from the sender carry.
    pub peer_tag: u32,
}

impl End {
    /// Two agents on port 5000.
    pub fn pair() -> (Self, Self) {
        let a = Self {
            port: 5000,
            peer_port: 5000,
            own_tag: 0xaaaa_0001,
            peer_tag: 0xbbbb_0002,
        };
        (a, a.other())
    }

    #[must_use]
    pub fn other(self) -> Self {
        Self {
            port: self.peer_port,
            peer_port: self.port,
            own_tag: self.peer_tag,
            peer_tag: self.own_tag,
        }
    }

    /// A packet with these chunks and a right checksum.
    pub fn packet(&self, chunks: &[Vec<u8>]) -> Vec<u8> {
        self.packet_with_tag(self.peer_tag, chunks)
    }

    /// A packet that carries an INIT, and so no tag.
    pub fn init_packet(&self, tsn: u32) -> Vec<u8> {
        self.packet_with_tag(0, &[self.init(1, tsn)])
    }

    fn packet_with_tag(&self, tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.port.to_be_bytes());
        out.extend(self.peer_port.to_be_bytes());
        out.extend(tag.to_be_bytes());
        out.extend([0; 4]);
        out.extend(chunks.concat());
        let crc = crc32c(&out);
        out[8..12].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// INIT (1) or INIT ACK (2), with FORWARD-TSN and RE-CONFIG supported.
    pub fn init(&self, kind: u8, tsn: u32) -> Vec<u8> {
        let mut value = self.own_tag.to_be_bytes().to_vec();
        value.extend(131_072u32.to_be_bytes());
        value.extend([0xff, 0xff, 0xff, 0xff]);
        value.extend(tsn.to_be_bytes());
        value.extend([0xc0, 0, 0, 4]);
        value.extend([0x80, 8, 0, 6, 130, 192, 0, 0]);
        if kind == 2 {
            value.extend([0, 7, 0, 8, b'c', b'o', b'o', b'k']);
        }
        chunk(kind, 0, &value)
    }
}

/// Without its checksum, as RFC 9653 lets it be over DTLS.
pub fn without_checksum(mut packet: Vec<u8>) -> Vec<u8> {
    packet[8..12].fill(0);
    packet
}

/// A chunk, padded.
pub fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind, flags];
    out.extend((value.len() as u16 + 4).to_be_bytes());
    out.extend_from_slice(value);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

pub fn cookie_echo() -> Vec<u8> {
    chunk(10, 0, b"cook")
}

pub fn cookie_ack() -> Vec<u8> {
    chunk(11, 0, &[])
}

/// DATA; `flags`: 1 ends a message, 2 begins one, 4 unordered.
pub fn data(tsn: u32, stream: u16, protocol: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut value = tsn.to_be_bytes().to_vec();
    value.extend(stream.to_be_bytes());
    value.extend([0, 0]);
    value.extend(protocol.to_be_bytes());
    value.extend_from_slice(payload);
    chunk(0, flags, &value)
}

/// I-DATA; `number` is the protocol of a first fragment and the number of a later one.
pub fn i_data(
    tsn: u32,
    stream: u16,
    message: u32,
    number: u32,
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut value = tsn.to_be_bytes().to_vec();
    value.extend(stream.to_be_bytes());
    value.extend([0, 0]);
    value.extend(message.to_be_bytes());
    value.extend(number.to_be_bytes());
    value.extend_from_slice(payload);
    chunk(64, flags, &value)
}

/// DATA with DATA_CHANNEL_OPEN.
pub fn open(tsn: u32, stream: u16, kind: u8, reliability: u32, label: &str) -> Vec<u8> {
    let mut value = vec![3, kind, 1, 0];
    value.extend(reliability.to_be_bytes());
    value.extend((label.len() as u16).to_be_bytes());
    value.extend([0, 0]);
    value.extend(label.as_bytes());
    data(tsn, stream, 50, 3, &value)
}

/// DATA with DATA_CHANNEL_ACK.
pub fn open_ack(tsn: u32, stream: u16) -> Vec<u8> {
    data(tsn, stream, 50, 3, &[2])
}

/// SACK with gap blocks.
pub fn sack(tsn: u32, window: u32, gaps: &[(u16, u16)]) -> Vec<u8> {
    let mut value = tsn.to_be_bytes().to_vec();
    value.extend(window.to_be_bytes());
    value.extend((gaps.len() as u16).to_be_bytes());
    value.extend([0, 0]);
    for (first, last) in gaps {
        value.extend(first.to_be_bytes());
        value.extend(last.to_be_bytes());
    }
    chunk(3, 0, &value)
}

/// RE-CONFIG that resets the sender's streams.
pub fn reset(request: u32, last_tsn: u32, streams: &[u16]) -> Vec<u8> {
    let mut value = vec![0, 13];
    value.extend((16 + 2 * streams.len() as u16).to_be_bytes());
    value.extend(request.to_be_bytes());
    value.extend([0; 4]);
    value.extend(last_tsn.to_be_bytes());
    for stream in streams {
        value.extend(stream.to_be_bytes());
    }
    chunk(130, 0, &value)
}

/// ABORT with one cause that has text.
pub fn abort(cause: u16, text: &str) -> Vec<u8> {
    let mut value = cause.to_be_bytes().to_vec();
    value.extend((4 + text.len() as u16).to_be_bytes());
    value.extend(text.as_bytes());
    chunk(6, 0, &value)
}

/// CRC-32C, bit by bit.
fn crc32c(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
