//! What the user knows of the sessions in a capture: `--sdp` and `--ice-pwd`, alike for every
//! command that reads captures.

use super::Exit;
use super::lint::inputs;
use crate::analysis::Credentials;
use crate::output::printable;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// The arguments.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Knowledge {
    /// Session description of the call, to verify its ICE checks with; may be given several times
    #[arg(long, value_name = "FILE")]
    pub sdp: Vec<PathBuf>,

    /// ICE password to verify checks with, of one username fragment or of any
    #[arg(long, value_name = "[UFRAG:]PWD")]
    pub ice_pwd: Vec<String>,
}

impl Knowledge {
    /// Reads the files. Says what could not be used, a line for each, and what that makes of the exit
    /// code: text without ICE passwords is a warning, a file that cannot be read an error.
    pub(super) fn read(&self, err: &mut dyn Write) -> io::Result<(Arc<Credentials>, Exit)> {
        let mut known = Credentials::default();
        let mut exit = Exit::Ok;
        // One line for each file, whatever is in it.
        for path in &self.sdp {
            let mut passwords = 0;
            let mut refused = None;
            inputs::read(std::slice::from_ref(path), "standard input", |input| {
                match input {
                    Ok(input) => passwords += known.add_description(&input.text),
                    Err(unreadable) => refused = refused.take().or(Some(unreadable)),
                }
                Ok(())
            })?;
            if let Some(unreadable) = refused {
                writeln!(err, "error: {}: {}", unreadable.name, unreadable.reason)?;
                exit = Exit::Unreadable;
            } else if passwords == 0 {
                let name = printable(&path.to_string_lossy()).into_owned();
                writeln!(
                    err,
                    "warning: {name}: no ICE password in it (a=ice-ufrag with a=ice-pwd)"
                )?;
            }
        }
        for text in &self.ice_pwd {
            // Neither part may hold a colon (RFC 8839).
            match text.split_once(':') {
                Some((ufrag, password)) => known.add_password(Some(ufrag), password),
                None => known.add_password(None, text),
            }
        }
        Ok((Arc::new(known), exit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &[u8])], ice_pwd: &[&str]) -> (Arc<Credentials>, Exit, String) {
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
        let (known, exit) = knowledge.read(&mut err).unwrap();
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
            assert!(!known.is_empty(), "{name}");
        }
        assert!(!read(&[], &["u:secret"]).0.is_empty());
        assert!(!read(&[], &["secret"]).0.is_empty());
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
            assert!(known.is_empty());
            assert_eq!((exit, err.lines().count()), (wanted, 1), "{err}");
            assert!(!err.contains('\x1b'), "{err:?}");
        }
    }
}
