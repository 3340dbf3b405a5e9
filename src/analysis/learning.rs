//! Keys that come with the packets: decryption secrets blocks of pcapng files.
//!
//! Whoever reads a capture tells what it held so far ([`Analyzer::learn`]) before each packet. A block may
//! stand behind the packets that it opens: then the file is read again from its start, where that can be
//! done ([`super::read`]), with all secrets that were found.

use super::analyzer::{Analyzer, State};
use crate::capture::{Capture, PacketNo, Secret};
use crate::keys::{KeyLog, Secrets};
use std::collections::HashMap;
use std::sync::Arc;

/// What was learnt while packets were read.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// How many secrets of the file were looked at.
    taken: usize,
    /// The sessions of which something was learnt, and how many packets had been read before.
    sessions: Vec<([u8; 32], u64)>,
}

impl Analyzer {
    /// Takes the next packet of a capture, and the secrets before it; `false` at the end.
    #[inline]
    pub fn take(&mut self, capture: &mut Capture) -> bool {
        let Some((frame, secrets)) = capture.next_with_secrets() else {
            self.learn(capture.secrets());
            return false;
        };
        self.learn(secrets);
        self.push(&frame);
        true
    }

    /// Takes the decryption secrets that a file held so far: those that it told before and further ones.
    #[inline]
    pub fn learn(&mut self, secrets: &[Secret]) {
        if secrets.len() > self.state.learnt.taken {
            self.state.learn(secrets);
        }
    }

    /// All that there is to decrypt with: what was given, and what was learnt.
    pub fn secrets(&self) -> Arc<Secrets> {
        Arc::clone(self.state.vault.secrets())
    }

    /// How many sessions have secrets that stand in the file behind packets that they are about. To read it
    /// again, with [`secrets`](Self::secrets), opens these too.
    pub fn late_sessions(&self) -> u64 {
        self.state.late_sessions()
    }

    /// Says among the problems that the capture could not be read again for so many late sessions.
    pub fn say_secrets_came_late(&mut self, sessions: u64) {
        self.state.note_late_secrets(sessions);
    }
}

impl State {
    #[cold]
    fn learn(&mut self, secrets: &[Secret]) {
        let new = secrets.get(self.learnt.taken..).unwrap_or_default();
        self.learnt.taken = secrets.len();
        // Other types are of other protocols: WireGuard, ZigBee, SSH.
        for secret in new.iter().filter(|s| s.kind == Secret::TLS_KEY_LOG) {
            let mut log = KeyLog::default();
            for bad in log.read(&secret.data) {
                self.problems
                    .packet("malformed-secrets", self.info.packets, || {
                        let (line, reason) = (bad.line, bad.reason);
                        format!("line {line} of decryption secrets inside the file: {reason}")
                    });
            }
            for session in self.vault.add_key_log(&log) {
                self.learnt.sessions.push((session, self.info.packets));
            }
        }
    }

    fn late_sessions(&self) -> u64 {
        let late = self
            .learnt
            .sessions
            .iter()
            .filter(|(_, before)| *before > 0);
        // Of one session, the last block that told something new.
        let late: HashMap<[u8; 32], u64> = late.copied().collect();
        if late.is_empty() {
            return 0;
        }
        let mut began: HashMap<[u8; 32], PacketNo> = HashMap::new();
        let mut is_any_unknown = false;
        for transport in &self.transports {
            let dtls = transport.dtls_state.as_deref();
            let hellos = dtls.into_iter().flat_map(|dtls| dtls.hellos());
            for (random, no) in hellos.filter(|(random, _)| late.contains_key(random)) {
                let first = began.entry(random).or_insert(no);
                *first = no.min(*first);
            }
            // Its handshake came before the capture: any session may be its.
            is_any_unknown |= dtls.is_some_and(|dtls| dtls.hellos().next().is_none());
        }
        let is_late = |random: &[u8; 32], before: u64| match began.get(random) {
            Some(no) => *no <= before,
            None => is_any_unknown,
        };
        let late = late
            .iter()
            .filter(|(random, before)| is_late(random, **before));
        late.count() as u64
    }

    /// Says that the file could not be read again with the secrets that came late.
    fn note_late_secrets(&mut self, sessions: u64) {
        let no = self.info.packets;
        self.problems.packet("secrets-after-packets", no, || {
            let sessions = match sessions {
                1 => "one session stand".to_owned(),
                n => format!("{n} sessions stand"),
            };
            format!(
                "the secrets of {sessions} in the capture behind their packets, and it cannot be read \
                 twice: save it to a file to have all of them decrypted"
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Options, Reading, read};

    const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/chromium-loss.pcapng");

    /// A decryption secrets block with a key log.
    fn block(kind: u32, log: &str) -> Vec<u8> {
        let mut data = log.as_bytes().to_vec();
        let len = data.len() as u32;
        data.resize(data.len().next_multiple_of(4), 0);
        let total = data.len() as u32 + 20;
        let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect();
        let (head, tail): (Vec<u8>, Vec<u8>) = (words(&[10, total, kind, len]), words(&[total]));
        [head, data, tail].concat()
    }

    fn line(random: &[u8; 32]) -> String {
        let random = data_encoding::HEXLOWER.encode(random);
        format!("EXPORTER_SECRET {random} {}\n", "6b".repeat(32))
    }

    fn fold(file: &[u8]) -> Analyzer {
        let mut capture = open(file);
        let mut analyzer = Analyzer::new(Options::default());
        while analyzer.take(&mut capture) {}
        analyzer
    }

    fn open(file: &[u8]) -> Capture {
        Capture::from_reader(Box::new(std::io::Cursor::new(file.to_vec()))).unwrap()
    }

    fn session() -> (Vec<u8>, [u8; 32]) {
        let file = std::fs::read(SAMPLE).unwrap();
        let analyzer = fold(&file);
        let mut dtls = analyzer
            .state
            .transports
            .iter()
            .filter_map(|t| t.dtls_state.as_deref());
        let random = dtls.find_map(|dtls| dtls.client_randoms().next()).unwrap();
        (file, random)
    }

    /// The file with a block behind its section header.
    fn with_first(file: &[u8], block: &[u8]) -> Vec<u8> {
        let header = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
        [&file[..header], block, &file[header..]].concat()
    }

    #[test]
    fn secrets_before_their_packets_are_in_time() {
        let (file, random) = session();
        let block = block(Secret::TLS_KEY_LOG, &line(&random));
        let analyzer = fold(&with_first(&file, &block));
        assert_eq!(
            (
                analyzer.late_sessions(),
                analyzer.secrets().key_log.secrets()
            ),
            (0, 1)
        );
        // Told again behind them, there is nothing new.
        let twice = [with_first(&file, &block), block].concat();
        assert_eq!(fold(&twice).late_sessions(), 0);
    }

    #[test]
    fn secrets_behind_their_packets_are_late() {
        let (file, random) = session();
        let late = [file.clone(), block(Secret::TLS_KEY_LOG, &line(&random))].concat();
        assert_eq!(fold(&late).late_sessions(), 1);
        let other = [file.clone(), block(Secret::TLS_KEY_LOG, &line(&[7; 32]))].concat();
        let analyzer = fold(&other);
        assert_eq!(
            (
                analyzer.late_sessions(),
                analyzer.secrets().key_log.secrets()
            ),
            (0, 1)
        );

        let problem = |reading: &Reading| {
            let problems = reading.analysis.capture.problems.iter();
            problems
                .filter(|p| p.problem.code == "secrets-after-packets")
                .count()
        };
        let mut packets = 0;
        let again = || Some(open(&late));
        let reading = read(open(&late), Options::default(), again, |_| packets += 1);
        let all = reading.analysis.capture.packets;
        assert_eq!((problem(&reading), packets), (0, 2 * all));
        assert_eq!(reading.secrets.key_log.sessions().len(), 1);
        let once = read(open(&late), Options::default(), || None, |_| {});
        assert_eq!((problem(&once), once.analysis.capture.packets), (1, all));
        let calm = read(
            open(&other),
            Options::default(),
            || panic!("read again"),
            |_| {},
        );
        assert_eq!(problem(&calm), 0);
    }

    #[test]
    fn other_secrets_and_damaged_ones_are_no_trouble() {
        let (file, random) = session();
        let wireguard = fold(&with_first(&file, &block(0x5747_4b4c, &line(&random))));
        assert!(wireguard.secrets().is_empty());
        let damaged = with_first(
            &file,
            &block(Secret::TLS_KEY_LOG, "oops\n\nCLIENT_RANDOM 00"),
        );
        let problems = fold(&damaged).finish().capture.problems;
        let found = problems
            .iter()
            .find(|p| p.problem.code == "malformed-secrets")
            .unwrap();
        assert_eq!(found.count, 2);
        let told = &found.problem.message;
        assert!(
            told.starts_with("line 1 of decryption secrets inside the file: "),
            "{told}"
        );
    }
}
