use super::prelude::*;

rule! {
    /// An `a=rtpmap` line is not of the form `payload-type name/clock-rate`.
    ///
    /// ## Why it matters
    /// The mapping is ignored or the description rejected, and the codec is lost.
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 L16
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 L16/fast
    /// ```
    /// ```sdp,fail
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 L16/44100/two
    /// ```
    /// A clock rate of 0 is a warning, and so is any such line in what an RTSP server describes: its
    /// players pass over the stream.
    /// ```sdp,fail
    /// m=application 9 RTP/AVP 97
    /// a=rtpmap:97 H224/0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 96
    /// a=rtpmap:96 L16/44100/2
    /// ```
    "SDP104" "malformed-rtpmap" {
        group: Correctness,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.6"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    let severity = cx.stream_severity();
    for media in cx.media() {
        let is_audio = media.media().is_some_and(|m| m.media.is("audio"));
        for line in media.all(Name::Rtpmap) {
            let value = line.attribute_value().unwrap_or(line.text());
            match Rtpmap::parse(value) {
                Err(error) => {
                    // Video phones map H224 with a clock of 0, and get along with each other.
                    let zero = error.at.number() == Some(0_u32);
                    let severity = if zero { Severity::Warning } else { severity };
                    cx.report_malformed("a=rtpmap", error).severity(severity);
                }
                Ok(map) => {
                    // For audio the third part is the number of channels.
                    if let Some(channels) = map.parameters
                        && is_audio
                        && channels.number::<u32>().is_none_or(|n| n == 0)
                    {
                        cx.report(
                            channels,
                            "expected a number of channels",
                            format_args!("`{channels}` is not a number of audio channels"),
                        );
                    }
                }
            }
        }
    }
}
