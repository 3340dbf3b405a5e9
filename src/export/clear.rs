//! A decrypted capture: RTP, RTCP and SCTP in clear, each in a packet of its own with the addresses and
//! times that it had, and a comment that names the packet it came from. See docs/decrypt.md.

use super::announcement::{announcements, is_encrypted};
use super::clear_path::ClearPaths;
use super::pcapng::{InterfaceId, Packet, Writer};
use super::{exported_pdu, headers};
use crate::analysis::{Analysis, Content, ContentKind};
use crate::capture::{Frame, LinkType, PacketNo};
use crate::net::{Decoded, Decoder, Path, Protocol, Via};
use crate::time::Timestamp;
use hashbrown::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// How packets are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// RTP and RTCP in UDP, SCTP right on IP: for every program that reads captures. A session
    /// announcement for each pair of addresses tells Wireshark what its ports carry.
    Udp,
    /// Wireshark's exported PDUs, which name the dissector; nothing else reads them.
    Pdu,
}

/// What became of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// RTP packets.
    pub rtp: u64,
    /// Compound RTCP packets.
    pub rtcp: u64,
    /// SCTP packets.
    pub sctp: u64,
    /// Announcements, which were not in the capture.
    pub announcements: u64,
    /// Other packets, as they were.
    pub others: u64,
    /// RTP packets of streams that are encrypted, and still were: not written.
    pub encrypted_rtp: Skipped,
}

impl Written {
    /// All packets in the file.
    pub fn packets(&self) -> u64 {
        self.rtp + self.rtcp + self.sctp + self.announcements + self.others
    }
}

/// Packets that were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub packets: u64,
    /// Number of the first.
    pub first: Option<PacketNo>,
}

/// Writes the decrypted capture.
#[derive(Debug)]
pub struct Clear<W> {
    writer: Writer<W>,
    interface: InterfaceId,
    shape: Shape,
    /// What comments call the capture.
    source: String,
    known: Known,
    /// The announcements, until the first packet is written.
    pending: Vec<(Path, String, Vec<u8>)>,
    written: Written,
    bytes: Vec<u8>,
    comment: String,
    /// Interfaces of packets that stay as they were.
    others: HashMap<LinkType, InterfaceId>,
    decoder: Decoder,
}

/// What the analysis of the whole capture tells of its contents.
#[derive(Debug)]
struct Known {
    paths: ClearPaths,
    /// RTP streams, and whether they are encrypted, on each of their ways.
    streams: HashMap<(Path, Via, u32), bool>,
    /// Those with more ways than are kept.
    anywhere: HashMap<u32, bool>,
    /// The address pairs of connections.
    ours: HashSet<(Path, Via)>,
}

impl<W: Write> Clear<W> {
    /// Begins a decrypted copy of the capture that `analysis` is about and comments call `source`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: W, analysis: &Analysis, shape: Shape, source: &str) -> io::Result<Self> {
        let mut writer = Writer::new(out, concat!("rtcscope ", env!("CARGO_PKG_VERSION")))?;
        let link = match shape {
            Shape::Udp => LinkType::RAW,
            Shape::Pdu => exported_pdu::LINK,
        };
        let interface = writer.interface(link, "decrypted")?;
        let known = Known::new(analysis);
        let pending = announcements(analysis, &known.paths).into_iter().zip(1..);
        let pending = pending.map(|(a, id)| match shape {
            Shape::Udp => (a.path, a.sdp.clone(), a.sap(id)),
            Shape::Pdu => (a.media, a.sdp.clone(), a.sdp.into_bytes()),
        });
        Ok(Self {
            writer,
            interface,
            shape,
            source: source.to_owned(),
            pending: pending.collect(),
            known,
            written: Written::default(),
            bytes: Vec::new(),
            comment: String::new(),
            others: HashMap::new(),
            decoder: Decoder::new(),
        })
    }

    /// Writes a content, if it is in clear; says whether it belongs into such a file at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn push(&mut self, content: &Content<'_>) -> io::Result<bool> {
        let is_encrypted = match content.kind {
            ContentKind::Rtp => self.known.rtp(content),
            ContentKind::Rtcp => self.known.is_ours(content).then_some(false),
            ContentKind::Sctp => Some(false),
        };
        match is_encrypted {
            Some(false) => {}
            Some(true) => {
                let skipped = &mut self.written.encrypted_rtp;
                skipped.packets += 1;
                skipped.first = skipped.first.or(Some(content.no));
                return Ok(false);
            }
            None => return Ok(false),
        }
        self.announce(content.ts)?;
        let path = self.known.paths.of(content.path, content.via);
        let (bytes, missing) = (content.bytes, content.missing);
        self.bytes.clear();
        match self.shape {
            Shape::Udp if content.kind == ContentKind::Sctp => {
                headers::sctp(&mut self.bytes, path, bytes, missing);
            }
            Shape::Udp => headers::udp(&mut self.bytes, path, bytes, missing),
            Shape::Pdu => {
                let dissector = match content.kind {
                    ContentKind::Rtp => "rtp",
                    ContentKind::Rtcp => "rtcp",
                    ContentKind::Sctp => "sctp",
                };
                exported_pdu::tags(&mut self.bytes, dissector, path, Some(content.no));
                self.bytes.extend_from_slice(bytes);
            }
        }
        self.comment_on(content);
        self.writer.packet(&Packet {
            interface: self.interface,
            ts: content.ts,
            wire_len: (self.bytes.len() as u64 + u64::from(missing)).min(u32::MAX.into()) as u32,
            data: &self.bytes,
            comment: &self.comment,
        })?;
        match content.kind {
            ContentKind::Rtp => self.written.rtp += 1,
            ContentKind::Rtcp => self.written.rtcp += 1,
            ContentKind::Sctp => self.written.sctp += 1,
        }
        Ok(true)
    }

    /// Writes a frame as it was; not one that has a part of a TCP stream whose messages are written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        if let Decoded::Tcp(segment) = self.decoder.decode(frame)
            && self.known.is_on(segment.path, Via::Direct)
        {
            return Ok(());
        }
        let interface = match self.others.get(&frame.link) {
            Some(known) => *known,
            None => {
                let new = self.writer.interface(frame.link, "as captured")?;
                self.others.insert(frame.link, new);
                new
            }
        };
        self.comment.clear();
        let _ = write!(self.comment, "packet {} of {}", frame.no, self.source);
        self.written.others += 1;
        self.writer.packet(&Packet {
            interface,
            ts: frame.ts,
            wire_len: frame.wire_len,
            data: frame.data,
            comment: &self.comment,
        })
    }

    /// Ends the file, and tells what is in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<(W, Written)> {
        Ok((self.writer.finish()?, self.written))
    }

    /// Writes the announcements, before the first packet that needs them.
    fn announce(&mut self, ts: Timestamp) -> io::Result<()> {
        for (path, sdp, message) in std::mem::take(&mut self.pending) {
            self.bytes.clear();
            match self.shape {
                Shape::Udp => headers::udp(&mut self.bytes, path, &message, 0),
                Shape::Pdu => {
                    exported_pdu::tags(&mut self.bytes, "sdp", path, None);
                    self.bytes.extend_from_slice(sdp.as_bytes());
                }
            }
            self.written.announcements += 1;
            self.writer.packet(&Packet {
                interface: self.interface,
                ts,
                wire_len: 0,
                data: &self.bytes,
                comment: "not in the capture: tells Wireshark which ports carry RTP, and what the \
                          payload types are",
            })?;
        }
        Ok(())
    }

    fn comment_on(&mut self, content: &Content<'_>) {
        let what = match (content.kind, content.decrypted) {
            (ContentKind::Rtp, true) => "SRTP decrypted",
            (ContentKind::Rtcp, true) => "SRTCP decrypted",
            (ContentKind::Sctp, true) => "SCTP decrypted from DTLS",
            (ContentKind::Rtp, false) => "RTP as it was",
            (ContentKind::Rtcp, false) => "RTCP as it was",
            (ContentKind::Sctp, false) => "SCTP as it was",
        };
        let (no, source) = (content.no, &self.source);
        let Path { src, dst, protocol } = content.path;
        let comment = &mut self.comment;
        comment.clear();
        // Writing to a string cannot fail.
        let _ = write!(comment, "packet {no} of {source}, {what}");
        if content.kind == ContentKind::Sctp && protocol == Protocol::Udp {
            let _ = write!(comment, ", UDP {src} > {dst}");
        }
        if protocol == Protocol::Tcp {
            let _ = write!(comment, ", TCP {src} > {dst}");
        }
        if let Some(server) = self.known.paths.server(content.via) {
            let _ = write!(comment, ", relayed by {server}");
        }
    }
}

impl Known {
    fn new(analysis: &Analysis) -> Self {
        let mut streams = HashMap::new();
        let mut anywhere = HashMap::new();
        for stream in &analysis.streams {
            let is_encrypted = is_encrypted(stream);
            for leg in &stream.legs {
                streams.insert((leg.path, leg.via, stream.ssrc.0), is_encrypted);
            }
            if stream.legs_not_kept > 0 {
                anywhere.insert(stream.ssrc.0, is_encrypted);
            }
        }
        let ours = analysis.connections.iter().flat_map(|c| &c.transports);
        let ours = ours.map(|t| {
            let (src, dst, protocol) = (t.a, t.b, t.protocol);
            (Path { src, dst, protocol }.canonical().0, t.via)
        });
        Self {
            paths: ClearPaths::new(analysis),
            streams,
            anywhere,
            ours: ours.collect(),
        }
    }

    /// Whether an RTP packet is encrypted; none if it is of no stream.
    fn rtp(&self, content: &Content<'_>) -> Option<bool> {
        if content.decrypted {
            return Some(false);
        }
        let ssrc = content.bytes.get(8..12)?.try_into().ok()?;
        let ssrc = u32::from_be_bytes(ssrc);
        let on_way = self.streams.get(&(content.path, content.via, ssrc));
        on_way.or_else(|| self.anywhere.get(&ssrc)).copied()
    }

    fn is_ours(&self, content: &Content<'_>) -> bool {
        content.decrypted || self.is_on(content.path, content.via)
    }

    fn is_on(&self, path: Path, via: Via) -> bool {
        self.ours.contains(&(path.canonical().0, via))
    }
}
