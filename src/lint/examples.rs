//! The examples in a rule's documentation: how they are found and made whole.
//!
//! A block fenced as `sdp,fail` must give the rule's code and no other, `sdp,pass` nothing at all,
//! and `sdp,fixed` is what the fix makes of the `fail` block before it. A fragment is put into a
//! minimal valid session; a block that says `whole` is taken as it is. `as-offer` and `as-answer`
//! tell the role, and `exact` that line ends matter. Lines `--- offer` and `--- answer` divide a
//! block into the descriptions of one session, in the order in which they are said: offers come
//! from one end and answers from the other, unless `--- offer back` says that the other end
//! offers. Each is put into a session of its own. In a `whole` block, `\r`, `\n` and `\0`
//! stand for those characters, `\s` for a blank, and a final `\` joins a line to the next.

use super::{Config, Linter, Part, Profile, Report, Role, Rule, Scope, Side};
use std::fmt::Write;

/// What must come of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule finds something.
    Fail,
    /// No rule finds anything.
    Pass,
    /// What the fix makes of the example before.
    Fixed,
}

/// An example from a rule's documentation.
#[derive(Clone, Debug)]
pub struct Example {
    /// What must come of it.
    pub verdict: Verdict,
    /// What was said before in the same session.
    pub before: Vec<Said>,
    /// The whole description; the last one, where a session has several.
    pub sdp: String,
    /// Whether it is an offer or an answer, when the block says so.
    pub role: Option<Role>,
    /// Who says it, when the block tells.
    pub side: Option<Side>,
    /// Whether line ends and line order matter, so that no variant of it is tried.
    pub exact: bool,
}

/// A description that an example begins with.
#[derive(Clone, Debug)]
pub struct Said {
    /// The whole description.
    pub sdp: String,
    /// Whether it is an offer or an answer.
    pub role: Role,
    /// Who says it.
    pub side: Side,
}

impl Example {
    /// Checks the example, with `sdp` in the place of its (last) description: a report for each
    /// description.
    pub fn check(&self, linter: &Linter, sdp: &str) -> Vec<Report> {
        if self.before.is_empty() {
            return linter.lint(sdp.as_bytes(), self.role);
        }
        let earlier = self.before.iter().map(|said| Part {
            role: Some(said.role),
            side: Some(said.side),
            ..Part::new(said.sdp.as_bytes(), 0..said.sdp.len())
        });
        let last = Part {
            role: self.role,
            side: self.side,
            ..Part::new(sdp.as_bytes(), 0..sdp.len())
        };
        linter.check(&earlier.chain([last]).collect::<Vec<_>>())
    }

    /// The same example with every description changed by `change`.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let mut changed = self.clone();
        for said in &mut changed.before {
            said.sdp = change(&said.sdp);
        }
        changed.sdp = change(&self.sdp);
        changed
    }
}

/// How the examples of `rule` are checked: the default, unless the rule is for one profile only or
/// has to be asked for.
pub fn config(rule: &Rule) -> Config {
    let profile = match rule.scope {
        Scope::Any | Scope::WebRtc => Profile::default(),
        Scope::Jsep => Profile::Jsep,
        Scope::Whip => Profile::Whip,
    };
    Config {
        profile,
        extend_select: vec![rule.code.to_owned()],
        ..Config::default()
    }
}

/// The examples in `docs`, in order.
pub fn examples(docs: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut lines = docs.lines().map(|l| l.strip_prefix(' ').unwrap_or(l));
    while let Some(line) = lines.next() {
        let Some(tags) = line.trim().strip_prefix("```sdp") else {
            continue;
        };
        let tags: Vec<&str> = tags.split(',').map(str::trim).collect();
        let has = |tag: &str| tags.contains(&tag);
        let body: Vec<&str> = lines.by_ref().take_while(|l| l.trim() != "```").collect();
        let verdict = match () {
            () if has("fail") => Verdict::Fail,
            () if has("pass") => Verdict::Pass,
            () if has("fixed") => Verdict::Fixed,
            () => continue,
        };
        let role = match () {
            () if has("as-offer") => Some(Role::Offer),
            () if has("as-answer") => Some(Role::Answer),
            () => None,
        };
        let whole = |body: &[&str]| {
            if has("whole") {
                unescape(body)
            } else {
                wrap(body)
            }
        };
        let mut before = descriptions(&body, &whole);
        let (sdp, role, side) = match before.pop() {
            Some(last) => (last.sdp, Some(last.role), Some(last.side)),
            None => (whole(&body), role, None),
        };
        found.push(Example {
            verdict,
            before,
            sdp,
            role,
            side,
            exact: has("exact"),
        });
    }
    found
}

/// The descriptions of a block that begins with `--- offer` or `--- answer`; else none.
fn descriptions(body: &[&str], whole: &dyn Fn(&[&str]) -> String) -> Vec<Said> {
    let is_head = |line: &&str| line.starts_with("--- ");
    let heads = body.iter().filter(|line| is_head(line));
    let mut pieces = body.split(is_head);
    if !pieces.next().is_some_and(<[&str]>::is_empty) {
        return Vec::new();
    }
    let each = heads
        .zip(pieces)
        .enumerate()
        .map(|(said_before, (head, piece))| {
            let role = match head.contains("answer") {
                true => Role::Answer,
                false => Role::Offer,
            };
            let is_first_end = (role == Role::Offer) != head.ends_with(" back");
            let (side, address) = match is_first_end {
                true => (Side::Local, "192.0.2.1"),
                false => (Side::Remote, "192.0.2.2"),
            };
            // Two ends with the credentials of one would be a mistake.
            let mut sdp = whole(piece).replace("192.0.2.1", address);
            // Who speaks again counts up the version of his description.
            let version = format!("o=- 1 {} IN", said_before + 1);
            if !piece.iter().any(|l| l.starts_with("o=")) {
                sdp = sdp.replace("o=- 1 1 IN", &version);
            }
            if !is_first_end {
                let said = |line: &&str| piece.contains(line);
                let own = DTLS_DEFAULTS.iter().zip(OTHER_END);
                for ((_, line), other) in own.filter(|((_, line), _)| !said(line)) {
                    sdp = sdp.replace(line, other);
                }
            }
            if role == Role::Offer && !piece.iter().any(|l| l.starts_with("a=setup")) {
                sdp = sdp.replace("a=setup:active", "a=setup:actpass");
            }
            Said { sdp, role, side }
        });
    each.collect()
}

/// A `whole` block: lines end in CRLF unless they end in an escape.
fn unescape(body: &[&str]) -> String {
    let mut out = String::new();
    for line in body {
        let joined = line.ends_with('\\');
        let escaped_end = line.ends_with("\\r") || line.ends_with("\\n");
        let line = line.strip_suffix('\\').unwrap_or(line);
        out += &line
            .replace("\\r", "\r")
            .replace("\\n", "\n")
            .replace("\\0", "\0")
            .replace("\\s", " ");
        if !joined && !escaped_end {
            out += "\r\n";
        }
    }
    out
}

/// Puts a fragment into a minimal valid session: adds what it does not speak of itself.
///
/// A fragment without an `m=` line is about one audio section.
fn wrap(body: &[&str]) -> String {
    let has = |prefix: &str| body.iter().any(|l| l.starts_with(prefix));
    let origin = body.iter().find(|l| l.starts_with("o="));
    let origin = origin.copied().unwrap_or("o=- 1 1 IN IP4 192.0.2.1");
    let mut lines: Vec<&str> = vec!["v=0", origin, "s=-"];
    let media_at = body.iter().position(|l| l.starts_with("m=")).unwrap_or(0);
    let (session, media) = body.split_at(media_at);
    let not_written = |l: &&&str| !l.starts_with("o=");
    let goes_before_time = |l: &&&str| l.starts_with("c=") || l.starts_with("b=");
    if !has("c=") {
        lines.push("c=IN IP4 192.0.2.1");
    }
    let addresses = if has("m=") { session } else { body };
    lines.extend(addresses.iter().filter(goes_before_time));
    lines.push("t=0 0");
    let dtls = !has("m=")
        || body
            .iter()
            .any(|l| l.starts_with("m=") && l.contains("TLS"));
    if dtls {
        let wanted = DTLS_DEFAULTS.iter().filter(|(name, _)| !has(name));
        lines.extend(wanted.map(|(_, line)| line));
    }
    lines.extend(
        session
            .iter()
            .filter(|l| !goes_before_time(l) && not_written(l)),
    );
    if !has("m=") {
        lines.push("m=audio 9 UDP/TLS/RTP/SAVPF 111");
        if !has("a=rtpmap:111") {
            lines.push("a=rtpmap:111 opus/48000/2");
        }
    }
    lines.extend(
        media
            .iter()
            .filter(|l| has("m=") || (!goes_before_time(l) && not_written(l))),
    );

    let mut out = String::new();
    let mut sections = 0;
    // The section being written still lacks an `a=mid`.
    let mut no_mid = false;
    // It carries RTP over DTLS, and the fragment does not speak of where its RTCP goes.
    let mut no_mux = false;
    for line in lines.iter().copied().chain(["m=end"]) {
        if line.starts_with("m=") {
            if no_mux {
                out += "a=rtcp-mux\r\n";
            }
            if no_mid && dtls {
                let _ = write!(out, "a=mid:x{sections}\r\n");
            }
            sections += 1;
            no_mid = true;
            no_mux = line.contains("TLS/RTP") && !has("a=rtcp-mux");
        }
        no_mid &= !line.starts_with("a=mid");
        if line != "m=end" {
            let _ = write!(out, "{line}\r\n");
        }
    }
    out
}

/// What a DTLS session needs, unless the fragment speaks of it itself.
const DTLS_DEFAULTS: [(&str, &str); 4] = [
    ("a=ice-ufrag", "a=ice-ufrag:F7gI"),
    ("a=ice-pwd", "a=ice-pwd:x9cml/YzichV2+XlhiMu8g"),
    (
        "a=fingerprint",
        "a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:\
         3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1",
    ),
    ("a=setup", "a=setup:active"),
];

/// What stands for [`DTLS_DEFAULTS`] in what the other end says.
const OTHER_END: [&str; 4] = [
    "a=ice-ufrag:9uB6",
    "a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh8u",
    "a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:\
     05:E9:26:33:E8:70:88:A2",
    "a=setup:active",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_made_whole() {
        let docs = " text\n ```sdp,fail\n a=ptime:x\n ```\n ```sdp,pass,as-offer\n a=group:BUNDLE 0\n \
            m=audio 9 UDP/TLS/RTP/SAVPF 0\n a=mid:0\n m=video 9 RTP/AVP 31\n ```\n ```sdp,fail,whole,exact\n v=0\\r\n x\\\n y\n ```\n";
        let found = examples(docs);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].verdict, Verdict::Fail);
        assert!(found[0].sdp.ends_with(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=ptime:x\r\na=rtcp-mux\r\na=mid:x1\r\n"
        ), "{}", found[0].sdp);
        assert_eq!(found[1].role, Some(Role::Offer));
        assert!(
            found[1]
                .sdp
                .contains("a=setup:active\r\na=group:BUNDLE 0\r\nm=audio")
        );
        assert!(
            found[1]
                .sdp
                .ends_with("a=mid:0\r\na=rtcp-mux\r\nm=video 9 RTP/AVP 31\r\na=mid:x2\r\n")
        );
        assert!(found[2].exact);
        assert_eq!(found[2].sdp, "v=0\rxy\r\n");
    }
}
