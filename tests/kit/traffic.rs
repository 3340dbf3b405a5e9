//! Many calls at once: what a tap in front of a media server would see.
//!
//! Each call is one peer connection: ICE checks and consent, a DTLS handshake, two audio and two
//! video streams (one each way) and SRTCP. A priority queue of wake-ups and arrivals keeps the
//! packets in time order; memory stays small however long the capture is.

use super::impair::{Fate, Link};
use super::net::{UdpPath, udp_frame};
use super::prng::{Noise, Prng};
use super::profile::{Profile, Rates};
use super::truth::{StreamCounter, StreamId, Truth};
use super::writer::Writer;
use super::{dtls, rtcp, rtp, stun};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

const MS: u64 = 1_000_000;
/// When the capture begins: 2026-11-22 16:00:00 UTC, in nanoseconds.
const EPOCH: u64 = 1_795_363_200_000 * MS;
const AUDIO_INTERVAL: u64 = 20 * MS;
const VIDEO_INTERVAL: u64 = 33_333_333;
const RTCP_INTERVAL: u64 = 100 * MS;
const CONSENT_INTERVAL: u64 = 2500 * MS;
const HEARTBEAT_INTERVAL: u64 = 5000 * MS;
/// How many times as long a sender of a crowd waits between packets, or frames.
const CROWD_PACE: u64 = 16;
/// Media begins this long after the first check of its call.
const MEDIA_DELAY: u64 = 300 * MS;
/// The authentication tag of SRTP and SRTCP, in bytes.
const TAG: usize = 10;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How many packets to write.
    pub packets: u64,
    /// How many calls run at the same time; each has four streams.
    pub calls: u16,
    pub seed: u64,
    pub rates: Rates,
    /// Many calls that send little: [`CROWD_PACE`] times as slow, and with more trouble.
    pub crowd: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            packets: 2_000_000,
            calls: 28,
            seed: 1,
            rates: Rates {
                loss: 0.02,
                reorder: 0.005,
                duplicate: 0.002,
                late: 20,
            },
            crowd: false,
        }
    }
}

/// Writes the capture and tells what is in it.
pub fn generate<W: Write>(config: &Config, out: &mut Writer<W>) -> io::Result<Truth> {
    Traffic::new(config).run(config.packets, out)
}

/// The two sides of a call: A calls from inside, B is the far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    A,
    B,
}

impl Side {
    const BOTH: [Self; 2] = [Self::A, Self::B];
}

#[derive(Clone, Copy, Debug)]
enum Class {
    Stun,
    Dtls,
    Rtcp,
}

/// One RTP packet on its way.
#[derive(Clone, Copy, Debug)]
struct Media {
    stream: usize,
    segment: u32,
    /// The sequence number as the sender counts, without wrapping.
    extended: u64,
    timestamp: u32,
    marker: bool,
    /// Payload with tag, in bytes.
    len: u16,
    transport_sequence: u16,
    sent: u64,
}

#[derive(Debug)]
enum What {
    Wake(Actor),
    Media(Media),
    Other(usize, Side, Class, Box<[u8]>),
}

/// Who acts at a time; the number is that of a call or a stream.
#[derive(Clone, Copy, Debug)]
enum Actor {
    Start(usize),
    Consent(usize, Side),
    Heartbeat(usize, Side),
    Control(usize, Side),
    Audio(usize),
    Video(usize),
}

/// An entry of the queue, ordered by time and then by age.
#[derive(Debug)]
struct Due {
    at: u64,
    age: u64,
    what: What,
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.age).cmp(&(other.at, other.age))
    }
}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Due {}

#[derive(Debug)]
struct Call {
    path: UdpPath,
    usernames: [String; 2],
    tie_breaker: u64,
    transport_sequence: [u16; 2],
    rtcp_index: [u32; 2],
    dtls_records: u64,
}

#[derive(Debug)]
struct Stream {
    call: usize,
    side: Side,
    audio: bool,
    profile: Profile,
    ssrc: u32,
    payload_type: u8,
    segment: u32,
    extended: u64,
    timestamp: u32,
    /// Packets sent in this segment.
    sent: u64,
    frames: u64,
    muted: bool,
    last_arrival: u64,
    link: Link<Media>,
    counter: StreamCounter,
    prng: Prng,
}

struct Traffic {
    calls: Vec<Call>,
    streams: Vec<Stream>,
    queue: BinaryHeap<Reverse<Due>>,
    age: u64,
    /// About how long the capture will be, in nanoseconds.
    duration: u64,
    /// How many times as slow as usual.
    pace: u64,
    prng: Prng,
    noise: Noise,
    /// Reused for every packet.
    packet: Vec<u8>,
    frame: Vec<u8>,
    arrived: Vec<Media>,
}

impl Traffic {
    fn new(config: &Config) -> Self {
        let mut prng = Prng::new(config.seed);
        let noise = Noise::new(&mut prng);
        let calls = usize::from(config.calls);
        let mut traffic = Self {
            calls: (0..calls).map(|n| Call::new(n, &mut prng)).collect(),
            streams: Vec::new(),
            queue: BinaryHeap::new(),
            age: 0,
            duration: 0,
            pace: if config.crowd { CROWD_PACE } else { 1 },
            noise,
            packet: Vec::new(),
            frame: Vec::new(),
            arrived: Vec::new(),
            prng: prng.fork(0),
        };
        for index in 0..calls * 4 {
            let call = &traffic.calls[index / 4];
            traffic.streams.push(Stream::new(
                index,
                call,
                config,
                prng.fork(index as u64 + 1),
            ));
        }
        let per_second: u64 = traffic.streams.iter().map(Stream::packets_per_second).sum();
        traffic.duration =
            config.packets * 1000 * MS * traffic.pace / (per_second + 22 * calls as u64);
        // The calls begin one after the other, all within the first twentieth.
        let step = (traffic.duration / 20 / calls.max(1) as u64).min(200 * MS);
        for call in 0..calls {
            let start = EPOCH + call as u64 * step;
            traffic.wake(start, Actor::Start(call));
        }
        traffic
    }

    fn run<W: Write>(mut self, packets: u64, out: &mut Writer<W>) -> io::Result<Truth> {
        let mut truth = Truth::default();
        while truth.packets < packets {
            let Some(Reverse(due)) = self.queue.pop() else {
                break;
            };
            match due.what {
                What::Wake(actor) => {
                    self.act(due.at, actor);
                    continue;
                }
                What::Media(media) => {
                    self.build_media(&media);
                    let stream = &mut self.streams[media.stream];
                    stream
                        .counter
                        .wrote(media.segment, media.extended, self.packet.len());
                    let path = self.calls[stream.call].path_from(stream.side);
                    udp_frame(&mut self.frame, &path, &self.packet);
                    truth.rtp += 1;
                }
                What::Other(call, side, class, payload) => {
                    udp_frame(&mut self.frame, &self.calls[call].path_from(side), &payload);
                    match class {
                        Class::Stun => truth.stun += 1,
                        Class::Dtls => truth.dtls += 1,
                        Class::Rtcp => truth.rtcp += 1,
                    }
                }
            }
            out.packet(due.at, &self.frame)?;
            truth.packets += 1;
        }
        truth.streams = self
            .streams
            .into_iter()
            .filter_map(|s| s.counter.finish())
            .collect();
        Ok(truth)
    }

    fn push(&mut self, at: u64, what: What) {
        self.age += 1;
        let age = self.age;
        self.queue.push(Reverse(Due { at, age, what }));
    }

    fn wake(&mut self, at: u64, actor: Actor) {
        self.push(at, What::Wake(actor));
    }

    /// The packet that was just built arrives at `at`.
    fn other(&mut self, at: u64, call: usize, side: Side, class: Class) {
        let payload = self.packet.as_slice().into();
        self.push(at, What::Other(call, side, class, payload));
    }

    fn act(&mut self, now: u64, actor: Actor) {
        match actor {
            Actor::Start(call) => self.start(now, call),
            Actor::Consent(call, side) => {
                self.check(now, call, side, false);
                let wait = CONSENT_INTERVAL - 250 * MS + self.prng.below(500 * MS);
                self.wake(now + wait, actor);
            }
            Actor::Heartbeat(call, side) => {
                let number = self.calls[call].next_record();
                let epoch = dtls::APPLICATION_EPOCH;
                dtls::ciphertext(&mut self.packet, epoch, number, 61, &self.noise);
                self.other(now, call, side, Class::Dtls);
                self.wake(now + HEARTBEAT_INTERVAL, actor);
            }
            Actor::Control(call, side) => {
                self.control(call, side);
                self.other(now, call, side, Class::Rtcp);
                let wait = RTCP_INTERVAL * self.pace - 10 * MS + self.prng.below(20 * MS);
                self.wake(now + wait, actor);
            }
            Actor::Audio(stream) => {
                self.audio(now, stream);
                self.wake(now + AUDIO_INTERVAL * self.pace, actor);
            }
            Actor::Video(stream) => {
                self.video(now, stream);
                self.wake(now + VIDEO_INTERVAL * self.pace, actor);
            }
        }
    }

    /// ICE checks both ways, the DTLS handshake, and the first wake-up of everything else.
    fn start(&mut self, now: u64, call: usize) {
        self.check(now, call, Side::A, false);
        self.check(now + 10 * MS, call, Side::B, false);
        self.check(now + 60 * MS, call, Side::A, true);
        dtls::client_hello(&mut self.packet, &mut self.prng);
        self.other(now + 100 * MS, call, Side::A, Class::Dtls);
        dtls::server_hello(&mut self.packet, &mut self.prng);
        self.other(now + 125 * MS, call, Side::B, Class::Dtls);
        let flights = [(Side::B, 126, 760), (Side::A, 150, 690), (Side::B, 175, 40)];
        for (side, ms, len) in flights {
            let number = self.calls[call].next_record();
            let epoch = dtls::HANDSHAKE_EPOCH;
            dtls::ciphertext(&mut self.packet, epoch, number, len, &self.noise);
            self.other(now + ms * MS, call, side, Class::Dtls);
        }
        for side in Side::BOTH {
            let skew = 7 * MS * side as u64;
            self.wake(now + CONSENT_INTERVAL + skew, Actor::Consent(call, side));
            self.wake(
                now + HEARTBEAT_INTERVAL + skew,
                Actor::Heartbeat(call, side),
            );
            self.wake(
                now + MEDIA_DELAY + RTCP_INTERVAL + skew,
                Actor::Control(call, side),
            );
        }
        for stream in call * 4..call * 4 + 4 {
            let at = now + MEDIA_DELAY + self.prng.below(20 * MS);
            let actor = if self.streams[stream].audio {
                Actor::Audio(stream)
            } else {
                Actor::Video(stream)
            };
            self.wake(at, actor);
        }
    }

    /// A Binding request from `side` and the answer to it.
    fn check(&mut self, now: u64, call: usize, side: Side, nominate: bool) {
        let c = &self.calls[call];
        let transaction = self.prng.bytes();
        let check = stun::Check {
            transaction,
            username: &c.usernames[side as usize],
            controlling: side == Side::A,
            nominate,
            tie_breaker: c.tie_breaker ^ side as u64,
            priority: 0x6e7f_1eff,
        };
        stun::request(&mut self.packet, &check, &mut self.prng);
        let (mapped, other) = match side {
            Side::A => (c.path.src, Side::B),
            Side::B => (c.path.dst, Side::A),
        };
        self.other(now, call, side, Class::Stun);
        stun::success(&mut self.packet, transaction, mapped, &mut self.prng);
        let answer = now + 20 * MS + self.prng.below(10 * MS);
        self.other(answer, call, other, Class::Stun);
    }

    /// Builds the next SRTCP packet: mostly transport-cc, sometimes SR with SDES, rarely PLI.
    fn control(&mut self, call: usize, side: Side) {
        let index = self.calls[call].next_rtcp(side);
        let own = |audio: usize| self.streams[call * 4 + audio + side as usize].ssrc;
        let (kind, ssrc, sizes) = match index % 10 {
            0 => ((1, 200), own(0), (52, 24)),
            5 => ((1, 200), own(2), (52, 24)),
            7 if index % 70 == 7 => ((1, 206), own(2), (12, 0)),
            _ => {
                let len = 20 + 4 * self.prng.below(12) as usize;
                ((15, 205), own(2), (len, 0))
            }
        };
        rtcp::protected(&mut self.packet, kind, ssrc, sizes, index, &self.noise);
    }

    fn audio(&mut self, now: u64, index: usize) {
        let begins = self.streams[index].prepare(now - EPOCH, self.duration);
        if let Some(marker) = begins {
            let len = 80 + self.streams[index].prng.below(41) as usize + TAG;
            self.send(now, index, marker, len);
        }
        self.deliver(now, index, begins.is_none());
        let timestamp = &mut self.streams[index].timestamp;
        *timestamp = timestamp.wrapping_add(960 * self.pace as u32);
    }

    fn video(&mut self, now: u64, index: usize) {
        let begins = self.streams[index].prepare(now - EPOCH, self.duration);
        if begins.is_some() {
            let stream = &mut self.streams[index];
            let key_frame = stream.frames.is_multiple_of(300);
            stream.frames += 1;
            let usual = stream.prng.between(6, 9);
            let count = stream.profile.rate * if key_frame { usual * 3 } else { usual };
            let pace = (MS * 3 / 10).min(25 * MS / count);
            for n in 0..count {
                let marker = n + 1 == count;
                let prng = &mut self.streams[index].prng;
                let len = match marker {
                    true => prng.between(200, 1100),
                    false => prng.between(1020, 1060),
                };
                self.send(now + n * pace, index, marker, len as usize + TAG);
            }
        }
        self.deliver(now, index, begins.is_none());
        let timestamp = &mut self.streams[index].timestamp;
        *timestamp = timestamp.wrapping_add(3000 * self.pace as u32);
    }

    /// Sends one RTP packet of stream `index`; what arrives waits in `arrived`.
    fn send(&mut self, sent: u64, index: usize, marker: bool, len: usize) {
        let stream = &mut self.streams[index];
        let media = Media {
            stream: index,
            segment: stream.segment,
            extended: stream.extended,
            timestamp: stream.timestamp,
            marker,
            len: len as u16,
            transport_sequence: self.calls[stream.call].next_transport(stream.side),
            sent,
        };
        let fate = stream.fate();
        if stream.sent == 0 {
            // Nothing of the time before a new beginning comes after it.
            stream.link.flush(&mut self.arrived);
        }
        stream.link.send(media, fate, &mut self.arrived);
        stream.extended += 1;
        stream.sent += 1;
    }

    /// Puts what arrived into the queue, a little after it was sent and never before what arrived
    /// earlier. With `all`, nothing stays on its way.
    fn deliver(&mut self, now: u64, index: usize, all: bool) {
        let stream = &mut self.streams[index];
        if all {
            stream.link.flush(&mut self.arrived);
        }
        let mut arrived = std::mem::take(&mut self.arrived);
        for media in arrived.drain(..) {
            let stream = &mut self.streams[index];
            let jitter = stream
                .prng
                .below(if stream.audio { 2 * MS } else { MS / 10 });
            // What was held back arrives just after what arrived before it.
            let at = (media.sent.max(now) + jitter).max(stream.last_arrival + 20_000);
            stream.last_arrival = at;
            self.push(at, What::Media(media));
        }
        self.arrived = arrived;
    }

    fn build_media(&mut self, media: &Media) {
        let stream = &self.streams[media.stream];
        let header = rtp::Header {
            marker: media.marker,
            payload_type: stream.payload_type,
            sequence: media.extended as u16,
            timestamp: media.timestamp,
            ssrc: stream.ssrc,
        };
        let time = rtp::abs_send_time(media.sent);
        let transport = media.transport_sequence.to_be_bytes();
        let number = media.extended ^ u64::from(stream.ssrc);
        let payload = self.noise.cut(number, usize::from(media.len));
        let level = [0x80 | (number & 0x3f) as u8];
        // Ids as Chromium numbers them: 1 audio level, 2 abs-send-time, 3 transport-cc, 4 MID.
        if stream.audio {
            let extensions: [(u8, &[u8]); 3] = [(1, &level), (2, &time), (3, &transport)];
            rtp::packet(&mut self.packet, &header, &extensions, payload);
        } else if stream.frames < 30 {
            let extensions: [(u8, &[u8]); 3] = [(2, &time), (3, &transport), (4, b"1")];
            rtp::packet(&mut self.packet, &header, &extensions, payload);
        } else {
            let extensions: [(u8, &[u8]); 2] = [(2, &time), (3, &transport)];
            rtp::packet(&mut self.packet, &header, &extensions, payload);
        }
    }
}

impl Call {
    fn new(n: usize, prng: &mut Prng) -> Self {
        let [high, low] = (n as u16).to_be_bytes();
        let port = 40_000 + (n % 20_000) as u16;
        // Every fourth call is over IPv6.
        let (src, dst) = if n % 4 == 3 {
            let host = |net| Ipv6Addr::new(0x2001, 0xdb8, net, 0, 0, 0, 0, n as u16 + 1);
            (
                SocketAddr::new(host(1).into(), port),
                SocketAddr::new(host(2).into(), 50_000 + (n % 10_000) as u16),
            )
        } else {
            (
                SocketAddr::new(Ipv4Addr::new(10, 1, high, low).into(), port),
                SocketAddr::new(
                    Ipv4Addr::new(10, 2, high, low).into(),
                    50_000 + (n % 10_000) as u16,
                ),
            )
        };
        let fragments = [prng.ice_chars(4), prng.ice_chars(4)];
        Self {
            path: UdpPath::new(src, dst),
            usernames: [
                format!("{}:{}", fragments[1], fragments[0]),
                format!("{}:{}", fragments[0], fragments[1]),
            ],
            tie_breaker: prng.next_u64() & !1,
            transport_sequence: [0; 2],
            rtcp_index: [0; 2],
            dtls_records: n as u64 * 1000,
        }
    }

    fn path_from(&self, side: Side) -> UdpPath {
        match side {
            Side::A => self.path,
            Side::B => self.path.reversed(),
        }
    }

    fn next_transport(&mut self, side: Side) -> u16 {
        let n = &mut self.transport_sequence[side as usize];
        *n = n.wrapping_add(1);
        *n
    }

    fn next_rtcp(&mut self, side: Side) -> u32 {
        let n = &mut self.rtcp_index[side as usize];
        *n += 1;
        *n
    }

    fn next_record(&mut self) -> u64 {
        self.dtls_records += 1;
        self.dtls_records
    }
}

impl Stream {
    fn new(index: usize, call: &Call, config: &Config, mut prng: Prng) -> Self {
        let side = Side::BOTH[index % 2];
        let audio = index % 4 < 2;
        let profile = match config.crowd {
            true => Profile::in_crowd(index, config.rates, &mut prng),
            false => Profile::of(index, config.rates, &mut prng),
        };
        let ssrc = prng.next_u32();
        let path = call.path_from(side);
        let (kind, payload_type, clock_rate) = if audio {
            ("audio", 111, 48_000)
        } else {
            ("video", 96, 90_000)
        };
        Self {
            call: index / 4,
            side,
            audio,
            profile,
            ssrc,
            payload_type,
            segment: 0,
            extended: u64::from(profile.first),
            timestamp: prng.next_u32(),
            sent: 0,
            frames: 0,
            muted: false,
            last_arrival: 0,
            link: Link::new(profile.impairment, prng.fork(1)),
            counter: StreamCounter::new(StreamId {
                ssrc,
                source: path.src,
                destination: path.dst,
                kind,
                payload_type,
                clock_rate,
            }),
            prng,
        }
    }

    fn packets_per_second(&self) -> u64 {
        if self.audio {
            50
        } else {
            227 * self.profile.rate
        }
    }

    /// Gets ready to send at `elapsed` of about `duration`: restarts if it is time, and says
    /// whether this is the first packet after silence; `None` in silence.
    fn prepare(&mut self, elapsed: u64, duration: u64) -> Option<bool> {
        // In a capture of a few seconds there is no room for such events.
        if duration < 4000 * MS {
            return Some(self.sent == 0);
        }
        let part = elapsed as f64 / duration as f64;
        let restart = self.profile.restart.filter(|_| self.segment == 0);
        let silent = match (restart, self.profile.mute) {
            (Some(at), _) if part >= at => {
                // Half a second of silence before the new beginning.
                let over = part >= at + (500 * MS) as f64 / duration as f64;
                if over {
                    self.restart();
                }
                !over
            }
            (_, Some((from, to))) => (from..to).contains(&part),
            _ => false,
        };
        if silent {
            self.muted = true;
            return None;
        }
        Some(std::mem::take(&mut self.muted) || self.sent == 0)
    }

    /// Another beginning, ahead or behind by more than loss or delay explain together with another
    /// timestamp.
    fn restart(&mut self) {
        let distance = self.prng.between(300, 65_236);
        self.segment += 1;
        self.extended = (self.extended + distance) & 0xffff;
        self.timestamp = self.prng.next_u32();
        self.sent = 0;
    }

    /// What the script has for the next packet.
    fn fate(&self) -> Fate {
        let sequence = self.extended as u16;
        match self.sent {
            0 if self.profile.late_first => Fate::Late(3),
            // A beginning is seen as it is.
            0..64 if self.segment > 0 => Fate::Deliver,
            0..8 => Fate::Deliver,
            _ if self.profile.trouble_at_wrap => match sequence {
                65_533 => Fate::Late(6),
                65_535 => Fate::Late(2),
                65_530..=65_534 | 0..=5 => Fate::Deliver,
                _ => Fate::Chance,
            },
            _ => Fate::Chance,
        }
    }
}
