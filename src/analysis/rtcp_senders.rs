//! Who sent RTCP: the SSRC of a sender is in clear even in SRTCP (RFC 3711), and a stream that it names
//! is hardly one by chance.

/// Senders remembered of one transport.
const SENDERS_MAX: usize = 32;

/// The senders of RTCP on one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct RtcpSenders {
    senders: Vec<RtcpSender>,
    /// Where the latest is.
    latest: usize,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct RtcpSender {
    pub(super) ssrc: u32,
    /// Whether a packet of it was readable from first byte to last.
    pub(super) in_clear: bool,
}

impl RtcpSenders {
    /// Notes the sender of a packet; zero is nobody, as it is what other protocols have there.
    pub(super) fn note(&mut self, ssrc: u32, in_clear: bool) {
        if ssrc == 0 {
            return;
        }
        if self.senders.get(self.latest).is_none_or(|s| s.ssrc != ssrc) {
            match self.senders.iter().position(|s| s.ssrc == ssrc) {
                Some(place) => self.latest = place,
                None if self.senders.len() < SENDERS_MAX => {
                    self.latest = self.senders.len();
                    let in_clear = false;
                    self.senders.push(RtcpSender { ssrc, in_clear });
                }
                None => return,
            }
        }
        if let Some(sender) = self.senders.get_mut(self.latest) {
            sender.in_clear |= in_clear;
        }
    }

    /// All that are remembered, in order of appearance.
    pub(super) fn iter(&self) -> impl Iterator<Item = RtcpSender> {
        self.senders.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_kept_once_and_to_a_bound() {
        let mut senders = RtcpSenders::default();
        for (ssrc, in_clear) in [(7, false), (9, false), (7, true), (0, true)] {
            senders.note(ssrc, in_clear);
        }
        let all: Vec<_> = senders.iter().map(|s| (s.ssrc, s.in_clear)).collect();
        assert_eq!(all, [(7, true), (9, false)]);
        for ssrc in 0..100 {
            senders.note(ssrc, false);
        }
        assert_eq!(senders.iter().count(), SENDERS_MAX);
    }
}
