use super::prelude::*;
use crate::lint::groups::bundles;

rule! {
    /// An answer repeats what belongs to the transport in sections that share it.
    ///
    /// ## Why it matters
    /// A BUNDLE group has one transport, and the section whose tag comes first describes it. What
    /// other sections say is not used. RFC 9143 forbids it in an answer, but browsers write it, so
    /// this is advice: it is bytes to save, and a place where values can come to differ.
    /// ```sdp,fail,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// ```
    /// ```sdp,pass,as-answer
    /// a=group:BUNDLE 0 1
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// ```
    "SDP416" "repeated-bundle-transport" {
        group: Advice,
        scope: WebRtc,
        since: "0.1",
        spec: ["RFC 9143 §7.1.3", "RFC 9429 §5.3.1"],
    } => check
}

const OF_THE_TRANSPORT: [Name; 5] = [
    Name::Candidate,
    Name::IceUfrag,
    Name::IcePwd,
    Name::Fingerprint,
    Name::Setup,
];

fn check(cx: &mut Context<'_, '_>) {
    if cx.role() != Some(Role::Answer) {
        return;
    }
    let mut sections = BTreeMap::new();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        if let Some(mid) = media.value(Name::Mid) {
            sections.entry(mid).or_insert(media);
        }
    }
    for group in bundles(cx.sdp()) {
        let members: Vec<_> = group
            .mids()
            .filter_map(|mid| sections.remove(&mid))
            .collect();
        for media in members.iter().skip(1) {
            let said =
                |line: &&Line<'_>| line.name().is_some_and(|n| OF_THE_TRANSPORT.contains(&n));
            if let Some(line) = media.lines().iter().find(said) {
                cx.report(
                    line.text(),
                    "the section whose tag comes first says it",
                    format_args!("bundled `{}` describes the transport again", media.title()),
                );
            }
        }
    }
}
