//! Feedback in clear RTCP, counted for the streams it is about.

use super::analyzer::State;
use super::model::Feedback;
use crate::net::Datagram;
use crate::proto::rtcp::{self, Body, Compound, FeedbackMessage, FirEntry};

impl State {
    /// Counts feedback in clear RTCP for the streams it is about: those that run the other way.
    pub(super) fn feedback(&mut self, d: &Datagram<'_>, reverse: Option<u32>) {
        let streams = &mut self.streams;
        let mut about = |ssrc: u32, change: &dyn Fn(&mut Feedback)| {
            if let Some(stream) = reverse.and_then(|flow| streams.get_mut(flow, ssrc)) {
                change(stream.feedback.get_or_insert_default());
            }
        };
        for packet in Compound::new_cut(d.payload, d.missing).packets().flatten() {
            match packet.body {
                Body::SenderReport(report) => {
                    for block in report.blocks.iter() {
                        about(block.ssrc, &|f| take_report(f, &block));
                    }
                }
                Body::ReceiverReport(report) => {
                    for block in report.blocks.iter() {
                        about(block.ssrc, &|f| take_report(f, &block));
                    }
                }
                Body::Feedback(feedback) => match (feedback.message, feedback.media_ssrc) {
                    (FeedbackMessage::Nack(_), Some(ssrc)) => about(ssrc, &|f| f.nack += 1),
                    (FeedbackMessage::Pli, Some(ssrc)) => about(ssrc, &|f| f.pli += 1),
                    (FeedbackMessage::Fir(entries), _) => {
                        for entry in entries {
                            about(FirEntry::read(entry).ssrc, &|f| f.fir += 1);
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }
}

fn take_report(f: &mut Feedback, block: &rtcp::ReportBlock<'_>) {
    f.reports += 1;
    f.reported_lost = Some(block.cumulative_lost);
    f.reported_jitter = Some(block.jitter);
}
