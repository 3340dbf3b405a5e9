//! A description told to people: what is offered, one section after the other.

use super::Meaning;
use super::codec::{Codec, CodecUse};
use super::section::{Direction, Layer, Section, State};
use super::transport::{Security, Transport};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Where the second column begins.
const COLUMN: usize = 14;
/// Lines are broken before this column.
const WIDTH: usize = 100;

/// What `meaning` says, in plain words, with line ends.
pub fn describe(meaning: &Meaning) -> String {
    let mut out = String::new();
    head(&mut out, meaning);
    for (index, section) in meaning.sections.iter().enumerate() {
        let _ = writeln!(out, "\n{}", title(index, section));
        about(&mut out, meaning, section);
    }
    out
}

/// Writes `text` under `label`, broken into lines.
fn row(out: &mut String, label: &str, text: &str) {
    let _ = write!(out, "  {label:<COLUMN$}");
    let mut column = COLUMN + 2;
    let mut first = true;
    for word in text.split(' ') {
        let width = word.chars().count();
        if !first && column + 1 + width > WIDTH {
            let _ = write!(out, "\n  {:<COLUMN$}", "");
            column = COLUMN + 2;
            first = true;
        }
        if !first {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        first = false;
    }
    out.push('\n');
}

fn head(out: &mut String, meaning: &Meaning) {
    let sections = count(meaning.sections.len(), "media section");
    let _ = match meaning.role {
        Some("offer") => writeln!(out, "an offer of {sections}"),
        Some(_) => writeln!(out, "an answer of {sections}"),
        None => writeln!(
            out,
            "{sections}; nothing says whether this is an offer or an answer"
        ),
    };
    if let Some(origin) = &meaning.origin {
        let mut text = format!("{}, version {}", origin.session, origin.version);
        if origin.user != "-" {
            let _ = write!(text, ", written by {}", origin.user);
        }
        row(out, "session", &text);
    }
    if let Some(name) = &meaning.name {
        row(out, "name", name);
    }
    for bundle in &meaning.bundles {
        let text = match bundle.len() {
            0 => "an empty group".to_owned(),
            1 => format!("section {} alone", bundle.join("")),
            _ => format!("sections {} share one transport", and(bundle)),
        };
        row(out, "bundle", &text);
    }
    if meaning.bundles.is_empty() && meaning.sections.len() > 1 {
        row(
            out,
            "bundle",
            "none: every section has a transport of its own",
        );
    }
    for group in &meaning.groups {
        let (kind, tags) = group.split_once(' ').unwrap_or((group, ""));
        if tags.is_empty() {
            row(out, "group", &format!("{kind}: an empty group"));
            continue;
        }
        let tags: Vec<String> = tags.split(' ').map(str::to_owned).collect();
        let what = match kind {
            "LS" => "are played in time with each other (lip sync)",
            "FID" => "carry one flow in different ways",
            "DUP" => "carry the same packets twice",
            "FEC" | "FEC-FR" => "repair each other",
            _ => "belong together",
        };
        row(
            out,
            "group",
            &format!("{kind}: sections {} {what}", and(&tags)),
        );
    }
    limits(out, &meaning.bandwidth);
    if meaning.identity {
        row(
            out,
            "identity",
            "an identity provider vouches for who wrote this",
        );
    }
    if meaning.ice_lite {
        row(
            out,
            "ICE",
            "lite: it answers connectivity checks and makes none; the other side must",
        );
    }
}

fn title(index: usize, section: &Section) -> String {
    let mut title = format!("{}  {}", index + 1, section.kind);
    if let Some(mid) = &section.mid {
        let _ = write!(title, " · mid {mid}");
    }
    title += match (section.state, section.data.is_some()) {
        (State::Rejected, _) => " · rejected or stopped (port 0)",
        (State::Unreadable, _) => " · its m= line cannot be read",
        (_, true) => " · data channels",
        (_, false) => match section.direction {
            Direction::Sendrecv => " · sends and receives",
            Direction::Sendonly => " · sends only",
            Direction::Recvonly => " · receives only",
            Direction::Inactive => " · neither sends nor receives",
        },
    };
    if section.state == State::BundleOnly {
        title += " · only if bundled";
    }
    title
}

fn about(out: &mut String, meaning: &Meaning, section: &Section) {
    if let Some(data) = &section.data {
        let port = data
            .port
            .map_or_else(|| "an unknown port".to_owned(), |p| format!("port {p}"));
        let size = match data.max_message_size {
            0 => "messages of any size".to_owned(),
            n if data.max_message_size_is_written => format!("messages up to {n} bytes"),
            n => format!("messages up to {n} bytes (the default: none is written)"),
        };
        row(out, "SCTP", &format!("{port}, {size}"));
        for channel in &data.channels {
            row(out, "channel", &format!("stream {channel}"));
        }
    }
    codecs(out, section);
    feedback(out, section);
    if !section.extensions.is_empty() {
        let all: Vec<String> = section
            .extensions
            .iter()
            .map(|e| {
                let name = e.name.map_or_else(|| e.uri.clone(), str::to_owned);
                let lock = if e.encrypted { " encrypted" } else { "" };
                let only = e
                    .direction
                    .as_ref()
                    .map(|d| format!(" {d}"))
                    .unwrap_or_default();
                format!("{name} ({}{lock}{only})", e.id)
            })
            .collect();
        row(out, "extensions", &all.join(", "));
    }
    layers(out, "sends", &section.sends_layers);
    layers(out, "receives", &section.receives_layers);
    for track in &section.tracks {
        let text = match track.split_once(' ') {
            Some(("-", track)) => format!("{track} of no stream"),
            Some((stream, track)) => format!("{track} of stream {stream}"),
            None => format!("of stream {track}"),
        };
        row(out, "track", &text);
    }
    sources(out, section);
    limits(out, &section.bandwidth);
    if !section.content.is_empty() {
        row(out, "content", &section.content.join(", "));
    }
    if let Some(ptime) = &section.ptime {
        row(out, "packets", &format!("{ptime} ms of media each"));
    }
    transport(out, meaning, section);
}

/// What `b=` lines allow.
fn limits(out: &mut String, bandwidth: &[(String, u64)]) {
    for (kind, value) in bandwidth {
        let text = match kind.as_str() {
            "AS" => format!("up to {value} kbit/s with all headers (AS)"),
            "CT" => format!("up to {value} kbit/s for the whole session (CT)"),
            "TIAS" => format!("up to {value} bit/s without headers of lower layers (TIAS)"),
            "RS" => format!("{value} bit/s for the RTCP of senders (RS)"),
            "RR" => format!("{value} bit/s for the RTCP of receivers (RR)"),
            _ => format!("{value} ({kind})"),
        };
        row(out, "bandwidth", &text);
    }
}

/// The codecs that carry media, each with what repairs it; then the rest.
fn codecs(out: &mut String, section: &Section) {
    let mut label = "codecs";
    for codec in section
        .codecs
        .iter()
        .filter(|c| c.purpose == CodecUse::Media)
    {
        let mut text = name(codec);
        let _ = write!(text, " ({})", codec.payload_type);
        let details = details(codec);
        if !details.is_empty() {
            let _ = write!(text, ": {}", details.join(", "));
        }
        for other in section
            .codecs
            .iter()
            .filter(|c| c.of == Some(codec.payload_type))
        {
            let what = match other.purpose {
                CodecUse::Retransmission => "lost packets sent again as",
                _ => "earlier audio repeated as",
            };
            let _ = write!(text, "; {what} {}", other.payload_type);
        }
        row(out, label, &text);
        label = "";
    }
    let known: BTreeSet<u8> = section.codecs.iter().map(|c| c.payload_type).collect();
    for codec in &section.codecs {
        let what = match codec.purpose {
            CodecUse::Fec => "loss is repaired by",
            CodecUse::ComfortNoise => "silence is described by",
            CodecUse::TelephoneEvent => "keys pressed are sent as",
            CodecUse::Redundancy if codec.of.is_none() => "packets are wrapped in",
            CodecUse::Retransmission if codec.of.is_none_or(|of| !known.contains(&of)) => {
                "unattached:"
            }
            _ => continue,
        };
        let rate = match codec.purpose {
            CodecUse::TelephoneEvent | CodecUse::ComfortNoise => hertz(codec.clock_rate),
            _ => String::new(),
        };
        row(
            out,
            label,
            &format!("{what} {}{rate} ({})", codec.name, codec.payload_type),
        );
        label = "";
    }
}

/// `opus 48 kHz stereo`; the clock of video is always the same and left out.
fn name(codec: &Codec) -> String {
    let mut text = if codec.name.is_empty() {
        "a codec that nothing names".to_owned()
    } else {
        codec.name.clone()
    };
    if codec.clock_rate != 90_000 {
        text += &hertz(codec.clock_rate);
        text += match codec.channels {
            1 => "",
            2 => " stereo",
            _ => " multichannel",
        };
    }
    text
}

fn hertz(rate: u32) -> String {
    match rate {
        0 => String::new(),
        rate if rate.is_multiple_of(1000) => format!(" {} kHz", rate / 1000),
        rate => format!(" {:.2} kHz", f64::from(rate) / 1000.0),
    }
}

/// What parameters mean; those without plain words as they are written.
fn details(codec: &Codec) -> Vec<String> {
    let is = |name: &str| codec.name.eq_ignore_ascii_case(name);
    // The profile is what people look for.
    let is_profile = |key: &str| key.to_ascii_lowercase().starts_with("profile");
    let mut parameters: Vec<&(String, String)> = codec.parameters.iter().collect();
    parameters.sort_by_key(|(key, _)| !is_profile(key));
    parameters
        .into_iter()
        .map(|(key, value)| {
            let on = value == "1";
            match key.to_ascii_lowercase().as_str() {
                "useinbandfec" if on => "takes in-band FEC".to_owned(),
                "usedtx" if on => "takes silence left out (DTX)".to_owned(),
                "stereo" if on => "prefers stereo".to_owned(),
                "sprop-stereo" if on => "likely sends stereo".to_owned(),
                "cbr" if on => "constant bitrate".to_owned(),
                "minptime" => format!("packets of {value} ms at least"),
                "maxptime" => format!("packets of {value} ms at most"),
                "maxaveragebitrate" => format!("{value} bit/s on average at most"),
                "maxplaybackrate" => format!("plays up to {value} Hz"),
                "profile-level-id" if is("H264") => h264_profile(value),
                "packetization-mode" if is("H264") => match value.as_str() {
                    "0" => "one NAL unit a packet (mode 0)".to_owned(),
                    "1" => "frames may span packets (mode 1)".to_owned(),
                    _ => "interleaved (mode 2)".to_owned(),
                },
                "level-asymmetry-allowed" if on => "each side has its own level".to_owned(),
                "profile-id" if is("VP9") => format!("profile {value}"),
                "profile" if is("AV1") => format!("profile {value}"),
                "max-fs" => format!("frames of {value} macroblocks at most"),
                "max-fr" => format!("{value} frames/s at most"),
                _ if value.is_empty() => key.clone(),
                _ => format!("{key}={value}"),
            }
        })
        .collect()
}

/// `constrained baseline profile, level 3.1` (RFC 6184 §8.1, ITU-T H.264 Annex A).
fn h264_profile(value: &str) -> String {
    let Some(bits) = Some(value)
        .filter(|v| v.len() == 6)
        .and_then(|v| u32::from_str_radix(v, 16).ok())
    else {
        return format!("profile-level-id={value}");
    };
    let [_, idc, flags, level] = bits.to_be_bytes();
    let constrained = flags & 0x40 != 0;
    let profile = match idc {
        66 if constrained => "constrained baseline",
        66 => "baseline",
        77 if flags & 0x80 != 0 => "constrained baseline",
        77 => "main",
        88 => "extended",
        100 if flags & 0x0c == 0x0c => "constrained high",
        100 => "high",
        110 => "high 10",
        122 => "high 4:2:2",
        244 => "high 4:4:4",
        _ => return format!("profile-level-id={value}"),
    };
    let level = match level {
        11 if flags & 0x10 != 0 && idc < 100 => "1b".to_owned(),
        level => format!("{}.{}", level / 10, level % 10)
            .trim_end_matches(".0")
            .to_owned(),
    };
    format!("{profile} profile, level {level}")
}

/// What receivers may report: what holds for every codec once, the rest not at all.
fn feedback(out: &mut String, section: &Section) {
    let media: Vec<&Codec> = section
        .codecs
        .iter()
        .filter(|c| c.purpose == CodecUse::Media)
        .collect();
    let mut seen = BTreeSet::new();
    let mut words = Vec::new();
    for feedback in media.iter().flat_map(|c| &c.feedback) {
        if !seen.insert(feedback) {
            continue;
        }
        let name = match feedback.as_str() {
            "nack" => "lost packets (nack)",
            "nack pli" => "lost pictures (nack pli)",
            "ccm fir" => "requests for key frames (ccm fir)",
            "transport-cc" => "arrival times of all packets (transport-cc)",
            "goog-remb" => "estimates of bandwidth (goog-remb)",
            "ccm tmmbr" => "limits of bitrate (ccm tmmbr)",
            "ack ccfb" => "arrival times of all packets (ack ccfb)",
            other => other,
        };
        let all = media.iter().all(|c| c.feedback.contains(feedback));
        words.push(if all {
            name.to_owned()
        } else {
            format!("{name} for some codecs")
        });
    }
    if !words.is_empty() {
        row(out, "feedback", &words.join(", "));
    }
}

fn layers(out: &mut String, verb: &str, layers: &[Layer]) {
    if layers.is_empty() {
        return;
    }
    let each: Vec<String> = layers
        .iter()
        .map(|layer| {
            let mut text = layer.rids.join(" or ");
            if layer.paused {
                text += " paused";
            }
            if !layer.restrictions.is_empty() {
                let _ = write!(text, " ({})", layer.restrictions.join(", "));
            }
            text
        })
        .collect();
    let text = format!(
        "{verb} {}: {}",
        count(layers.len(), "layer"),
        each.join("; ")
    );
    row(out, "simulcast", &text);
}

fn sources(out: &mut String, section: &Section) {
    /// More of them are only counted.
    const SHOWN: usize = 6;
    let mut text: Vec<String> = section
        .sources
        .iter()
        .take(SHOWN)
        .map(|source| match source.groups.as_slice() {
            [] => source.ssrc.to_string(),
            groups => format!("{} ({})", source.ssrc, groups.join(", ")),
        })
        .collect();
    if section.sources.len() > SHOWN {
        text.push(format!("and {} more", section.sources.len() - SHOWN));
    }
    if !text.is_empty() {
        row(out, "sources", &text.join(", "));
    }
}

fn transport(out: &mut String, meaning: &Meaning, section: &Section) {
    let transport = &section.transport;
    if section.state == State::Rejected || section.state == State::Unreadable {
        return;
    }
    if let Some(tag) = &section.bundled_with {
        let first = meaning
            .sections
            .iter()
            .find(|s| s.mid.as_ref() == Some(tag));
        // Chrome repeats what holds for the whole bundle.
        let repeats = first.is_some_and(|s| {
            s.transport.ice_ufrag == transport.ice_ufrag
                && s.transport.security == transport.security
        });
        if repeats || !transport.stands_alone() {
            row(
                out,
                "transport",
                &format!("that of section {tag}, when bundled"),
            );
            return;
        }
    }
    row(out, "transport", &way(transport));
    row(out, "security", &security(transport));
}

fn way(transport: &Transport) -> String {
    let mut text = transport.protocol.clone();
    match (&transport.ice_ufrag, &transport.address) {
        (Some(ufrag), _) => {
            let _ = write!(text, ", ICE {ufrag}");
            let trickle = transport.ice_options.iter().any(|o| o == "trickle");
            let candidates: Vec<String> = transport
                .candidates
                .iter()
                .map(|(kind, n)| format!("{n} {kind}"))
                .collect();
            text += &match candidates.as_slice() {
                [] if trickle => ", candidates follow".to_owned(),
                [] => ", no candidates".to_owned(),
                all if transport.end_of_candidates => {
                    format!(", candidates: {}; no more", all.join(", "))
                }
                all if trickle => format!(", candidates: {}; more may follow", all.join(", ")),
                all => format!(", candidates: {}", all.join(", ")),
            };
        }
        (None, Some(address))
            if transport.port == 9 && matches!(address.as_str(), "0.0.0.0" | "::") =>
        {
            text += ", to an address that is not known yet";
        }
        (None, Some(address)) => {
            let _ = write!(text, ", to {address} port {}", transport.port);
        }
        (None, None) => {
            let _ = write!(text, ", port {}, no address", transport.port);
        }
    }
    if transport.protocol.contains("RTP") {
        text += &match transport.rtcp_port {
            _ if transport.rtcp_mux => ", RTCP on the same port".to_owned(),
            // Without ICE the port is the one to send to; 9 holds the place of it.
            Some(port) if transport.ice_ufrag.is_none() && port != 9 => {
                format!(", RTCP on port {port}")
            }
            // RFC 3550 §11: the next odd one.
            None if transport.ice_ufrag.is_none() && transport.port != 9 => {
                ", RTCP on the port above it".to_owned()
            }
            _ => ", RTCP on a port of its own".to_owned(),
        };
        if transport.header_encryption {
            text += ", header extensions encrypted";
        }
        if transport.rtcp_reduced_size {
            text += ", of reduced size";
        }
    }
    text
}

fn security(transport: &Transport) -> String {
    match &transport.security {
        Security::None if transport.protocol.contains("SAVP") => {
            "SRTP, but nothing says where its keys come from".to_owned()
        }
        Security::None => "none: anybody on the way can listen".to_owned(),
        Security::Sdes { suites } => {
            format!(
                "SRTP with keys written here ({}): whoever reads this can listen",
                suites.join(", ")
            )
        }
        Security::Dtls {
            certificates,
            setup,
        } => {
            let who = match setup.as_deref() {
                Some("actpass") => "the answerer says who begins",
                Some("active") => "this side begins",
                Some("passive") => "the other side begins",
                Some("holdconn") => "not yet",
                _ => "nothing says who begins",
            };
            let shown = |value: &str| value.chars().take(11).collect::<String>();
            let hashes: Vec<String> = certificates
                .iter()
                .map(|c| format!("{} {}…", c.hash, shown(&c.value)))
                .collect();
            let certificate = match hashes.as_slice() {
                [] => "no certificate is announced".to_owned(),
                all => format!("certificate {}", all.join(" or ")),
            };
            format!("keys from DTLS, {who}; {certificate}")
        }
    }
}

/// `1 layer`, `2 layers`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// `0, 1 and 2`.
fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h264_profiles_have_names() {
        for (value, wanted) in [
            ("42e01f", "constrained baseline profile, level 3.1"),
            ("42001f", "baseline profile, level 3.1"),
            ("4d0032", "main profile, level 5"),
            ("640c34", "constrained high profile, level 5.2"),
            ("42f00b", "constrained baseline profile, level 1b"),
            ("42e0", "profile-level-id=42e0"),
            ("zzzzzz", "profile-level-id=zzzzzz"),
        ] {
            assert_eq!(h264_profile(value), wanted);
        }
    }

    #[test]
    fn long_rows_are_broken_under_their_column() {
        let mut out = String::new();
        row(&mut out, "codecs", &"word ".repeat(40));
        for line in out.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        assert!(
            out.lines()
                .nth(1)
                .is_some_and(|l| l.starts_with(&" ".repeat(COLUMN + 2)))
        );
    }
}
