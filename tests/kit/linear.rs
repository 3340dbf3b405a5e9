//! Whether work grows no faster than its input: what holds at any size and on any machine, where a
//! limit in seconds holds for none.

use std::time::{Duration, Instant};

/// Inputs are made this much larger. Linear work then takes about as much longer; quadratic work 16 times.
const FACTOR: usize = 4;
/// From here on it is too much; caches and a busy machine may double what is linear.
const TOO_MUCH: u32 = 10;
/// What takes less says nothing.
const MEASURABLE: Duration = Duration::from_millis(300);
/// A machine that is busy in one try may be so in another.
const TRIES: usize = 6;

/// Fails when `work` takes far more than four times as long for four times the input: `make` makes one
/// of about `n` parts.
pub fn grows_linearly<T>(
    what: &str,
    n: usize,
    make: impl Fn(usize) -> String,
    work: impl Fn(&[u8]) -> T,
) {
    let time = |text: &str| {
        let start = Instant::now();
        let _ = work(text.as_bytes());
        start.elapsed()
    };
    let (small, large) = (make(n), make(n * FACTOR));
    let (mut least_small, mut least_large) = (Duration::MAX, Duration::MAX);
    for _ in 0..TRIES {
        least_large = least_large.min(time(&large));
        if least_large < MEASURABLE {
            return;
        }
        least_small = least_small.min(time(&small));
        if least_large < least_small * TOO_MUCH {
            return;
        }
    }
    panic!(
        "{what}: {} bytes take {least_small:?}, {} bytes {least_large:?}",
        small.len(),
        large.len()
    );
}
