//! What fixes would change, as a unified diff that `patch` and `git apply` take.

use crate::diag::commands::{are_read, broken};
use crate::diag::secrets::hide;
use crate::output::printable;
use similar::TextDiff;
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// After so long the difference may be longer than it need be.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who reads the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// `patch` and the like.
    Patch,
    /// Somebody before a terminal.
    Terminal,
    /// GitHub's runner, which takes some lines for commands.
    Runner,
}

impl Reader {
    /// Who reads what this process prints.
    pub(super) fn of_process() -> Self {
        if are_read() {
            Self::Runner
        } else if io::stdout().is_terminal() {
            Self::Terminal
        } else {
            Self::Patch
        }
    }
}

/// Writes how `before` becomes `after` in the file called `name`.
///
/// Keys are replaced by stars, also where they have not changed: the difference may end up in a log.
/// Says whether there were any: such a difference cannot be applied.
///
/// For a terminal control characters are taken out: the description is a stranger's. For `patch` the
/// bytes are what they are, so that the difference can be applied.
pub(super) fn write(
    out: &mut dyn Write,
    name: &str,
    before: &[u8],
    after: &[u8],
    reader: Reader,
) -> io::Result<bool> {
    let mut text = Vec::new();
    let had_keys = unified(&mut text, name, before, after)?;
    if reader == Reader::Patch {
        out.write_all(&text)?;
        return Ok(had_keys);
    }
    for line in String::from_utf8_lossy(&text).lines() {
        let line = printable(line);
        match reader {
            Reader::Runner => writeln!(out, "{}", broken(&line))?,
            Reader::Terminal | Reader::Patch => writeln!(out, "{line}")?,
        }
    }
    Ok(had_keys)
}

/// Lines end where `patch` says that they do: after a line feed, whatever is before it.
fn unified(out: &mut Vec<u8>, name: &str, before: &[u8], after: &[u8]) -> io::Result<bool> {
    let mut had_keys = false;
    let lines = |text| <[u8]>::split_inclusive(text, |b: &u8| *b == b'\n').collect::<Vec<_>>();
    let (old, new) = (lines(before), lines(after));
    let mut config = TextDiff::configure();
    let diff = config.timeout(PATIENCE).diff_slices(&old, &new);
    for (i, hunk) in diff.unified_diff().iter_hunks().enumerate() {
        if i == 0 {
            write!(out, "--- {name}\n+++ {name}\n")?;
        }
        writeln!(out, "{}", hunk.header())?;
        for change in hunk.iter_changes() {
            write!(out, "{}", change.tag())?;
            let mut line = Cow::Borrowed(change.value());
            hide(&mut line);
            had_keys |= matches!(line, Cow::Owned(_));
            out.extend_from_slice(&line);
            if !change.value().ends_with(b"\n") {
                write!(out, "\n\\ No newline at end of file\n")?;
            }
        }
    }
    Ok(had_keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &[u8], after: &[u8], reader: Reader) -> String {
        let mut out = Vec::new();
        write(&mut out, "a.sdp", before, after, reader).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn line_ends_are_kept() {
        let text = diff(b"v=0\r\ns=-", b"v=0\r\ns=-\r\n", Reader::Patch);
        assert_eq!(
            text,
            "--- a.sdp\n+++ a.sdp\n@@ -1,2 +1,2 @@\n v=0\r\n-s=-\n\\ No newline at end of file\n+s=-\r\n"
        );
        assert_eq!(diff(b"x", b"x", Reader::Patch), "");
    }

    #[test]
    fn keys_stay_out_of_it() {
        let before = b"k=clear:SECRET\na=crypto:1 X INLINE:SECRET\nx\na=key-mgmt:mikey SECRET";
        let after = b"k=clear:SECRET\na=crypto:2 X INLINE:SECRET\nx\na=key-mgmt:mikey SECRET\n";
        let mut out = Vec::new();
        assert!(write(&mut out, "a.sdp", before, after, Reader::Patch).unwrap());
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        assert!(text.contains(" k=clear:******\n"), "{text}");
        assert!(!write(&mut Vec::new(), "a", b"x\n", b"y\n", Reader::Patch).unwrap());
    }

    #[test]
    fn a_terminal_is_spared() {
        let text = diff(b"a\x1b[2J\n", b"b\n", Reader::Terminal);
        assert!(text.contains("-a\u{fffd}[2J\n"), "{text}");
    }

    #[test]
    fn the_runner_gets_no_commands() {
        let (before, after) = (b"::stop-commands::x\na\n", b"::stop-commands::x\nb\n");
        let text = diff(before, after, Reader::Runner);
        assert!(text.contains("\n : :stop-commands::x\n"), "{text}");
        let text = diff(before, after, Reader::Patch);
        assert!(text.contains("\n ::stop-commands::x\n"), "{text}");
    }
}
