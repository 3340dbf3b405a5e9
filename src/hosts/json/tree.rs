//! JSON as a flat tree of values that know where they stand (RFC 8259).
//!
//! More is taken than the RFC allows, since what is looked for may be in a file that is cut short or
//! was written by hand: trailing commas, comments, several values one after the other (JSON lines). A
//! line of JSON lines that cannot be read is skipped. No recursion; values are counted.

use std::ops::Range;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Object,
    Array,
    String,
    /// A number, `true`, `false` or `null`.
    Other,
}

/// One value.
#[derive(Clone, Copy, Debug)]
struct Node {
    shape: Shape,
    /// Where it stands; of a string, what is between the quotes.
    span: (u32, u32),
    /// Its name in the object that has it, between the quotes.
    key: (u32, u32),
    /// Its place in the array that has it.
    index: u32,
    /// The value behind it and all that is in it.
    next: u32,
}

/// The values of a text.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    text: &'a [u8],
    nodes: Vec<Node>,
    /// What was wrong first, and where.
    pub(crate) error: Option<(usize, &'static str)>,
}

/// A value of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'t, 'a> {
    tree: &'t Tree<'a>,
    at: u32,
    node: Node,
}

/// Values in values: no signalling is deeper.
const DEPTH_MAX: usize = 256;
/// Values in all: 256 MB of them.
const NODES_MAX: usize = 8 << 20;

impl<'a> Tree<'a> {
    /// The values in `text`, one after the other.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let mut parser = Parser {
            text,
            at: 0,
            nodes: Vec::new(),
            open: Vec::new(),
        };
        let mut error = None;
        if u32::try_from(text.len()).is_err() {
            error = Some((0, "too long"));
        } else {
            loop {
                parser.skip_blank();
                if parser.at >= text.len() {
                    break;
                }
                if let Err(reason) = parser.value() {
                    error = error.or(Some((parser.at, reason)));
                    parser.close_all();
                    if parser.nodes.len() >= NODES_MAX || !parser.skip_line() {
                        break;
                    }
                }
            }
        }
        Self {
            text,
            nodes: parser.nodes,
            error,
        }
    }

    /// The values that are in no other.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value<'_, 'a>> {
        self.between(0, self.nodes.len() as u32)
    }

    fn between(&self, from: u32, until: u32) -> impl Iterator<Item = Value<'_, 'a>> {
        let mut at = from;
        std::iter::from_fn(move || {
            let node = *self.nodes.get(at as usize).filter(|_| at < until)?;
            let value = Value {
                tree: self,
                at,
                node,
            };
            at = node.next.max(at + 1);
            Some(value)
        })
    }
}

impl<'t, 'a> Value<'t, 'a> {
    /// What it is.
    pub(crate) fn shape(&self) -> Shape {
        self.node.shape
    }

    /// Where it stands; of a string, what is between the quotes.
    pub(crate) fn span(&self) -> Range<usize> {
        self.node.span.0 as usize..self.node.span.1 as usize
    }

    /// Its bytes as they stand there.
    pub(crate) fn raw(&self) -> &'a [u8] {
        self.tree.text.get(self.span()).unwrap_or_default()
    }

    /// Its name in the object that has it, as it stands there.
    pub(crate) fn key(&self) -> &'a [u8] {
        let (start, end) = self.node.key;
        let key = start as usize..end as usize;
        self.tree.text.get(key).unwrap_or_default()
    }

    /// Its place in the array that has it.
    pub(crate) fn index(&self) -> u32 {
        self.node.index
    }

    /// What is in it.
    pub(crate) fn items(&self) -> impl Iterator<Item = Value<'t, 'a>> + use<'t, 'a> {
        self.tree.between(self.at + 1, self.node.next)
    }

    /// The value called `key` in this object.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'t, 'a>> {
        let is_object = self.shape() == Shape::Object;
        let mut all = self.items().filter(|_| is_object);
        all.find(|item| item.key() == key.as_bytes())
    }

    /// The bytes of the string called `key`, when it has no escapes.
    pub(crate) fn word(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_word()
    }

    /// The bytes of this string, when it has no escapes.
    pub(crate) fn as_word(&self) -> Option<&'a str> {
        let raw = self.raw();
        let is_plain = self.shape() == Shape::String && !raw.contains(&b'\\');
        std::str::from_utf8(raw).ok().filter(|_| is_plain)
    }
}

/// An array or object that is not closed yet.
struct Open {
    node: u32,
    is_object: bool,
    count: u32,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if byte.is_ascii_whitespace() || matches!(byte, 0x1e | 0xef | 0xbb | 0xbf) {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                let len = rest.iter().position(|&b| b == b'\n');
                self.at += len.unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let len = rest.windows(2).position(|w| w == b"*/").map(|at| at + 2);
                self.at += len.unwrap_or(rest.len());
            } else {
                break;
            }
        }
    }

    /// Goes on behind the next line end.
    fn skip_line(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(len) = rest.iter().position(|&b| b == b'\n') else {
            return false;
        };
        self.at += len + 1;
        true
    }

    /// Reads one value with all that is in it.
    fn value(&mut self) -> Result<(), &'static str> {
        let mut key = (0, 0);
        loop {
            self.skip_blank();
            let byte = self.peek();
            let mut is_done = false;
            if let Some(open) = self.open.last() {
                let end = if open.is_object { b'}' } else { b']' };
                match byte {
                    None => return Err("it ends too early"),
                    Some(byte) if byte == end => {
                        self.at += 1;
                        self.close();
                        key = (0, 0);
                        is_done = true;
                    }
                    Some(b'"') if open.is_object && key == (0, 0) => {
                        key = self.string()?;
                        self.skip_blank();
                        if self.peek() != Some(b':') {
                            return Err("a colon is missing");
                        }
                        self.at += 1;
                        continue;
                    }
                    Some(_) if open.is_object && key == (0, 0) => {
                        return Err("a name in quotes is missing");
                    }
                    _ => {}
                }
            }
            if !is_done {
                let start = self.at;
                let (shape, span) = match byte {
                    None => return Err("it ends too early"),
                    Some(b'{') => (Shape::Object, (start as u32, start as u32)),
                    Some(b'[') => (Shape::Array, (start as u32, start as u32)),
                    Some(b'"') => (Shape::String, self.string()?),
                    Some(_) => (Shape::Other, self.scalar()?),
                };
                self.add(shape, span, key)?;
                key = (0, 0);
                if matches!(shape, Shape::Object | Shape::Array) {
                    self.at += 1;
                    continue;
                }
            }
            if self.open.is_empty() {
                return Ok(());
            }
            self.skip_blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']' | b'}') => {}
                None => return Err("it ends too early"),
                Some(_) => return Err("a comma is missing"),
            }
        }
    }

    fn add(&mut self, shape: Shape, span: (u32, u32), key: (u32, u32)) -> Result<(), &'static str> {
        if self.nodes.len() >= NODES_MAX {
            return Err("more values than are looked at");
        }
        let at = self.nodes.len() as u32;
        let index = self.open.last_mut().map_or(0, |open| {
            open.count += 1;
            open.count - 1
        });
        self.nodes.push(Node {
            shape,
            span,
            key,
            index,
            next: at + 1,
        });
        if matches!(shape, Shape::Object | Shape::Array) {
            if self.open.len() >= DEPTH_MAX {
                return Err("values in values in values: too deep");
            }
            self.open.push(Open {
                node: at,
                is_object: shape == Shape::Object,
                count: 0,
            });
        }
        Ok(())
    }

    fn close(&mut self) {
        let next = self.nodes.len() as u32;
        if let Some(open) = self.open.pop()
            && let Some(node) = self.nodes.get_mut(open.node as usize)
        {
            node.next = next;
            node.span.1 = self.at as u32;
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// What is between the quotes, which stand on one line.
    fn string(&mut self) -> Result<(u32, u32), &'static str> {
        let start = self.at + 1;
        let mut at = start;
        while let Some(byte) = self.text.get(at) {
            match byte {
                b'"' => {
                    self.at = at + 1;
                    return Ok((start as u32, at as u32));
                }
                b'\\' => at += 2,
                b'\n' => break,
                _ => at += 1,
            }
        }
        self.at = at.min(self.text.len());
        Err("a string is not closed")
    }

    fn scalar(&mut self) -> Result<(u32, u32), &'static str> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let len = rest.iter().position(|b| !is_part(b)).unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        let is_number = matches!(word.first(), Some(b'-' | b'0'..=b'9'));
        let is_name = matches!(word, b"true" | b"false" | b"null" | b"NaN" | b"Infinity");
        if !is_number && !is_name {
            return Err("a value is missing");
        }
        let start = self.at as u32;
        self.at += len;
        Ok((start, self.at as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The strings of a text, with their places.
    fn strings(text: &str) -> (Vec<(String, usize)>, Option<&'static str>) {
        let tree = Tree::parse(text.as_bytes());
        let mut found = Vec::new();
        let mut stack: Vec<Value<'_, '_>> = tree.values().collect();
        stack.reverse();
        while let Some(value) = stack.pop() {
            if value.shape() == Shape::String {
                let raw = String::from_utf8_lossy(value.raw()).into_owned();
                found.push((raw, value.span().start));
            }
            let inside: Vec<_> = value.items().collect();
            stack.extend(inside.into_iter().rev());
        }
        (found, tree.error.map(|e| e.1))
    }

    fn raw(text: &str) -> Vec<String> {
        strings(text).0.into_iter().map(|s| s.0).collect()
    }

    #[test]
    fn values_know_their_place_and_name() {
        let text = br#" {"a":[1,"x",{"b":"y"}],"c":null} "#;
        let tree = Tree::parse(text);
        assert!(tree.error.is_none());
        let top = tree.values().next().unwrap();
        let a = top.get("a").unwrap();
        let items: Vec<_> = a.items().collect();
        assert_eq!(items.len(), 3);
        assert_eq!((items[1].index(), items[1].as_word()), (1, Some("x")));
        assert_eq!(&text[items[1].span()], b"x");
        assert_eq!(items[2].word("b"), Some("y"));
        assert_eq!(top.get("c").unwrap().raw(), b"null");
        assert_eq!(&text[top.span()], text.trim_ascii());
        assert!(top.get("b").is_none() && a.get("a").is_none());
    }

    #[test]
    fn what_is_cut_or_written_by_hand_is_read() {
        assert_eq!(raw(r#"["a", "b""#), ["a", "b"]);
        assert_eq!(raw("[\"a\", // one\n\"b\", /* two */ ]"), ["a", "b"]);
        assert_eq!(raw("{\"k\":\"a\",}"), ["a"]);
        assert_eq!(raw("\"a\"\n\"b\"\n"), ["a", "b"]);
        assert_eq!(raw("[\"a\"]\n[\"b\" oops\n[\"c\"]\n"), ["a", "b", "c"]);
        assert_eq!(strings("[\"a\"").1, Some("it ends too early"));
        assert_eq!(strings("[package]").1, Some("a value is missing"));
        assert_eq!(strings("[\"a").1, Some("a string is not closed"));
        assert_eq!(strings("{a:1}").1, Some("a name in quotes is missing"));
    }

    #[test]
    fn hostile_texts_are_bounded() {
        for text in [
            "[".repeat(1 << 16),
            "{\"a\":".repeat(1 << 15),
            "\"".repeat(999),
        ] {
            let tree = Tree::parse(text.as_bytes());
            assert!(tree.error.is_some());
        }
        let lines = "[\"\\\n".repeat(1 << 12);
        assert!(Tree::parse(lines.as_bytes()).error.is_some());
    }
}
