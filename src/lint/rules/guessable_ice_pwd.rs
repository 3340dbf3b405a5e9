use super::prelude::*;

rule! {
    /// An ICE password is made up of a pattern, or equals the ufrag.
    ///
    /// ## Why it matters
    /// The password alone tells the checks of the peer from those of anybody else. It has to have
    /// 128 bits of randomness: what can be guessed lets strangers redirect media or learn addresses.
    /// ## How it happens
    /// A constant from a template, or padding to the 22 characters that are required.
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa
    /// ```
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:passwordpasswordpassword
    /// ```
    /// ```sdp,fail
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:abcdefghijklmnopqrstuvwxyz
    /// ```
    /// ```sdp,pass
    /// a=ice-ufrag:F7gI
    /// a=ice-pwd:x9cml/YzichV2+XlhiMu8g
    /// ```
    "SDP227" "guessable-ice-pwd" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8839 §5.4", "RFC 8445 §5.3"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for section in cx.sdp().sections() {
        let Some(pwd) = section.value(Name::IcePwd) else {
            continue;
        };
        // What is too short has its own rule.
        if !(22..=256).contains(&pwd.len()) {
            continue;
        }
        let why = match pattern(pwd.bytes()) {
            Some(why) => why,
            None if section.value(Name::IceUfrag) == Some(pwd) => "the same as the ufrag",
            None => continue,
        };
        cx.report(pwd, why, format_args!("the ICE password can be guessed"))
            .help("let it be 24 characters of random base64, made anew for every session");
    }
}

/// What pattern `text`, of 22 characters or more, is made of; chance makes none of these.
fn pattern(text: &[u8]) -> Option<&'static str> {
    let distinct: BTreeSet<u8> = text.iter().copied().collect();
    if distinct.len() <= 4 {
        return Some("almost the same character throughout");
    }
    let repeats = |period: usize| {
        let after = text.get(period..).unwrap_or_default();
        after.iter().zip(text).all(|(a, b)| a == b)
    };
    if (1..=text.len() / 2).any(repeats) {
        return Some("one word many times over");
    }
    let neighbours = text.iter().zip(text.iter().skip(1));
    let steps = neighbours.filter(|(a, b)| b.wrapping_sub(**a) == 1).count();
    (steps * 4 >= text.len() * 3).then_some("the alphabet or the digits in order")
}
