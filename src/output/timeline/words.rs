//! What an event is in words, from whole sentences to what fits beside an arrow.
//!
//! The arrow already says who sent a packet and the column before the words which protocol it is,
//! so both can go where room is short. Only the kinds that are common or long have shorter words: a
//! new kind shows up by itself, in its own. Used by both ladders, of the text and of the terminal
//! interface.

use crate::analysis::model::{DtlsEvent, EventKind, IceEvent, Kind};

/// The words of `kind`, shorter and shorter, without the protocol, which is said beside them.
pub(super) fn forms(kind: &EventKind) -> Vec<String> {
    let said = super::protocol(kind);
    let words = kind.words();
    let rest = words.strip_prefix(&said).and_then(|w| w.strip_prefix(' '));
    let mut forms = vec![rest.map_or_else(|| words.clone(), str::to_owned)];
    match kind {
        EventKind::Ice(IceEvent::FirstCheck { username }) => {
            forms.push(format!("first check, {username}"))
        }
        EventKind::Ice(IceEvent::ServerReflexive { address }) => {
            forms.push(format!("seen as {address}"))
        }
        EventKind::Ice(IceEvent::Restart { username }) => {
            forms.push(format!("restarted, {username}"))
        }
        EventKind::Dtls(DtlsEvent::Flight {
            number, messages, ..
        }) => {
            let whole = match messages.as_slice() {
                [] => "encrypted".to_owned(),
                all => all.join(", "),
            };
            forms.push(format!("flight {number}: {whole}"));
            if let [first, _, .., _] = messages.as_slice() {
                let more = messages.len() - 1;
                forms.push(format!("flight {number}: {first} and {more} more"));
            }
        }
        EventKind::Dtls(DtlsEvent::Retransmission {
            number,
            sent,
            estimated,
            ..
        }) => {
            let probably = if *estimated { "probably " } else { "" };
            forms.push(format!(
                "flight {number} {probably}again ({sent} times now)"
            ));
        }
        EventKind::Dtls(DtlsEvent::HelloUnanswered { sent: sent @ 2.. }) => {
            forms.push(format!("ClientHello sent {sent} times, no answer"));
        }
        EventKind::Turn(_) => {
            // The realm is that of the server, which its own lines name.
            let whole = forms.first().and_then(|whole| whole.split_once(", realm "));
            forms.extend(whole.map(|(short, _)| short.to_owned()));
        }
        EventKind::FirstMedia { ssrc, kind } => forms.push(match kind {
            Kind::Unknown => format!("first packet of {ssrc}"),
            kind => format!("first of {ssrc}, {}", kind.name()),
        }),
        EventKind::Dtls(DtlsEvent::EncryptedAlert { certain }) => forms.push(match certain {
            true => "encrypted alert".to_owned(),
            false => "probably an encrypted alert".to_owned(),
        }),
        _ => {}
    }
    forms
}

/// The first of these that fits into `room` columns, else the last.
pub fn fitting(forms: &[String], room: usize) -> &str {
    let fits = |form: &&String| form.chars().count() <= room;
    forms
        .iter()
        .find(fits)
        .or(forms.last())
        .map_or("", |form| form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Ssrc;
    use crate::analysis::model::Role as DtlsRole;

    #[test]
    fn the_longest_that_fits_is_taken_else_the_shortest() {
        let forms = ["one two three", "one two", "one"].map(str::to_owned);
        assert_eq!(fitting(&forms, 13), "one two three");
        assert_eq!(fitting(&forms, 12), "one two");
        assert_eq!(fitting(&forms, 1), "one");
        assert_eq!(fitting(&[], 9), "");
    }

    #[test]
    fn forms_get_shorter_and_keep_what_matters() {
        let flight = EventKind::from(DtlsEvent::Flight {
            number: 4,
            sender: DtlsRole::Server,
            messages: vec!["ServerHello", "Certificate", "ServerHelloDone"],
        });
        assert_eq!(
            forms(&flight),
            [
                "flight 4 of the server: ServerHello, Certificate, ServerHelloDone",
                "flight 4: ServerHello, Certificate, ServerHelloDone",
                "flight 4: ServerHello and 2 more",
            ]
        );
        let again = EventKind::from(DtlsEvent::Retransmission {
            number: 1,
            sender: DtlsRole::Client,
            sent: 9,
            estimated: true,
        });
        let kinds = [
            flight,
            again,
            EventKind::from(IceEvent::FirstCheck {
                username: "b:aa".to_owned(),
            }),
            EventKind::FirstMedia {
                ssrc: Ssrc(7),
                kind: Kind::Audio,
            },
            DtlsEvent::EncryptedAlert { certain: false }.into(),
            IceEvent::Nominated.into(),
        ];
        for kind in &kinds {
            let forms = forms(kind);
            let long: Vec<_> = forms.iter().map(|form| form.chars().count()).collect();
            assert!(long.windows(2).all(|two| two[0] > two[1]), "{forms:?}");
        }
    }
}
