//! What was found out of SRTP, frozen: which keys and rollover counters opened packets of which senders.

use super::SrtpVault;
use crate::keys::srtp::{ExtensionIds, SessionKeys};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// One sender under one key.
#[derive(Debug)]
struct Sender {
    key: u32,
    rocs: Vec<Range<u32>>,
}

/// All senders whose packets were opened, with their keys.
#[derive(Debug, Default)]
pub(in crate::analysis::vault) struct SrtpOpener {
    keys: BTreeMap<u32, Arc<SessionKeys>>,
    senders: BTreeMap<u32, Vec<Sender>>,
    /// Which keys are at home on which transport and direction.
    homes: BTreeSet<(u32, bool, u32)>,
    encrypted_ids: ExtensionIds,
}

impl SrtpVault {
    pub(in crate::analysis::vault) fn opener(&self) -> SrtpOpener {
        let proven = self.keyring.iter().filter(|(_, key)| key.is_proven);
        let mut senders: BTreeMap<u32, Vec<Sender>> = BTreeMap::new();
        for (key, ssrc, rollover) in self.rollovers.iter() {
            let rocs = rollover.seen().to_vec();
            let sender = Sender { key, rocs };
            senders.entry(ssrc).or_default().push(sender);
        }
        for keys in senders.values_mut() {
            keys.sort_by_key(|sender| sender.key);
        }
        SrtpOpener {
            keys: proven.map(|(i, key)| (i, key.session.clone())).collect(),
            senders,
            homes: self.keyring.homes().collect(),
            encrypted_ids: self.encrypted_ids,
        }
    }
}

impl SrtpOpener {
    /// The keys of a sender, those of the transport first.
    fn keys_of(
        &self,
        (transport, reverse): (u32, bool),
        ssrc: u32,
    ) -> Vec<(&SessionKeys, &Sender)> {
        let senders = self.senders.get(&ssrc).into_iter().flatten();
        let mut keys: Vec<_> = senders
            .filter_map(|sender| Some((&**self.keys.get(&sender.key)?, sender)))
            .collect();
        keys.sort_by_key(|(_, sender)| !self.homes.contains(&(transport, reverse, sender.key)));
        keys
    }

    pub(in crate::analysis::vault) fn open_rtp(
        &self,
        place: (u32, bool),
        packet: &[u8],
    ) -> Option<Vec<u8>> {
        let &[_, _, _, _, _, _, _, _, a, b, c, d] = packet.first_chunk::<12>()?;
        let senders = self.keys_of(place, u32::from_be_bytes([a, b, c, d]));
        senders.into_iter().find_map(|(session, sender)| {
            let seal = session.seal_of(packet)?;
            let roc = sender
                .rocs
                .iter()
                .find_map(|rocs| seal.find(rocs.clone()))?;
            let mut plain = Vec::new();
            seal.decrypt(roc, &self.encrypted_ids, &mut plain);
            Some(plain)
        })
    }

    pub(in crate::analysis::vault) fn open_rtcp(
        &self,
        place: (u32, bool),
        packet: &[u8],
    ) -> Option<Vec<u8>> {
        let &[_, _, _, _, a, b, c, d] = packet.first_chunk::<8>()?;
        let senders = self.keys_of(place, u32::from_be_bytes([a, b, c, d]));
        senders.into_iter().find_map(|(session, _)| {
            let mut plain = Vec::new();
            session.open_rtcp(packet, &mut plain).map(|_| plain)
        })
    }
}
