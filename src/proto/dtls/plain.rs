//! What an encrypted record held, once somebody decrypted it: told as that of a record in clear is.

use super::codes;
use super::describe::{ContentType, describe_content, write_content};
use super::record::{Header, Record};
use crate::tree::{Describe, Tree};
use std::fmt::Write;

/// The content of a record, in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainContent<'a> {
    /// Its content type: with DTLS 1.3 the one that was encrypted too.
    pub content_type: u8,
    /// The content.
    pub bytes: &'a [u8],
}

impl<'a> PlainContent<'a> {
    /// The same as a record without a header, in the epoch of what is not encrypted.
    fn as_record(self) -> Record<'a> {
        Record {
            header: Header::Full {
                content_type: self.content_type,
                version: 0,
                epoch: 0,
                sequence: 0,
                connection_id: &[],
                length: 0,
            },
            fragment: self.bytes,
            bytes: self.bytes,
            offset: 0,
            missing: 0,
        }
    }
}

impl Describe for PlainContent<'_> {
    fn summary(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{}", ContentType(self.content_type));
        let _ = match self.content_type {
            codes::ALERT | codes::HANDSHAKE => write_content(&self.as_record(), out),
            _ => write!(out, ", {} bytes", self.bytes.len()),
        };
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        let label = format!("DTLS content: {}", ContentType(self.content_type));
        tree.group(&label, self.bytes, |t| {
            describe_content(t, &self.as_record());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content_type: u8, bytes: &[u8]) -> (String, Vec<(String, String)>) {
        let content = PlainContent {
            content_type,
            bytes,
        };
        let (mut summary, mut tree) = (String::new(), Tree::new(bytes));
        content.summary(&mut summary);
        content.describe(&mut tree);
        let rows = tree.into_rows().into_iter();
        (summary, rows.map(|row| (row.label, row.value)).collect())
    }

    #[test]
    fn what_was_encrypted_is_told_as_what_is_in_clear() {
        let (summary, rows) = shown(codes::ALERT, &[1, 0]);
        assert_eq!(summary, "Alert warning close_notify");
        assert_eq!(rows[0].0, "DTLS content: Alert");
        assert_eq!(rows[2].1, "0 (close_notify)");
        let finished = [&[20, 0, 0, 4, 0, 3, 0, 0, 0, 0, 0, 4][..], &[0xab; 4]].concat();
        let (summary, rows) = shown(codes::HANDSHAKE, &finished);
        assert_eq!(summary, "Handshake Finished");
        assert!(rows.contains(&("message_seq".to_owned(), "3".to_owned())));
        let (summary, _) = shown(99, &[7; 5]);
        assert_eq!(summary, "content type 99, 5 bytes");
        for end in 0..finished.len() {
            for content_type in [20, 21, 22, 23, 26, 0] {
                shown(content_type, &finished[..end]);
            }
        }
    }
}
