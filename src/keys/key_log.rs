//! Key logs in the NSS format, as browsers and TLS libraries write them for `SSLKEYLOGFILE`: a label, the
//! client random and a secret in each line.
//!
//! The format: RFC 9850. The labels of other key exchanges and of TLS parts that DTLS
//! does not have are ignored, like comments: one file often serves a whole browser. Reads what an editor
//! or shell made of the file too (CRLF, tabs, a byte order mark, UTF-16). `analysis::vault` looks secrets up
//! by the client random of a handshake, or tries all sessions when the handshake was not captured.

use std::collections::HashMap;
use zeroize::Zeroizing;

/// How many secrets are kept: those of a browser that runs for months, in some 200 MB.
const MAX_SECRETS: usize = 2_000_000;

/// How many different secrets with one label are kept of one session.
const MAX_CANDIDATES: usize = 4;

/// How many malformed lines are told of one text.
const MAX_BAD_LINES: usize = 1000;

/// Length of the master secret, in bytes (RFC 5246).
const MASTER_SECRET: usize = 48;

/// Lengths of the secrets of TLS 1.3, in bytes: those of SHA-256 and SHA-384, and of SHA-512 for later.
const HASHES: [usize; 3] = [32, 48, 64];

/// The labels whose secrets are kept.
const LABELS: [&str; 8] = [
    MASTER,
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EXPORTER_SECRET",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "EARLY_EXPORTER_SECRET",
];

/// The label of the master secret of TLS 1.2 and before.
const MASTER: &str = "CLIENT_RANDOM";

const CUT_OFF: &str = "the file ends in the middle of it";
const NO_LINE: &str = "not a label, a client random and a secret";
const NO_RANDOM: &str = "the client random is not 32 bytes of hex";
const NO_HEX: &str = "the secret is not hex";
const NO_MASTER: &str = "the master secret is not 48 bytes long";
const NO_SECRET: &str = "the secret is not 32, 48 or 64 bytes long";
const OTHER_LENGTH: &str = "the secret is not as long as the others of its session";
const TOO_LONG: &str = "there is something behind the secret";
const TOO_MANY: &str = "too many secrets: it and those after it are left out";
const TOO_DIFFERENT: &str =
    "too many different secrets with this label and client random; left out";

/// Secrets by label and client random.
#[derive(Clone, Default)]
pub struct KeyLog {
    sessions: Vec<KeyLogSession>,
    /// Where in `sessions` a client random is.
    by_random: HashMap<[u8; 32], usize>,
    secrets: usize,
    secret_lines: usize,
}

/// The secrets of one session.
#[derive(Clone)]
pub struct KeyLogSession {
    client_random: [u8; 32],
    /// Label as its place in [`LABELS`], and secret; in the order of the file.
    secrets: Vec<(usize, Zeroizing<Box<[u8]>>)>,
}

/// A line that is no secret, and no comment either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeyLogSession {
    /// The client random of the handshake. It is public.
    pub fn client_random(&self) -> &[u8; 32] {
        &self.client_random
    }

    /// The secret with this label; the first one if there are several.
    pub fn get(&self, label: &str) -> Option<&[u8]> {
        self.candidates(label).next()
    }

    /// All different secrets with this label, in the order of the file. More than one only if logs
    /// contradict each other: one is damaged, or a client used a random twice.
    pub fn candidates<'a>(&'a self, label: &str) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let label = LABELS.iter().position(|l| *l == label);
        let mine = self.secrets.iter().filter(move |(l, _)| Some(*l) == label);
        mine.map(|(_, secret)| &***secret)
    }

    /// Keeps a secret. Whether it is another than those known, or why it was not kept.
    fn add(&mut self, label: usize, secret: &[u8]) -> Result<bool, &'static str> {
        let is_master = |label: usize| LABELS.get(label) == Some(&MASTER);
        let mut same_label = 0;
        for (other, known) in &self.secrets {
            if *other == label {
                if ***known == *secret {
                    return Ok(false);
                }
                same_label += 1;
            }
            // All secrets of TLS 1.3 are as long as the hash of the cipher suite (RFC 8446).
            if !is_master(label) && !is_master(*other) && known.len() != secret.len() {
                return Err(OTHER_LENGTH);
            }
        }
        if same_label == MAX_CANDIDATES {
            return Err(TOO_DIFFERENT);
        }
        self.secrets.push((label, Zeroizing::new(secret.into())));
        Ok(true)
    }
}

impl std::fmt::Debug for KeyLogSession {
    /// How many secrets; never which.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyLogSession({} secrets)", self.secrets.len())
    }
}

impl KeyLog {
    /// Whether it has no secret at all.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// How many secrets there are.
    pub fn secrets(&self) -> usize {
        self.secrets
    }

    /// How many lines with secrets were read, those that were known already included.
    pub fn secret_lines(&self) -> usize {
        self.secret_lines
    }

    /// The sessions, in the order in which they were first named.
    pub fn sessions(&self) -> &[KeyLogSession] {
        &self.sessions
    }

    /// The secret with this label of the session with this client random; the first one if there are
    /// several that differ.
    pub fn get(&self, client_random: &[u8; 32], label: &str) -> Option<&[u8]> {
        self.session(client_random)?.get(label)
    }

    /// The session with this client random.
    pub fn session(&self, client_random: &[u8; 32]) -> Option<&KeyLogSession> {
        self.sessions.get(*self.by_random.get(client_random)?)
    }

    /// Adds the secrets of another log, and returns the client randoms of the sessions of which something
    /// was new.
    pub fn merge(&mut self, other: &Self) -> Vec<[u8; 32]> {
        let mut changed = Vec::new();
        for session in &other.sessions {
            let before = self.secrets;
            for (label, secret) in &session.secrets {
                // What has no room here has been told of the text that it came from.
                let _ = self.add(session.client_random, *label, secret);
            }
            if self.secrets > before {
                changed.push(session.client_random);
            }
        }
        changed
    }

    /// Adds the secrets of a text, and returns the lines that are malformed: their numbers count from the
    /// start of this text. After the first 1000 of them, no more are told.
    pub fn read(&mut self, text: &[u8]) -> Vec<BadLine> {
        let ascii = utf16(text);
        let text = ascii.as_ref().map_or(text, |ascii| ascii);
        let mut bad = Vec::new();
        let mut rest = text;
        let mut line = 0;
        // Not `split`, whose last item does not say whether a line feed came after it.
        while !rest.is_empty() {
            line += 1;
            let end = rest.iter().position(|b| *b == b'\n');
            let (this, after) = rest
                .split_at_checked(end.map_or(rest.len(), |at| at + 1))
                .unwrap_or((rest, &[]));
            rest = after;
            if let Err(reason) = self.read_line(this, end.is_some()) {
                if bad.len() < MAX_BAD_LINES {
                    bad.push(BadLine { line, reason });
                }
                if reason == TOO_MANY {
                    break;
                }
            }
        }
        bad
    }

    /// Reads one line; `is_whole` says whether a line feed ended it.
    fn read_line(&mut self, line: &[u8], is_whole: bool) -> Result<(), &'static str> {
        let line = line
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(line)
            .trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        let mut fields = line
            .split(|b| matches!(b, b' ' | b'\t'))
            .filter(|field| !field.is_empty());
        let name = fields.next().unwrap_or_default();
        let (random, secret) = (fields.next(), fields.next());
        let Some(label) = LABELS.iter().position(|l| l.as_bytes() == name) else {
            let may_be_cut = !is_whole && random.is_none();
            return match () {
                () if may_be_cut && LABELS.iter().any(|l| l.as_bytes().starts_with(name)) => {
                    Err(CUT_OFF)
                }
                // Other programs log other things, like RSA premaster secrets.
                () if is_label(name) && (random.is_some() || !is_whole) => Ok(()),
                () => Err(NO_LINE),
            };
        };
        // What is too short in a line without an end was cut off.
        let short = |reason| if is_whole { reason } else { CUT_OFF };
        let random = random.ok_or(short(NO_LINE))?;
        let mut client_random = [0; 32];
        if hex(random, &mut client_random) != Some(32) {
            let is_cut = secret.is_none() && is_start_of_hex(random, 32);
            return Err(if is_cut { short(NO_RANDOM) } else { NO_RANDOM });
        }
        let secret = secret.ok_or(short(NO_LINE))?;
        let mut bytes = Zeroizing::new([0; 64]);
        let is_master = name == MASTER.as_bytes();
        let found = hex(secret, bytes.as_mut_slice());
        let Some(len) = found.filter(|len| {
            if is_master {
                *len == MASTER_SECRET
            } else {
                HASHES.contains(len)
            }
        }) else {
            return Err(match secret {
                _ if is_start_of_hex(secret, if is_master { MASTER_SECRET } else { 64 }) => {
                    short(match found {
                        None => NO_HEX,
                        Some(_) if is_master => NO_MASTER,
                        Some(_) => NO_SECRET,
                    })
                }
                _ if !secret.iter().all(u8::is_ascii_hexdigit) => NO_HEX,
                _ if is_master => NO_MASTER,
                _ => NO_SECRET,
            });
        };
        if fields.next().is_some() {
            return Err(TOO_LONG);
        }
        let secret = bytes.get(..len).unwrap_or_default();
        match self.add(client_random, label, secret) {
            Err(OTHER_LENGTH) => Err(short(OTHER_LENGTH)),
            other => other,
        }
    }

    fn add(
        &mut self,
        client_random: [u8; 32],
        label: usize,
        secret: &[u8],
    ) -> Result<(), &'static str> {
        if self.secrets == MAX_SECRETS {
            return Err(TOO_MANY);
        }
        let next = self.sessions.len();
        let at = *self.by_random.entry(client_random).or_insert(next);
        if at == next {
            self.sessions.push(KeyLogSession {
                client_random,
                secrets: Vec::new(),
            });
        }
        if let Some(session) = self.sessions.get_mut(at) {
            self.secrets += usize::from(session.add(label, secret)?);
            self.secret_lines += 1;
        }
        Ok(())
    }
}

impl std::fmt::Debug for KeyLog {
    /// How many sessions; never the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyLog({} sessions)", self.sessions.len())
    }
}

/// Whether this is what labels are made of.
fn is_label(name: &[u8]) -> bool {
    let mut rest = name.iter();
    rest.next().is_some_and(u8::is_ascii_uppercase)
        && rest.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}

/// Whether this may be hex of `len` bytes without its end.
fn is_start_of_hex(text: &[u8], len: usize) -> bool {
    text.len() < 2 * len && text.iter().all(u8::is_ascii_hexdigit)
}

/// Decodes hex into the start of `to`, and returns how long it is: none if it is no hex, or too long.
fn hex(text: &[u8], to: &mut [u8]) -> Option<usize> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let to = to.get_mut(..text.len() / 2)?;
    data_encoding::HEXLOWER_PERMISSIVE.decode_mut(text, to).ok()
}

/// The ASCII of a text in UTF-16, as Windows PowerShell writes it: with a byte order mark, or else known by
/// the zero in its first character. None if it is no UTF-16.
fn utf16(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (rest, is_big) = match text {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [1..=0x7f, 0, ..] => (text, false),
        [0, 1..=0x7f, ..] => (text, true),
        _ => return None,
    };
    let mut ascii = Zeroizing::new(Vec::with_capacity(rest.len() / 2));
    ascii.extend(rest.chunks_exact(2).map(|unit| match (unit, is_big) {
        ([low, 0], false) | ([0, low], true) => *low,
        _ => b'?',
    }));
    Some(ascii)
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    const RANDOM: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const OTHER: &str = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn random(text: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        assert_eq!(hex(text.as_bytes(), &mut bytes), Some(32));
        bytes
    }

    fn secret(byte: u8, len: usize) -> String {
        format!("{byte:02x}").repeat(len)
    }

    fn read(text: impl AsRef<[u8]>) -> (KeyLog, Vec<(usize, &'static str)>) {
        let mut log = KeyLog::default();
        let bad = log.read(text.as_ref());
        (log, bad.into_iter().map(|b| (b.line, b.reason)).collect())
    }

    fn sample() -> String {
        let mut text = format!("# NSS key log\n\nCLIENT_RANDOM {OTHER} {}\n", secret(1, 48));
        for (n, label) in LABELS.iter().enumerate().skip(1) {
            text += &format!("{label} {RANDOM} {}\n", secret(n as u8, 48));
        }
        text
    }

    #[test]
    fn reads_all_labels_of_several_sessions() {
        let (log, bad) = read(sample());
        assert_eq!(bad, []);
        assert_eq!((log.sessions().len(), log.secrets()), (2, 8));
        let randoms: Vec<_> = log.sessions().iter().map(|s| *s.client_random()).collect();
        assert_eq!(
            randoms,
            [random(OTHER), random(RANDOM)],
            "in the order of the file"
        );
        assert_eq!(log.get(&random(OTHER), "CLIENT_RANDOM"), Some(&[1; 48][..]));
        for (n, label) in LABELS.iter().enumerate().skip(1) {
            assert_eq!(
                log.get(&random(RANDOM), label),
                Some(&[n as u8; 48][..]),
                "{label}"
            );
        }
        assert_eq!(log.get(&random(RANDOM), "CLIENT_RANDOM"), None);
        assert_eq!(log.get(&random(RANDOM), "CLIENT_TRAFFIC_SECRET_1"), None);
        assert_eq!(log.get(&[0; 32], "CLIENT_RANDOM"), None);
        let shown = format!("{log:?} {:?}", log.sessions());
        assert!(!shown.contains("[1"), "{shown}");
        assert_eq!(format!("{log:?}"), "KeyLog(2 sessions)");
    }

    #[test]
    fn what_editors_and_shells_make_of_it() {
        let (wanted, _) = read(sample());
        let check = |text: &[u8], what: &str| {
            let (log, bad) = read(text);
            assert_eq!(bad, [], "{what}");
            assert_eq!(log.secrets(), wanted.secrets(), "{what}");
            for session in wanted.sessions() {
                for label in LABELS {
                    let got = log.get(session.client_random(), label);
                    assert_eq!(got, session.get(label), "{what}");
                }
            }
        };
        let text = sample();
        check(text.replace('\n', "\r\n").as_bytes(), "CRLF");
        check(text.replace(' ', "\t ").as_bytes(), "tabs");
        check(text.replace('\n', " \n\n \t\n").as_bytes(), "blanks");
        check(text.trim_end().as_bytes(), "no last line feed");
        check(text.repeat(3).as_bytes(), "the same thrice");
        check(
            format!("\u{feff}{text}\u{feff}{text}").as_bytes(),
            "byte order marks",
        );
        let upper = text.replace(&['a', 'b', 'c', 'd', 'e', 'f'][..], "A");
        assert_eq!(read(upper).1, [], "upper case");
        let units =
            |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
        let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        check(&little, "UTF-16, little endian, no mark");
        check(&big, "UTF-16, big endian, no mark");
        check(
            &[b"\xff\xfe", &little[..]].concat(),
            "UTF-16, little endian",
        );
        check(&[b"\xfe\xff", &big[..]].concat(), "UTF-16, big endian");
    }

    #[test]
    fn other_programs_secrets_are_ignored_quietly() {
        let rsa = format!("RSA 0011223344556677 {}\n", secret(9, 48));
        let pms = format!("PMS_CLIENT_RANDOM {RANDOM} {}\n", secret(9, 48));
        let ech = "ECH_SECRET 00 11\nCLIENT_TRAFFIC_SECRET_1 x y\nQUIC_THING_9 a b c d\n";
        let (log, bad) = read(format!("{rsa}{pms}{ech}#CLIENT_RANDOM 00 11\n"));
        assert_eq!((bad, log.is_empty()), (vec![], true));
    }

    #[test]
    fn malformed_lines_are_told_by_number() {
        let s48 = secret(7, 48);
        let long = secret(7, 96);
        for (line, reason) in [
            ("hello".to_owned(), NO_LINE),
            ("hello you there".to_owned(), NO_LINE),
            ("CLIENT_RANDOM".to_owned(), NO_LINE),
            (format!("CLIENT_RANDOM {RANDOM}"), NO_LINE),
            (format!("CLIENT_RANDOM {} {s48}", &RANDOM[2..]), NO_RANDOM),
            (format!("CLIENT_RANDOM {}z {s48}", &RANDOM[1..]), NO_RANDOM),
            (format!("CLIENT_RANDOM {RANDOM}00 {s48}"), NO_RANDOM),
            (format!("CLIENT_RANDOM {RANDOM} {}", &s48[2..]), NO_MASTER),
            (format!("CLIENT_RANDOM {RANDOM} {long}"), NO_MASTER),
            (format!("CLIENT_RANDOM {RANDOM} {}g", &s48[1..]), NO_HEX),
            (format!("CLIENT_RANDOM {RANDOM} {}", &s48[1..]), NO_HEX),
            (format!("CLIENT_RANDOM {RANDOM} {s48} {s48}"), TOO_LONG),
            (format!("EXPORTER_SECRET {RANDOM} {}", &s48[2..]), NO_SECRET),
            (format!("EXPORTER_SECRET {RANDOM} {long}"), NO_SECRET),
            ("\u{1b}[2J".to_owned(), NO_LINE),
            ("\0\0\0".to_owned(), NO_LINE),
        ] {
            let good = sample();
            let (log, bad) = read(format!("{good}{line}\n{good}"));
            assert_eq!(bad, [(11, reason)], "{line}");
            assert_eq!(log.secrets(), 8, "{line}");
            assert!(!reason.contains("07"), "the secret is not told");
        }
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_said_to_be() {
        let head = sample();
        for line in [
            format!("CLIENT_RANDOM {RANDOM} {}", secret(7, 48)),
            format!("EXPORTER_SECRET {RANDOM} {}", secret(5, 48)),
        ] {
            for end in 1..line.len() {
                let (log, bad) = read(format!("{head}{}", &line[..end]));
                assert_eq!(bad, [(11, CUT_OFF)], "{}", &line[..end]);
                assert_eq!(log.secrets(), 8);
            }
            assert_eq!(read(format!("{head}{line}")).1, []);
        }
        let (_, bad) = read(format!("CLIENT_RANDOM {RANDOM} xyz"));
        assert_eq!(bad, [(1, NO_HEX)], "not because the file ends here");
    }

    #[test]
    fn secrets_that_contradict_each_other_are_all_kept() {
        let line = |n: u8| format!("CLIENT_RANDOM {RANDOM} {}\n", secret(n, 48));
        let text: String = [3, 1, 3, 2, 1].map(line).concat();
        let (log, bad) = read(text);
        assert_eq!((bad, log.secrets()), (vec![], 3));
        assert_eq!(
            log.get(&random(RANDOM), MASTER),
            Some(&[3; 48][..]),
            "the first"
        );
        let session = log.session(&random(RANDOM)).unwrap();
        let all: Vec<u8> = session.candidates(MASTER).map(|s| s[0]).collect();
        assert_eq!(all, [3, 1, 2]);
        let many: String = (0..9).map(line).collect();
        assert_eq!(read(many).1.len(), 5);

        let short = format!("EXPORTER_SECRET {RANDOM} {}\n", secret(1, 32));
        assert_eq!(read(format!("{}{short}", sample())).1, [(11, OTHER_LENGTH)]);
    }

    #[test]
    fn logs_are_merged_and_tell_what_was_new() {
        let (mut log, _) = read(sample());
        let line = |label, byte| format!("{label} {RANDOM} {}\n", secret(byte, 48));
        let (again, _) = read(sample());
        assert_eq!(log.merge(&again), [[0; 32]; 0]);
        let (more, _) = read(line("CLIENT_RANDOM", 9) + &line("EXPORTER_SECRET", 5));
        assert_eq!(log.merge(&more), [random(RANDOM)]);
        assert_eq!((log.sessions().len(), log.secrets()), (2, 9));
        assert_eq!(log.merge(&more), [[0; 32]; 0]);
    }

    #[test]
    fn any_bytes_are_bounded() {
        let junk = b"\n"
            .repeat(5)
            .iter()
            .copied()
            .chain(b"x\n".repeat(100_000))
            .collect::<Vec<_>>();
        let (log, bad) = read(junk);
        assert_eq!(
            (log.is_empty(), bad.len(), bad[0]),
            (true, MAX_BAD_LINES, (6, NO_LINE))
        );
        let text = sample();
        for end in 0..text.len() {
            let (log, bad) = read(&text[..end]);
            assert!(log.secrets() <= 8 && bad.len() <= 1);
        }
        let mut bytes = text.into_bytes();
        for n in 0..bytes.len() {
            bytes[n] ^= 0x80;
            let (_, bad) = read(&bytes);
            assert!(bad.len() <= 2, "{bad:?}");
            bytes[n] ^= 0x80;
        }
    }

    #[test]
    fn many_sessions_are_found_again() {
        let secret = secret(5, 48);
        let mut text = String::new();
        for n in 0..100_000u32 {
            text += &format!("CLIENT_RANDOM {n:064x} {secret}\n");
        }
        let (log, bad) = read(text);
        assert_eq!((bad, log.sessions().len()), (vec![], 100_000));
        let mut random = [0; 32];
        random[28..].copy_from_slice(&99_999u32.to_be_bytes());
        assert!(log.get(&random, MASTER).is_some());
    }
}
