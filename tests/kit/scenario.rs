//! A call written out packet by packet, for tests that want exact numbers.
//!
//! ```text
//! let mut call = Scenario::new();
//! call.check(A).dtls_handshake().rtp(A, &Media::audio(0x1234), [60500, 60501, 60502, 60499]);
//! let file = call.pcap();
//! ```

use super::net::{UdpPath, udp_frame};
use super::prng::{Noise, Prng};
use super::writer::{Format, Writer};
use super::{dtls, rtp, stun};
use std::net::SocketAddr;

const MS: u64 = 1_000_000;

/// Who sends: A is the first peer named, and the one that controls ICE and opens DTLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    A,
    B,
}

/// What an RTP stream looks like.
#[derive(Clone, Copy, Debug)]
pub struct Media {
    pub ssrc: u32,
    pub payload_type: u8,
    /// Time from one packet to the next, in nanoseconds.
    pub interval: u64,
    /// RTP clock ticks from one packet to the next.
    pub ticks: u32,
    /// Payload in bytes.
    pub len: usize,
}

impl Media {
    /// Opus: 20 ms at 48 kHz.
    pub fn audio(ssrc: u32) -> Self {
        Self {
            ssrc,
            payload_type: 111,
            interval: 20 * MS,
            ticks: 960,
            len: 90,
        }
    }
}

/// What names the two ICE agents of a call: A's first.
#[derive(Clone, Debug)]
pub struct Agents {
    pub ufrags: [String; 2],
    pub tie_breakers: [u64; 2],
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            ufrags: ["locA".to_owned(), "remB".to_owned()],
            tie_breakers: [0x1122_3344_5566_7788, 0x1122_3344_5566_7789],
        }
    }
}

impl Agents {
    /// Agents that are like no others, by number.
    pub fn number(n: u64) -> Self {
        let mut prng = Prng::new(n);
        Self {
            ufrags: [prng.ice_chars(4), prng.ice_chars(4)],
            tie_breakers: [prng.next_u64(), prng.next_u64()],
        }
    }

    /// The same agents after an ICE restart: new username fragments.
    pub fn restarted(&self) -> Self {
        let ufrags = self.ufrags.clone().map(|u| format!("{u}2"));
        Self {
            ufrags,
            ..self.clone()
        }
    }
}

/// Several calls in one capture, in order of time.
pub fn merged(calls: &[&Scenario]) -> Vec<u8> {
    let mut frames: Vec<&(u64, Vec<u8>)> = calls.iter().flat_map(|c| &c.frames).collect();
    frames.sort_by_key(|(ns, _)| *ns);
    let mut writer = Writer::new(Vec::new(), Format::Pcap).expect("writing to memory");
    for (ns, frame) in frames {
        writer.packet(*ns, frame).expect("writing to memory");
    }
    writer.finish().expect("writing to memory")
}

/// Packets between two addresses, in the order they are added.
#[derive(Clone, Debug)]
pub struct Scenario {
    path: UdpPath,
    agents: Agents,
    now: u64,
    frames: Vec<(u64, Vec<u8>)>,
    prng: Prng,
    noise: Noise,
}

impl Default for Scenario {
    fn default() -> Self {
        Self::new()
    }
}

impl Scenario {
    /// Between two hosts of TEST-NET-1.
    pub fn new() -> Self {
        Self::between(
            SocketAddr::from(([192, 0, 2, 1], 40_000)),
            SocketAddr::from(([192, 0, 2, 2], 50_000)),
        )
    }

    pub fn between(a: SocketAddr, b: SocketAddr) -> Self {
        let mut prng = Prng::new(7);
        Self {
            path: UdpPath::new(a, b),
            agents: Agents::default(),
            now: 1_795_363_200_000 * MS,
            frames: Vec::new(),
            noise: Noise::new(&mut prng),
            prng,
        }
    }

    /// The same with other ICE agents; what is random differs with them.
    pub fn with_agents(mut self, agents: Agents) -> Self {
        self.prng = Prng::new(agents.tie_breakers[0]);
        self.agents = agents;
        self
    }

    /// From here on between other addresses.
    pub fn move_to(&mut self, a: SocketAddr, b: SocketAddr) -> &mut Self {
        self.path = UdpPath::new(a, b);
        self
    }

    /// From here on with new username fragments, and the same agents.
    pub fn restart_ice(&mut self) -> &mut Self {
        self.agents = self.agents.restarted();
        self
    }

    /// Lets time pass.
    pub fn wait_ms(&mut self, ms: u64) -> &mut Self {
        self.now += ms * MS;
        self
    }

    /// A datagram with this payload, now.
    pub fn udp(&mut self, side: Side, payload: &[u8]) -> &mut Self {
        let path = match side {
            Side::A => self.path,
            Side::B => self.path.reversed(),
        };
        let mut frame = Vec::new();
        udp_frame(&mut frame, &path, payload);
        self.frames.push((self.now, frame));
        self
    }

    /// A connectivity check from `side` that is answered after 20 ms.
    pub fn check(&mut self, side: Side) -> &mut Self {
        let transaction = self.request(side);
        let (mapped, other) = self.far(side);
        let mut out = Vec::new();
        stun::success(&mut out, transaction, mapped, &mut self.prng);
        self.wait_ms(20).udp(other, &out)
    }

    /// A connectivity check from `side` that nobody answers.
    pub fn unanswered_check(&mut self, side: Side) -> &mut Self {
        self.request(side);
        self
    }

    /// A connectivity check from `side` that is refused after 20 ms.
    pub fn refused_check(&mut self, side: Side, code: u16, reason: &str) -> &mut Self {
        let transaction = self.request(side);
        let (_, other) = self.far(side);
        let mut out = Vec::new();
        stun::error(&mut out, transaction, code, reason, &mut self.prng);
        self.wait_ms(20).udp(other, &out)
    }

    fn request(&mut self, side: Side) -> [u8; 12] {
        let transaction = self.prng.bytes();
        let [own, other] = match side {
            Side::A => [0, 1],
            Side::B => [1, 0],
        };
        let ufrags = &self.agents.ufrags;
        let check = stun::Check {
            transaction,
            username: &format!("{}:{}", ufrags[other], ufrags[own]),
            controlling: side == Side::A,
            nominate: side == Side::A,
            tie_breaker: self.agents.tie_breakers[own],
            priority: 0x6e7f_1eff,
        };
        let mut out = Vec::new();
        stun::request(&mut out, &check, &mut self.prng);
        self.udp(side, &out);
        transaction
    }

    fn far(&self, side: Side) -> (SocketAddr, Side) {
        match side {
            Side::A => (self.path.src, Side::B),
            Side::B => (self.path.dst, Side::A),
        }
    }

    /// The first flight of a DTLS handshake, from A.
    pub fn client_hello(&mut self) -> &mut Self {
        let mut out = Vec::new();
        dtls::client_hello(&mut out, &mut self.prng);
        self.udp(Side::A, &out)
    }

    /// A DTLS 1.3 handshake that A opens, 25 ms a flight.
    pub fn dtls_handshake(&mut self) -> &mut Self {
        let mut out = Vec::new();
        dtls::client_hello(&mut out, &mut self.prng);
        self.udp(Side::A, &out).wait_ms(25);
        dtls::server_hello(&mut out, &mut self.prng);
        self.udp(Side::B, &out);
        for (side, number, len) in [(Side::B, 1, 760), (Side::A, 2, 690), (Side::B, 3, 40)] {
            dtls::ciphertext(&mut out, dtls::HANDSHAKE_EPOCH, number, len, &self.noise);
            self.udp(side, &out).wait_ms(25);
        }
        self
    }

    /// Records of application data under the new keys, 20 ms apart.
    pub fn data(&mut self, side: Side, n: u64) -> &mut Self {
        let mut out = Vec::new();
        for number in 0..n {
            dtls::ciphertext(&mut out, dtls::APPLICATION_EPOCH, number, 120, &self.noise);
            self.udp(side, &out).wait_ms(20);
        }
        self
    }

    /// RTP packets with these extended sequence numbers, in this order, one each interval. The
    /// timestamp follows the sequence number, so a late packet carries an old one.
    pub fn rtp(
        &mut self,
        side: Side,
        media: &Media,
        numbers: impl IntoIterator<Item = u64>,
    ) -> &mut Self {
        let mut out = Vec::new();
        for number in numbers {
            let header = rtp::Header {
                marker: false,
                payload_type: media.payload_type,
                sequence: number as u16,
                timestamp: (number as u32).wrapping_mul(media.ticks),
                ssrc: media.ssrc,
            };
            let payload = self.noise.cut(number, media.len);
            rtp::packet(&mut out, &header, &[], payload);
            self.udp(side, &out);
            self.now += media.interval;
        }
        self
    }

    /// The frames with their times in nanoseconds.
    pub fn frames(&self) -> &[(u64, Vec<u8>)] {
        &self.frames
    }

    /// The capture as a pcap file.
    pub fn pcap(&self) -> Vec<u8> {
        self.file(Format::Pcap)
    }

    /// The capture as a file of this format.
    pub fn file(&self, format: Format) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), format).expect("writing to memory");
        for (ns, frame) in &self.frames {
            writer.packet(*ns, frame).expect("writing to memory");
        }
        writer.finish().expect("writing to memory")
    }
}
