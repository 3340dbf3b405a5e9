use super::prelude::*;
use crate::lint::groups::{bundled_tags, bundles};

rule! {
    /// A new description takes a section in use out of its BUNDLE group, or drops the group.
    ///
    /// ## Why it matters
    /// The section would need a transport of its own from now on. Browsers do not take a live section
    /// out of its group: Chrome refuses the description.
    /// ## How it happens
    /// A server or a script that writes the first answer with `a=group:BUNDLE` and later ones without.
    /// ```sdp,fail
    /// --- offer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// m=audio 9 UDP/TLS/RTP/SAVPF 8
    /// a=mid:1
    /// a=rtcp-mux
    /// ```
    /// ```sdp,pass
    /// --- offer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// --- answer
    /// a=group:BUNDLE 0
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// --- offer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// ```
    "SDP734" "left-bundle" {
        group: Interop,
        scope: WebRtc,
        absence: true,
        since: "0.1",
        spec: ["RFC 9143 §7.5"],
    } => again(check)
}

fn check(cx: &mut Exchange<'_, '_>) {
    // Only what both ends agreed on is in force.
    let (Some((number, before)), Some((_, last))) = (cx.said_before(), cx.last_in_force()) else {
        return;
    };
    let agreed = bundled_tags(last.sdp());
    let now = bundled_tags(cx.now().sdp());
    // An answer cannot bundle what is not offered so.
    let offered = cx.offer().map(|(_, offer)| bundled_tags(offer.sdp()));
    let mut company = BTreeSet::new();
    for group in bundles(before.sdp()) {
        let mids: Vec<Field<'_>> = group.mids().collect();
        if mids.len() > 1 {
            company.extend(mids);
        }
    }
    let line = before.session_line(Name::Group);
    let at = line.map_or(Field::new(&[], 0), Line::text);
    for Pair { now: media, .. } in cx.continued() {
        let Some(mid) = media.value(Name::Mid) else { continue };
        let could = offered.as_ref().is_none_or(|tags| tags.contains(&mid));
        if could && company.contains(&mid) && agreed.contains(&mid) && !now.contains(&mid) {
            cx.report(
                mid,
                "bundled before",
                format_args!("`{}` leaves the BUNDLE group that it is in", media.title()),
            )
            .context_in(number, at, "before")
            .help(format_args!("keep `{mid}` in `a=group:BUNDLE`, or stop the section by port 0"));
        }
    }
}
