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
    /// A file that was named.
    File(PathBuf),
    /// What a directory or a pattern gave.
    Group(Group),
    /// Nothing, and why.
    Unreadable(Unreadable),
}

impl Target {
    /// Whether it is the file at `path`, by whatever name.
    pub(in crate::cli::lint) fn is_file(&self, path: &Path) -> bool {
        match self {
            Self::File(file) => is_same_file(file, path),
            Self::Group(group) => group.files.iter().any(|file| is_same_file(file, path)),
            Self::Stdin | Self::Unreadable(_) => false,
        }
    }
}

/// The files of a directory or a pattern. Nobody said of each that it holds a description, but some
/// should.
#[derive(Debug, Default)]
pub(in crate::cli::lint) struct Group {
    /// What to call it.
    pub(in crate::cli::lint) name: String,
    /// The files, sorted.
    pub(in crate::cli::lint) files: Vec<PathBuf>,
    /// What could not be looked into.
    pub(in crate::cli::lint) unreadable: Vec<Unreadable>,
}

/// What `paths` name, in order. Directories give their `.sdp` files, sorted, and those that `includes`
/// takes; what `.gitignore` leaves out is left out, and hidden files. A pattern that the shell left as it
/// is gives what it matches.
///
/// # Errors
/// What is no pattern.
pub(in crate::cli::lint) fn expand(
    paths: &[PathBuf],
    args: &InputArgs,
    includes: &Includes,
) -> Result<Vec<Target>, Unreadable> {
    let mut targets = Vec::new();
    for path in paths {
        let (group, nothing) = if path.as_os_str() == "-" {
            targets.push(Target::Stdin);
            continue;
        } else if path.is_dir() {
            (directory(path, includes), "a directory without .sdp files")
        } else if is_pattern(path) && !path.exists() {
            let group = matches(path).map_err(|reason| Unreadable {
                name: printable(path),
                reason,
                holds_nothing: false,
            })?;
            (group, "no file matches the pattern")
        } else {
            targets.push(Target::File(path.clone()));
            continue;
        };
        let name = printable(path);
        if !group.files.is_empty() || !group.unreadable.is_empty() {
            targets.push(Target::Group(Group { name, ..group }));
        } else if !args.allow_empty {
            targets.push(Target::Unreadable(Unreadable {
                name,
                reason: nothing.to_owned(),
                holds_nothing: true,
            }));
        }
    }
    Ok(targets)
}

/// The files of a directory.
fn directory(dir: &Path, includes: &Includes) -> Group {
    walk(dir, |path| is_named_sdp(path) || includes.takes(path))
}

/// Whether the name of the file at `path` says that it is a description.
pub(super) fn is_named_sdp(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|end| end.eq_ignore_ascii_case("sdp"))
}

/// The files that a pattern matches, from the last directory on that has no pattern in its name.
fn matches(pattern: &Path) -> Result<Group, String> {
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
    Ok(walk(base, |path| {
        wanted.matched(path, false).is_whitelist()
    }))
}

fn is_pattern(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'{'))
}

fn overrides(base: &Path, pattern: &str) -> Result<Override, String> {
    let mut builder = OverrideBuilder::new(base);
    let built = builder.add(pattern).and_then(|builder| builder.build());
    built.map_err(|error| {
        let error = error.to_string();
        format!("not a pattern: {}", crate::output::printable(&error))
    })
}

/// The files under `dir` that are wanted, sorted; what cannot be read is told. Only regular files: to
/// read a pipe is to wait for whoever writes to it.
fn walk(dir: &Path, is_wanted: impl Fn(&Path) -> bool) -> Group {
    let mut builder = WalkBuilder::new(dir);
    builder
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let mut group = Group::default();
    for entry in builder.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| {
                    kind.is_file() || kind.is_symlink() && entry.path().is_file()
                });
                if is_file && is_wanted(entry.path()) {
                    group.files.push(entry.into_path());
                }
            }
            Err(error) => {
                let error = error.to_string();
                let reason = error.split(" (os error").next().unwrap_or_default();
                group.unreadable.push(Unreadable {
                    name: printable(dir),
                    reason: crate::output::printable(reason).into_owned(),
                    holds_nothing: false,
                });
            }
        }
    }
    group
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
        let name = |path: PathBuf| path.strip_prefix(base).unwrap().display().to_string();
        let targets = expand(paths, &args, &Includes::default()).unwrap();
        let each = targets.into_iter().flat_map(|target| match target {
            Target::File(path) => vec![name(path)],
            Target::Group(group) => group.files.into_iter().map(name).collect(),
            Target::Stdin => vec!["-".to_owned()],
            Target::Unreadable(why) => vec![why.reason],
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

    #[test]
    fn what_is_no_pattern_is_a_mistake_even_where_nothing_may_be_found() {
        let args = InputArgs {
            allow_empty: true,
            ..InputArgs::default()
        };
        let broken = [PathBuf::from("nope[.sdp")];
        let why = expand(&broken, &args, &Includes::default()).unwrap_err();
        assert_eq!(why.name, "nope[.sdp");
        assert!(why.reason.starts_with("not a pattern"), "{why:?}");
        let hostile = [PathBuf::from("\u{1b}[31m\u{202e}[.sdp")];
        let why = expand(&hostile, &args, &Includes::default()).unwrap_err();
        let why = why.name + &why.reason;
        assert!(!why.contains(['\u{1b}', '\u{202e}']), "{why:?}");
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_sockets_are_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path();
        fs::write(base.join("a.sdp"), "v=0\n").unwrap();
        std::os::unix::fs::symlink(base.join("a.sdp"), base.join("link.sdp")).unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(base.join("pipe.sdp"))
            .status();
        assert!(pipe.unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(base.join("socket.sdp")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", base.join("zero.sdp")).unwrap();
        let all = [base.to_path_buf()];
        assert_eq!(names(&all, base, false), ["a.sdp", "link.sdp"]);
        let pattern = [base.join("*.sdp")];
        assert_eq!(names(&pattern, base, false), ["a.sdp", "link.sdp"]);
    }
}
