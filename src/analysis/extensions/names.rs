//! Which of the identifiers with text is MID, RID, repaired RID or CNAME.
//!
//! One text alone says little: what tells is who shares it. A MID is shared by the media of an `m=`
//! section and its repair streams, and audio has one too; a RID names one stream of a simulcast, a
//! repaired RID the stream that it repairs; a CNAME is the same for all of an endpoint's streams.

use super::meaning::Media;
use crate::proto::rtp::ExtensionKind as Is;

/// The shortest text taken for a CNAME.
const CNAME_MIN: usize = 8;
/// Elements that a text must be in: one byte of noise is a letter or digit as often as not.
const ELEMENTS_MIN: u64 = 2;

/// The text that one stream has under one identifier.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Named<'a> {
    /// The stream's number among those compared.
    pub(in crate::analysis) stream: usize,
    pub(in crate::analysis) text: &'a str,
    pub(in crate::analysis) media: Media,
    /// Elements that say it.
    pub(in crate::analysis) elements: u64,
    /// Packets of the stream.
    pub(in crate::analysis) packets: u64,
}

/// The texts under one identifier.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Names<'a> {
    pub(in crate::analysis) id: u8,
    pub(in crate::analysis) named: Vec<Named<'a>>,
}

impl Names<'_> {
    fn text_of(&self, stream: usize) -> Option<&str> {
        let found = self.named.iter().find(|n| n.stream == stream);
        found.map(|n| n.text)
    }

    fn has(&self, media: Media) -> bool {
        self.named.iter().any(|n| n.media == media)
    }

    /// Whether two streams have the same text.
    fn is_shared(&self) -> bool {
        let all = self.named.iter().enumerate();
        all.clone()
            .any(|(i, a)| all.clone().skip(i + 1).any(|(_, b)| a.text == b.text))
    }

    fn is_one_for_all(&self) -> bool {
        let first = self.named.first().map(|n| n.text);
        self.named.iter().all(|n| Some(n.text) == first)
    }

    fn is_numeric(&self) -> bool {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        self.named.iter().all(|n| digits(n.text))
    }

    /// Whether audio and video of one endpoint have the same, long text.
    fn is_cname(&self) -> bool {
        self.named.len() >= 2
            && self.is_one_for_all()
            && self.has(Media::Audio)
            && self.has(Media::Video)
            && self.named.iter().all(|n| n.text.len() >= CNAME_MIN)
    }

    /// Whether no stream has both.
    fn is_apart_from(&self, other: &Names<'_>) -> bool {
        !self.named.iter().any(|n| other.text_of(n.stream).is_some())
    }

    /// Whether each of its texts is the text of exactly one stream of the other.
    fn points_into(&self, other: &Names<'_>) -> bool {
        self.named.iter().all(|n| {
            let same = other.named.iter().filter(|o| o.text == n.text);
            same.count() == 1
        })
    }

    fn elements(&self) -> u64 {
        self.named.iter().map(|n| n.elements).sum()
    }

    fn packets(&self) -> u64 {
        self.named.iter().map(|n| n.packets).sum()
    }
}

/// What each identifier with text is, where that is clear. `all` are those of one direction.
pub(in crate::analysis) fn tell(all: &[Names<'_>]) -> Vec<(u8, Is)> {
    let mut told = Vec::new();
    let mut open: Vec<&Names<'_>> = Vec::new();
    for names in all.iter().filter(|n| n.elements() >= ELEMENTS_MIN) {
        if names.is_cname() {
            told.push((names.id, Is::Cname));
        } else {
            open.push(names);
        }
    }
    let mid = match open.as_slice() {
        [only] => is_mid_alone(only).then_some(*only),
        several => mid_among(several),
    };
    if let Some(mid) = mid {
        told.push((mid.id, Is::Mid));
    } else {
        return told;
    }
    let rest: Vec<&Names<'_>> = open
        .into_iter()
        .filter(|n| mid.is_some_and(|m| m.id != n.id))
        .collect();
    match rest.as_slice() {
        [a, b] => {
            let [rid, repaired] = if a.packets() >= b.packets() {
                [a, b]
            } else {
                [b, a]
            };
            // Media has more packets than its repairs, by far.
            let is_clear = rid.packets() * 2 >= repaired.packets() * 3;
            if is_clear
                && rid.is_apart_from(repaired)
                && repaired.points_into(rid)
                && !rid.has(Media::Audio)
            {
                told.push((rid.id, Is::Rid));
                told.push((repaired.id, Is::RepairedRid));
            }
        }
        [only] if mid.is_some_and(|mid| is_rid_beside(only, mid)) => {
            told.push((only.id, Is::Rid));
        }
        _ => {}
    }
    told
}

/// Whether the only text of a direction is a MID: a RID would not be on audio, nor on two streams.
/// Numbers are what senders choose for a MID when nobody chooses, and a RID does not come alone.
fn is_mid_alone(names: &Names<'_>) -> bool {
    let is_cname_like = names.named.iter().any(|n| n.text.len() > 16);
    !is_cname_like && (names.has(Media::Audio) || names.is_shared() || names.is_numeric())
}

/// The MID among several texts: the one that goes with every other, and that more share.
fn mid_among<'n, 't>(several: &[&'n Names<'t>]) -> Option<&'n Names<'t>> {
    let others = |mid: u8| several.iter().filter(move |n| n.id != mid);
    let is_mid = |mid: &&&Names<'_>| {
        others(mid.id).all(|other| {
            let beside = |n: &Named<'_>| mid.text_of(n.stream).is_some();
            let goes_with_it = other.named.iter().all(beside);
            let told_apart = (mid.has(Media::Audio) && !other.has(Media::Audio))
                || (mid.is_shared() && !other.is_shared())
                || (mid.is_numeric() && !other.is_numeric());
            goes_with_it && told_apart
        })
    };
    let mut found = several.iter().filter(is_mid);
    let mid = found.next()?;
    found.next().is_none().then_some(*mid)
}

/// Whether a text beside a MID tells the streams of one `m=` section apart, as a RID does.
fn is_rid_beside(names: &Names<'_>, mid: &Names<'_>) -> bool {
    let is_distinct = names.named.iter().all(|n| {
        let same = names
            .named
            .iter()
            .filter(|o| o.text == n.text && mid.text_of(o.stream) == mid.text_of(n.stream));
        same.count() == 1
    });
    // Repairs alone do not come without the media that they repair, which has the MID too.
    let is_known = names.named.len() >= 2 || mid.named.len() == 1;
    let is_short = names.named.iter().all(|n| n.text.len() < CNAME_MIN);
    is_distinct && is_known && is_short && names.has(Media::Video) && !names.has(Media::Audio)
}
