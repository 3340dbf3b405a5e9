//! TURN ChannelData: four bytes that replace a STUN message on a bound channel (RFC 8656).
//!
//! Used by `analysis`, which looks at what is inside as if it had come straight from the peer.

use crate::tree::{Describe, Tree};
use crate::wire::{ParseError, Reader, part};
use std::fmt::Write;

/// One ChannelData message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelData<'a> {
    /// Channel number, 0x4000 to 0x4fff.
    pub channel: u16,
    /// Length of the application data on the wire, in bytes.
    pub length: u16,
    /// The application data, as much of it as was captured.
    pub data: &'a [u8],
    /// What follows it, up to three bytes (over TCP messages are padded to four).
    pub padding: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> ChannelData<'a> {
    /// Reads the message that fills `bytes`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_cut(bytes, 0)
    }

    /// The same for a message whose last `missing` bytes were not captured.
    pub fn parse_cut(bytes: &'a [u8], missing: u32) -> Result<Self, ParseError> {
        let mut r = Reader::new(bytes);
        let channel = r.u16("channel number")?;
        if !(0x4000..=0x4fff).contains(&channel) {
            return Err(ParseError::value(
                "channel number",
                0,
                channel.into(),
                "0x4000 to 0x4fff",
            ));
        }
        let length = r.u16("length")?;
        let claimed = usize::from(length);
        if claimed > r.left().saturating_add(missing as usize) {
            return Err(ParseError::length("length", 2, claimed, r.left()));
        }
        let data = r.take(claimed.min(r.left()), "application data")?;
        Ok(Self {
            channel,
            length,
            data,
            padding: r.rest(),
            bytes,
        })
    }
}

impl Describe for ChannelData<'_> {
    fn summary(&self, out: &mut String) {
        let _ = write!(
            out,
            "ChannelData 0x{:04x}  {} bytes",
            self.channel, self.length
        );
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        tree.group("TURN ChannelData", self.bytes, |t| {
            t.field(
                "channel number",
                format_args!("0x{:04x}", self.channel),
                part(self.bytes, 0..2),
            );
            t.field("length", self.length, part(self.bytes, 2..4));
            t.field(
                "application data",
                format_args!("{} bytes", self.data.len()),
                self.data,
            );
            if !self.padding.is_empty() {
                t.field(
                    "padding",
                    format_args!("{} bytes", self.padding.len()),
                    self.padding,
                );
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_padding_are_told_apart() {
        let bytes = [0x40, 0x01, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0];
        let message = ChannelData::parse(&bytes).unwrap();
        assert_eq!(message.channel, 0x4001);
        assert_eq!(message.data, [1, 2, 3, 4, 5]);
        assert_eq!(message.padding, [0, 0, 0]);
    }

    #[test]
    fn a_cut_message_keeps_what_was_captured() {
        let bytes = [0x40, 0x01, 0, 5, 1, 2];
        assert!(ChannelData::parse(&bytes).is_err());
        let message = ChannelData::parse_cut(&bytes, 3).unwrap();
        assert_eq!((message.length, message.data), (5, &[1, 2][..]));
        assert!(ChannelData::parse_cut(&bytes, 2).is_err());
    }

    #[test]
    fn other_channel_numbers_are_refused() {
        assert!(ChannelData::parse(&[0x50, 0, 0, 0]).is_err());
        assert!(ChannelData::parse(&[0x3f, 0xff, 0, 0]).is_err());
        for n in 0..4 {
            assert!(ChannelData::parse(&[0x40, 0, 0, 0][..n]).is_err());
        }
    }
}
