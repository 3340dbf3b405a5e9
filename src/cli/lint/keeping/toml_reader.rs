//! Reading TOML by hand, so that every mistake has its place and names what was probably meant.
//!
//! Derived deserialisers stop at the first mistake and list all keys there are; a configuration
//! file deserves all its mistakes at once, one line each.

use crate::diag::Source;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

/// What was read of a file so far, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, span: Range<usize>, message: impl fmt::Display) {
        let message = message.to_string();
        self.0.push(Problem { span, message });
    }

    /// One line for each, with its place: `rtcscope.toml:5:3: …`; nothing when all is well.
    pub(super) fn lines(&self, source: &Source<'_>) -> Vec<String> {
        let mut all: Vec<&Problem> = self.0.iter().collect();
        all.sort_by_key(|p| p.span.start);
        let line = |p: &Problem| {
            let at = source.position(p.span.start);
            let text = format!("{}:{}:{}: {}", source.name(), at.line, at.column, p.message);
            crate::output::printable(&text).into_owned()
        };
        all.into_iter().map(line).collect()
    }
}

/// A value of a file and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::lint) struct At<T> {
    pub(in crate::cli::lint) value: T,
    pub(in crate::cli::lint) span: Range<usize>,
}

/// Parses `text`; what is wrong goes to `problems`.
pub(super) fn parse<'t>(text: &'t str, problems: &mut Problems) -> Option<Spanned<DeTable<'t>>> {
    match DeTable::parse(text) {
        Ok(table) => Some(table),
        Err(error) => {
            let message = error.message().trim().replace('\n', ", ");
            problems.add(error.span().unwrap_or(0..0), message);
            None
        }
    }
}

/// A table whose keys are asked for one by one; what nobody asked for is a mistake.
#[derive(Debug)]
pub(super) struct Table<'t> {
    /// What it is called in messages: `lint.allow`.
    name: &'static str,
    table: &'t DeTable<'t>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub(super) fn new(name: &'static str, table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        let asked = Vec::new();
        Self {
            name,
            table,
            span,
            asked,
        }
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where its last value ends.
    pub(super) fn end(&self) -> usize {
        let ends = self.table.iter().map(|(_, value)| value.span().end);
        ends.max().unwrap_or(self.span.end).max(self.span.end)
    }

    fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    fn wrong(&self, key: &str, wanted: &str, got: &Spanned<DeValue<'_>>, problems: &mut Problems) {
        let got_kind = got.get_ref().type_str();
        let article = if got_kind.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        problems.add(
            got.span(),
            format_args!("`{key}` wants {wanted}, not {article} {got_kind}"),
        );
    }

    pub(super) fn string(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<At<String>> {
        let value = self.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, "a string", value, problems);
        }
        at(value, text?.to_owned())
    }

    /// A string, or a date or whole number that is written without quotes.
    pub(super) fn word(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<At<String>> {
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => {
                self.wrong(key, "a string", value, problems);
                return None;
            }
        };
        at(value, text)
    }

    /// A string that must be there and say something.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        why: &str,
        problems: &mut Problems,
    ) -> Option<At<String>> {
        let found = self.string(key, problems);
        if !self.table.contains_key(key) {
            problems.add(
                self.span(),
                format_args!("`{}` without `{key}`: {why}", self.name),
            );
        } else if found.as_ref().is_some_and(|f| f.value.trim().is_empty()) {
            let span = found.as_ref().map_or(self.span(), |f| f.span.clone());
            problems.add(span, format_args!("`{key}` is empty: {why}"));
            return None;
        }
        found
    }

    pub(super) fn bool(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        let value = self.get(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong(key, "`true` or `false`", value, problems);
        }
        found
    }

    pub(super) fn strings(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Vec<At<String>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(
                key,
                "a list of strings, such as [\"SDP204\"]",
                value,
                problems,
            );
            return Vec::new();
        };
        let mut all = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => all.extend(at(item, text.to_owned())),
                None => self.wrong(key, "strings", item, problems),
            }
        }
        all
    }

    /// The table called `key`.
    pub(super) fn table(
        &mut self,
        key: &'static str,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<Table<'t>> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, &format!("a table: [{name}]"), value, problems);
            return None;
        };
        Some(Table::new(name, table, value.span()))
    }

    /// The tables `[[name]]`.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
        name: &'static str,
        problems: &mut Problems,
    ) -> Vec<Table<'t>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let wanted = format!("tables: [[{name}]]");
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, &wanted, value, problems);
            return Vec::new();
        };
        let mut all = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => all.push(Table::new(name, table, item.span())),
                None => self.wrong(key, &wanted, item, problems),
            }
        }
        all
    }

    /// All keys with their values, whatever they are called.
    pub(super) fn strings_by_key(
        &mut self,
        problems: &mut Problems,
    ) -> Vec<(At<String>, At<String>)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            match value.get_ref().as_str() {
                Some(text) => {
                    let span = key.span();
                    let key = At {
                        value: key.get_ref().to_string(),
                        span,
                    };
                    all.extend(at(value, text.to_owned()).map(|value| (key, value)));
                }
                None => self.wrong(key.get_ref(), "a string", value, problems),
            }
        }
        // In the order of the file: the last that fits counts.
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }

    /// Says which keys nobody asked for.
    pub(super) fn finish(self, problems: &mut Problems) {
        for (key, _) in self.table {
            let key_text: &str = key.get_ref();
            if self.asked.contains(&key_text) {
                continue;
            }
            let hint = match nearest(key_text, &self.asked) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are `{}`", self.asked.join("`, `")),
            };
            let place = if self.name.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.name)
            };
            problems.add(
                key.span(),
                format_args!("unknown key `{key_text}`{place}; {hint}"),
            );
        }
    }
}

fn at<T>(value: &Spanned<DeValue<'_>>, inner: T) -> Option<At<T>> {
    Some(At {
        value: inner,
        span: value.span(),
    })
}

/// Which of `known` was probably meant by `word`.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |known: &str| crate::lint::edit_distance(&word.to_lowercase(), known);
    let best = known.iter().map(|k| (distance(k), *k)).min()?;
    (best.0 <= best.1.len().div_ceil(3)).then_some(best.1)
}
