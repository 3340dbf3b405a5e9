use super::prelude::*;

rule! {
    /// The directions of a WHIP or WHEP session do not fit: it goes one way.
    ///
    /// ## Why it matters
    /// A WHIP client offers to send and the server answers that it receives; a WHEP player offers to receive
    /// and the server sends. A session that does both, or neither, is refused, or half of it stays silent.
    /// ## How it happens
    /// Transceivers were added with the default direction, or one of them was stopped.
    /// ```sdp,fail,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=recvonly
    /// ```
    /// ```sdp,fail,as-answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendrecv
    /// ```
    /// ```sdp,pass,as-offer
    /// a=group:BUNDLE 0 1
    /// a=setup:actpass
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=sendonly
    /// m=video 9 UDP/TLS/RTP/SAVPF 31
    /// a=mid:1
    /// a=rtcp-mux
    /// a=sendonly
    /// ```
    /// ```sdp,pass,as-answer
    /// m=audio 9 UDP/TLS/RTP/SAVPF 0
    /// a=mid:0
    /// a=rtcp-mux
    /// a=recvonly
    /// ```
    "SDP802" "whip-direction" {
        group: Correctness,
        scope: Whip,
        absence: true,
        since: "0.1",
        spec: ["RFC 9725 §4.2"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let is_answer = cx.role() == Some(Role::Answer);
    let mut first: Option<(Name, &Line<'_>)> = None;
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let line = media.lines().iter().find(|l| l.name().is_some_and(Name::is_direction));
        let Some((line, name)) = line.and_then(|l| Some((l, l.name()?))) else {
            continue;
        };
        match name {
            Name::Inactive if !is_answer => {
                cx.report(
                    line.text(),
                    "nothing flows",
                    format_args!("`a=inactive` in a WHIP offer"),
                )
                .help("leave the section out");
            }
            Name::Sendrecv if is_answer => {
                cx.report(
                    line.text(),
                    "it goes one way",
                    format_args!("`a=sendrecv` in a WHIP answer"),
                )
                .help("answer `a=recvonly` to who publishes and `a=sendonly` to who plays");
            }
            Name::Sendonly | Name::Recvonly => match first {
                Some((other, there)) if other != name => {
                    cx.report(
                        line.text(),
                        format_args!("another section is {}", other.as_str()),
                        format_args!("the session is `{}` and `{}`", other.as_str(), name.as_str()),
                    )
                    .context(there.text(), format_args!("{} here", other.as_str()))
                    .help("publish in one session and play in another");
                }
                _ => first = Some((name, line)),
            },
            _ => {}
        }
    }
}
