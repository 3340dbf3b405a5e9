//! `rtcscope lint --init`: a configuration to begin with.

use super::settings::FILE_NAME;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// The file, whose every line is explained; `docs/lint/configuration.md` shows it too.
pub(super) const SAMPLE: &str = include_str!("sample.toml");

/// Writes the sample into `folder`, unless there is such a file; says with which code to exit.
pub(in crate::cli::lint) fn init(folder: &Path, err: &mut dyn Write) -> io::Result<u8> {
    let path = folder.join(FILE_NAME);
    let written = File::create_new(&path).and_then(|mut file| file.write_all(SAMPLE.as_bytes()));
    match written {
        Ok(()) => {
            writeln!(
                err,
                "note: {FILE_NAME} is written; everything in it is commented out"
            )?;
            Ok(0)
        }
        Err(error) => {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "is there already and is left as it is".to_owned(),
                kind => format!("cannot be written: {kind}"),
            };
            writeln!(err, "error: {FILE_NAME}: {why}")?;
            Ok(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lint::keeping::settings::Settings;
    use std::fs;

    #[test]
    fn the_sample_says_nothing_until_it_is_uncommented() {
        let dir = tempfile::tempdir().unwrap();
        let mut err = Vec::new();
        assert_eq!(init(dir.path(), &mut err).unwrap(), 0);
        let path = dir.path().join(FILE_NAME);
        let settings = Settings::read(&path, dir.path()).unwrap();
        assert!(settings.profile.is_none() && settings.entries.is_empty());
        fs::write(&path, "mine").unwrap();
        assert_eq!(init(dir.path(), &mut err).unwrap(), 2);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn the_sample_is_right_when_it_is_uncommented() {
        // Settings are commented out by `#` alone, what is said of them by `# `.
        let code = |line: &str| {
            line.strip_prefix('#')
                .filter(|l| !l.starts_with(' '))
                .map(str::to_owned)
        };
        let text: Vec<String> = SAMPLE
            .lines()
            .map(|line| code(line).unwrap_or_else(|| line.to_owned()))
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, text.join("\n")).unwrap();
        let settings = Settings::read(&path, dir.path()).unwrap();
        assert!(settings.profile.is_some() && settings.entries.len() == 2);
        assert!(!settings.select.is_empty() && !settings.extend_select.is_empty());
        assert!(!settings.ignore.is_empty() && !settings.include.is_empty());
        assert!(!settings.severity.is_empty() && settings.entries[1].expires.is_some());
    }
}
