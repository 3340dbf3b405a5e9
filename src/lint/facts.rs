//! What is worked out of a description once, for all rules.

mod bundle;

use crate::sdp::{Description, Field, Group, Line, Name, Names, Payloads, Role, Section, Side};
use std::collections::BTreeMap;
use std::ops::Deref;

/// A description with what rules ask of it.
#[derive(Debug)]
pub struct Facts<'d, 'a> {
    sdp: &'d Description<'a>,
    media: Vec<Media<'d, 'a>>,
    bundles: Vec<Vec<usize>>,
    role: Option<Role>,
    side: Option<Side>,
    webrtc: bool,
    /// The first line of each name at session level.
    session: BTreeMap<Name, &'d Line<'a>>,
}

impl<'d, 'a> Facts<'d, 'a> {
    /// Works out what rules need. `insists` takes the description for WebRTC's whatever is in it.
    pub(super) fn of(sdp: &'d Description<'a>, role: Option<Role>, insists: bool) -> Self {
        let role = role.or_else(|| infer_role(sdp));
        let (media, bundles) = collect(sdp, role);
        Self {
            sdp,
            media,
            bundles,
            role,
            side: None,
            webrtc: insists || looks_like_webrtc(sdp),
            session: first_lines(sdp.session()),
        }
    }

    /// The same, written by `side`.
    pub(super) fn by(self, side: Option<Side>) -> Self {
        Self { side, ..self }
    }

    /// Completes what the description does not tell of itself.
    pub(super) fn settle(&mut self, role: Role, side: Option<Side>) {
        if self.role != Some(role) {
            (self.media, self.bundles) = collect(self.sdp, Some(role));
        }
        (self.role, self.side) = (Some(role), side);
    }

    /// The description.
    pub fn sdp(&self) -> &'d Description<'a> {
        self.sdp
    }

    /// Its media sections.
    pub fn media(&self) -> &[Media<'d, 'a>] {
        &self.media
    }

    /// Whether this is an offer or an answer, when that is known.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Which end wrote it, when that is known.
    pub fn side(&self) -> Option<Side> {
        self.side
    }

    /// Whether the description has ICE or DTLS in it, or the profile insists on WebRTC.
    pub fn is_webrtc(&self) -> bool {
        self.webrtc
    }

    /// The first line called `name` that holds for `media`: its own, or that of the session.
    pub fn line_for(&self, media: &Media<'d, 'a>, name: Name) -> Option<&'d Line<'a>> {
        let own = media.has(name).then(|| media.first(name)).flatten();
        own.or_else(|| self.session_line(name))
    }

    /// The first line called `name` at session level.
    pub fn session_line(&self, name: Name) -> Option<&'d Line<'a>> {
        self.session.get(&name).copied()
    }

    /// The value of that line.
    pub fn value_for(&self, media: &Media<'d, 'a>, name: Name) -> Option<Field<'a>> {
        self.line_for(media, name)?.attribute_value()
    }

    /// For each section, whether it has a transport of its own: it can be used, and no earlier one
    /// of its BUNDLE group can.
    pub fn own_transports(&self) -> Vec<bool> {
        let mut own: Vec<bool> = self.media.iter().map(Media::is_active).collect();
        for group in &self.bundles {
            let mut active = group.iter().filter(|&&i| own.get(i) == Some(&true));
            let _tagged = active.next();
            for i in active.copied().collect::<Vec<_>>() {
                if let Some(own) = own.get_mut(i) {
                    *own = false;
                }
            }
        }
        own
    }

    /// The sections of each BUNDLE group, in the order of the description.
    pub fn bundles(&self) -> impl Iterator<Item = Vec<&Media<'d, 'a>>> {
        self.bundles
            .iter()
            .map(|group| group.iter().filter_map(|&i| self.media.get(i)).collect())
    }
}

fn first_lines<'d, 'a>(section: Section<'d, 'a>) -> BTreeMap<Name, &'d Line<'a>> {
    let mut lines = BTreeMap::new();
    for line in section.lines() {
        if let Some(name) = line.name() {
            lines.entry(name).or_insert(line);
        }
    }
    lines
}

/// A media section with its payload types.
#[derive(Debug)]
pub struct Media<'d, 'a> {
    section: Section<'d, 'a>,
    /// The payload types of an RTP section.
    pub payloads: Payloads<'a>,
    /// Attributes that are there.
    names: Names,
    /// Attributes that hold for the section's transport.
    transport_names: Names,
    /// The section whose transport this one uses, when it is another.
    tagged: Option<usize>,
}

/// The names in `lines`. A damaged line counts for the attribute it was probably meant to be, so
/// that no rule misses what another one has found to be damaged.
fn names_in(lines: &[Line<'_>]) -> Names {
    let names = lines.iter().filter_map(|line| match line.name() {
        Some(Name::Other) | None => meant(line),
        name => name,
    });
    names.collect()
}

impl<'d, 'a> Deref for Media<'d, 'a> {
    type Target = Section<'d, 'a>;
    fn deref(&self) -> &Section<'d, 'a> {
        &self.section
    }
}

impl<'a> Media<'_, 'a> {
    /// Whether the section has an attribute called `name`.
    pub fn has(&self, name: Name) -> bool {
        self.names.has(name)
    }

    /// Whether the section's transport has an attribute called `name`: written in the section, at
    /// session level, or, when the section uses the transport of a BUNDLE group, in the section
    /// whose tag that group is known by (RFC 9143 §7.1.3). No other section of the group counts:
    /// what it says of the transport is not used.
    pub fn transport_has(&self, name: Name) -> bool {
        self.transport_names.has(name)
    }

    /// What to call the section in a message: `m=audio`.
    pub fn title(&self) -> String {
        match self.media() {
            Some(m) => format!("m={}", m.media),
            None => "m=".to_owned(),
        }
    }

    /// Where to point when something is missing from the section.
    pub fn head_text(&self) -> Field<'a> {
        self.head().map_or(Field::new(&[], 0), Line::text)
    }

    /// Whether the section can be used: its `m=` line is readable and it is not rejected.
    pub fn is_active(&self) -> bool {
        self.media().is_some() && !self.is_rejected()
    }
}

/// The attribute that a damaged line such as `a=mid 0`, `A=mid:0` or `a= mid:0` was meant to be.
fn meant(line: &Line<'_>) -> Option<Name> {
    let text = line.text();
    let damaged = line.letter().is_none() || line.name_text().is_some_and(|n| !n.is_token());
    let is_attribute = matches!(text.bytes().first(), Some(b'a' | b'A' | b' '));
    let (_, value) = text.split_once(b'=').filter(|_| damaged && is_attribute)?;
    let value = value.trim();
    let end = value.bytes().iter().position(|b| matches!(b, b' ' | b':'));
    let name = Name::of(value.take(end.unwrap_or(value.len())).bytes());
    (name != Name::Other).then_some(name)
}

/// The media sections of a description, and the BUNDLE groups as indices into them.
///
/// A section that two groups name counts for the first, so that no group work is done twice.
fn collect<'d, 'a>(
    sdp: &'d Description<'a>,
    role: Option<Role>,
) -> (Vec<Media<'d, 'a>>, Vec<Vec<usize>>) {
    let session = names_in(sdp.session().lines());
    let mut media: Vec<Media<'d, 'a>> = sdp
        .media()
        .map(|section| {
            let names = names_in(section.lines());
            Media {
                section,
                payloads: Payloads::of(section),
                names,
                transport_names: session.and(names),
                tagged: None,
            }
        })
        .collect();
    let mut by_mid = BTreeMap::new();
    for (i, section) in media.iter().enumerate() {
        if let Some(mid) = section.value(Name::Mid) {
            by_mid.entry(mid).or_insert(i);
        }
    }
    let mut bundles = Vec::new();
    let values = sdp
        .session()
        .all(Name::Group)
        .filter_map(Line::attribute_value);
    for group in values
        .filter_map(|v| Group::parse(v).ok())
        .filter(Group::is_bundle)
    {
        let mut members: Vec<usize> = group.mids().filter_map(|mid| by_mid.remove(&mid)).collect();
        bundle::share_transport(&mut media, &members, role);
        members.sort_unstable();
        bundles.push(members);
    }
    (media, bundles)
}

/// A description with ICE, or with RTP or SCTP over DTLS, is WebRTC's; any other is plain RTP, SDES
/// or another use of SDP, of which WebRTC's additional rules cannot be asked.
fn looks_like_webrtc(sdp: &Description<'_>) -> bool {
    let ice = |line: &Line<'_>| {
        matches!(
            line.name(),
            Some(Name::IceUfrag | Name::IcePwd | Name::Candidate)
        )
    };
    sdp.lines().iter().any(ice) || sdp.media().any(|s| s.media().is_some_and(|m| m.is_dtls()))
}

/// Only an offer may leave the DTLS role open (RFC 8842), so `setup:actpass` tells.
fn infer_role(sdp: &Description<'_>) -> Option<Role> {
    let mut setups = sdp.sections().flat_map(|s| s.all(Name::Setup));
    setups
        .any(|line| line.attribute_value().is_some_and(|v| v.is("actpass")))
        .then_some(Role::Offer)
}
