//! Writes starting points for the fuzzer into `fuzz/corpus/<target>/`.
//!
//! ```text
//! cargo run --release --example fuzz_corpus
//! ```
//!
//! Every target gets the kept seeds of all targets, one of each message and small captures from the
//! test kit, and the files in `samples/`: what is no good for a target is soon discarded by libFuzzer.

#[path = "../tests/kit/mod.rs"]
mod kit;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Larger inputs slow the fuzzer down.
const LARGEST: usize = 64 * 1024;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs = Vec::new();
    for (name, data) in kit::messages::all()
        .into_iter()
        .chain(kit::messages::captures())
    {
        inputs.push((name.to_owned(), data));
    }
    let offer = kit::messages::OFFER.as_bytes().to_vec();
    inputs.push(("offer.sdp".to_owned(), offer));
    for folder in ["samples", "fuzz/seeds"] {
        collect(&root.join(folder), folder, &mut inputs)?;
    }
    inputs.retain(|(_, data)| data.len() <= LARGEST);

    let mut targets = 0;
    for entry in fs::read_dir(root.join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        let target = path.file_stem().unwrap_or(OsStr::new("unnamed"));
        let corpus = root.join("fuzz/corpus").join(target);
        fs::create_dir_all(&corpus)?;
        for (name, data) in &inputs {
            fs::write(corpus.join(name), data)?;
        }
        targets += 1;
    }
    let inputs = inputs.len();
    writeln!(
        io::stdout(),
        "{inputs} inputs for each of {targets} targets"
    )
}

/// Files under `folder`, named by their path with dashes.
fn collect(folder: &Path, name: &str, into: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{}-{}", name.replace('/', "-"), entry.file_name().display());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, into)?;
        } else {
            into.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}
