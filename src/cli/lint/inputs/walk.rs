//! Which files the arguments name: as they are, in directories, and by patterns.

use super::{Includes, InputArgs, Unreadable, printable};
use crate::cli::outfile::is_same_file;
use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};
use std::path::{Path, PathBuf};

/// Something to read.
#[derive(Debug)]
pub(in crate::cli::lint) enum Target {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// Nothing, and why.
    Unreadable(Unreadable),
}

impl Target {
    /// Whether it is the file at `path`, by whatever name.
    pub(in crate::cli::lint) fn is_file(&self, path: &Path) -> bool {
        matches!(self, Self::File(file) if is_same_file(file, path))
    }
}

/// What `paths` name, in order. Directories give their `.sdp` files, sorted, and those that `includes`
/// takes; what `.gitignore` leaves out is left out, and hidden files. A pattern that the shell left as it
/// is gives what it matches.
pub(in crate::cli::lint) fn expand(
    paths: &[PathBuf],
    args: &InputArgs,
    includes: &Includes,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for path in paths {
        let found = if path.as_os_str() == "-" {
            Ok(vec![Target::Stdin])
        } else if path.is_dir() {
            directory(path, includes)
        } else if is_pattern(path) && !path.exists() {
            matches(path)
        } else {
            Ok(vec![Target::File(path.clone())])
        };
        match found {
            Ok(found) => targets.extend(found),
            Err(_) if args.allow_empty => {}
            Err(reason) => targets.push(Target::Unreadable(Unreadable {
                name: printable(path),
                reason,
            })),
        }
    }
    targets
}

/// The files of a directory.
fn directory(dir: &Path, includes: &Includes) -> Result<Vec<Target>, String> {
    let is_wanted = |path: &Path| {
        let extension = path.extension();
        let is_sdp = extension.is_some_and(|end| end.eq_ignore_ascii_case("sdp"));
        is_sdp || includes.takes(path)
    };
    let found = walk(dir, is_wanted);
    if found.is_empty() {
        return Err("a directory without .sdp files".to_owned());
    }
    Ok(found)
}

/// The files that a pattern matches, from the last directory on that has no pattern in its name.
fn matches(pattern: &Path) -> Result<Vec<Target>, String> {
    let is_plain = |part: &Path| !is_pattern(part);
    let mut base = pattern;
    while let Some(parent) = base.parent().filter(|_| !is_plain(base)) {
        base = parent;
    }
    let base = if base.as_os_str().is_empty() {
        Path::new(".")
    } else {
        base
    };
    let rest = pattern.strip_prefix(base).unwrap_or(pattern);
    let text = rest.to_str().ok_or("a pattern that is not UTF-8")?;
    let wanted = overrides(base, &format!("/{text}"))?;
    let found = walk(base, |path| wanted.matched(path, false).is_whitelist());
    if found.is_empty() {
        return Err("no file matches the pattern".to_owned());
    }
    Ok(found)
}

fn is_pattern(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'{'))
}

fn overrides(base: &Path, pattern: &str) -> Result<Override, String> {
    let mut builder = OverrideBuilder::new(base);
    let built = builder.add(pattern).and_then(|builder| builder.build());
    built.map_err(|error| format!("not a pattern: {error}"))
}

/// The files under `dir` that are wanted, sorted; what cannot be read is told.
fn walk(dir: &Path, is_wanted: impl Fn(&Path) -> bool) -> Vec<Target> {
    let mut builder = WalkBuilder::new(dir);
    builder
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let mut found = Vec::new();
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let is_dir = entry.file_type().is_none_or(|kind| kind.is_dir());
                if !is_dir && is_wanted(entry.path()) {
                    found.push(Target::File(entry.into_path()));
                }
            }
            Err(error) => {
                let reason = error.to_string();
                let reason = reason
                    .split(" (os error")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                found.push(Target::Unreadable(Unreadable {
                    name: printable(dir),
                    reason,
                }));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(paths: &[PathBuf], base: &Path, allow_empty: bool) -> Vec<String> {
        let args = InputArgs {
            allow_empty,
            ..InputArgs::default()
        };
        let targets = expand(paths, &args, &Includes::default());
        let each = targets.into_iter().map(|target| match target {
            Target::File(path) => path.strip_prefix(base).unwrap().display().to_string(),
            Target::Stdin => "-".to_owned(),
            Target::Unreadable(why) => why.reason,
        });
        each.collect()
    }

    #[test]
    fn directories_and_patterns_give_their_files() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path();
        for name in [
            "b.sdp",
            "a.SDP",
            "c.md",
            "sub/d.sdp",
            "sub/e.md",
            ".f/g.sdp",
            "out/h.sdp",
            ".i.sdp",
        ] {
            let path = base.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "v=0\n").unwrap();
        }
        fs::write(base.join(".gitignore"), "out/\n").unwrap();
        let all = [base.to_path_buf()];
        assert_eq!(names(&all, base, false), ["a.SDP", "b.sdp", "sub/d.sdp"]);
        let pattern = |text: &str| names(&[base.join(text)], base, false);
        assert_eq!(pattern("*.md"), ["c.md"]);
        assert_eq!(pattern("**/*.md"), ["c.md", "sub/e.md"]);
        assert_eq!(pattern("s?b/*.{md,sdp}"), ["sub/d.sdp", "sub/e.md"]);
        assert_eq!(pattern("*.har"), ["no file matches the pattern"]);
        let named = [base.join(".i.sdp"), PathBuf::from("-")];
        assert_eq!(names(&named, base, false), [".i.sdp", "-"]);
    }

    #[test]
    fn nothing_is_a_failure_unless_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let all = [dir.path().to_path_buf(), dir.path().join("*.sdp")];
        assert_eq!(
            names(&all, dir.path(), false),
            [
                "a directory without .sdp files",
                "no file matches the pattern"
            ]
        );
        assert!(names(&all, dir.path(), true).is_empty());
    }
}
