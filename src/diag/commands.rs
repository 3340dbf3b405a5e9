//! Commands to the log of CI: GitHub's runner takes a line that begins with `::`, after blanks, and
//! `##[` anywhere, for one. What a stranger wrote, a file's name too, must not be one.

use std::borrow::Cow;

/// `line` with what the runner would take for a command broken up by a blank, so that it can be seen.
pub(crate) fn broken(line: &str) -> Cow<'_, str> {
    let mut line = Cow::Borrowed(line);
    while line.contains("##[") {
        line = Cow::Owned(line.replace("##[", "# #["));
    }
    let start = line.trim_start();
    // The mark of another file in an excerpt, which names no command.
    if start.starts_with("::") && !start.starts_with("::: ") {
        let at = line.len() - start.len() + 1;
        let (before, after) = line.split_at_checked(at).unwrap_or((&line, ""));
        line = Cow::Owned(format!("{before} {after}"));
    }
    line
}

/// Whether what is printed is read by GitHub's runner.
#[cfg(feature = "cli")]
pub(crate) fn are_read() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_text() {
        for (line, shown) in [
            ("::error file=x::pwn", ": :error file=x::pwn"),
            (" \t::stop-commands::x", " \t: :stop-commands::x"),
            ("\u{a0}::add-mask::x", "\u{a0}: :add-mask::x"),
            ("3 | ##[error]###[x", "3 | # #[error]## #[x"),
            ("   ::: b.sdp:3:1", "   ::: b.sdp:3:1"),
            ("a ::error::", "a ::error::"),
        ] {
            assert_eq!(broken(line), shown);
        }
    }
}
