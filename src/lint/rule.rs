//! What a rule is, and the macro that makes one out of a documented function.

use super::{Context, Profile};
use crate::diag::Severity;

/// One check of the linter.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable code: `SDP109`. Never reused.
    pub code: &'static str,
    /// Stable name that reads well after "allow": `fmtp-unlisted-payload-type`.
    pub name: &'static str,
    /// How bad its findings are unless it or the configuration says otherwise.
    pub severity: Severity,
    /// Which descriptions it is for.
    pub scope: Scope,
    /// The release that brought it.
    pub since: &'static str,
    /// The specifications it rests on.
    pub spec: &'static [&'static str],
    /// What the rule is about, in Markdown, with examples that are its tests.
    pub docs: &'static str,
    /// The file it lives in.
    pub file: &'static str,
    pub(super) check: fn(&mut Context<'_, '_>),
}

/// Which descriptions a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Any session description.
    Any,
    /// WebRTC only: a description with ICE or DTLS in it (see [`Context::is_webrtc`]), checked
    /// for any profile but `sip` and `rfc`.
    WebRtc,
}

impl Scope {
    /// Whether rules of this scope are run for `profile` at all.
    pub fn applies_to(self, profile: Profile) -> bool {
        match self {
            Self::Any => true,
            Self::WebRtc => !matches!(profile, Profile::Sip | Profile::Rfc),
        }
    }
}

impl Rule {
    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default().trim()
    }

    /// Whether `selector` names this rule: its code, its name, or a prefix of its code.
    pub fn is_selected_by(&self, selector: &str) -> bool {
        selector == self.name || (!selector.is_empty() && self.code.starts_with(selector))
    }
}

/// Declares `RULE` from a doc comment, a code, a name, its facts and a function.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        $code:literal $name:literal {
            severity: $severity:ident,
            scope: $scope:ident,
            since: $since:literal,
            spec: $spec:expr $(,)?
        } => $check:ident
    ) => {
        $(#[doc = $doc])*
        pub(super) const RULE: $crate::lint::Rule = $crate::lint::Rule {
            code: $code,
            name: $name,
            severity: $crate::diag::Severity::$severity,
            scope: $crate::lint::Scope::$scope,
            since: $since,
            spec: &$spec,
            docs: concat!($($doc, "\n"),*),
            file: file!(),
            check: $check,
        };
    };
}
pub(crate) use rule;
