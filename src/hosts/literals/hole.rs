//! Placeholders in the strings of programs: what stands for a value that is not there yet.

/// How long the placeholder is that `text` begins with, if it begins with one: `${port}`, `$port`,
/// `{port}`, `{{ port }}`, `%d`, `%(port)s`, `\(port)`, `#{port}`, `[media_port]`.
pub(crate) fn placeholder(text: &[u8]) -> Option<usize> {
    match text {
        [b'$', b'{', ..] | [b'#', b'{', ..] => Some(1 + braces(text.get(1..)?, b'{', b'}')?),
        [b'\\', b'(', ..] => Some(1 + braces(text.get(1..)?, b'(', b')')?),
        [b'$', first, rest @ ..] if first.is_ascii_alphabetic() || *first == b'_' => {
            Some(2 + words(rest))
        }
        [b'{', ..] => braces(text, b'{', b'}').filter(|&len| {
            // Names and formats; JSON in a string is no placeholder.
            text.get(..len)
                .is_some_and(|t| !t.iter().any(|b| matches!(b, b'"' | b'\'' | b';')))
        }),
        [b'%', rest @ ..] => Some(1 + conversion(rest)?),
        [b'[', rest @ ..] => {
            let len = words(rest);
            let name = rest.get(..len)?;
            let is_name = name
                .iter()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'0'..=b'9'));
            (is_name && name.contains(&b'_') && rest.get(len) == Some(&b']')).then_some(len + 2)
        }
        _ => None,
    }
}

fn words(text: &[u8]) -> usize {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    text.iter().take_while(is_part).count()
}

/// No placeholder is longer.
const LONGEST: usize = 1000;

/// How far it is to the brace that closes the one `text` begins with.
fn braces(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    let mut bytes = text.iter().take(LONGEST).enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match (quote, byte) {
            (_, b'\\') => {
                let _ = bytes.next();
            }
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b) if b == open => depth += 1,
            (None, b) if b == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// A conversion of `printf`, behind its `%`.
fn conversion(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'(') {
        let name = text.iter().take(64).position(|&b| b == b')')?;
        return Some(name + 1 + conversion(text.get(name + 1..)?)?);
    }
    let is_flag = |b: &&u8| {
        matches!(
            **b,
            b'0'..=b'9' | b'.' | b'-' | b'+' | b'*' | b'l' | b'h' | b'z' | b'j'
        )
    };
    let flags = text.iter().take(16).take_while(is_flag).count();
    matches!(
        text.get(flags),
        Some(b's' | b'd' | b'i' | b'u' | b'x' | b'X' | b'v' | b'q' | b'f' | b'c')
    )
    .then_some(flags + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_many_languages() {
        for text in [
            "${port}",
            "${a[`x`] ? '}' : f({})}",
            "$port",
            "{}",
            "{port:04}",
            "{{ port }}",
            "%d",
            "%llu",
            "%(port)s",
            "%-5.2f",
            "\\(port)",
            "#{port}",
            "[media_port]",
        ] {
            assert_eq!(placeholder(text.as_bytes()), Some(text.len()), "{text}");
            let more = format!("{text} x");
            assert_eq!(placeholder(more.as_bytes()), Some(text.len()), "{text}");
        }
        for text in [
            "$",
            "${",
            "{\"a\":1}",
            "%",
            "% d",
            "[::1]",
            "[audio]",
            "100%",
            "{",
        ] {
            assert_eq!(placeholder(text.as_bytes()), None, "{text}");
        }
    }
}
