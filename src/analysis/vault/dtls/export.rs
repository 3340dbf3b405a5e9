//! The SRTP keys of sessions, as soon as there is enough to export them (RFC 5764).

use super::DtlsKeys;
use super::session::{Exported, Session};
use crate::analysis::vault::SrtpKeys;
use crate::keys::KeyLogSession;
use crate::keys::dtls::{SrtpMasters, Version, export_legacy, export_tls13};
use crate::keys::srtp::Profile;

impl DtlsKeys<'_> {
    /// Exports the SRTP keys of a session, unless that was done or something is still missing.
    pub(super) fn export(&mut self, index: u32) {
        let vault = &mut *self.vault;
        let Some(session) = vault.sessions.get_mut(index as usize) else {
            return;
        };
        if session.exported == Exported::Chosen {
            return;
        }
        let log = &self.secrets.key_log;
        let Some(secrets) = log.session(&session.client_random) else {
            return;
        };
        let Some((transport, client_is_reverse)) = session.home else {
            return;
        };
        let all = match &session.answer {
            Some(answer) if answer.version != Version::Dtls13 => legacy(session, secrets),
            _ => tls13(session, secrets),
        };
        if let Some((exported, all)) = all
            && exported > session.exported
        {
            session.exported = exported;
            vault
                .exported
                .extend(all.into_iter().map(|(profile, masters)| SrtpKeys {
                    profile,
                    client: masters.client,
                    server: masters.server,
                    transport,
                    client_is_reverse,
                }));
        }
    }
}

type Keys = Vec<(Profile, SrtpMasters)>;

fn legacy(session: &Session, secrets: &KeyLogSession) -> Option<(Exported, Keys)> {
    let answer = session.answer.as_ref()?;
    let profile = Profile::from_id(answer.srtp_profile?)?;
    let suite = answer.suite?;
    let masters = secrets.candidates("CLIENT_RANDOM");
    let all = masters.filter_map(|master| {
        let (client, server) = (&session.client_random, &answer.random);
        let keys = export_legacy(profile, answer.version, suite, master, client, server)?;
        Some((profile, keys))
    });
    Some((Exported::Chosen, all.collect()))
}

/// Whether a tag that is right shows that it is this profile. Without a cipher the exported keys are those
/// of AES-CM with 128 bits, and so are the tags: what is encrypted would be taken for plain.
fn can_be_told(profile: &Profile) -> bool {
    !profile.is_null()
}

/// The profile of DTLS 1.3 is encrypted: where its message cannot be opened, or was not captured, each
/// profile that was offered may be it.
fn tls13(session: &Session, secrets: &KeyLogSession) -> Option<(Exported, Keys)> {
    let never_told = session.is_running || secrets.get("SERVER_HANDSHAKE_TRAFFIC_SECRET").is_none();
    let (exported, profiles): (_, Vec<Profile>) = match (session.chosen, &session.offered) {
        (Some(chosen), _) => (
            Exported::Chosen,
            chosen.and_then(Profile::from_id).into_iter().collect(),
        ),
        (None, _) if !never_told => return None,
        (None, Some(offered)) if !offered.is_empty() => {
            let known = offered.iter().filter_map(|id| Profile::from_id(*id));
            (Exported::Guesses, known.filter(can_be_told).collect())
        }
        (None, _) => {
            let in_dtls = Profile::all().filter(|p| p.id().is_some());
            (Exported::Guesses, in_dtls.filter(can_be_told).collect())
        }
    };
    let secrets: Vec<&[u8]> = secrets.candidates("EXPORTER_SECRET").collect();
    let all = profiles.into_iter().flat_map(|profile| {
        let masters = secrets.iter().filter_map(move |s| export_tls13(profile, s));
        masters.map(move |masters| (profile, masters))
    });
    Some((exported, all.collect()))
}
