//! The start line and headers of a message of SIP, HTTP or RTSP.

use super::super::json::memmem;
use super::super::sip;

/// What matters of it.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) protocol: Protocol,
    /// The method of a request; nothing for a response.
    pub(super) method: Option<String>,
    /// The status of a response.
    pub(super) status: u16,
    /// In lower case.
    pub(super) content_type: String,
    pub(super) is_compressed: bool,
    pub(super) length: Option<usize>,
    pub(super) is_chunked: bool,
    /// What follows are frames of a WebSocket.
    pub(super) is_upgrade: bool,
    /// Headers of SIP.
    pub(super) sip: Option<sip::Message>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Sip,
    Http,
    Rtsp,
}

/// No start line and headers are longer.
pub(super) const LONGEST: usize = 64 * 1024;

impl Head {
    /// The protocol of the message that `text` may begin with.
    pub(super) fn sniff(text: &[u8]) -> Option<Protocol> {
        let line = text.get(..text.len().min(4096))?;
        let line = line.split(|&b| b == b'\n').next()?.trim_ascii_end();
        let versions = [
            (&b"SIP/2.0"[..], Protocol::Sip),
            (b"HTTP/1.", Protocol::Http),
            (b"RTSP/1.0", Protocol::Rtsp),
        ];
        let named = versions.into_iter().find_map(|(version, protocol)| {
            let tail = line.get(line.len().saturating_sub(9)..).unwrap_or_default();
            let is_it = line.starts_with(version) || memmem(tail, version).is_some();
            is_it.then_some(protocol)
        })?;
        line.first()
            .filter(|b| b.is_ascii_uppercase())
            .map(|_| named)
    }

    /// The head that `text` begins with, and its length.
    pub(super) fn read(text: &[u8]) -> Option<(Self, usize)> {
        let protocol = Self::sniff(text)?;
        let begin = text.get(..text.len().min(LONGEST))?;
        let len = memmem(begin, b"\r\n\r\n").map(|at| at + 4);
        let len = len.or_else(|| memmem(begin, b"\n\n").map(|at| at + 2))?;
        let mut lines = text.get(..len)?.split(|&b| b == b'\n');
        let start = lines.next()?.trim_ascii_end();
        let sip = (protocol == Protocol::Sip).then(|| sip::Message::begin(start));
        let start = String::from_utf8_lossy(start);
        let mut words = start.split(' ');
        let first = words.next().unwrap_or_default();
        let is_response = first.contains('/');
        let mut head = Self {
            protocol,
            method: (!is_response).then(|| first.chars().take(20).collect()),
            status: words
                .next()
                .and_then(|word| word.parse().ok())
                .unwrap_or_default(),
            content_type: String::new(),
            is_compressed: false,
            length: None,
            is_chunked: false,
            is_upgrade: false,
            sip: sip.flatten(),
        };
        for line in lines {
            head.header(line);
        }
        if is_response {
            head.is_upgrade &= head.status == 101;
        }
        Some((head, len))
    }

    fn header(&mut self, line: &[u8]) {
        if let Some(sip) = &mut self.sip {
            sip.header(line);
        }
        let Ok(line) = std::str::from_utf8(line) else {
            return;
        };
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let value = value.trim();
        let is_sip = self.protocol == Protocol::Sip;
        match name.trim().to_ascii_lowercase().as_str() {
            "content-length" => self.length = value.parse().ok(),
            "l" if is_sip => self.length = value.parse().ok(),
            "content-type" => self.content_type = value.to_ascii_lowercase(),
            "c" if is_sip => self.content_type = value.to_ascii_lowercase(),
            "content-encoding" => self.is_compressed = !value.eq_ignore_ascii_case("identity"),
            "transfer-encoding" => self.is_chunked = value.eq_ignore_ascii_case("chunked"),
            "upgrade" => self.is_upgrade = value.eq_ignore_ascii_case("websocket"),
            _ => {}
        }
    }

    /// What to call it.
    pub(super) fn name(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Sip => "SIP",
            Protocol::Http => "HTTP",
            Protocol::Rtsp => "RTSP",
        };
        let name = match &self.method {
            Some(method) => format!("{protocol} {method}"),
            None => format!("{protocol} {}", self.status),
        };
        crate::chars::printable(&name).into_owned()
    }
}
