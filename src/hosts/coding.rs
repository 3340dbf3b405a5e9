//! How a text is coded where it stands in a file, to write a replacement there.

/// What has to be done to a text before it can stand in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coding {
    /// A string of JSON (RFC 8259).
    Json,
    /// A string of a programming language in these quotes, with `\` escapes.
    Quoted(u8),
    /// A string of a programming language that knows no escapes.
    Verbatim,
    /// Line ends are spelled `\r\n`.
    LineEnds,
    /// Every line but the first stands behind this.
    Prefix(Vec<u8>),
    /// Text of HTML or XML.
    Markup,
    /// It cannot be written back: base64, masked frames, lines whose prefixes all differ.
    Opaque,
}

impl Coding {
    /// `text` as it stands in the file; nothing when it cannot stand there.
    pub fn encode(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        match self {
            Self::Json => {
                let quoted = serde_json::to_string(text).ok()?;
                let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
                out.push_str(inner);
            }
            Self::Quoted(quote) => escape(text, *quote, &mut out),
            Self::Verbatim if text.contains(['"', '`', '\'', '\r', '#']) => return None,
            Self::Verbatim => out.push_str(text),
            Self::LineEnds => {
                out = text.replace('\r', "\\r").replace('\n', "\\n");
            }
            Self::Prefix(prefix) => {
                let prefix = std::str::from_utf8(prefix).ok()?;
                out = text.replace('\n', &format!("\n{prefix}"));
            }
            Self::Markup => {
                out = text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
            }
            Self::Opaque => return None,
        }
        Some(out)
    }
}

/// Spells `text` for a literal in `quote`; only template literals go over several lines.
fn escape(text: &str, quote: u8, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' if quote == b'`' => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == char::from(quote) => {
                out.push('\\');
                out.push(c);
            }
            '$' if quote == b'`' => out.push_str("\\$"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_coding_spells_line_ends_and_its_own_quotes() {
        let text = "a=x:\"<'`$\\\r\n";
        let cases = [
            (Coding::Json, r#"a=x:\"<'`$\\\r\n"#),
            (Coding::Quoted(b'\''), r#"a=x:"<\'`$\\\r\n"#),
            (Coding::Quoted(b'"'), r#"a=x:\"<'`$\\\r\n"#),
            (Coding::Quoted(b'`'), "a=x:\"<'\\`\\$\\\\\\r\n"),
            (Coding::LineEnds, "a=x:\"<'`$\\\\r\\n"),
            (Coding::Prefix(b"> ".to_vec()), "a=x:\"<'`$\\\r\n> "),
            (Coding::Markup, "a=x:\"&lt;'`$\\\r\n"),
        ];
        for (coding, wanted) in cases {
            assert_eq!(coding.encode(text).as_deref(), Some(wanted), "{coding:?}");
        }
        assert_eq!(Coding::Opaque.encode(text), None);
        assert_eq!(Coding::Verbatim.encode(text), None);
        assert_eq!(Coding::Verbatim.encode("a=b\n").as_deref(), Some("a=b\n"));
    }
}
