//! Inputs that nobody has thought of: real and written descriptions, and files that hold some, changed
//! in a few places, and taken all the way through the linter. Nothing may panic, point outside of its
//! text, let a control character through, or take long.
//!
//! A short run of the same inputs each time; for a long one, or to see one input again:
//!
//! ```text
//! RTCSCOPE_FUZZ=5000000 cargo test --release --test lint_fuzz -- --nocapture
//! RTCSCOPE_FUZZ_INPUT=123456 cargo test --test lint_fuzz -- --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "../kit/mod.rs"]
mod kit;
mod mutate;
mod seeds;
mod through;

use mutate::{Numbers, mutate};
use seeds::HOSTS;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use through::Came;

/// A short run: as many as a debug build takes in a few seconds.
const SHORT: u64 = 1_000;

/// What takes longer than this for some kilobytes is not linear; a busy machine is forgiven.
const LONG: Duration = Duration::from_secs(5);

/// The input numbered `n`: what it is called, and what is in it.
fn input(n: u64, seeds: &[Vec<u8>]) -> (&'static str, Vec<u8>, usize) {
    let mut numbers = Numbers::of(n);
    let (one, two) = (numbers.below(seeds.len()), numbers.below(seeds.len()));
    let (seed, other) = (&seeds[one], &seeds[two]);
    let turn = numbers.below(1 << 20);
    // Half of them are descriptions alone; of files that hold some, the description is changed before
    // it is put in, or the file afterwards, or both.
    if numbers.one_in(2) {
        return ("x.sdp", mutate(seed, other, &mut numbers), turn);
    }
    let (name, wrap) = numbers.pick(HOSTS);
    let offer = mutate(seed, other, &mut numbers);
    // An answer is like its offer, but for what was changed.
    let answer = match numbers.one_in(2) {
        true => mutate(&offer, other, &mut numbers),
        false => mutate(other, seed, &mut numbers),
    };
    let file = wrap(
        &String::from_utf8_lossy(&offer),
        &String::from_utf8_lossy(&answer),
    );
    let file = match numbers.one_in(2) {
        true => mutate(file.as_bytes(), other, &mut numbers),
        false => file.into_bytes(),
    };
    (name, file, turn)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn mutated_inputs_are_taken() {
    let seeds = seeds::descriptions();
    let linters = through::linters();
    let only = setting("RTCSCOPE_FUZZ_INPUT");
    let first = only.or(setting("RTCSCOPE_FUZZ_FROM")).unwrap_or(0);
    let count = only.map_or_else(|| setting("RTCSCOPE_FUZZ").unwrap_or(SHORT), |_| 1);
    let start = Instant::now();
    let (mut all, mut bytes, mut longest) = (Came::default(), 0, (Duration::ZERO, 0));
    let mut wrong = Vec::new();
    for n in first..first + count {
        let (name, text, turn) = input(n, &seeds);
        if only.is_some() {
            println!("{name}:\n{}", String::from_utf8_lossy(&text));
        }
        let before = Instant::now();
        let linter = &linters[(n % linters.len() as u64) as usize];
        match catch_unwind(AssertUnwindSafe(|| through::go(linter, name, &text, turn))) {
            Ok(came) => {
                all.descriptions += came.descriptions;
                all.findings += came.findings;
                all.fixes += came.fixes;
            }
            Err(_) => {
                println!("input {n} ({name}) panicked");
                wrong.push(n);
            }
        }
        longest = longest.max((before.elapsed(), n));
        bytes += text.len();
        if (n + 1).is_multiple_of(100_000) {
            println!(
                "{} inputs, {} panicked, {:?}",
                n + 1 - first,
                wrong.len(),
                start.elapsed()
            );
        }
        if wrong.len() >= 40 {
            break;
        }
    }
    let Came {
        descriptions,
        findings,
        fixes,
    } = all;
    println!(
        "{count} inputs of {} seeds, {bytes} bytes: {descriptions} descriptions, {findings} findings, {fixes} fixes; \
         the longest took {:?} (input {}); {:?}",
        seeds.len(),
        longest.0,
        longest.1,
        start.elapsed()
    );
    assert!(wrong.is_empty(), "these panicked: {wrong:?}");
    assert!(longest.0 < LONG, "input {} took {:?}", longest.1, longest.0);
    assert!(
        only.is_some() || (descriptions as u64 > count / 2 && findings > descriptions && fixes > 0)
    );
}
