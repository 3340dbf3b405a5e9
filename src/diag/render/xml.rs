//! Text in XML: what must be escaped, and what XML 1.0 §2.2 has no way to say.

use super::harmless::printable;
use std::fmt::Write;

/// Appends ` name="value"`.
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, " {name}=\"");
    for line in value.lines().enumerate() {
        if line.0 > 0 {
            out.push_str("&#10;");
        }
        escape(out, line.1);
    }
    out.push('"');
}

/// Appends text of one line.
pub(super) fn escape(out: &mut String, text: &str) {
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // No characters of XML.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_can_be_said() {
        let mut out = String::from("<a");
        attribute(&mut out, "b", "\u{0}<&>\"'\u{ffff}\n]]>\u{1b}ü");
        out += "/>";
        let document = roxmltree::Document::parse(&out).unwrap();
        let value = document.root_element().attribute("b").unwrap();
        assert_eq!(value, "\u{fffd}<&>\"'\u{fffd}\n]]>\u{fffd}ü");
    }
}
