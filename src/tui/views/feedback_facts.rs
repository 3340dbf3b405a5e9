//! What RTCP says of a stream: lines of its details pane.

use crate::analysis::model::{CaptureInfo, Feedback, Stream};
use crate::tui::format::{bitrate, count, duration, known_why, millis};
use crate::tui::widgets::text::Line;

/// What receivers and the sender say of a stream.
pub(super) fn feedback_lines(s: &Stream, capture: &CaptureInfo, out: &mut Vec<Line>) {
    let Some(f) = s.feedback.value() else {
        let why = known_why(&s.feedback, |_| String::new());
        out.push(Line::fact("feedback", why));
        return;
    };
    out.push(Line::fact("feedback", messages(f)));
    if let Some(r) = f.reports {
        let clock = s.clock_rate.value().map(|(rate, _)| f64::from(*rate));
        let jitter = clock.map_or_else(String::new, |rate| {
            let ms = |ticks: u32| f64::from(ticks) * 1e3 / rate;
            let (last, max) = (ms(r.jitter), ms(r.jitter_max));
            format!(", jitter {last:.1} ms, max {max:.1}")
        });
        let (n, lost, worst) = (r.count, r.lost, r.fraction_lost_max * 100.0);
        out.push(Line::fact(
            "  receiver",
            format!("{n} reports, lost {lost}, at worst {worst:.1} %{jitter}"),
        ));
        let behind = known_why(&f.lost_after_capture, ToString::to_string);
        out.push(Line::fact(
            "",
            format!("lost behind the point of capture {behind}"),
        ));
    }
    let trip = known_why(&f.round_trip, |t| {
        let [median, min, max] = [t.median, t.min, t.max].map(millis);
        format!("{median} ms, {min} to {max}, {} times", count(t.samples))
    });
    let whole = known_why(&f.round_trip_whole, |whole| duration(*whole));
    out.push(Line::fact(
        "  round trip",
        format!("to the receiver {trip}"),
    ));
    out.push(Line::fact("", format!("end to end {whole}")));
    if let Some(sender) = f.sender {
        let before = known_why(&sender.lost_before_capture, ToString::to_string);
        let packets = count(sender.packets.into());
        let n = sender.count;
        out.push(Line::fact(
            "  sender",
            format!("{n} reports, {packets} packets sent, lost before the capture {before}"),
        ));
    }
    if let Some(cname) = &f.cname {
        out.push(Line::fact("  name", cname.clone()));
    }
    for (what, limit) in [("REMB", f.remb), ("TMMBR", f.tmmbr)] {
        if let Some(b) = limit {
            let [min, max, last] = [b.min, b.max, b.last].map(|b| bitrate(b as f64));
            let text = format!("{what} {min} to {max}, last {last}");
            out.push(Line::fact("  limit", text));
        }
    }
    for (what, told) in [("transport-cc", f.transport_cc), ("RFC 8888", f.ccfb)] {
        if let Some(told) = told {
            let (got, lost) = (count(told.received), count(told.lost));
            let text = format!("{what}: {got} packets arrived, {lost} missing");
            out.push(Line::fact("  packets", text));
        }
    }
    if let Some(bye) = &f.bye {
        let at = capture.seconds_at(bye.at);
        let why = bye.reason.as_ref().map(|r| format!(": {r}"));
        let text = format!("at {at:.3} s{}", why.unwrap_or_default());
        out.push(Line::fact("  BYE", text));
    }
}

/// `NACK 3 (7 packets, 5 distinct), PLI 1`.
fn messages(f: &Feedback) -> String {
    let each = f.messages.iter().map(|m| {
        let n = count(m.count);
        match m.name {
            "NACK" => {
                let (all, distinct) = (count(f.nacked), count(f.nacked_distinct));
                format!("NACK {n} ({all} packets, {distinct} distinct)")
            }
            "FIR" => format!("FIR {n} ({} distinct)", count(f.intra_requests)),
            name => format!("{name} {n}"),
        }
    });
    let all: Vec<_> = each.collect();
    match all.is_empty() {
        true => "no messages about it".to_owned(),
        false => all.join(", "),
    }
}
