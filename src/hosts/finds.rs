//! What has been found so far, and what is known about where the search is.

use super::view::View;
use super::{Found, Ignore, Kind, Text};
use crate::sdp::{Role, Side};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is known of the place that is being looked at.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) kind: Kind,
    pub(super) pointer: String,
    pub(super) role: Option<Role>,
    pub(super) side: Option<Side>,
    pub(super) thread: Option<String>,
    /// What is found is a piece of a description.
    pub(super) is_fragment: bool,
    /// It is said to be a description, whatever it looks like.
    pub(super) is_sdp: bool,
    /// People wrote it, and left out what does not matter.
    pub(super) has_holes: bool,
    pub(super) ignores: Vec<Ignore>,
}

impl Context {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            pointer: String::new(),
            role: None,
            side: None,
            thread: None,
            is_fragment: false,
            is_sdp: false,
            has_holes: matches!(kind, Kind::Markup),
            ignores: Vec::new(),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Finds {
    pub(super) all: Vec<Found>,
    /// The latest description that each end of a connection applied, local and remote.
    applied: BTreeMap<String, [Option<usize>; 2]>,
    /// The same, while it applies another.
    last: BTreeMap<(String, bool), usize>,
    /// The answer of a connection that was refused, while nothing came after it.
    refused: BTreeMap<String, usize>,
}

impl Finds {
    /// Adds the description that is `range` of `view`.
    pub(super) fn add(&mut self, view: View<'_>, range: Range<usize>, cx: &Context) {
        let (text, codings) = view.text(range);
        self.all.push(Found {
            text,
            kind: cx.kind,
            pointer: (!cx.pointer.is_empty()).then(|| cx.pointer.clone()),
            role: cx.role,
            side: cx.side,
            thread: cx.thread.clone(),
            holes: Vec::new(),
            is_fragment: cx.is_fragment,
            ignores: cx.ignores.clone(),
            codings,
        });
    }

    /// An end of the connection `thread` applies another description.
    pub(super) fn begin(&mut self, thread: &str, side: Side) {
        *self.slot(thread, side) = None;
    }

    /// It is the one at `index`.
    pub(super) fn said(&mut self, thread: &str, side: Side, index: usize) {
        *self.slot(thread, side) = Some(index);
        // The offer may still be answered, and that is then what was agreed on.
        let refused = self.refused.remove(thread);
        if let Some(found) = refused.and_then(|index| self.all.get_mut(index)) {
            found.thread = None;
        }
        let end = (thread.to_owned(), side == Side::Local);
        self.last.insert(end, index);
    }

    /// What that end applied last, and its role.
    pub(super) fn last(&self, thread: &str, side: Side) -> Option<(&[u8], Option<Role>)> {
        let index = self.last.get(&(thread.to_owned(), side == Side::Local))?;
        let found = self.all.get(*index)?;
        Some((bytes_of(found, &[]), found.role))
    }

    /// Whether it is known.
    pub(super) fn is_said(&mut self, thread: &str, side: Side) -> bool {
        self.slot(thread, side).is_some()
    }

    /// It was refused, and is no part of what was agreed on. The last answer stays with its offer: why
    /// it was refused may be seen beside that.
    pub(super) fn reject(&mut self, thread: &str, side: Side) {
        let index = self.slot(thread, side).take();
        let Some((index, found)) = index.and_then(|at| Some((at, self.all.get_mut(at)?))) else {
            return;
        };
        if found.role == Some(Role::Answer) {
            self.refused.insert(thread.to_owned(), index);
        } else {
            found.thread = None;
        }
    }

    fn slot(&mut self, thread: &str, side: Side) -> &mut Option<usize> {
        let [local, remote] = self.applied.entry(thread.to_owned()).or_default();
        match side {
            Side::Local => local,
            Side::Remote => remote,
        }
    }

    /// The descriptions from `first` on belong to no session after all.
    pub(super) fn unthread(&mut self, first: usize) {
        for found in self.all.get_mut(first..).unwrap_or_default() {
            found.thread = None;
        }
    }

    /// Of the sessions that begin with the description `first`, keeps those together that look like
    /// one: where a socket carries several connections, an answer is not that of the offer before.
    pub(super) fn settle(&mut self, first: usize) {
        let mut threads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, found) in self.all.iter().enumerate().skip(first) {
            if let Some(thread) = &found.thread {
                threads.entry(thread.clone()).or_default().push(at);
            }
        }
        for members in threads.values() {
            let found = members.iter().filter_map(|&at| self.all.get(at));
            if is_session(found) {
                continue;
            }
            for &at in members {
                if let Some(found) = self.all.get_mut(at) {
                    found.thread = None;
                }
            }
        }
    }
}

impl Finds {
    /// Of descriptions that say the same and stand alone keeps one, which tells how many there are.
    /// Only of records: what is mended has to be mended everywhere.
    pub(super) fn merge(&mut self) {
        let mut first: BTreeMap<(Vec<u8>, Option<bool>), usize> = BTreeMap::new();
        let mut more: BTreeMap<usize, usize> = BTreeMap::new();
        let mut kept: Vec<Found> = Vec::new();
        for found in std::mem::take(&mut self.all) {
            if let Text::Extracted { bytes, .. } = &found.text
                && found.kind.is_evidence()
                && found.thread.is_none()
            {
                let role = found.role.map(|role| role == Role::Offer);
                match first.get(&(bytes.clone(), role)) {
                    Some(&at) => {
                        *more.entry(at).or_default() += 1;
                        continue;
                    }
                    None => {
                        first.insert((bytes.clone(), role), kept.len());
                    }
                }
            }
            kept.push(found);
        }
        for (at, count) in more {
            if let Some(pointer) = kept.get_mut(at).and_then(|found| found.pointer.as_mut()) {
                *pointer += &format!(", and {count} more like it");
            }
        }
        self.all = kept;
    }
}

/// The bytes of `found` in `file`.
pub(super) fn bytes_of<'a>(found: &'a Found, file: &'a [u8]) -> &'a [u8] {
    match &found.text {
        Text::InPlace(range) => file.get(range.clone()).unwrap_or_default(),
        Text::Extracted { bytes, .. } => bytes,
    }
}

/// Whether these can be one session: an answer from the other end after every offer, as many media
/// sections in both, and each end with one origin (RFC 8866 §5.2).
fn is_session<'f>(all: impl Iterator<Item = &'f Found>) -> bool {
    let mut offer: Option<(&Found, usize)> = None;
    let mut origins: [Option<&[u8]>; 2] = [None, None];
    for found in all {
        let text = bytes_of(found, &[]);
        let lines = || text.split(|&b| b == b'\n');
        let sections = lines().filter(|line| line.starts_with(b"m=")).count();
        let origin = lines().find_map(|line| line.strip_prefix(b"o="));
        let mut words = origin.unwrap_or_default().splitn(3, |&b| b == b' ');
        let session = words.nth(1).unwrap_or_default();
        let Some(side) = found.side else { return false };
        let [local, remote] = &mut origins;
        let known = if side == Side::Local { local } else { remote };
        if *known.get_or_insert(session) != session {
            return false;
        }
        offer = match (found.role, offer) {
            (Some(Role::Offer), None) => Some((found, sections)),
            (Some(Role::Answer), Some((asked, wanted)))
                if asked.side != found.side && wanted == sections =>
            {
                None
            }
            _ => return false,
        };
    }
    true
}
