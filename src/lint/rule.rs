//! What a rule is, and the macro that makes one out of a documented function.

use super::{Context, Exchange, Profile};
use crate::diag::Severity;

/// One check of the linter.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable code: `SDP109`. Never reused.
    pub code: &'static str,
    /// Stable name that reads well after "allow": `fmtp-unlisted-payload-type`.
    pub name: &'static str,
    /// What kind of finding it makes; gives the severity.
    pub group: Group,
    /// Whether it is settled.
    pub status: Status,
    /// Which descriptions it is for.
    pub scope: Scope,
    /// Whether it finds that something is not there, or has to see all of a description to say what
    /// it says; silent about a piece of one.
    pub absence: bool,
    /// The release that brought it.
    pub since: &'static str,
    /// The specifications it rests on.
    pub spec: &'static [&'static str],
    /// What the rule is about, in Markdown, with examples that are its tests.
    pub docs: &'static str,
    /// The file it lives in.
    pub file: &'static str,
    pub(super) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// One description on its own.
    One(fn(&mut Context<'_, '_>)),
    /// An answer beside its offer.
    Answer(fn(&mut Exchange<'_, '_>)),
    /// A description beside what the same session said before.
    Again(fn(&mut Exchange<'_, '_>)),
}

/// What kind of finding a rule makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A specification is broken in a way that breaks calls: an error.
    Correctness,
    /// Likely a mistake: a warning.
    Suspicious,
    /// Some implementations do not get along with it: a warning.
    Interop,
    /// It says more than others should know: for information.
    Privacy,
    /// True and worth knowing, but no mistake: for information, and only when asked for.
    Advice,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 5] = [
        Self::Correctness,
        Self::Suspicious,
        Self::Interop,
        Self::Privacy,
        Self::Advice,
    ];

    /// The name by which the group is selected.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Suspicious => "suspicious",
            Self::Interop => "interop",
            Self::Privacy => "privacy",
            Self::Advice => "advice",
        }
    }

    /// How bad its findings are unless a rule or the configuration says otherwise.
    pub fn severity(self) -> Severity {
        match self {
            Self::Correctness => Severity::Error,
            Self::Suspicious | Self::Interop => Severity::Warning,
            Self::Privacy | Self::Advice => Severity::Info,
        }
    }
}

/// Whether a rule is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// New: runs only with `--preview`, or when named.
    Preview,
    /// Runs.
    Stable,
}

/// Which descriptions a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Any session description.
    Any,
    /// WebRTC only: a description with ICE or DTLS in it (see [`Context::is_webrtc`]), checked
    /// for any profile but `sip` and `rfc`.
    WebRtc,
    /// What only a browser's own description owes (RFC 9429): the profile `jsep`.
    Jsep,
    /// What only WHIP and WHEP ask for (RFC 9725): the profile `whip`.
    Whip,
}

impl Scope {
    /// Whether rules of this scope are run for `profile` at all.
    pub fn applies_to(self, profile: Profile) -> bool {
        match self {
            Self::Any => true,
            Self::WebRtc => !matches!(profile, Profile::Sip | Profile::Rfc),
            Self::Jsep => profile == Profile::Jsep,
            Self::Whip => profile == Profile::Whip,
        }
    }

    /// A profile for which rules of this scope are run.
    pub fn profile(self) -> Profile {
        match self {
            Self::Any | Self::WebRtc => Profile::default(),
            Self::Jsep => Profile::Jsep,
            Self::Whip => Profile::Whip,
        }
    }
}

impl Rule {
    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default().trim()
    }

    /// Whether `selector` names this rule: its code, its name, a prefix of its code, or its group.
    pub fn is_selected_by(&self, selector: &str) -> bool {
        selector == self.name
            || selector == self.group.as_str()
            || (!selector.is_empty() && self.code.starts_with(selector))
    }

    /// How bad its findings are unless it or the configuration says otherwise.
    pub fn severity(&self) -> Severity {
        self.group.severity()
    }

    /// Whether it runs without being named.
    pub fn is_on(&self) -> bool {
        self.status == Status::Stable && self.group != Group::Advice
    }

    /// Whether it looks at one description on its own.
    pub fn is_about_one(&self) -> bool {
        matches!(self.check, Check::One(_))
    }
}

/// Declares `RULE` from a doc comment, a code, a name, its facts and a function.
///
/// `=> check` looks at one description; `=> answer(check)` at an answer beside its offer, and
/// `=> again(check)` at a description beside what the session said before. `status: Preview,` and
/// `absence: true,` may be left out.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        $code:literal $name:literal {
            group: $group:ident,
            scope: $scope:ident,
            $(status: $status:ident,)?
            $(absence: $absence:literal,)?
            since: $since:literal,
            spec: $spec:expr $(,)?
        } => $($check:tt)+
    ) => {
        $(#[doc = $doc])*
        pub(super) const RULE: $crate::lint::Rule = $crate::lint::Rule {
            code: $code,
            name: $name,
            group: $crate::lint::Group::$group,
            status: $crate::lint::rule::status!($($status)?),
            scope: $crate::lint::Scope::$scope,
            absence: false $(|| $absence)?,
            since: $since,
            spec: &$spec,
            docs: concat!($($doc, "\n"),*),
            file: file!(),
            check: $crate::lint::rule::check!($($check)+),
        };
    };
}

macro_rules! status {
    () => {
        $crate::lint::Status::Stable
    };
    ($status:ident) => {
        $crate::lint::Status::$status
    };
}

macro_rules! check {
    (answer($check:ident)) => {
        $crate::lint::rule::Check::Answer($check)
    };
    (again($check:ident)) => {
        $crate::lint::rule::Check::Again($check)
    };
    ($check:ident) => {
        $crate::lint::rule::Check::One($check)
    };
}

pub(crate) use {check, rule, status};
