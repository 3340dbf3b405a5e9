//! `rtcscope extract`: the media of each stream as a file that plays.
//!
//! A capture is read twice. The [`Analysis`] of the first reading tells what streams there are, what
//! they carry, what repairs what and what is encrypted; an [`Extraction`] planned from it takes what the
//! second reading lends ([`Content`]) and writes:
//!
//! ```text
//! content ─▶ plan (whose?) ─▶ job ─▶ order ─▶ video: assembly ─▶ frame ─▶ IVF, Annex B
//!                              │ RTX, RED      audio: clock ─▶ Ogg Opus, WAV
//!                              └▶ manifest
//! ```
//!
//! The rules for loss and time are in docs/extract.md.

mod assembly;
mod audio;
mod clock;
mod directory;
mod format;
mod frame;
mod g711;
mod g722;
mod ivf;
mod job;
mod manifest;
mod opus;
mod order;
mod plan;
mod sender_clock;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod video;
mod wav;

pub use directory::Directory;
pub use manifest::{
    AudioFacts, Entry, Manifest, Omitted, Recovered, Resolution, SCHEMA, VideoFacts,
};
pub use plan::{MediaKind, Selection, StreamRef};
pub use video::Damage;

use crate::analysis::{Analysis, Content, ContentKind};
use crate::proto::rtcp::{Body, Compound};
use crate::proto::rtp::RtpPacket;
use job::Job;
use plan::{Plan, Route};
use std::io;

/// The most bytes of packets that may wait for missing ones, of all streams together.
const WAITING_MAX: usize = 256 << 20;

/// A file being written.
pub trait Store: io::Write + io::Seek + Send {}

impl<T: io::Write + io::Seek + Send> Store for T {}

/// Where files come to be.
pub trait Folder {
    /// Begins a file. Names are plain: letters, digits, hyphens and one full stop.
    ///
    /// # Errors
    /// When it cannot be created, such as because there is one.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Store>>;
}

/// Begins the file that is needed now.
type Create<'a> = &'a mut dyn FnMut() -> io::Result<Box<dyn Store>>;

/// Media on its way into files.
pub struct Extraction<'f> {
    plan: Plan,
    jobs: Vec<Job>,
    folder: &'f mut dyn Folder,
    /// Bytes that wait in all jobs.
    waiting: usize,
}

impl std::fmt::Debug for Extraction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extraction")
            .field("jobs", &self.jobs.len())
            .finish_non_exhaustive()
    }
}

impl<'f> Extraction<'f> {
    /// Plans it by what the whole analysis found.
    pub fn new(analysis: &Analysis, selection: &Selection, folder: &'f mut dyn Folder) -> Self {
        let mut plan = Plan::new(analysis, selection);
        let jobs = std::mem::take(&mut plan.streams);
        let jobs = jobs.into_iter().map(|s| Job::new(s, selection.damage));
        Self {
            jobs: jobs.collect(),
            plan,
            folder,
            waiting: 0,
        }
    }

    /// How many streams will be looked at.
    pub fn streams(&self) -> usize {
        self.jobs.len()
    }

    /// Takes what a frame held.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn push(&mut self, content: &Content<'_>) -> io::Result<()> {
        match content.kind {
            ContentKind::Rtp => self.rtp(content),
            ContentKind::Rtcp => {
                self.rtcp(content);
                Ok(())
            }
            ContentKind::Sctp => Ok(()),
        }
    }

    fn rtp(&mut self, content: &Content<'_>) -> io::Result<()> {
        let Ok(rtp) = RtpPacket::parse_cut(content.bytes, content.missing) else {
            return Ok(());
        };
        let route = self.plan.route(rtp.ssrc(), content.path, content.via);
        let Some(Route { job, is_rtx }) = route else {
            return Ok(());
        };
        let Some(job) = self.jobs.get_mut(job) else {
            return Ok(());
        };
        let before = job.waiting();
        job.push(&rtp, content, is_rtx, self.folder)?;
        self.waiting = (self.waiting + job.waiting()).saturating_sub(before);
        if self.waiting > WAITING_MAX {
            self.waiting = self.waiting.saturating_sub(job.waiting());
            job.flush(self.folder)?;
        }
        Ok(())
    }

    fn rtcp(&mut self, content: &Content<'_>) {
        for packet in Compound::new_cut(content.bytes, content.missing).packets() {
            if let Ok(packet) = packet
                && let Body::SenderReport(report) = packet.body
            {
                let its = |job: &&mut Job| job.is_of(report.ssrc, content.path.src);
                if let Some(job) = self.jobs.iter_mut().find(its) {
                    job.report(report.ntp, report.rtp_timestamp);
                }
            }
        }
    }

    /// Ends all files and tells what is in them; `capture` is the name of the capture as given. Gives
    /// the folder back.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(self, capture: &str) -> io::Result<(Manifest, &'f mut dyn Folder)> {
        let mut manifest = Manifest::new(capture, self.plan.first, self.plan.omitted);
        for job in self.jobs {
            job.finish(self.folder, &mut manifest)?;
        }
        manifest.sort();
        Ok((manifest, self.folder))
    }
}
