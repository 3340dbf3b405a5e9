use super::prelude::*;

rule! {
    /// A bandwidth is given in the wrong unit.
    ///
    /// ## Why it matters
    /// `b=AS` counts kilobits per second and `b=TIAS` bits: `b=AS:2000000` allows two terabits, which is
    /// no limit at all, and `b=TIAS:500` stops all media.
    /// ```sdp,fail
    /// b=AS:2000000
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// ```sdp,fail
    /// b=TIAS:500
    /// m=audio 9 RTP/AVP 0
    /// ```
    /// ```sdp,pass
    /// m=audio 9 RTP/AVP 0
    /// b=AS:2000
    /// b=TIAS:2000000
    /// ```
    "SDP014" "implausible-bandwidth" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §5.8", "RFC 3890 §6.2"],
    } => check
}

/// No link of a terminal carries as many kilobits.
const MOST_KILOBITS: u64 = 1_000_000;
/// The slowest codecs in use, at 600 bit/s, need as many.
const LEAST_BITS: u64 = 600;

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().lines().iter().filter(|l| l.letter() == Some(b'b')) {
        let Some((kind, text)) = line.value().split_once(b':') else { continue };
        let Some(number) = text.number::<u64>() else { continue };
        // Zero asks for silence, and 2^31 and its like for no limit: both are meant.
        let limit = number == 0 || number >= u64::from(u32::MAX >> 1) / 1000 * 1000;
        let (unit, fix) = match () {
            () if limit => continue,
            () if kind.is("AS") && number > MOST_KILOBITS => ("kilobits", "AS"),
            () if kind.is("TIAS") && number < LEAST_BITS => ("bits", "TIAS"),
            () => continue,
        };
        cx.report(
            text,
            format_args!("counts {unit} per second"),
            format_args!("`b={kind}:{number}` is not a bandwidth: it counts {unit} per second"),
        )
        .help(match fix {
            "AS" => "divide by 1000, or write `b=TIAS`",
            _ => "multiply by 1000, or write `b=AS`",
        });
    }
}
