//! One line a diagnostic, in the form editors and compilers agree on:
//! `offer.sdp:7:3: warning[SDP132] message`.

use crate::diag::{Diagnostic, Source};
use std::io::{self, Write};

/// Writes `diagnostics` about `source`.
pub fn write(
    out: &mut dyn Write,
    source: &Source<'_>,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    for d in diagnostics {
        let at = source.position(d.primary.span.start);
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            source.name(),
            at.line,
            at.column,
            d.severity,
            d.code,
            d.one_line(source)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn one_line_each() {
        let mut out = Vec::new();
        let source = Source::new("offer.sdp", sample::TEXT);
        write(&mut out, &source, &[sample::diagnostic()]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "offer.sdp:3:11: warning[SDP132] \
             `a=rtcp-fb` names payload type 111, which `m=audio` does not list \
             (no payload type 111 here; line 1: formats listed)\n"
        );
    }
}
