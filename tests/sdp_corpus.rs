use rtcscope::diag::Severity;
use rtcscope::lint::{Config, lint};
use std::path::*;
fn walk(d: &Path, out: &mut Vec<PathBuf>) {
    for e in std::fs::read_dir(d).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(&p, out)
        } else if p.extension().is_some_and(|e| e == "sdp") {
            out.push(p)
        }
    }
    out.sort();
}
#[test]
fn explore() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");
    let mut v = vec![];
    walk(Path::new(&format!("{root}/captures")), &mut v);
    for p in &v {
        let t = std::fs::read(p).unwrap();
        for d in lint(&t, &Config::default()) {
            println!(
                "CAP {} {} {} {}",
                p.strip_prefix(root).unwrap().display(),
                d.severity,
                d.code,
                d.one_line()
            );
        }
    }
    let mut v = vec![];
    walk(Path::new(&format!("{root}/corpus/sdp")), &mut v);
    for p in &v {
        let t = std::fs::read(p).unwrap();
        let ds = lint(&t, &Config::default());
        let rel = p.strip_prefix(root).unwrap().display().to_string();
        if rel.contains("/invalid/") {
            let n = ds
                .iter()
                .filter(|d| d.severity >= Severity::Warning)
                .count();
            let e = ds.iter().filter(|d| d.severity >= Severity::Error).count();
            println!(
                "INV {} {} {} {:?}",
                if n == 0 {
                    "MISSED"
                } else if e == 0 {
                    "warned"
                } else {
                    "caught"
                },
                rel,
                n,
                ds.iter().map(|d| d.code).collect::<Vec<_>>()
            );
        } else {
            for d in ds {
                println!("COR {} {} {} {}", rel, d.severity, d.code, d.one_line());
            }
        }
    }
}
