//! Two descriptions compared by what they mean: not by their lines, which may move and be numbered
//! anew without any difference.
//!
//! Both are told as facts, each with a place and a key that stay the same when a number changes: a
//! codec is known by its name and parameters, a header extension by its URI, a section by its tag.

use super::Meaning;
use super::codec::{Codec, CodecUse};
use super::section::{Section, State};
use super::transport::Security;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is different in the second description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where: `session`, `audio mid 0`.
    pub place: String,
    /// What: `codec opus`, `direction`.
    pub what: String,
    /// How it was; nothing when it was not there.
    pub before: Option<String>,
    /// How it is; nothing when it is gone.
    pub after: Option<String>,
}

/// What is different in `after`, in the order of the sections of both.
pub fn changes(before: &Meaning, after: &Meaning) -> Vec<Change> {
    let shared = Shared::by(before, after);
    let (old, new) = (Facts::of(before, shared), Facts::of(after, shared));
    let mut changes = Vec::new();
    // Which section is which is told by its place (RFC 3264 §8).
    let (was, is) = (old.order_in(&new), new.order_in(&old));
    if was != is {
        changes.push(Change::of(
            "session",
            "order of sections",
            Some(&was),
            Some(&is),
        ));
    }
    let places = old
        .order
        .iter()
        .chain(new.order.iter().filter(|p| !old.places.contains_key(*p)));
    for place in places {
        match (old.places.get(place), new.places.get(place)) {
            (Some(was), Some(is)) => compare(place, was, is, &mut changes),
            (Some(_), None) => changes.push(Change::of(place, "section", Some("there"), None)),
            (None, _) => changes.push(Change::of(place, "section", None, Some("there"))),
        }
    }
    changes
}

impl Change {
    fn of(place: &str, what: &str, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            place: place.to_owned(),
            what: what.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }
}

/// Facts of one place, in the order in which they are told.
type Place = Vec<(String, String)>;

/// What a description says, place by place.
#[derive(Default)]
struct Facts {
    order: Vec<String>,
    places: BTreeMap<String, Place>,
}

fn compare(place: &str, was: &Place, is: &Place, changes: &mut Vec<Change>) {
    let old: BTreeMap<&str, &str> = was.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let new: BTreeMap<&str, &str> = is.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    for (key, value) in was {
        match new.get(key.as_str()) {
            Some(now) if now == value => {}
            now => changes.push(Change::of(place, key, Some(value), now.copied())),
        }
    }
    for (key, value) in is {
        if !old.contains_key(key.as_str()) {
            changes.push(Change::of(place, key, None, Some(value)));
        }
    }
}

impl Facts {
    fn of(meaning: &Meaning, shared: Shared) -> Self {
        let mut facts = Self::default();
        facts.add("session".to_owned(), session(meaning, shared));
        for (index, section) in meaning.sections.iter().enumerate() {
            let mut place = match &section.mid {
                Some(mid) => format!("{} mid {mid}", section.kind),
                None => format!("{} section {}", section.kind, index + 1),
            };
            // Two sections of one tag are a mistake, but both are told.
            if facts.places.contains_key(&place) {
                place = format!("{place} (section {})", index + 1);
            }
            facts.add(place, about(section, shared));
        }
        facts
    }

    /// The sections that `other` has too, in the order of these.
    fn order_in(&self, other: &Self) -> String {
        let sections = self.order.iter().skip(1);
        let both = sections.filter(|place| other.places.contains_key(*place));
        both.map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    fn add(&mut self, place: String, facts: Place) {
        self.order.push(place.clone());
        self.places.insert(place, unique(facts));
    }
}

/// Tells facts of one key apart by their number.
fn unique(facts: Place) -> Place {
    let mut seen = BTreeMap::<String, usize>::new();
    facts
        .into_iter()
        .map(|(key, value)| {
            let times = seen.entry(key.clone()).or_default();
            *times += 1;
            let key = if *times == 1 {
                key
            } else {
                format!("{key} #{times}")
            };
            (key, value)
        })
        .collect()
}

/// Which facts all sections say alike in both descriptions: these are told once, so that a restart is
/// one change and not one a section.
#[derive(Clone, Copy)]
struct Shared {
    ufrag: bool,
    security: bool,
}

impl Shared {
    fn by(before: &Meaning, after: &Meaning) -> Self {
        let both = |of: fn(&Section) -> Option<String>| {
            common(before, of).is_some() && common(after, of).is_some()
        };
        Self {
            ufrag: both(ufrag),
            security: both(security),
        }
    }
}

fn ufrag(section: &Section) -> Option<String> {
    section.transport.ice_ufrag.clone()
}

fn security(section: &Section) -> Option<String> {
    Some(secrets(&section.transport.security))
}

fn session(meaning: &Meaning, shared: Shared) -> Place {
    let mut facts = Place::new();
    let mut add = |key: &str, value: String| facts.push((key.to_owned(), value));
    if let Some(role) = meaning.role {
        add("role", role.to_owned());
    }
    if let Some(origin) = &meaning.origin {
        add("session identifier", origin.session.clone());
        add("session version", origin.version.clone());
    }
    if let Some(name) = &meaning.name {
        add("name", name.clone());
    }
    for bundle in &meaning.bundles {
        add("bundle", bundle.join(" "));
    }
    for group in &meaning.groups {
        add("group", group.clone());
    }
    for (kind, value) in &meaning.bandwidth {
        add(&format!("bandwidth {kind}"), value.to_string());
    }
    if meaning.identity {
        add("identity", "vouched for".to_owned());
    }
    if meaning.ice_lite {
        add("ICE", "lite".to_owned());
    }
    if meaning.mixed_extensions {
        add("mixed extension headers", "allowed".to_owned());
    }
    if let Some(ufrag) = common(meaning, ufrag).filter(|_| shared.ufrag) {
        add("ICE credentials", ufrag);
    }
    if let Some(security) = common(meaning, security).filter(|_| shared.security) {
        add("security", security);
    }
    facts
}

/// What every used section that says it says alike.
fn common(meaning: &Meaning, of: impl Fn(&Section) -> Option<String>) -> Option<String> {
    let used = |s: &&Section| matches!(s.state, State::Active | State::BundleOnly);
    let mut all = meaning.sections.iter().filter(used).filter_map(of);
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

fn secrets(security: &Security) -> String {
    match security {
        Security::None => "none".to_owned(),
        Security::Sdes { suites } => format!("SDES {}", suites.join(" ")),
        Security::Dtls {
            certificates,
            setup,
        } => {
            let all = certificates
                .iter()
                .map(|c| format!("{} {}", c.hash, c.value));
            let all: Vec<String> = all.collect();
            let setup = setup.as_deref().unwrap_or("no role");
            match all.as_slice() {
                [] => format!("DTLS {setup}"),
                all => format!("DTLS {setup}, {}", all.join(" or ")),
            }
        }
    }
}

fn about(section: &Section, shared: Shared) -> Place {
    let mut facts = Place::new();
    let mut add = |key: String, value: String| facts.push((key, value));
    let state = match section.state {
        State::Active => "used",
        State::Rejected => "rejected or stopped",
        State::BundleOnly => "used if bundled",
        State::Unreadable => "unreadable",
    };
    add("state".to_owned(), state.to_owned());
    if section.data.is_none() {
        add(
            "direction".to_owned(),
            section.direction.as_str().to_owned(),
        );
    }
    add("transport".to_owned(), section.transport.protocol.clone());
    add(
        "RTCP".to_owned(),
        if section.transport.rtcp_mux {
            "same port"
        } else {
            "own port"
        }
        .to_owned(),
    );
    if section.transport.rtcp_reduced_size {
        add("RTCP size".to_owned(), "reduced".to_owned());
    }
    if section.transport.header_encryption {
        add("header extensions".to_owned(), "encrypted".to_owned());
    }
    if !section.content.is_empty() {
        add("content".to_owned(), section.content.join(", "));
    }
    if let Some(data) = &section.data {
        for channel in &data.channels {
            add(format!("channel {channel}"), "there".to_owned());
        }
        let port = data
            .port
            .map_or_else(|| "unknown".to_owned(), |p| p.to_string());
        add("SCTP port".to_owned(), port);
        add(
            "longest message".to_owned(),
            format!("{} bytes", data.max_message_size),
        );
    }
    let is_used = matches!(section.state, State::Active | State::BundleOnly);
    if let Some(ufrag) = section
        .transport
        .ice_ufrag
        .as_ref()
        .filter(|_| !shared.ufrag)
    {
        add("ICE credentials".to_owned(), ufrag.clone());
    }
    if is_used && !shared.security {
        add("security".to_owned(), secrets(&section.transport.security));
    }
    let media: Vec<&Codec> = section
        .codecs
        .iter()
        .filter(|c| c.purpose == CodecUse::Media)
        .collect();
    if let Some(first) = media.first() {
        add("preferred codec".to_owned(), identity(first));
    }
    for codec in &section.codecs {
        add(
            format!("codec {}", identity_in(section, codec)),
            format!("payload type {}", codec.payload_type),
        );
        if !codec.feedback.is_empty() {
            let mut feedback = codec.feedback.clone();
            feedback.sort();
            add(
                format!("feedback of {}", identity_in(section, codec)),
                feedback.join(", "),
            );
        }
    }
    for extension in &section.extensions {
        let name = extension.name.unwrap_or(&extension.uri);
        let direction = extension.direction.as_deref().unwrap_or("");
        let lock = if extension.encrypted {
            " encrypted"
        } else {
            ""
        };
        let value = format!("id {}{lock} {direction}", extension.id);
        add(format!("extension {name}"), value.trim_end().to_owned());
    }
    for (what, layers) in [
        ("sends", &section.sends_layers),
        ("receives", &section.receives_layers),
    ] {
        if !layers.is_empty() {
            let all: Vec<String> = layers
                .iter()
                .map(|l| format!("{}{}", if l.paused { "~" } else { "" }, l.rids.join(",")))
                .collect();
            add(format!("simulcast {what}"), all.join(" "));
        }
    }
    for track in &section.tracks {
        add(format!("track {track}"), "there".to_owned());
    }
    if !section.sources.is_empty() {
        let all: Vec<String> = section.sources.iter().map(|s| s.ssrc.to_string()).collect();
        add("sources".to_owned(), all.join(" "));
    }
    for (kind, value) in &section.bandwidth {
        add(format!("bandwidth {kind}"), value.to_string());
    }
    if let Some(ptime) = &section.ptime {
        add("ptime".to_owned(), format!("{ptime} ms"));
    }
    for (kind, n) in &section.transport.candidates {
        add(format!("candidates {kind}"), n.to_string());
    }
    facts
}

/// What a codec is, without the number it goes by.
fn identity(codec: &Codec) -> String {
    let mut parameters: Vec<String> = codec
        .parameters
        .iter()
        .map(|(key, value)| match value.as_str() {
            "" => key.clone(),
            _ => format!("{key}={value}"),
        })
        .collect();
    parameters.sort();
    let channels = if codec.channels > 1 {
        format!("/{}", codec.channels)
    } else {
        String::new()
    };
    let head = format!("{}/{}{channels}", codec.name, codec.clock_rate);
    match parameters.as_slice() {
        [] => head,
        all => format!("{head} {}", all.join(";")),
    }
}

/// The same; what repairs another codec is known by that codec, not by its number.
fn identity_in(section: &Section, codec: &Codec) -> String {
    let of = codec
        .of
        .and_then(|of| section.codecs.iter().find(|c| c.payload_type == of));
    match (codec.purpose, of) {
        (CodecUse::Retransmission | CodecUse::Redundancy, Some(of)) if of != codec => {
            format!("{} of {}", codec.name, identity(of))
        }
        _ => identity(codec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Description;

    fn meaning(text: &str) -> Meaning {
        Meaning::of(&Description::parse(text.as_bytes()))
    }

    const ONE: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n\
        a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 H264/90000\r\n\
        a=fmtp:98 packetization-mode=1;profile-level-id=42e01f\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";

    fn told(before: &str, after: &str) -> Vec<String> {
        changes(&meaning(before), &meaning(after))
            .into_iter()
            .map(|c| {
                let or = |v: Option<String>| v.unwrap_or_else(|| "-".to_owned());
                format!(
                    "{}: {}: {} > {}",
                    c.place,
                    c.what,
                    or(c.before),
                    or(c.after)
                )
            })
            .collect()
    }

    #[test]
    fn lines_that_move_mean_the_same() {
        let moved = ONE
            .replace(
                "a=mid:0\r\na=ice-ufrag:abcd\r\n",
                "a=ice-ufrag:abcd\r\na=mid:0\r\n",
            )
            .replace(
                "packetization-mode=1;profile-level-id=42e01f",
                "profile-level-id=42e01f; packetization-mode=1",
            );
        assert_eq!(told(ONE, &moved), [""; 0]);
        assert_eq!(told(ONE, &ONE.replace("\r\n", "\n")), [""; 0]);
    }

    #[test]
    fn sections_that_change_places_are_told() {
        let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
        let (audio, video) = (
            "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n",
            "m=video 9 RTP/AVP 31\r\na=mid:1\r\n",
        );
        assert_eq!(
            told(
                &format!("{head}{audio}{video}"),
                &format!("{head}{video}{audio}")
            ),
            ["session: order of sections: audio mid 0, video mid 1 > video mid 1, audio mid 0"]
        );
    }

    #[test]
    fn numbers_that_change_are_one_change_each() {
        let renumbered = ONE
            .replace("96 97 98", "100 101 98")
            .replace(":96 VP8", ":100 VP8")
            .replace(":97 rtx", ":101 rtx")
            .replace("fmtp:97 apt=96", "fmtp:101 apt=100");
        assert_eq!(
            told(ONE, &renumbered),
            [
                "video mid 0: codec VP8/90000: payload type 96 > payload type 100",
                "video mid 0: codec rtx of VP8/90000: payload type 97 > payload type 101",
            ]
        );
    }

    #[test]
    fn what_comes_and_goes_is_told() {
        let other = ONE
            .replace("o=- 1 1", "o=- 1 2")
            .replace("abcd", "efgh")
            .replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=recvonly\r\n")
            .replace("a=extmap:1", "a=extmap:4")
            .replace("96 97 98", "98")
            + "m=audio 9 RTP/AVP 0\r\na=mid:1\r\n";
        assert_eq!(
            told(ONE, &other),
            [
                "session: session version: 1 > 2",
                "session: ICE credentials: abcd > efgh",
                "video mid 0: direction: sendrecv > recvonly",
                "video mid 0: preferred codec: VP8/90000 > H264/90000 packetization-mode=1;profile-level-id=42e01f",
                "video mid 0: codec VP8/90000: payload type 96 > -",
                "video mid 0: codec rtx of VP8/90000: payload type 97 > -",
                "video mid 0: extension mid: id 1 > id 4",
                "audio mid 1: section: - > there",
            ]
        );
    }
}
