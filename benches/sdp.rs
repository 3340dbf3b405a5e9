//! What reading and checking session descriptions costs.
//!
//! ```text
//! cargo bench --bench sdp
//! ```
//!
//! Each row reads the same descriptions, those of `samples/sdp`, from memory; throughput counts their
//! bytes. `parse` splits them into lines and sections, `typed view` also reads every value, `lint` runs
//! the rules that run by themselves, `meaning` says what `rtcscope sdp` prints.

#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]
#![allow(clippy::unwrap_used, reason = "reads the samples of the project")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rtcscope::lint::{Config, Linter};
use rtcscope::meaning::{Meaning, words};
use rtcscope::sdp::{
    Candidate, Crypto, Description, Extmap, Fingerprint, Fmtp, Group, Line, Name, Rid, RtcpFb,
    Rtpmap, Simulcast, Ssrc, SsrcGroup,
};
use std::fs;
use std::hint::black_box;
use std::path::Path;

fn samples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sdp");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "sdp"))
        .collect();
    files.sort();
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Whether the value of a line can be read as what its name says.
fn is_readable(line: &Line<'_>) -> bool {
    let (Some(name), Some(value)) = (line.name(), line.attribute_value()) else {
        return false;
    };
    match name {
        Name::Candidate => Candidate::parse(value).is_ok(),
        Name::Crypto => Crypto::parse(value).is_ok(),
        Name::Extmap => Extmap::parse(value).is_ok(),
        Name::Fingerprint => Fingerprint::parse(value).is_ok(),
        Name::Fmtp => Fmtp::parse(value).is_ok(),
        Name::Group => Group::parse(value).is_ok(),
        Name::Rid => Rid::parse(value).is_ok(),
        Name::RtcpFb => RtcpFb::parse(value).is_ok(),
        Name::Rtpmap => Rtpmap::parse(value).is_ok(),
        Name::Simulcast => Simulcast::parse(value).is_ok(),
        Name::Ssrc => Ssrc::parse(value).is_ok(),
        Name::SsrcGroup => SsrcGroup::parse(value).is_ok(),
        _ => !value.is_empty(),
    }
}

fn sdp(c: &mut Criterion) {
    let all = samples();
    let mut group = c.benchmark_group("sdp");
    let bytes: usize = all.iter().map(Vec::len).sum();
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parse", |b| {
        b.iter(|| {
            for text in &all {
                black_box(Description::parse(text));
            }
        });
    });
    group.bench_function("typed view", |b| {
        b.iter(|| {
            let read = |text| {
                Description::parse(text)
                    .lines()
                    .iter()
                    .filter(|l| is_readable(l))
                    .count()
            };
            all.iter().map(|text| read(text)).sum::<usize>()
        });
    });
    let linter = Linter::new(Config::default());
    group.bench_function("lint", |b| {
        b.iter(|| {
            all.iter()
                .map(|text| linter.lint(text, None).len())
                .sum::<usize>()
        });
    });
    group.bench_function("meaning", |b| {
        let tell = |text| words::describe(&Meaning::of(&Description::parse(text))).len();
        b.iter(|| all.iter().map(|text| tell(text)).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, sdp);
criterion_main!(benches);
