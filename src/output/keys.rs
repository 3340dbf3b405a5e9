//! What was decrypted, in words: for the text report and the terminal UI.

use super::text::grouped;
use crate::analysis::model::{CaptureInfo, Connection, Decryption, KeySource, Openings};
use crate::analysis::{Known, Unknown};
use crate::keys::KeyOrigin;

/// `key log, DTLS 402, SRTP 1 818, SRTCP 443 decrypted`, or why nothing is; none where nothing is
/// encrypted, and where nobody gave keys.
pub(crate) fn summary(c: &Connection, capture: &CaptureInfo) -> Option<String> {
    match &c.decryption {
        Known::Yes(decryption) if decryption.all().opened > 0 => Some(opened(decryption)),
        Known::Yes(decryption) => Some(format!("{}: {}", from(decryption), refused(decryption))),
        Known::No(why) => nothing(*why, capture),
    }
}

fn opened(decryption: &Decryption) -> String {
    let parts: Vec<String> = parts(decryption)
        .filter(|(_, all)| all.opened > 0)
        .map(|(what, all)| format!("{what} {}", grouped(all.opened)))
        .collect();
    let no_key = not_opened(decryption, "without a key", |all| all.no_key);
    let cut = not_opened(decryption, "cut when captured", |all| all.cut);
    format!(
        "{}, {} decrypted{no_key}{cut}",
        from(decryption),
        parts.join(", ")
    )
}

/// `451 of 451 SRTP packets failed to authenticate: wrong key?`, where nothing was opened.
fn refused(decryption: &Decryption) -> String {
    let failed: Vec<String> = parts(decryption)
        .filter(|(_, all)| all.failed > 0)
        .map(|(what, all)| {
            let unit = if what == "DTLS" { "records" } else { "packets" };
            format!(
                "{} of {} {what} {unit}",
                grouped(all.failed),
                grouped(all.total())
            )
        })
        .collect();
    let no_key = not_opened(decryption, "without a key", |all| all.no_key);
    let cut = not_opened(decryption, "cut when captured", |all| all.cut);
    match failed.is_empty() {
        true => format!("nothing decrypted{no_key}{cut}"),
        false => format!(
            "{} failed to authenticate: wrong key?{no_key}{cut}",
            failed.join(", ")
        ),
    }
}

/// `; without a key: DTLS 402, SRTP 916`; nothing where there are none.
fn not_opened(decryption: &Decryption, why: &str, count: impl Fn(&Openings) -> u64) -> String {
    let kinds: Vec<String> = parts(decryption)
        .map(|(what, all)| (what, count(all)))
        .filter(|(_, n)| *n > 0)
        .map(|(what, n)| format!("{what} {}", grouped(n)))
        .collect();
    match kinds.is_empty() {
        true => String::new(),
        false => format!("; {why}: {}", kinds.join(", ")),
    }
}

fn nothing(why: Unknown, capture: &CaptureInfo) -> Option<String> {
    let keys = capture.keys?;
    let plural = |n: u64, what: &str| match n {
        1 => format!("1 {what}"),
        n => format!("{} {what}s", grouped(n)),
    };
    let log = plural(keys.key_log_sessions, "session");
    match why {
        Unknown::OtherSession => Some(format!(
            "nothing decrypted: this session is none of the {log} in the key log, which has {} of the {} \
             of this capture",
            grouped(keys.sessions_in_key_log),
            grouped(keys.sessions),
        )),
        Unknown::NoHandshake => Some(format!(
            "nothing decrypted: the handshake was not captured whole, and no secret of the {log} in the key \
             log fits without it"
        )),
        Unknown::OtherKeys if keys.srtp_keys > 0 => Some(format!(
            "nothing decrypted: none of {} that {} given fits",
            plural(keys.srtp_keys, "SRTP key"),
            if keys.srtp_keys == 1 { "was" } else { "were" },
        )),
        Unknown::OtherKeys => Some("nothing decrypted: no key of the key log fits".to_owned()),
        _ => None,
    }
}

/// What failed: `SRTP 3 of 1 818 failed to authenticate, first packet 912`; none where nothing did.
pub(crate) fn trouble(c: &Connection) -> Option<String> {
    let decryption = c.decryption.value()?;
    let failed: Vec<String> = parts(decryption)
        .filter_map(|(what, all)| Some(format!("{what} {}", failure(all)?)))
        .collect();
    (!failed.is_empty()).then(|| {
        let wrong = match decryption.all().opened {
            0 => ": the secrets given are wrong, or damaged",
            _ => "",
        };
        format!("decryption: {}{wrong}", failed.join("; "))
    })
}

/// `3 of 1 818 failed to authenticate, first packet 912`.
fn failure(all: &Openings) -> Option<String> {
    if all.failed == 0 {
        return None;
    }
    let tried = grouped(all.opened + all.failed);
    let first = all.first_failed;
    let first = first.map_or_else(String::new, |no| format!(", first packet {no}"));
    Some(format!(
        "{} of {tried} failed to authenticate{first}",
        grouped(all.failed)
    ))
}

/// What was decrypted of a stream.
#[cfg(feature = "tui")]
pub(crate) fn of_stream(s: &crate::analysis::model::Stream) -> Option<String> {
    let all = s.decryption.value()?;
    let mut words = format!("{} decrypted", grouped(all.opened));
    let more = [
        failure(all),
        (all.no_key > 0).then(|| format!("{} without a key", grouped(all.no_key))),
        (all.cut > 0).then(|| format!("{} cut when captured", grouped(all.cut))),
    ];
    for part in more.into_iter().flatten() {
        words.push_str(", ");
        words.push_str(&part);
    }
    Some(words)
}

fn parts(d: &Decryption) -> impl Iterator<Item = (&'static str, &Openings)> {
    [("DTLS", &d.dtls), ("SRTP", &d.srtp), ("SRTCP", &d.srtcp)].into_iter()
}

/// Where the keys came from.
fn from(decryption: &Decryption) -> String {
    let names = decryption.keys.iter().map(|source| match source {
        KeySource::KeyLog => "key log",
        KeySource::Given(KeyOrigin::Sdes) => "a=crypto",
        KeySource::Given(KeyOrigin::Explicit) => "SRTP key given",
    });
    let names: Vec<&str> = names.collect();
    match names.is_empty() {
        true => "keys given".to_owned(),
        false => names.join(" and "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use crate::analysis::model::KeysGiven;

    fn call() -> crate::analysis::Analysis {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/chromium-loss.pcapng");
        crate::analyze(path.as_ref(), &Options::default()).unwrap()
    }

    fn part(opened: u64, failed: u64, no_key: u64) -> Openings {
        Openings {
            opened,
            failed,
            first_failed: (failed > 0).then_some(912),
            no_key,
            cut: 0,
        }
    }

    #[test]
    fn all_well_is_one_short_line() {
        let mut analysis = call();
        let c = &mut analysis.connections[0];
        let mut decryption = Decryption {
            keys: vec![KeySource::KeyLog],
            dtls: part(402, 0, 0),
            srtp: part(1818, 0, 0),
            srtcp: part(443, 0, 0),
            ..Decryption::default()
        };
        c.decryption = Known::Yes(decryption.clone());
        let said = summary(c, &analysis.capture);
        let wanted = format!(
            "key log, DTLS 402, SRTP {}, SRTCP 443 decrypted",
            grouped(1818)
        );
        assert_eq!((said, trouble(c)), (Some(wanted), None));
        decryption.srtp = part(1815, 3, 2);
        c.decryption = Known::Yes(decryption.clone());
        let said = trouble(c).unwrap();
        let wanted = format!(
            "SRTP 3 of {} failed to authenticate, first packet 912",
            grouped(1818)
        );
        assert_eq!(said, format!("decryption: {wanted}"));
        assert!(
            summary(c, &analysis.capture)
                .unwrap()
                .ends_with(" decrypted; without a key: SRTP 2")
        );
        decryption.dtls = Openings::default();
        decryption.srtcp = Openings::default();
        decryption.srtp = part(0, 9, 0);
        c.decryption = Known::Yes(decryption);
        let said = trouble(c).unwrap();
        assert!(
            said.ends_with(": the secrets given are wrong, or damaged"),
            "{said}"
        );
    }

    #[test]
    fn why_nothing_was_decrypted_is_told_to_whom_gave_keys() {
        let mut analysis = call();
        assert_eq!(
            summary(&analysis.connections[0], &analysis.capture),
            None,
            "no keys"
        );
        analysis.capture.keys = Some(KeysGiven {
            key_log_sessions: 5,
            srtp_keys: 1,
            sessions: 2,
            sessions_in_key_log: 1,
        });
        for (why, wanted) in [
            (
                Unknown::OtherSession,
                "this session is none of the 5 sessions in the key log, which has 1 of the 2 of this capture",
            ),
            (
                Unknown::NoHandshake,
                "the handshake was not captured whole, and no secret of the 5 sessions in the key log fits without it",
            ),
            (Unknown::OtherKeys, "none of 1 SRTP key that was given fits"),
        ] {
            analysis.connections[0].decryption = Known::No(why);
            let said = summary(&analysis.connections[0], &analysis.capture);
            assert_eq!(said, Some(format!("nothing decrypted: {wanted}")));
        }
        analysis.connections[0].decryption = Known::No(Unknown::NotEncrypted);
        assert_eq!(summary(&analysis.connections[0], &analysis.capture), None);
    }
}
