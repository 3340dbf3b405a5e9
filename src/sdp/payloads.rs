//! The payload types of an RTP media section with what its attributes say of each.

use super::{Codec, Field, Fmtp, Name, Rtpmap, Section, StaticType};

/// One payload type of an `m=` line.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// The number, 0 to 127.
    pub number: u8,
    /// Where the `m=` line names it.
    pub format: Field<'a>,
    /// The first `a=rtpmap` for it that could be read.
    pub rtpmap: Option<Rtpmap<'a>>,
    /// What is known of its codec: that of the `a=rtpmap`, else the one the number stands for.
    pub codec: Option<&'static Codec>,
    /// The first `a=fmtp` for it that could be read.
    pub fmtp: Option<Fmtp<'a>>,
}

impl Payload<'_> {
    /// Whether its codec goes by `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.codec.is_some_and(|codec| codec.is(name))
    }
}

/// The payload types of a section in the order of its `m=` line, each once.
#[derive(Clone, Debug, Default)]
pub struct Payloads<'a> {
    list: Vec<Payload<'a>>,
    /// Place in `list` plus one, by number.
    place: Vec<u8>,
}

impl<'a> Payloads<'a> {
    /// Collects the payload types of `section`; none when it does not carry RTP.
    pub fn of(section: Section<'_, 'a>) -> Self {
        let Some(media) = section.media().filter(super::MediaLine::is_rtp) else {
            return Self::default();
        };
        let mut payloads = Self {
            list: Vec::new(),
            place: vec![0; 128],
        };
        for format in media.formats() {
            payloads.add(format);
        }
        for line in section.lines() {
            let Some(value) = line.attribute_value() else {
                continue;
            };
            match line.name() {
                Some(Name::Rtpmap) => {
                    if let Ok(map) = Rtpmap::parse(value)
                        && let Some(payload) = payloads.get_mut(map.payload_type)
                        && payload.rtpmap.is_none()
                    {
                        payload.rtpmap = Some(map);
                        payload.codec = Codec::find(map.encoding);
                    }
                }
                Some(Name::Fmtp) => {
                    if let Ok(fmtp) = Fmtp::parse(value)
                        && let Some(number) = fmtp.format.number()
                        && let Some(payload) = payloads.get_mut(number)
                    {
                        payload.fmtp.get_or_insert(fmtp);
                    }
                }
                _ => {}
            }
        }
        payloads
    }

    fn add(&mut self, format: Field<'a>) {
        let Some(number) = format.number::<u8>().filter(|&n| n <= 127) else {
            return;
        };
        // At most 128 distinct numbers, so the place fits into a byte.
        let next = u8::try_from(self.list.len() + 1).unwrap_or(u8::MAX);
        if let Some(place) = self.place.get_mut(usize::from(number))
            && *place == 0
        {
            *place = next;
            self.list.push(Payload {
                number,
                format,
                rtpmap: None,
                codec: StaticType::of(number)
                    .and_then(|row| Codec::find(Field::new(row.name.as_bytes(), 0))),
                fmtp: None,
            });
        }
    }

    fn index(&self, number: u8) -> Option<usize> {
        let place = *self.place.get(usize::from(number))?;
        usize::from(place).checked_sub(1)
    }

    fn get_mut(&mut self, number: u8) -> Option<&mut Payload<'a>> {
        let index = self.index(number)?;
        self.list.get_mut(index)
    }

    /// The payload type `number`, when the `m=` line names it.
    pub fn get(&self, number: u8) -> Option<&Payload<'a>> {
        self.list.get(self.index(number)?)
    }

    /// All, in the order of the `m=` line.
    pub fn iter(&self) -> std::slice::Iter<'_, Payload<'a>> {
        self.list.iter()
    }
}

impl<'p, 'a> IntoIterator for &'p Payloads<'a> {
    type Item = &'p Payload<'a>;
    type IntoIter = std::slice::Iter<'p, Payload<'a>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Description;

    #[test]
    fn attributes_meet_their_payload_type() {
        let text = b"m=video 9 UDP/TLS/RTP/SAVPF 96 97 96 300\na=fmtp:97 apt=96\n\
            a=rtpmap:97 rtx/90000\na=rtpmap:96 VP8/90000\na=rtpmap:99 VP9/90000\n";
        let description = Description::parse(text);
        let payloads = Payloads::of(description.media().next().unwrap());
        let numbers: Vec<_> = payloads.iter().map(|p| p.number).collect();
        assert_eq!(numbers, [96, 97]);
        let rtx = payloads.get(97).unwrap();
        assert!(rtx.rtpmap.unwrap().encoding.is("rtx"));
        assert_eq!(rtx.codec.unwrap().name, "rtx");
        assert!(rtx.fmtp.unwrap().get("apt").unwrap().is("96"));
        assert!(payloads.get(99).is_none());
        assert!(payloads.get(200).is_none());
    }
}
