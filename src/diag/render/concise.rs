//! One line a diagnostic, in the form editors and compilers agree on:
//! `offer.sdp:7:3: warning[SDP132] message`.

use crate::diag::{Diagnostic, Sources};
use std::io::{self, Write};

/// Writes `diagnostics` about `sources`.
pub fn write(
    out: &mut dyn Write,
    sources: Sources<'_, '_>,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    for d in diagnostics {
        let place = sources.of(&d.primary).place(&d.primary.span);
        let at = place.start;
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            place.path,
            at.line,
            at.column,
            d.severity,
            d.code,
            d.one_line(sources)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;
    use crate::diag::render::sample;

    #[test]
    fn one_line_each() {
        let mut out = Vec::new();
        let source = Source::new("offer.sdp", sample::TEXT);
        write(&mut out, Sources::one(&source), &[sample::diagnostic()]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "offer.sdp:3:11: warning[SDP132] \
             `a=rtcp-fb` names payload type 111, which `m=audio` does not list \
             (no payload type 111 here; line 1: formats listed)\n"
        );
    }
}
