use super::prelude::*;
use crate::sdp::Parameter;

rule! {
    /// One `a=fmtp` line gives a parameter twice.
    ///
    /// ## Why it matters
    /// Some stacks take the first value, others the last.
    /// ## How it happens
    /// A script appended a parameter that was there already.
    /// ```sdp,fail
    /// a=fmtp:111 minptime=10;stereo=1;stereo=0
    /// ```
    /// ```sdp,fail
    /// a=fmtp:111 stereo=1;minptime=10;stereo=1
    /// ```
    /// ```sdp,fixed
    /// a=fmtp:111 stereo=1;minptime=10
    /// ```
    /// ```sdp,pass
    /// a=fmtp:111 minptime=10;stereo=1;sprop-stereo=1
    /// ```
    "SDP143" "repeated-fmtp-parameter" {
        group: Suspicious,
        scope: Any,
        since: "0.1",
        spec: ["RFC 8866 §6.15"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for payload in cx.media().iter().flat_map(|m| &m.payloads) {
        let (Some(codec), Some(fmtp)) = (payload.codec, payload.fmtp) else {
            continue;
        };
        // Only those that are known, so that the list stays short: others may well repeat.
        let mut seen: Vec<(&Parameter, Field<'_>, Option<Field<'_>>)> = Vec::new();
        // Who reads the last one reads another when that goes, unless all are the same.
        let mut differ: Vec<&str> = Vec::new();
        for (key, value) in fmtp.pairs() {
            let Some(parameter) = codec.parameter(key) else { continue };
            match seen.iter().find(|(known, ..)| known.name == parameter.name) {
                None => seen.push((parameter, key, value)),
                Some((.., first)) if *first != value && !differ.contains(&parameter.name) => {
                    differ.push(parameter.name);
                }
                Some(_) => {}
            }
        }
        let mut before = fmtp.parameters.start();
        for (key, value) in fmtp.pairs() {
            let end = value.unwrap_or(key).end();
            let first = codec.parameter(key).and_then(|parameter| {
                let mut seen = seen.iter();
                seen.find(|(known, ..)| known.name == parameter.name)
            });
            if let Some(&(parameter, first, first_value)) = first
                && first.start() != key.start()
            {
                let name = parameter.name;
                let same = value == first_value;
                let draft = cx
                    .report(
                        key.start()..end,
                        if same { "the same again" } else { "and here another value" },
                        format_args!("`{name}` is given twice"),
                    )
                    .context(first, "the first time");
                let safety = match differ.contains(&name) {
                    true => Safety::Unsafe,
                    false => Safety::Safe,
                };
                if same {
                    draft.fix(safety, "drop the second", before..end, "");
                }
            }
            before = end;
        }
    }
}
