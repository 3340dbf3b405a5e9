//! What the user knows of the sessions in a capture: `--sdp`, `--ice-pwd`, `--keylog` and `--srtp-key`,
//! alike for every command that reads captures.

mod key_logs;
mod srtp_keys;

use self::srtp_keys::SrtpKeyArg;
use super::Exit;
use super::lint::inputs;
use crate::analysis::{Credentials, Descriptions, Options};
use crate::capture::Capture;
use crate::keys::Secrets;
use crate::output::printable;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The arguments.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Knowledge {
    /// Session descriptions of the call: what its streams are, its ICE passwords and SRTP keys
    /// (a=crypto); offer, answer or both, as SDP, JSON or a webrtc-internals dump
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub sdp: Vec<PathBuf>,

    /// ICE password to verify checks with, of one username fragment or of any
    #[arg(long, value_name = "[UFRAG:]PWD")]
    pub ice_pwd: Vec<String>,

    /// Key log to decrypt DTLS and SRTP with, as browsers write it for SSLKEYLOGFILE; `-` is standard
    /// input. Without it, the file that SSLKEYLOGFILE names, if it is there. What a pcapng file has inside
    /// is used in any case
    #[arg(long, value_name = "FILE")]
    pub keylog: Vec<PathBuf>,

    /// SRTP master key and salt in one piece, in hex or base64 as in a=crypto, of one source or of all:
    /// 0x1234abcd=MTIz…Nzg5@AES_CM_128_HMAC_SHA1_32. Without a profile, all that have keys of this length
    /// are tried
    #[arg(long, value_name = "[SSRC=]KEY[@PROFILE]")]
    pub srtp_key: Vec<SrtpKeyArg>,
}

/// What the files say.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// ICE passwords and candidates.
    pub(super) credentials: Arc<Credentials>,
    /// What media is.
    pub(super) descriptions: Arc<Descriptions>,
    /// What to decrypt with.
    pub(super) secrets: Arc<Secrets>,
}

impl Known {
    /// Tells the analysis.
    pub(super) fn tell(self, options: &mut Options) {
        options.credentials = self.credentials;
        options.descriptions = self.descriptions;
        options.secrets = self.secrets;
    }
}

impl Knowledge {
    /// The captures among the arguments, and what remains known. `--sdp` takes every name up to the
    /// next option, so that captures may stand behind it: those `named` elsewhere, the files that
    /// are captures, or else the last one if it is not the only one.
    pub(super) fn captures(&self, named: &[PathBuf]) -> (Vec<PathBuf>, Self) {
        let mut files = named.to_vec();
        let mut told = self.clone();
        told.sdp.clear();
        for path in &self.sdp {
            if is_capture(path) {
                files.push(path.clone());
            } else {
                told.sdp.push(path.clone());
            }
        }
        if files.is_empty() && told.sdp.len() > 1 {
            files.extend(told.sdp.pop());
        }
        (files, told)
    }

    /// Reads the files. Says what could not be used, a line for each, and what that makes of the exit
    /// code: text that says nothing of a call is a warning, a file that cannot be read an error, and a key
    /// that is none a wrong use of the program.
    pub(super) fn read(&self, err: &mut dyn Write) -> io::Result<(Known, Exit)> {
        self.read_with(std::env::var_os("SSLKEYLOGFILE"), err)
    }

    fn read_with(
        &self,
        key_log: Option<OsString>,
        err: &mut dyn Write,
    ) -> io::Result<(Known, Exit)> {
        let mut secrets = Secrets::default();
        for arg in &self.srtp_key {
            match srtp_keys::parse(arg) {
                Ok(keys) => {
                    if !srtp_keys::add(&mut secrets.srtp, keys) {
                        writeln!(
                            err,
                            "warning: --srtp-key: too many keys; the last are left out"
                        )?;
                    }
                }
                Err(why) => {
                    writeln!(err, "error: --srtp-key: {why}")?;
                    return Ok((Known::default(), Exit::Usage));
                }
            }
        }
        let mut credentials = Credentials::default();
        let mut descriptions = Descriptions::default();
        let mut exit = key_logs::read(&self.keylog, key_log, &mut secrets.key_log, err)?;
        // One line for each file, whatever is in it.
        for path in &self.sdp {
            let mut useful = 0;
            let mut refused = None;
            let mut unusable = Vec::new();
            inputs::read(std::slice::from_ref(path), "standard input", |input| {
                match input {
                    Ok(input) => {
                        // What a program fills in later is no password of this call.
                        let known = input.found.iter().filter(|found| found.holes.is_empty());
                        for found in known {
                            let (text, range) = input.text_of(found);
                            let text = text.get(range).unwrap_or_default();
                            useful += credentials.add_description(text);
                            useful += descriptions.add(&input.name_of(found), text);
                            let (keys, why) = srtp_keys::of_descriptions(text);
                            useful += keys.len();
                            if !srtp_keys::add(&mut secrets.srtp, keys) {
                                let why = "too many SRTP keys; the last ones are left out";
                                unusable.push(why.to_owned());
                            }
                            unusable.extend(why);
                        }
                    }
                    Err(unreadable) => refused = refused.take().or(Some(unreadable)),
                }
                Ok(())
            })?;
            if let Some(why) = unusable.first() {
                let name = printable(&path.to_string_lossy()).into_owned();
                let more = match unusable.len() - 1 {
                    0 => String::new(),
                    n => format!(" (and {n} more)"),
                };
                writeln!(err, "warning: {name}: {why}{more}")?;
            }
            if let Some(unreadable) = refused {
                writeln!(err, "error: {}: {}", unreadable.name, unreadable.reason)?;
                exit = Exit::Unreadable;
            } else if useful == 0 {
                let name = printable(&path.to_string_lossy()).into_owned();
                writeln!(
                    err,
                    "warning: {name}: it describes no media (m= lines with RTP), and has no ICE \
                     password (a=ice-ufrag with a=ice-pwd)"
                )?;
            }
        }
        for text in &self.ice_pwd {
            // Neither part may hold a colon (RFC 8839).
            match text.split_once(':') {
                Some((ufrag, password)) => credentials.add_password(Some(ufrag), password),
                None => credentials.add_password(None, text),
            }
        }
        let known = Known {
            credentials: Arc::new(credentials),
            descriptions: Arc::new(descriptions),
            secrets: Arc::new(secrets),
        };
        Ok((known, exit))
    }
}

/// Whether this is a file with packets; what can be read only once is not looked at.
fn is_capture(path: &Path) -> bool {
    path.is_file() && Capture::open(path).is_ok()
}

/// Says that there is nothing to report on.
pub(super) fn no_capture(err: &mut dyn Write) -> io::Result<Exit> {
    writeln!(
        err,
        "error: no capture: `--sdp` takes all files up to the next option; put the capture first"
    )?;
    Ok(Exit::Usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &[u8])], ice_pwd: &[&str]) -> (Known, Exit, String) {
        let dir = tempfile::tempdir().unwrap();
        let mut knowledge = Knowledge {
            ice_pwd: ice_pwd.iter().map(|p| (*p).to_owned()).collect(),
            ..Knowledge::default()
        };
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            knowledge.sdp.push(path);
        }
        let mut err = Vec::new();
        let (known, exit) = knowledge.read_with(None, &mut err).unwrap();
        (known, exit, String::from_utf8(err).unwrap())
    }

    const GOOD: &[u8] =
        b"v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=ice-ufrag:u\na=ice-pwd:pppppppppppppppppppppp\n";

    #[test]
    fn descriptions_are_read_also_from_json() {
        let json = serde_json::json!({ "type": "offer", "sdp": String::from_utf8_lossy(GOOD) });
        for (name, text) in [
            ("a.sdp", GOOD.to_vec()),
            ("a.json", json.to_string().into()),
        ] {
            let (known, exit, err) = read(&[(name, &text)], &[]);
            assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{name}");
            assert!(!known.credentials.is_empty(), "{name}");
        }
        assert!(!read(&[], &["u:secret"]).0.credentials.is_empty());
        assert!(!read(&[], &["secret"]).0.credentials.is_empty());
    }

    #[test]
    fn junk_is_one_line() {
        let junk: Vec<u8> = (0..2000u32).map(|i| (i * 31) as u8).collect();
        for (text, wanted) in [
            (&junk[..], Exit::Unreadable),
            (b"", Exit::Unreadable),
            (b"\n\nv=0\nv=0\n\x1b[2J\n", Exit::Ok),
            (b"v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n", Exit::Ok),
        ] {
            let (known, exit, err) = read(&[("junk\n.sdp", text)], &[]);
            assert!(known.credentials.is_empty() && known.descriptions.is_empty());
            assert_eq!((exit, err.lines().count()), (wanted, 1), "{err}");
            assert!(!err.contains('\x1b'), "{err:?}");
        }
    }

    #[test]
    fn media_without_passwords_is_worth_something() {
        let plain = b"v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=audio 5000 RTP/AVP 0\n";
        let (known, exit, err) = read(&[("plain.sdp", plain)], &[]);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
        assert!(known.credentials.is_empty() && !known.descriptions.is_empty());
    }

    #[test]
    fn captures_may_stand_behind_descriptions() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str, content: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let sdp = at("a.sdp", GOOD);
        let header = [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
        ];
        let pcap = at("call.pcap", &header);
        let missing = dir.path().join("missing.pcap");
        let split = |sdp: &[&PathBuf], named: &[&PathBuf]| {
            let all = |list: &[&PathBuf]| list.iter().map(|p| (*p).clone()).collect::<Vec<_>>();
            let knowledge = Knowledge {
                sdp: all(sdp),
                ..Knowledge::default()
            };
            let (files, told) = knowledge.captures(&all(named));
            (files, told.sdp)
        };
        let one = |path: &PathBuf| vec![path.clone()];
        assert_eq!(split(&[&sdp, &pcap], &[]), (one(&pcap), one(&sdp)));
        assert_eq!(split(&[&sdp], &[&pcap]), (one(&pcap), one(&sdp)));
        assert_eq!(split(&[&sdp, &missing], &[]), (one(&missing), one(&sdp)));
        assert_eq!(split(&[&sdp], &[]), (vec![], one(&sdp)));
    }
}
