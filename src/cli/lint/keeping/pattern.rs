//! Which files and lines an entry of the configuration is about.
//!
//! Paths count from the folder of the configuration file, with `/` between their parts on every
//! system. As in `.gitignore`, a pattern without `/` fits at any depth, and one that ends in `/`
//! everything below.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Component, Path, PathBuf};

/// A pattern for paths.
#[derive(Clone, Debug)]
pub(super) struct PathPattern {
    matcher: GlobMatcher,
}

impl PathPattern {
    /// Reads `text`.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let plain = text.strip_prefix("./").unwrap_or(text);
        let anchored = plain.strip_prefix('/').unwrap_or(plain);
        let inner = plain.strip_suffix('/').unwrap_or(plain);
        let mut full = match inner.contains('/') {
            true => anchored.to_owned(),
            false => format!("**/{anchored}"),
        };
        if full.ends_with('/') {
            full.push_str("**");
        }
        Ok(Self {
            matcher: matcher(&full, true)?,
        })
    }

    pub(super) fn fits(&self, relative: &str) -> bool {
        self.matcher.is_match(relative)
    }

    /// The folder below which all files lie that can fit: the parts before the first with a
    /// wildcard in it.
    pub(super) fn root(&self) -> PathBuf {
        let glob = self.matcher.glob().glob();
        let (folder, _) = glob.rsplit_once('/').unwrap_or(("", glob));
        let plain = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
        folder.split('/').take_while(plain).collect()
    }

    /// The one file that it names, when it has no wildcard.
    pub(super) fn only(&self) -> Option<&str> {
        let glob = self.matcher.glob().glob();
        (!glob.contains(['*', '?', '[', '{', '\\'])).then_some(glob)
    }
}

/// Which files a walk takes beside those that it takes anyway.
#[derive(Clone, Debug, Default)]
pub(in crate::cli::lint) struct Includes(Vec<(PathBuf, PathPattern)>);

impl Includes {
    /// Those that fit `patterns` below `base`.
    pub(super) fn add(&mut self, base: &Path, patterns: &[PathPattern]) {
        let patterns = patterns.iter().cloned();
        self.0
            .extend(patterns.map(|pattern| (base.to_path_buf(), pattern)));
    }

    /// Whether the file at `path` is one of them.
    pub(in crate::cli::lint) fn takes(&self, path: &Path) -> bool {
        let path = if self.0.is_empty() {
            PathBuf::new()
        } else {
            absolute(path)
        };
        let mut all = self.0.iter();
        all.any(|(base, pattern)| relative(&path, base).is_some_and(|p| pattern.fits(&p)))
    }
}

/// A pattern for the text of a line, where `*` stands for anything.
#[derive(Clone, Debug)]
pub(super) struct LinePattern(GlobMatcher);

impl LinePattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        matcher(text, false).map(Self)
    }

    pub(super) fn fits(&self, line: &[u8]) -> bool {
        self.0.is_match(&*String::from_utf8_lossy(line))
    }
}

fn matcher(pattern: &str, is_path: bool) -> Result<GlobMatcher, String> {
    GlobBuilder::new(pattern)
        .literal_separator(is_path)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

/// `path` as it is seen from `folder`, with `/`; nothing when it does not lie below.
pub(super) fn relative(path: &Path, folder: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?;
    let parts = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// `path` as it is seen from `folder`, with `/`, and `..` for what lies beside it.
pub(super) fn relative_up(path: &Path, folder: &Path) -> String {
    let mut up = String::new();
    for ancestor in folder.ancestors() {
        if let Some(inside) = relative(path, ancestor) {
            return up + &inside;
        }
        up += "../";
    }
    path.to_string_lossy().into_owned()
}

/// The absolute path of `path`, without `.` and `..`; links are kept.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_as_in_gitignore() {
        for (pattern, fits, not) in [
            ("tests/*.sdp", "tests/a.sdp", "tests/deep/a.sdp"),
            ("tests/**", "tests/deep/a.sdp", "more/tests/a.sdp"),
            ("*.sdp", "tests/deep/a.sdp", "a.sdpx"),
            ("legacy/", "a/legacy/b.sdp", "legacy.sdp"),
            ("/a.sdp", "a.sdp", "b/a.sdp"),
            ("./a/b.sdp", "a/b.sdp", "b.sdp"),
        ] {
            let pattern = PathPattern::new(pattern).unwrap();
            assert!(pattern.fits(fits), "{pattern:?} {fits}");
            assert!(!pattern.fits(not), "{pattern:?} {not}");
        }
        assert!(PathPattern::new("a[").is_err());
    }

    #[test]
    fn patterns_know_where_they_look() {
        let of = |text| PathPattern::new(text).unwrap();
        assert_eq!(
            of("fixtures/old/**/x.sdp").root(),
            Path::new("fixtures/old")
        );
        assert_eq!(of("*.sdp").root(), Path::new(""));
        assert_eq!(of("a/b.sdp").only(), Some("a/b.sdp"));
        assert_eq!(of("/b.sdp").only(), Some("b.sdp"));
        assert_eq!(of("b.sdp").only(), None);
    }

    #[test]
    fn lines_are_matched_whole() {
        let pattern = LinePattern::new("a=candidate:* typ host*").unwrap();
        assert!(pattern.fits(b"a=candidate:1 1 udp 1 10.0.0.1/x 9 typ host generation 0"));
        assert!(!pattern.fits(b"xa=candidate:1 typ host"));
    }

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(
            relative(Path::new("/a/b/c"), Path::new("/a")).unwrap(),
            "b/c"
        );
        assert_eq!(relative(Path::new("/b"), Path::new("/a")), None);
        let up = |path| relative_up(Path::new(path), Path::new("/a/ci"));
        assert_eq!(
            (up("/a/ci/x"), up("/a/t/x"), up("/x")),
            ("x".into(), "../t/x".into(), "../../x".into())
        );
    }
}
