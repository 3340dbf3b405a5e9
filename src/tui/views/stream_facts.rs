//! What there is to say about a stream: the lines of its details pane, and its columns.

use super::extension_facts::extension_lines;
use super::facts::via;
use super::feedback_facts::feedback_lines;
use super::{connection, stream_direction};
use crate::analysis::model::{Frames, Jitter, Kind, Source, Stream, Transport};
use crate::analysis::{Analysis, ConnectionId, Known, StreamId};
use crate::output::{keys, loss, media};
use crate::time::{Span, Timestamp};
use crate::tui::format::{
    UNKNOWN, bitrate, bytes, count, duration, known, known_why, millis, percent, plural,
};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// The streams of a connection.
pub(crate) fn streams_of(
    analysis: &Analysis,
    connection: ConnectionId,
) -> impl Iterator<Item = &Stream> {
    analysis
        .streams
        .iter()
        .filter(move |s| s.connection == connection)
}

/// The transport that a stream came on.
fn transport_of<'a>(analysis: &'a Analysis, s: &Stream) -> Option<&'a Transport> {
    let all = &connection(analysis, s.connection)?.transports;
    all.iter().find(|t| t.index == s.transport)
}

/// What a stream carries, in a column: `PCMU`, its payload type and clock rate (`PT96 90k`), or which
/// stream it repairs: `of #3`.
pub(crate) fn codec_short(s: &Stream) -> String {
    if let Known::Yes((id, _)) = s.pairing.repairs {
        return format!("of #{id}");
    }
    if let Known::Yes(codec) = &s.codec {
        return codec.name.to_string();
    }
    let most = s.main_payload_type();
    let pt = most.map_or_else(|| UNKNOWN.to_owned(), |pt| format!("PT{pt}"));
    match s.clock_rate {
        Known::Yes((hz, _)) => format!("{pt} {}k", hz / 1000),
        Known::No(_) => pt,
    }
}

/// `audio`, `video`, or `--`.
pub(crate) fn kind_short(kind: Kind) -> &'static str {
    match kind {
        Kind::Unknown => UNKNOWN,
        known => known.name(),
    }
}

/// `0.42`, or `--` where no packet was expected.
pub(crate) fn loss_short(s: &Stream) -> String {
    if s.expected == 0 {
        UNKNOWN.to_owned()
    } else {
        percent(s.loss_fraction())
    }
}

pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Sdp => "by the session description",
        Source::Rtcp => "by RTCP",
        Source::Payload => "by its payload",
        Source::Extension => "by a header extension",
        Source::Static => "by its static payload type",
        Source::Inferred => "inferred from its packets",
    }
}

fn loss_role(s: &Stream) -> Role {
    if s.lost > 0 { Role::Warn } else { Role::Text }
}

/// From the first packet of a stream's connection to the last: the time in which it could have had
/// packets.
pub(crate) fn life(s: &Stream, analysis: &Analysis) -> (Timestamp, Timestamp) {
    let (first, last) = (s.first_seen, s.last_seen);
    connection(analysis, s.connection).map_or((first, last), |c| {
        (first.min(c.first_seen), last.max(c.last_seen))
    })
}

/// How much earlier than its connection a stream must end to be worth saying so: RTCP and checks
/// go on for a moment after the media.
const EARLY: Span = Span::from_millis(2_000);

/// How long before its connection a stream ends, where that is long.
fn ends_early(s: &Stream, analysis: &Analysis) -> Option<String> {
    let early = life(s, analysis).1 - s.last_seen;
    (early > EARLY).then(|| format!(", ends {} before its connection", duration(early)))
}

/// The two lines that head a stream's charts.
pub(crate) fn stream_summary(s: &Stream, analysis: &Analysis) -> [Line; 2] {
    let capture = &analysis.capture;
    let jitter = known(&s.jitter, |j| {
        format!("{} max {} ms", millis(j.mean), millis(j.max))
    });
    let (src, dst) = (s.path.src, s.path.dst);
    let (kind, codec, way) = (kind_short(s.kind), codec_short(s), stream_direction(s));
    [
        Line::new(format!(
            " #{} {kind} {codec} {}  {way} {src} -> {dst}",
            s.id, s.ssrc
        )),
        Line::new(format!(" {}  ", plural(s.packets, "packet")))
            .then(
                loss_role(s),
                format!("lost {} ({} %)", count(s.lost), loss_short(s)),
            )
            .then(
                Role::Text,
                format!(
                    "  jitter {jitter}  {}  {:.1}-{:.1} s",
                    known(&s.bitrate, |b| bitrate(*b)),
                    capture.seconds_at(s.first_seen),
                    capture.seconds_at(s.last_seen),
                ),
            ),
    ]
}

/// All about a stream.
pub(crate) fn stream_lines(s: &Stream, analysis: &Analysis) -> Vec<Line> {
    let capture = &analysis.capture;
    let way = stream_direction(s);
    let relay = transport_of(analysis, s).map(via).unwrap_or_default();
    let mut out = vec![
        Line::fact(
            "path",
            format!("{way} {} -> {}{relay}", s.path.src, s.path.dst),
        ),
        Line::fact(
            "seen",
            format!(
                "{:.3} to {:.3} s, connection {}",
                capture.seconds_at(s.first_seen),
                capture.seconds_at(s.last_seen),
                s.connection
            ),
        )
        .then(Role::Warn, ends_early(s, analysis).unwrap_or_default()),
    ];
    carries(s, &mut out);
    described(s, &mut out);
    for line in media::lines(s, capture) {
        out.push(Line::fact("payload", line));
    }
    arrival(s, &mut out);
    for gap in s.gaps.iter().take(4) {
        let lost = if gap.lost == 0 {
            "nothing".to_owned()
        } else {
            count(gap.lost.into())
        };
        let at = capture.seconds_at(gap.start);
        let text = format!(
            "{} from {at:.3} s, {lost} lost",
            duration(gap.end - gap.start)
        );
        out.push(Line::fact("  gap", text));
    }
    feedback_lines(s, capture, &mut out);
    extension_lines(s, &mut out);
    out
}

/// Which stream it repairs, and which repair it.
fn pairing(s: &Stream, out: &mut Vec<Line>) {
    if matches!(s.kind, Kind::Rtx | Kind::Fec) {
        let of = known_why(&s.pairing.repairs, |(id, from)| {
            format!("#{id}, {}", source(*from))
        });
        out.push(Line::fact("repairs", of));
    }
    if !s.pairing.repaired_by.is_empty() {
        let by = s.pairing.repaired_by.iter();
        let by: Vec<_> = by.map(|(id, _)| format!("#{id}")).collect();
        out.push(Line::fact("repaired", format!("by {}", by.join(", "))));
    }
}

fn carries(s: &Stream, out: &mut Vec<Line>) {
    let why = match s.kind_source {
        Known::Yes(k) => format!(" ({})", source(k)),
        Known::No(why) => format!(" ({why})"),
    };
    let codec = known_why(&s.codec, |c| c.name.to_string());
    let kind = match s.kind {
        Kind::Unknown => UNKNOWN,
        known => known.name(),
    };
    out.push(Line::fact("carries", format!("{kind}{why}, codec {codec}")));
    pairing(s, out);
    let clock = known_why(&s.clock_rate, |(hz, from)| {
        format!("{hz} Hz, {}", source(*from))
    });
    out.push(Line::fact("clock", clock));
    let encrypted = known_why(&s.encrypted, |e| {
        let is_opened = s.decryption.value().is_some_and(|all| all.opened > 0);
        match (*e, is_opened) {
            (true, true) => "decrypted",
            (true, false) => "encrypted",
            (false, _) => "in clear",
        }
        .to_owned()
    });
    out.push(Line::fact(
        "payload",
        format!(
            "{encrypted}; {}",
            pairs(s.payload_types.iter().map(|t| (t.number, t.packets)), "PT")
        ),
    ));
    if let Some(decrypted) = keys::of_stream(s) {
        out.push(Line::fact("keys", decrypted));
    }
}

/// What only a session description tells.
fn described(s: &Stream, out: &mut Vec<Line>) {
    let Some(d) = s.described.as_deref() else {
        return;
    };
    let named = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("{name} {v}"));
    let ids = |ids: &[StreamId]| ids.iter().map(|id| format!("#{id}")).collect::<Vec<_>>();
    let layers = (!d.layers.is_empty()).then(|| format!("layers {}", d.layers.join(" ")));
    let repairs = d.repairs.map(|id| format!("repairs #{id}"));
    let by = ids(&d.repaired_by).join(" ");
    let parts = [
        named("mid", &d.mid),
        named("rid", &d.rid),
        layers,
        repairs,
        (!by.is_empty()).then(|| format!("repaired by {by}")),
        named("CNAME", &d.cname),
        d.packet_time.map(|ms| format!("{ms} ms packets wanted")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        out.push(Line::fact("described", parts.join(", ")));
    }
}

fn arrival(s: &Stream, out: &mut Vec<Line>) {
    let expected = format!("{} of {} expected, ", count(s.packets), count(s.expected));
    let lost = format!("lost {} ({} %)", count(s.lost), loss_short(s));
    out.push(Line::fact("packets", expected).then(loss_role(s), lost));
    out.push(Line::fact(
        "",
        format!(
            "reordered {}, duplicated {}, restarts {}, marked {}, padded {}",
            count(s.reordered),
            count(s.duplicated),
            s.restarts,
            count(s.marked),
            count(s.padded)
        ),
    ));
    for text in [loss::became(s), loss::clusters(s)].into_iter().flatten() {
        out.push(Line::fact("", text));
    }
    let padding = known_why(&s.loss.padding_only, |n| count(*n));
    if s.padded > 0 {
        out.push(Line::fact(
            "probes",
            format!("{padding} packets of padding only"),
        ));
    }
    out.push(Line::fact(
        "bit rate",
        format!(
            "{}; {} of payload, {} of RTP headers",
            known_why(&s.bitrate, |b| bitrate(*b)),
            bytes(s.payload_bytes),
            bytes(s.header_bytes)
        ),
    ));
    let jitter = known_why(&s.jitter, |j| {
        let (mean, max, last) = (millis(j.mean), millis(j.max), millis(j.last));
        let of = Jitter::definition(s.kind).replace('-', " ");
        format!("mean {mean} ms, max {max}, last {last} (RFC 3550, {of})")
    });
    out.push(Line::fact("jitter", jitter));
    if let Known::Yes(Jitter {
        delay_variation: Known::Yes(v),
        per_packet,
        ..
    }) = &s.jitter
    {
        let mut text = format!("95 % within {} ms, most {}", millis(v.p95), millis(v.max));
        if s.kind == Kind::Video {
            text += &format!("; jitter of all packets {} ms", millis(per_packet.mean));
        }
        out.push(Line::fact("  delay", text));
    }
    if let Known::Yes(f) = &s.frames {
        frames(f, out);
    }
    let pause = known_why(&s.interarrival_max, |d| duration(*d));
    out.push(Line::fact("pause", format!("longest {pause}")));
}

fn frames(f: &Frames, out: &mut Vec<Line>) {
    let fps = known(&f.per_second, |fps| format!("{fps:.1}"));
    let (complete, repaired, lacking) = (f.complete, f.repaired, f.incomplete);
    let text = format!(
        "{} complete, {fps} fps, {} repaired, {} incomplete",
        count(complete),
        count(repaired),
        count(lacking)
    );
    out.push(Line::fact("frames", text));
    let key = known_why(&f.key, |k| {
        format!("{} ({})", count(k.count), source(k.source))
    });
    out.push(Line::fact("  key", key));
    let size = known(&f.size, |s| {
        format!("mean {}, most {}", bytes(s.mean), bytes(s.max))
    });
    out.push(Line::fact("  size", size));
    let pause = known(&f.inter_frame, |d| {
        format!("mean {} ms, longest {}", millis(d.mean), duration(d.max))
    });
    let freezes = match f.freezes {
        0 => "no freeze".to_owned(),
        n => format!(
            "{}, together {}",
            plural(n, "freeze"),
            duration(f.freezes_total)
        ),
    };
    out.push(Line::fact("  between", format!("{pause}; {freezes}")));
}

/// `PT96 1 204 x, PT97 3 x`.
fn pairs(pairs: impl Iterator<Item = (u8, u64)>, name: &str) -> String {
    let parts: Vec<_> = pairs
        .map(|(id, n)| format!("{name}{id} {} x", count(n)))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Unknown;
    use crate::analysis::model::PayloadType;
    use crate::tui::testing::call;

    #[test]
    fn of_two_payload_types_the_reports_and_the_list_name_the_same() {
        let app = call().app();
        let video = app
            .analysis
            .streams
            .iter()
            .find(|s| s.ssrc.0 == 0x3333_3333);
        let mut s = video.unwrap().clone();
        let both = |number| PayloadType {
            number,
            packets: 200,
            codec: Known::No(Unknown::NoSdp),
        };
        s.payload_types = vec![both(97), both(96)];
        let main = s.main_payload_type().unwrap();
        assert!(codec_short(&s).starts_with(&format!("PT{main}")));
    }
}
