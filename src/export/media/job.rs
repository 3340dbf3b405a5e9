//! One stream on its way into files: repairs merged into it, its packets in order, each to the file of
//! its codec. A stream whose codec changes becomes a file of each.

use super::audio::AudioTrack;
use super::format::{Container, Format, Role};
use super::manifest::{Entry, Manifest, Omitted};
use super::order::{Order, Ordered, Origin, Packet};
use super::plan::Planned;
use super::sender_clock::SenderClock;
use super::video::{Damage, VideoCounts, VideoTrack};
use super::{Folder, Store};
use crate::analysis::Content;
use crate::net::Endpoint;
use crate::proto::rtp::{Red, RtpPacket};
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::io;

/// The most files of one stream: codecs do not change that often.
const TRACKS_MAX: usize = 8;

/// A stream being extracted.
pub(super) struct Job {
    pub(super) plan: Planned,
    damage: Damage,
    order: Order,
    ready: Vec<Ordered>,
    tracks: Vec<Track>,
    sender: SenderClock,
    /// Packets lost, and new numbers begun, since the last packet with media.
    lost: u64,
    is_restart: bool,
    /// The payload type inside redundant payloads that is the stream's media, if nothing explains it:
    /// where the analysis does not tell, the first one, as media comes before parity that protects it.
    inner: Option<u8>,
    counts: JobCounts,
}

/// What was done with packets that are in no file.
#[derive(Clone, Debug, Default)]
pub(super) struct JobCounts {
    /// Encrypted, and not opened.
    pub(super) encrypted: u64,
    /// Cut by the snaplen, so that their media is not whole.
    pub(super) cut: u64,
    /// Key presses, comfort noise, parity, padding.
    pub(super) without_media: u64,
    /// Of payload types that are not known, or not written.
    pub(super) other: u64,
    pub(super) other_types: BTreeSet<u8>,
}

/// The file of one codec.
struct Track {
    head: Head,
    media: Media,
}

/// What is known of a file besides its media.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) format: Format,
    pub(super) name: String,
    /// When the first packet with its media was captured, and the last one.
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    first_timestamp: u32,
    /// Packets with its media, without copies.
    pub(super) packets: u64,
}

enum Media {
    Audio(AudioTrack),
    Video(Box<VideoTrack>, Vec<Vec<u8>>),
}

impl Job {
    pub(super) fn new(plan: Planned, damage: Damage) -> Self {
        Self {
            damage,
            order: Order::default(),
            ready: Vec::new(),
            tracks: Vec::new(),
            sender: SenderClock::default(),
            lost: 0,
            is_restart: false,
            inner: plan.inner_type,
            plan,
            counts: JobCounts::default(),
        }
    }

    /// Bytes that wait for missing packets.
    pub(super) fn waiting(&self) -> usize {
        self.order.waiting()
    }

    /// Whether a report of this source from there is about it.
    pub(super) fn is_of(&self, ssrc: u32, from: Endpoint) -> bool {
        self.plan.ssrc == ssrc && self.plan.path.src.ip() == from.ip()
    }

    /// Takes a sender report.
    pub(super) fn report(&mut self, ntp: u64, rtp: u32) {
        self.sender.report(ntp, rtp);
    }

    /// Takes a packet, of the stream itself or of one that retransmits it.
    pub(super) fn push(
        &mut self,
        rtp: &RtpPacket<'_>,
        content: &Content<'_>,
        is_rtx: bool,
        folder: &mut dyn Folder,
    ) -> io::Result<()> {
        if self.plan.is_encrypted && !content.decrypted {
            self.counts.encrypted += u64::from(!is_rtx);
            return Ok(());
        }
        let payload = match rtp.unpadded_payload() {
            Some(payload) if rtp.missing() == 0 => payload,
            _ => {
                self.counts.cut += u64::from(!is_rtx);
                return Ok(());
            }
        };
        let mut packet = Packet {
            sequence: rtp.sequence_number(),
            timestamp: rtp.timestamp(),
            marker: rtp.marker(),
            payload_type: rtp.payload_type(),
            arrival: content.ts,
            origin: Origin::Sent,
            payload: Vec::new(),
        };
        let mut media = payload;
        if is_rtx {
            let Some((number, rest)) = payload.split_first_chunk::<2>() else {
                return Ok(());
            };
            let Some(original) = self.plan.original_type(packet.payload_type) else {
                return Ok(());
            };
            packet.sequence = u16::from_be_bytes(*number);
            packet.payload_type = original;
            packet.origin = Origin::Rtx;
            media = rest;
            // Probes for bandwidth repeat what has come already.
            if !self.order.misses(packet.sequence) {
                return Ok(());
            }
        }
        // Padding only, as probes for bandwidth are: its number is not missing.
        if !media.is_empty() && self.plan.role(packet.payload_type) == Role::Red {
            let Ok(red) = Red::parse(media) else {
                self.counts.other += 1;
                return Ok(());
            };
            self.redundant(&packet, &red);
            packet.payload_type = red.primary.payload_type;
            media = red.primary.data;
            if self.plan.role(packet.payload_type) == Role::Other {
                self.inner.get_or_insert(packet.payload_type);
            }
        }
        packet.payload = media.to_vec();
        self.order.push(packet, &mut self.ready);
        self.drain(folder)
    }

    /// Takes earlier payloads that are repeated in a packet, where they are missing.
    fn redundant(&mut self, packet: &Packet, red: &Red<'_>) {
        let blocks = red.redundant().count();
        for (i, block) in red.redundant().enumerate() {
            let back = u16::try_from(blocks - i).unwrap_or_default();
            let sequence = packet.sequence.wrapping_sub(back);
            if block.data.is_empty() || !self.order.misses(sequence) {
                continue;
            }
            let repeated = Packet {
                sequence,
                timestamp: packet.timestamp.wrapping_sub(block.timestamp_offset.into()),
                marker: false,
                payload_type: block.payload_type,
                arrival: packet.arrival,
                origin: Origin::Red,
                payload: block.data.to_vec(),
            };
            self.order.push(repeated, &mut self.ready);
        }
    }

    /// Lets go everything that waits.
    pub(super) fn flush(&mut self, folder: &mut dyn Folder) -> io::Result<()> {
        self.order.flush(&mut self.ready);
        self.drain(folder)
    }

    fn drain(&mut self, folder: &mut dyn Folder) -> io::Result<()> {
        let mut ready = std::mem::take(&mut self.ready);
        let result = ready.drain(..).try_for_each(|o| self.ordered(o, folder));
        self.ready = ready;
        result
    }

    /// Takes the next packet in order.
    fn ordered(&mut self, mut ordered: Ordered, folder: &mut dyn Folder) -> io::Result<()> {
        let packet = &ordered.packet;
        self.lost += ordered.lost;
        self.is_restart |= ordered.is_restart;
        let role = match self.plan.role(packet.payload_type) {
            Role::Other if self.inner == Some(packet.payload_type) => self.plan.inner_role(),
            role => role,
        };
        let format = match role {
            Role::Media(format) if !packet.payload.is_empty() => format,
            Role::Media(_) | Role::Companion | Role::UlpFec | Role::Rtx => {
                self.counts.without_media += 1;
                return Ok(());
            }
            _ if packet.payload.is_empty() => {
                self.counts.without_media += 1;
                return Ok(());
            }
            Role::Red | Role::Other => {
                self.counts.other += 1;
                self.counts.other_types.insert(packet.payload_type);
                return Ok(());
            }
        };
        ordered.lost = std::mem::take(&mut self.lost);
        ordered.is_restart = std::mem::take(&mut self.is_restart);
        let Some(track) = self.track(format, packet, folder)? else {
            self.counts.other += 1;
            return Ok(());
        };
        let Track { head, media } = track;
        head.packets += 1;
        head.last = head.last.max(ordered.packet.arrival);
        match media {
            Media::Audio(audio) => audio.push(&ordered),
            Media::Video(video, sets) => {
                let name = &head.name;
                video.push(ordered, &mut || create(folder, name, sets))
            }
        }
    }

    /// The file for this format, begun if need be; none when there are too many.
    fn track(
        &mut self,
        format: Format,
        packet: &Packet,
        folder: &mut dyn Folder,
    ) -> io::Result<Option<&mut Track>> {
        let place = self.tracks.iter().position(|t| t.head.format == format);
        if let Some(place) = place {
            return Ok(self.tracks.get_mut(place));
        }
        if self.tracks.len() >= TRACKS_MAX {
            return Ok(None);
        }
        let name = self.name(format);
        let media = match format {
            Format::Video(video, rate) => {
                let sets = match format.container() {
                    Container::AnnexB => self.plan.parameter_sets(packet.payload_type),
                    _ => &[],
                };
                let sets = sets.to_vec();
                let track = VideoTrack::new(video, rate, self.damage);
                Media::Video(Box::new(track), sets)
            }
            Format::Opus | Format::Samples(_) => {
                let file = folder.create(&name)?;
                match AudioTrack::begin(format, file, self.plan.ssrc)? {
                    Some(track) => Media::Audio(track),
                    None => return Ok(None),
                }
            }
        };
        let head = Head {
            format,
            name,
            first: packet.arrival,
            last: packet.arrival,
            first_timestamp: packet.timestamp,
            packets: 0,
        };
        self.tracks.push(Track { head, media });
        Ok(self.tracks.last_mut())
    }

    /// What the file is called: nothing in it comes from the capture but numbers.
    fn name(&self, format: Format) -> String {
        let Planned {
            connection,
            ssrc,
            a_to_b,
            id,
            ..
        } = &self.plan;
        let kind = if format.is_video() { "video" } else { "audio" };
        let codec = format.name().to_ascii_lowercase();
        let way = if *a_to_b { "a-to-b" } else { "b-to-a" };
        let alike = |t: &&Track| t.head.format.name() == format.name();
        let again = match self.tracks.iter().filter(alike).count() {
            0 => String::new(),
            n => format!("-{}", n + 1),
        };
        let extension = format.extension();
        format!("conn{connection}-stream{id}-{kind}-{codec}-{ssrc}-{way}{again}.{extension}")
    }

    /// Ends the files and tells what is in them.
    pub(super) fn finish(
        mut self,
        folder: &mut dyn Folder,
        manifest: &mut Manifest,
    ) -> io::Result<()> {
        self.flush(folder)?;
        let mut why = self.why_nothing();
        for Track { head, media } in std::mem::take(&mut self.tracks) {
            let rate = head.format.clock_rate();
            let dated = |seconds: f64| {
                let ticks = (seconds * f64::from(rate)).round() as i64;
                self.sender
                    .at(head.first_timestamp.wrapping_add(ticks as u32), rate)
            };
            let mut entry = Entry::new(&self.plan, &head, &self.order.counts, &self.counts);
            match media {
                Media::Audio(audio) => {
                    let audio = audio.finish()?;
                    entry.audio(&head, &audio, dated(0.0), manifest);
                }
                Media::Video(video, sets) => {
                    let mut create = || create(folder, &head.name, &sets);
                    let (video, is_there) = video.finish(&mut create)?;
                    if !is_there {
                        why = Some(why_no_frame(&video));
                        continue;
                    }
                    entry.video(&head, &video, dated(video.start), manifest);
                }
            }
            manifest.files.push(entry);
        }
        let has_file = |manifest: &Manifest| {
            let mut files = manifest.files.iter();
            files.any(|f| f.stream == self.plan.id.0)
        };
        if let Some(why) = why.filter(|_| !has_file(manifest)) {
            manifest.not_extracted.push(Omitted::of(&self.plan, why));
        }
        Ok(())
    }

    /// Why there is no file, if there is none.
    fn why_nothing(&self) -> Option<String> {
        if !self.tracks.is_empty() {
            return None;
        }
        let JobCounts {
            encrypted,
            cut,
            without_media,
            other,
            other_types,
        } = &self.counts;
        let numbers: Vec<_> = other_types.iter().map(u8::to_string).collect();
        Some(if *other > 0 {
            let numbers = numbers.join(", ");
            format!("its payload types ({numbers}) are of no codec that is known and written")
        } else if *cut > 0 {
            "its packets are cut by the capture's snaplen".to_owned()
        } else if *encrypted > 0 {
            "encrypted, and no packet could be opened".to_owned()
        } else if *without_media > 0 {
            "no packet holds media".to_owned()
        } else {
            "no packet of it was found again".to_owned()
        })
    }
}

fn why_no_frame(video: &VideoCounts) -> String {
    match (video.before_key, video.incomplete) {
        (0, 0) => "no frame that could be read".to_owned(),
        (0, n) => format!("no whole frame: {n} are incomplete"),
        (n, _) => format!("no key frame, without which the {n} others cannot be decoded"),
    }
}

/// Begins a file of video, with what a decoder needs before the first packet.
fn create(
    folder: &mut dyn Folder,
    name: &str,
    parameter_sets: &[Vec<u8>],
) -> io::Result<Box<dyn Store>> {
    let mut file = folder.create(name)?;
    for set in parameter_sets {
        file.write_all(&[0, 0, 0, 1])?;
        file.write_all(set)?;
    }
    Ok(file)
}
