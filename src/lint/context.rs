//! What a rule about one description sees: the facts of it, and a way to report.

use super::facts::{Facts, Media};
use super::reporter::{Draft, Reporter};
use super::{Profile, Role};
use crate::diag::Severity;
use crate::sdp::{Description, Malformed, Name};
use std::fmt;
use std::ops::Range;

/// What a rule about one description works with.
#[derive(Debug)]
pub struct Context<'d, 'a> {
    pub(super) facts: &'d Facts<'d, 'a>,
    pub(super) profile: Profile,
    pub(super) reporter: Reporter<'d>,
}

impl<'d, 'a> Context<'d, 'a> {
    /// The description.
    pub fn sdp(&self) -> &'d Description<'a> {
        self.facts.sdp()
    }

    /// Its media sections.
    pub fn media(&self) -> &'d [Media<'d, 'a>] {
        self.facts.media()
    }

    /// Whether this is an offer or an answer, when that is known.
    pub fn role(&self) -> Option<Role> {
        self.facts.role()
    }

    /// What the description is meant for.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether the description has ICE or DTLS in it, or the profile insists on WebRTC.
    pub fn is_webrtc(&self) -> bool {
        self.facts.is_webrtc()
    }

    /// How bad it is that a line breaks the grammar: browsers reject the description, while the
    /// parsers of SIP and RTSP pass over what they do not need.
    pub fn grammar_severity(&self) -> Severity {
        if self.is_webrtc() {
            Severity::Error
        } else {
            Severity::Warning
        }
    }

    /// Whether this is what an RTSP server describes its streams by: the addresses and ports are
    /// settled by SETUP, not here (RFC 7826 Appendix D).
    pub fn is_rtsp(&self) -> bool {
        self.sdp()
            .lines()
            .iter()
            .any(|l| l.name() == Some(Name::Control))
    }

    /// How bad it is that a stream cannot be read: both sides of a call need each of them, while a
    /// player of RTSP takes those it can read, and gets parameters from the stream itself.
    pub fn stream_severity(&self) -> Severity {
        if self.is_rtsp() && !self.is_webrtc() {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// The sections of each BUNDLE group, in the order of the description.
    pub fn bundles(&self) -> impl Iterator<Item = Vec<&'d Media<'d, 'a>>> + use<'d, 'a> {
        self.facts.bundles()
    }

    /// The sections that use the transport of another section of their BUNDLE group, beyond doubt:
    /// each after the tagged section whose transport it is.
    pub fn shared_transports(
        &self,
    ) -> impl Iterator<Item = (&'d Media<'d, 'a>, &'d Media<'d, 'a>)> + use<'d, 'a> {
        self.facts.shared_transports()
    }

    /// Reports `message` about `span`, which `label` comments on.
    pub fn report(
        &mut self,
        span: impl Into<Range<usize>>,
        label: impl fmt::Display,
        message: fmt::Arguments<'_>,
    ) -> Draft<'_> {
        self.reporter.report(span, label, message)
    }

    /// Reports that the value of the line `what` could not be read; the label says what
    /// belongs there.
    pub fn report_malformed(&mut self, what: &str, error: Malformed<'_>) -> Draft<'_> {
        self.reporter.report_malformed(what, error)
    }
}
