//! Test material beside the repository: `../shared`, with recordings and their independent decodes,
//! and captures that others made. It is no part of the repository: whoever asks for what is not there
//! is told `None` or nothing, after a line that says what was skipped.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of the material, such as `corpus/captures`.
pub fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// The folders of all recordings, sorted.
pub fn recording_folders() -> Vec<PathBuf> {
    let Some(all) = shared("captures") else {
        return Vec::new();
    };
    let mut folders: Vec<_> = fs::read_dir(all)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// The captures of a recording, each with its independent decode (`verify.json`).
pub fn decoded_captures(folder: &Path) -> Vec<(PathBuf, Value)> {
    let decode = |name: &str| {
        let verify: Value = serde_json::from_slice(&fs::read(folder.join(name)).ok()?).unwrap();
        let file = Path::new(verify["file"].as_str().unwrap()).file_name();
        Some((folder.join(file.unwrap()), verify))
    };
    ["verify.json", "verify-b.json"]
        .into_iter()
        .filter_map(decode)
        .collect()
}

/// All captures of all recordings with their independent decodes, sorted.
pub fn recordings() -> Vec<(PathBuf, Value)> {
    let folders = recording_folders();
    let mut found: Vec<_> = folders.iter().flat_map(|f| decoded_captures(f)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let n = found.len();
    assert!(
        folders.is_empty() || n >= 30,
        "the recordings are there: {n}"
    );
    found
}

/// All files under `dir`, sorted.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
