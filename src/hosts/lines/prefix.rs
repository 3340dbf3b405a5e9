//! What stands before each line of a description in a log.

use super::super::Coding;
use super::is_line;

/// How the lines of one description stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// All behind the same bytes.
    Same(Vec<u8>),
    /// Behind nothing, or blanks.
    Blank,
    /// All behind the same with other numbers: the time, a counter.
    Like(Vec<u8>),
}

impl Prefix {
    /// How the lines stand whose first is behind `first`, judged by the second.
    pub(super) fn of(first: &[u8], second: &[u8]) -> Option<Self> {
        let same = Self::Same(first.to_vec());
        let like = Self::Like(first.to_vec());
        let fits = |prefix: &Self| {
            let start = prefix.strip(second);
            start.is_some_and(|start| {
                second
                    .get(start..)
                    .is_some_and(|rest| rest.starts_with(b"o="))
            })
        };
        let known = [same, Self::Blank, like].into_iter().find(fits);
        // Words between what all lines stand behind and the first: `> offer: v=0`.
        known.or_else(|| {
            let at = second.windows(2).position(|pair| pair == b"o=")?;
            let before = second.get(..at).filter(|before| !before.is_empty())?;
            let is_shared = first.starts_with(before);
            if is_shared {
                return Some(Self::Same(before.to_vec()));
            }
            let is_like = before.iter().any(u8::is_ascii_digit) && alike(before, first).is_some();
            is_like.then(|| Self::Like(before.to_vec()))
        })
    }

    /// Where what is behind the prefix begins in `line`.
    pub(super) fn strip(&self, line: &[u8]) -> Option<usize> {
        match self {
            Self::Same(prefix) => line.starts_with(prefix).then_some(prefix.len()),
            Self::Blank => Some(line.len() - line.trim_ascii_start().len()),
            Self::Like(prefix) => alike(prefix, line).filter(|&start| {
                let rest = line.get(start..).unwrap_or_default();
                is_line(rest)
            }),
        }
    }

    /// Whether nothing stands before the lines.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Same(prefix) if prefix.is_empty())
    }

    /// How a replacement has to be written.
    pub(super) fn coding(&self) -> Coding {
        match self {
            Self::Same(prefix) => Coding::Prefix(prefix.clone()),
            Self::Blank | Self::Like(_) => Coding::Opaque,
        }
    }
}

/// How far `line` is `prefix` but for the numbers.
pub(super) fn alike(prefix: &[u8], line: &[u8]) -> Option<usize> {
    let number = |text: &[u8], at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let (mut p, mut l) = (0, 0);
    while let Some(byte) = prefix.get(p) {
        if byte.is_ascii_digit() {
            let (there, here) = (number(prefix, p), number(line, l));
            if here == 0 {
                return None;
            }
            p += there;
            l += here;
        } else {
            if line.get(l) != Some(byte) {
                return None;
            }
            p += 1;
            l += 1;
        }
    }
    Some(l)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_differ() {
        let prefix = Prefix::of(b"[9] 12:00 ", b"[10] 12:01 o=-").unwrap();
        assert_eq!(prefix, Prefix::Like(b"[9] 12:00 ".to_vec()));
        assert_eq!(prefix.strip(b"[11] 12:02 s=-"), Some(11));
        assert_eq!(prefix.strip(b"[11] 12:02 x"), None);
        assert_eq!(prefix.strip(b"[x] 12:02 s=-"), None);
        assert_eq!(prefix.strip(b"[1"), None);
        assert_eq!(
            Prefix::of(b"> ", b"> o=-"),
            Some(Prefix::Same(b"> ".to_vec()))
        );
        assert_eq!(Prefix::of(b"got ", b"o=-"), Some(Prefix::Blank));
        assert_eq!(Prefix::of(b"", b"s=-"), None);
    }

    #[test]
    fn words_may_stand_before_the_first_line() {
        let of = |first: &str, second: &str| Prefix::of(first.as_bytes(), second.as_bytes());
        let same = |prefix: &str| Some(Prefix::Same(prefix.into()));
        assert_eq!(of("> offer: ", "> o=-"), same("> "));
        assert_eq!(of("- type: offer, sdp: ", "- o=-"), same("- "));
        assert_eq!(
            of("09:01 got ", "09:02 o=-"),
            Some(Prefix::Like(b"09:02 ".to_vec()))
        );
        assert_eq!(of("got ", "x o=-"), None);
    }
}
