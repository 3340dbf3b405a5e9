use super::prelude::*;

rule! {
    /// Two sections have the same `a=ice-ufrag` and different passwords.
    ///
    /// ## Why it matters
    /// A check names the ufrag, and by it the receiver looks up the password. Where it finds the one
    /// of another section, the check fails.
    /// ```sdp,fail
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// m=audio 5002 UDP/TLS/RTP/SAVPF 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:Ybcl/XzichV2+XlhiMu8g8z
    /// ```
    /// ```sdp,pass
    /// m=audio 5000 UDP/TLS/RTP/SAVPF 0
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// m=audio 5002 UDP/TLS/RTP/SAVPF 0
    /// a=ice-ufrag:9b3X
    /// a=ice-pwd:Ybcl/XzichV2+XlhiMu8g8z
    /// ```
    "SDP234" "one-ufrag-two-passwords" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let session = cx.sdp().session();
    let [ufrag, pwd] = [Name::IceUfrag, Name::IcePwd].map(|name| session.value(name));
    // Where a transport is shared, the rule about BUNDLE groups speaks.
    let shared: BTreeSet<_> = cx.shared_transports().map(|(_, m)| m.index()).collect();
    let mut seen: BTreeMap<Field<'_>, Field<'_>> = BTreeMap::new();
    for media in cx.media().iter().filter(|m| m.is_active()) {
        let ufrag = media.value(Name::IceUfrag).or(ufrag);
        let pwd = media.value(Name::IcePwd).or(pwd);
        let (Some(ufrag), Some(pwd)) = (ufrag, pwd) else {
            continue;
        };
        if shared.contains(&media.index()) {
            continue;
        }
        let first = *seen.entry(ufrag).or_insert(pwd);
        if first != pwd {
            cx.report(
                pwd,
                "another password",
                format_args!("the ufrag `{ufrag}` has two passwords"),
            )
            .context(first, "the first password")
            .help("give each transport a ufrag and a password of its own");
        }
    }
}
