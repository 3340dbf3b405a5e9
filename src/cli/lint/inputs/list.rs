//! `--list-inputs`: which descriptions there are, without checking them.

use super::{Input, InputArgs, ListFormat, Target, read_targets, tell_passed};
use crate::output::printable;
use crate::sdp::{Role, Side};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Lists what is found in `targets`; gives the exit code. `configured` looks for the configuration of an
/// input: one that is broken is told here as well as where it counts.
pub(in crate::cli::lint) fn list(
    targets: Vec<Target>,
    args: &InputArgs,
    format: ListFormat,
    configured: &mut dyn FnMut(&Input) -> Result<(), Vec<String>>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let mut code = 0;
    let mut all: Vec<Value> = Vec::new();
    let passed = read_targets(targets, args, |input| {
        let input = match input {
            Ok(input) => input,
            Err(why) => {
                code = 3;
                return writeln!(err, "error: {}: {}", why.name, why.reason);
            }
        };
        if let Err(lines) = configured(&input) {
            for line in lines {
                writeln!(err, "error: {line}")?;
            }
        }
        for found in &input.found {
            let (text, range) = input.text_of(found);
            let digest = Sha256::digest(text.get(range).unwrap_or_default());
            let hash: String = data_encoding::HEXLOWER
                .encode(&digest)
                .chars()
                .take(16)
                .collect();
            let role = match found.role {
                _ if found.is_fragment => "fragment",
                Some(Role::Offer) => "offer",
                Some(Role::Answer) => "answer",
                None => "unknown",
            };
            if format == ListFormat::Text {
                let kind = found.kind.as_str();
                writeln!(
                    out,
                    "{hash}  {kind:<9}  {role:<8}  {}",
                    printable(&input.name_of(found))
                )?;
                continue;
            }
            let side = found.side.map(|side| match side {
                Side::Local => "local",
                Side::Remote => "remote",
            });
            all.push(json!({
                "path": input.name,
                "kind": found.kind.as_str(),
                "pointer": found.pointer,
                "role": role,
                "side": side,
                "session": found.thread,
                "holes": found.holes.len(),
                "hash": hash,
            }));
        }
        Ok(())
    })?;
    if format == ListFormat::Json {
        writeln!(out, "{:#}", Value::Array(all))?;
    }
    tell_passed(passed, err)?;
    Ok(code)
}
