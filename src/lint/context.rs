//! What a rule sees: the description, facts worked out once for all rules, and a way to report.

mod bundle;

use super::{Config, Profile, Report, Role, Rule};
use crate::diag::{Diagnostic, Edit, Fix, Label, Safety, Severity};
use crate::sdp::{Description, Field, Group, Line, Malformed, Name, Payloads, Section};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, Range};

/// Of one code in one description no more than this many are kept; hostile input has millions.
const KEPT: usize = 200;

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
}

/// A set of attribute names.
#[derive(Clone, Copy, Debug, Default)]
struct Names(u64);

impl Names {
    fn bit(name: Name) -> u64 {
        const { assert!(Name::ALL.len() < 64) };
        1 << (name as u8)
    }

    /// The names in `lines`. A damaged line counts for the attribute it was probably meant to be,
    /// so that no rule misses what another one has found to be damaged.
    fn of(lines: &[Line<'_>]) -> Self {
        let names = lines.iter().filter_map(|line| match line.name() {
            Some(Name::Other) | None => meant(line),
            name => name,
        });
        Self(names.fold(0, |set, name| set | Self::bit(name)))
    }

    fn has(self, name: Name) -> bool {
        self.0 & Self::bit(name) != 0
    }
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

/// What a rule works with.
#[derive(Debug)]
pub struct Context<'d, 'a> {
    sdp: &'d Description<'a>,
    media: &'d [Media<'d, 'a>],
    bundles: &'d [Vec<usize>],
    role: Option<Role>,
    webrtc: bool,
    rule: &'static Rule,
    severity: Option<Severity>,
    kept: usize,
    findings: &'d mut Vec<Diagnostic>,
    dropped: &'d mut usize,
}

/// Runs `rules` over one description.
pub(super) fn run(
    sdp: &Description<'_>,
    config: &Config,
    rules: &[(&'static Rule, Option<Severity>)],
) -> Report {
    let role = config.role.or_else(|| infer_role(sdp));
    let (media, bundles) = collect(sdp, role);
    let insists = matches!(config.profile, Profile::Whip | Profile::Jsep);
    let webrtc = insists || looks_like_webrtc(sdp);
    let mut findings = Vec::new();
    let mut dropped = 0;
    for &(rule, severity) in rules {
        if rule.scope == super::Scope::WebRtc && !webrtc {
            continue;
        }
        (rule.check)(&mut Context {
            sdp,
            media: &media,
            bundles: &bundles,
            role,
            webrtc,
            rule,
            severity,
            kept: 0,
            findings: &mut findings,
            dropped: &mut dropped,
        });
    }
    findings.sort_by_key(|d| (d.primary.span.start, d.code));
    Report {
        range: 0..0,
        diagnostics: findings,
        webrtc,
        dropped,
    }
}

/// The media sections of a description, and the BUNDLE groups as indices into them.
///
/// A section that two groups name counts for the first, so that no group work is done twice.
fn collect<'d, 'a>(
    sdp: &'d Description<'a>,
    role: Option<Role>,
) -> (Vec<Media<'d, 'a>>, Vec<Vec<usize>>) {
    let session = Names::of(sdp.session().lines());
    let mut media: Vec<Media<'d, 'a>> = sdp
        .media()
        .map(|section| {
            let names = Names::of(section.lines());
            Media {
                section,
                payloads: Payloads::of(section),
                names,
                transport_names: Names(session.0 | names.0),
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

impl<'d, 'a> Context<'d, 'a> {
    /// The description.
    pub fn sdp(&self) -> &'d Description<'a> {
        self.sdp
    }

    /// Its media sections.
    pub fn media(&self) -> &'d [Media<'d, 'a>] {
        self.media
    }

    /// Whether this is an offer or an answer, when that is known.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether the description has ICE or DTLS in it, or the profile insists on WebRTC.
    pub fn is_webrtc(&self) -> bool {
        self.webrtc
    }

    /// The sections of each BUNDLE group, in the order of the description.
    pub fn bundles(&self) -> impl Iterator<Item = Vec<&'d Media<'d, 'a>>> + use<'d, 'a> {
        let media = self.media;
        self.bundles
            .iter()
            .map(move |group| group.iter().filter_map(|&i| media.get(i)).collect())
    }

    /// Reports `message` about `span`, which `label` comments on.
    pub fn report(
        &mut self,
        span: impl Into<Range<usize>>,
        label: impl fmt::Display,
        message: fmt::Arguments<'_>,
    ) -> Draft<'_> {
        if self.kept == KEPT {
            *self.dropped += 1;
            return Draft {
                diagnostic: None,
                fixed_severity: true,
            };
        }
        self.kept += 1;
        self.findings.push(Diagnostic {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.severity.unwrap_or(self.rule.severity),
            message: message.to_string(),
            primary: Label {
                span: span.into(),
                text: label.to_string(),
            },
            secondary: Vec::new(),
            help: Vec::new(),
            fix: None,
            spec: self.rule.spec,
        });
        Draft {
            diagnostic: self.findings.last_mut(),
            fixed_severity: self.severity.is_some(),
        }
    }

    /// Reports that the value of the line `what` could not be read; the label says what
    /// belongs there.
    pub fn report_malformed(&mut self, what: &str, error: Malformed<'_>) -> Draft<'_> {
        let Malformed { at, expected } = error;
        self.report(
            at,
            format_args!("expected {expected}"),
            format_args!("`{what}` cannot be read at `{at}`"),
        )
    }
}

/// A finding under construction.
#[derive(Debug)]
pub struct Draft<'c> {
    diagnostic: Option<&'c mut Diagnostic>,
    fixed_severity: bool,
}

impl Draft<'_> {
    /// Adds a place that explains the finding.
    pub fn context(mut self, span: impl Into<Range<usize>>, text: impl fmt::Display) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.secondary.push(Label {
                span: span.into(),
                text: text.to_string(),
            });
        }
        self
    }

    /// Adds what to do.
    pub fn help(mut self, text: impl fmt::Display) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.help.push(text.to_string());
        }
        self
    }

    /// Makes this finding as bad as `severity`, unless the configuration says otherwise.
    pub fn severity(mut self, severity: Severity) -> Self {
        if let Some(d) = &mut self.diagnostic
            && !self.fixed_severity
        {
            d.severity = severity;
        }
        self
    }

    /// Adds a fix that replaces `span` by `replacement`.
    pub fn fix(
        mut self,
        safety: Safety,
        title: impl fmt::Display,
        span: impl Into<Range<usize>>,
        replacement: impl Into<String>,
    ) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.fix = Some(Fix {
                title: title.to_string(),
                safety,
                edits: vec![Edit {
                    span: span.into(),
                    replacement: replacement.into(),
                }],
            });
        }
        self
    }

    /// Adds a fix of several replacements.
    pub fn fix_edits(mut self, safety: Safety, title: &str, edits: Vec<Edit>) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.fix = Some(Fix {
                title: title.to_owned(),
                safety,
                edits,
            });
        }
        self
    }

    /// Adds a fix that removes `line` with its line end.
    pub fn fix_drop_line(self, safety: Safety, line: &Line<'_>) -> Self {
        let start = line.text().start();
        self.fix(safety, "drop the line", start..start + line.full_len(), "")
    }
}

impl From<Field<'_>> for Range<usize> {
    fn from(field: Field<'_>) -> Self {
        field.span()
    }
}
