//! Source descriptions, goodbyes and application-defined packets (RFC 3550).

use crate::wire::{ParseError, Reader};

/// SDES: names and other texts of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceDescription<'a> {
    data: &'a [u8],
    offset: usize,
    chunks: u8,
}

/// One item of a source description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SdesItem<'a> {
    /// The source described.
    pub ssrc: u32,
    /// Item type: 1 is CNAME; [`super::codes::sdes_name`] knows the others.
    pub item_type: u8,
    /// Text, UTF-8 by specification.
    pub text: &'a [u8],
    /// The item's bytes.
    pub bytes: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    pub(super) fn new(mut r: Reader<'a>, chunks: u8) -> Self {
        Self {
            offset: r.offset(),
            data: r.rest(),
            chunks,
        }
    }

    /// The items of all chunks in order; an `Err` is the last item.
    pub fn items(&self) -> SdesItems<'a> {
        SdesItems {
            reader: Reader::at(self.data, self.offset),
            chunks_left: self.chunks,
            chunk: None,
        }
    }

    /// The canonical name of the first source that has one.
    pub fn cname(&self) -> Option<&'a [u8]> {
        self.items()
            .map_while(Result::ok)
            .find(|item| item.item_type == 1)
            .map(|item| item.text)
    }
}

/// Walks the items of a source description.
#[derive(Clone, Debug)]
pub struct SdesItems<'a> {
    reader: Reader<'a>,
    chunks_left: u8,
    /// The source of the chunk being read, and where that chunk began.
    chunk: Option<(u32, usize)>,
}

impl<'a> Iterator for SdesItems<'a> {
    type Item = Result<SdesItem<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.read().transpose();
        if matches!(item, Some(Err(_)) | None) {
            self.reader.rest();
            self.chunks_left = 0;
            self.chunk = None;
        }
        item
    }
}

impl<'a> SdesItems<'a> {
    fn read(&mut self) -> Result<Option<SdesItem<'a>>, ParseError> {
        loop {
            let Some((ssrc, chunk_start)) = self.chunk else {
                if self.chunks_left == 0 {
                    return Ok(None);
                }
                self.chunks_left -= 1;
                let start = self.reader.offset();
                self.chunk = Some((self.reader.u32("SDES chunk")?, start));
                continue;
            };
            let whole = self.reader.peek_rest();
            let item_type = self.reader.u8("SDES item")?;
            if item_type != 0 {
                let length = usize::from(self.reader.u8("SDES item length")?);
                let text = self.reader.take(length, "SDES item text")?;
                return Ok(Some(SdesItem {
                    ssrc,
                    item_type,
                    text,
                    bytes: crate::wire::part(whole, 0..2 + length),
                }));
            }
            // The list ends with zeros up to the next 32-bit boundary.
            let used = self.reader.offset() - chunk_start;
            let padding = used.next_multiple_of(4) - used;
            self.reader.skip(padding, "SDES chunk padding")?;
            self.chunk = None;
        }
    }
}

/// BYE: sources that leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodbye<'a> {
    sources: &'a [[u8; 4]],
    /// Why, if told; UTF-8 by specification.
    pub reason: Option<&'a [u8]>,
}

impl<'a> Goodbye<'a> {
    pub(super) fn parse(r: &mut Reader<'a>, count: u8) -> Result<Self, ParseError> {
        let sources = r.take(4 * usize::from(count), "leaving sources")?;
        let reason = if r.is_empty() {
            None
        } else {
            let length = usize::from(r.u8("reason length")?);
            Some(r.take(length, "reason for leaving")?)
        };
        Ok(Self {
            sources: sources.as_chunks().0,
            reason,
        })
    }

    /// The sources that leave.
    pub fn sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.sources.iter().map(|ssrc| u32::from_be_bytes(*ssrc))
    }
}

/// APP: defined by an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct App<'a> {
    /// The sender.
    pub ssrc: u32,
    /// Four characters that name the application's packet type.
    pub name: [u8; 4],
    /// Data the application defines.
    pub data: &'a [u8],
}

impl<'a> App<'a> {
    pub(super) fn parse(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        Ok(Self {
            ssrc: r.u32("SSRC of sender")?,
            name: r.array("APP name")?,
            data: r.rest(),
        })
    }
}
