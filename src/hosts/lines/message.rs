//! The message of SIP or HTTP that a line of a log is in.

use super::super::json::memmem;
use super::super::sip::{Dialogs, Message, Said};
use super::prefix::alike;
use crate::sdp::{Role, Side};

/// The messages met, and the one that is open.
#[derive(Debug, Default)]
pub(super) struct Messages {
    dialogs: Dialogs,
    open: Option<Open>,
    /// What stands before its lines: the time, an indent.
    before: Vec<u8>,
    /// Requests of HTTP with a description, which the next response answers.
    requests: u32,
    is_asked: bool,
}

/// A message whose headers were read.
#[derive(Clone, Debug)]
pub(super) enum Open {
    Sip(Box<Message>),
    HttpRequest,
    HttpResponse,
    /// RTSP describes; it offers nothing.
    Rtsp,
}

impl Open {
    /// What to call a description in it.
    pub(super) fn pointer(&self) -> String {
        let text = match self {
            Self::HttpRequest => "HTTP request".to_owned(),
            Self::HttpResponse => "HTTP response".to_owned(),
            Self::Rtsp => "RTSP".to_owned(),
            Self::Sip(message) => match &message.request {
                Some(method) => format!("SIP {method}"),
                None => format!("SIP response to {}", message.method),
            },
        };
        crate::chars::printable(&text).into_owned()
    }

    fn begin(line: &[u8]) -> Option<Self> {
        // Something may stand before it, but a message begins a line or follows a blank.
        if let Some(message) = Message::begin(line) {
            return Some(Self::Sip(Box::new(message)));
        }
        let line = line.trim_ascii();
        if line.starts_with(b"HTTP/1.") || line.starts_with(b"HTTP/2 ") {
            Some(Self::HttpResponse)
        } else if line.ends_with(b" HTTP/1.1") && line.first().is_some_and(u8::is_ascii_uppercase) {
            Some(Self::HttpRequest)
        } else if line.starts_with(b"RTSP/1.0 ") || line.ends_with(b" RTSP/1.0") {
            Some(Self::Rtsp)
        } else {
            None
        }
    }
}

/// Where the first line of a message of SIP begins in `line`, if it may be one.
fn begins(line: &[u8]) -> usize {
    let text = line.trim_ascii_end();
    let at = if let Some(rest) = text.strip_suffix(b" SIP/2.0") {
        // A method, an address.
        let mut words = rest.rsplitn(3, |&b| b == b' ');
        let (address, method) = (words.next(), words.next());
        let len = address.unwrap_or_default().len() + 1 + method.unwrap_or_default().len();
        rest.len().checked_sub(len)
    } else {
        memmem(text, b"SIP/2.0 ")
    };
    at.filter(|&at| at < 200).unwrap_or_default()
}

impl Messages {
    /// Takes a line that is in no description.
    pub(super) fn line(&mut self, line: &[u8]) {
        if line.len() > 4096 {
            return;
        }
        // ngrep has a point for the carriage return.
        let line = line.strip_suffix(b".").unwrap_or(line);
        let column = begins(line);
        let start = line.get(column..).unwrap_or_default();
        if let Some(open) = Open::begin(start) {
            line.get(..column)
                .unwrap_or_default()
                .clone_into(&mut self.before);
            // The one before had no description.
            if let Some(Open::Sip(message)) = self.open.replace(open) {
                self.dialogs.message(&message, false, "");
            }
        } else if let Some(Open::Sip(message)) = &mut self.open
            && let Some(column) = alike(&self.before, line)
        {
            message.header(line.get(column..).unwrap_or_default());
        }
    }

    /// The message that the description which begins now is in.
    pub(super) fn open(&mut self) -> Option<Open> {
        self.open.take()
    }

    /// What `message` tells of the description in it.
    pub(super) fn description(&mut self, message: Option<&Open>) -> Said {
        let http = |role, side, number| Said {
            role: Some(role),
            side: Some(side),
            thread: Some(format!("HTTP request {number}")),
        };
        match message {
            None | Some(Open::Rtsp) => Said::default(),
            Some(Open::Sip(message)) => self.dialogs.message(message, true, ""),
            Some(Open::HttpRequest) => {
                self.requests += 1;
                self.is_asked = true;
                http(Role::Offer, Side::Local, self.requests)
            }
            Some(Open::HttpResponse) if self.is_asked => {
                self.is_asked = false;
                http(Role::Answer, Side::Remote, self.requests)
            }
            Some(Open::HttpResponse) => Said::default(),
        }
    }
}
