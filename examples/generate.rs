//! Writes a large capture of many WebRTC calls, and the truth about it.
//!
//! ```text
//! cargo run --release --example generate -- OUT.pcap --packets 2000000 --calls 28 --seed 1 \
//!     --truth OUT.json
//! ```
//!
//! The same arguments give the same bytes. What it writes: `tests/kit/traffic.rs`.

#[path = "../tests/kit/mod.rs"]
mod kit;

use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

const USAGE: &str = "usage: generate OUT [--packets N] [--calls N] [--seed N] \
    [--format pcap|pcapng] [--loss P] [--reorder P] [--late N] [--duplicate P] [--crowd] \
    [--truth OUT.json]";

struct Args {
    out: PathBuf,
    truth: Option<PathBuf>,
    format: Format,
    config: Config,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = parse(std::env::args().skip(1))?;
    let file = BufWriter::with_capacity(1 << 20, File::create(&args.out)?);
    let mut writer = Writer::new(file, args.format)?;
    let truth = generate(&args.config, &mut writer)?;
    writer.finish()?;
    if let Some(path) = &args.truth {
        truth.write_json(&mut BufWriter::new(File::create(path)?))?;
    }
    writeln!(
        std::io::stdout(),
        "{}: {} packets, {} streams: {} STUN, {} DTLS, {} RTP, {} RTCP; {} of {} RTP lost",
        args.out.display(),
        truth.packets,
        truth.streams.len(),
        truth.stun,
        truth.dtls,
        truth.rtp,
        truth.rtcp,
        truth.streams.iter().map(|s| s.lost).sum::<u64>(),
        truth.streams.iter().map(|s| s.expected).sum::<u64>(),
    )?;
    Ok(())
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Args, Box<dyn Error>> {
    let mut config = Config::default();
    let (mut out, mut truth, mut format) = (None, None, Format::Pcap);
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            if out.replace(PathBuf::from(&word)).is_some() {
                return Err(format!("unexpected {word:?}\n{USAGE}").into());
            }
            continue;
        }
        if word == "--crowd" {
            config.crowd = true;
            continue;
        }
        let value = words
            .next()
            .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        match word.as_str() {
            "--packets" => config.packets = number(&word, &value)?,
            "--calls" => config.calls = number(&word, &value)?,
            "--seed" => config.seed = number(&word, &value)?,
            "--loss" => config.rates.loss = probability(&word, &value)?,
            "--reorder" => config.rates.reorder = probability(&word, &value)?,
            "--late" => config.rates.late = number(&word, &value)?,
            "--duplicate" => config.rates.duplicate = probability(&word, &value)?,
            "--truth" => truth = Some(PathBuf::from(value)),
            "--format" => {
                format = match value.as_str() {
                    "pcap" => Format::Pcap,
                    "pcapng" => Format::Pcapng,
                    _ => return Err(format!("--format {value:?}\n{USAGE}").into()),
                }
            }
            _ => return Err(format!("unknown option {word}\n{USAGE}").into()),
        }
    }
    Ok(Args {
        out: out.ok_or(USAGE)?,
        truth,
        format,
        config,
    })
}

fn number<T: FromStr>(word: &str, value: &str) -> Result<T, Box<dyn Error>> {
    value
        .parse()
        .map_err(|_| format!("{word} {value:?} is not a number in range\n{USAGE}").into())
}

fn probability(word: &str, value: &str) -> Result<f64, Box<dyn Error>> {
    let p = number(word, value)?;
    if (0.0..=1.0).contains(&p) {
        Ok(p)
    } else {
        Err(format!("{word} {value} is not between 0 and 1\n{USAGE}").into())
    }
}
