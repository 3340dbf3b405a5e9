//! Every sample against its manifest, its golden reports and the JSON Schema; and cut at every byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice
)]

use rtcscope::analysis::{Analyzer, Options};
use rtcscope::capture::Capture;
use rtcscope::keys::Secrets;
use rtcscope::output::{Presenter, csv, json, schema, text, timeline};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn captures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(Path::new(ROOT).join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "pcap" || e == "pcapng"))
        .collect();
    all.sort();
    assert!(all.len() >= 8);
    all
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn report(path: &Path, presenter: &dyn Presenter) -> String {
    report_with(path, presenter, &Options::default())
}

fn report_with(path: &Path, presenter: &dyn Presenter, options: &Options) -> String {
    let analysis = rtcscope::analyze(path, options).unwrap();
    let mut out = Vec::new();
    presenter.write(&name(path), &analysis, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Compares with a file under tests/golden, or writes it when UPDATE is set.
fn golden(file: &str, got: &str) {
    let path = Path::new(ROOT).join("tests/golden").join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, got).unwrap();
    }
    let want = fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{file} is missing: UPDATE=1 cargo test --test samples"));
    assert!(
        got == want,
        "{file} differs from what the program prints now:\n{got}"
    );
}

#[test]
fn the_manifest_lists_every_sample() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("samples/README.md")).unwrap();
    for path in captures() {
        assert!(
            manifest.contains(&format!("| {} |", name(&path))),
            "{}",
            name(&path)
        );
    }
}

#[test]
fn text_reports_are_as_reviewed() {
    for path in captures() {
        golden(
            &format!("stats/{}.txt", name(&path)),
            &report(&path, &text::Text::default()),
        );
    }
}

/// With the key logs beside them.
#[test]
fn reports_with_keys_are_as_reviewed() {
    for sample in ["chromium-loss", "g722-dtmf"] {
        let samples = Path::new(ROOT).join("samples");
        let log = fs::read(samples.join(format!("{sample}.keys.txt"))).unwrap();
        let mut secrets = Secrets::default();
        assert_eq!(secrets.key_log.read(&log), []);
        let options = Options {
            secrets: Arc::new(secrets),
            ..Options::default()
        };
        let path = samples.join(format!("{sample}.pcapng"));
        let text = report_with(&path, &text::Text::default(), &options);
        golden(&format!("stats/{sample}.with-keys.txt"), &text);
        let json = report_with(&path, &json::Json::default(), &options);
        let document = serde_json::from_str(&json).unwrap();
        let schema: serde_json::Value = serde_json::from_str(schema::STATS).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        check_schema(&validator, &document, sample);
        check_reasons(&document, "");
    }
}

/// As `timeline` prints it where there is no terminal.
fn ladder() -> timeline::Text {
    timeline::Text {
        color: false,
        width: 100,
        selection: timeline::Selection::default(),
    }
}

#[test]
fn timelines_are_as_reviewed() {
    for sample in [
        "chromium-loss.pcapng",
        "turn-relay.pcapng",
        "ice-blocked.pcapng",
        "wrong-fingerprint.pcapng",
    ] {
        let path = Path::new(ROOT).join("samples").join(sample);
        golden(&format!("timeline/{sample}.txt"), &report(&path, &ladder()));
    }
    let path = Path::new(ROOT).join("samples/turn-bad-auth.pcapng");
    let document = report(&path, &json::Timeline::default());
    golden("timeline/turn-bad-auth.json", &document);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = Path::new(ROOT).join("README.md");
    let path = Path::new(ROOT).join("samples/chromium-loss.pcapng");
    for presenter in [&text::Text::default() as &dyn Presenter, &ladder()] {
        let shown = report(&path, presenter);
        let mut text = fs::read_to_string(&readme).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            // The block that begins with the same line.
            let first = shown.split_inclusive('\n').next().unwrap();
            let start = text.find(first).expect("the README has such a report");
            let end = start + text[start..].find("```").unwrap();
            text.replace_range(start..end, &shown);
            fs::write(&readme, &text).unwrap();
        }
        assert!(
            text.contains(&shown),
            "README.md shows another report than this: UPDATE=1 cargo test --test samples\n{shown}"
        );
    }
}

#[test]
fn one_json_report_is_as_reviewed() {
    let path = Path::new(ROOT).join("samples/chromium-loss.pcapng");
    golden(
        "stats/chromium-loss.json",
        &report(&path, &json::Json::default()),
    );
    golden(
        "stats/chromium-loss.csv",
        &report(&path, &csv::Csv::default()),
    );
}

#[test]
fn json_follows_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(schema::STATS).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for path in captures() {
        for series in [false, true] {
            let text = report(
                &path,
                &json::Json {
                    compact: series,
                    series,
                },
            );
            let document: serde_json::Value = serde_json::from_str(&text).unwrap();
            check_schema(&validator, &document, &name(&path));
        }
    }
}

fn check_schema(validator: &jsonschema::Validator, document: &serde_json::Value, name: &str) {
    let errors = validator.iter_errors(document);
    let wrong: Vec<String> = errors.map(|e| format!("{e}: {e:?}")).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

#[test]
fn timelines_as_json_follow_their_schema() {
    let schema: serde_json::Value = serde_json::from_str(schema::TIMELINE).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for path in captures() {
        let text = report(&path, &json::Timeline::default());
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        check_schema(&validator, &document, &name(&path));
        check_reasons(&document, &name(&path));
        // The events are those of the statistics.
        let stats = report(&path, &json::Json::default());
        let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
        let connections = stats["connections"].as_array().unwrap();
        for (i, connection) in connections.iter().enumerate() {
            assert_eq!(document["connections"][i]["events"], connection["events"]);
        }
    }
    // And so are their schemas: a program that reads the one can read the other.
    let stats: serde_json::Value = serde_json::from_str(schema::STATS).unwrap();
    let [ours, theirs] =
        [&schema, &stats].map(|s| &s["properties"]["connections"]["items"]["properties"]);
    for field in [
        "id",
        "state",
        "stopped",
        "firstSeen",
        "lastSeen",
        "events",
        "eventsNotKept",
    ] {
        assert_eq!(ours[field], theirs[field], "{field}");
    }
    assert_eq!(
        schema["properties"]["capture"],
        stats["properties"]["capture"]
    );
}

/// What is null says why, everywhere in the document.
fn check_reasons(value: &serde_json::Value, path: &str) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, inside) in fields {
                let here = format!("{path}.{key}");
                // A problem may concern no packet; video has no channels.
                let own = ["packet", "offset", "channels"];
                if inside.is_null() && !own.contains(&key.as_str()) {
                    let reason = fields.get("unknown").and_then(|u| u.get(key));
                    let reason = reason.and_then(|r| r.as_str()).unwrap_or("");
                    assert!(!reason.is_empty(), "{here} is null without a reason");
                }
                check_reasons(inside, &here);
            }
        }
        serde_json::Value::Array(items) => {
            for (i, inside) in items.iter().enumerate() {
                check_reasons(inside, &format!("{path}[{i}]"));
            }
        }
        _ => {}
    }
}

#[test]
fn whatever_is_null_has_a_reason() {
    for path in captures() {
        let text = report(
            &path,
            &json::Json {
                compact: true,
                series: true,
            },
        );
        check_reasons(&serde_json::from_str(&text).unwrap(), &name(&path));
    }
}

/// NDJSON holds the same objects, one a line.
#[test]
fn ndjson_is_one_object_a_line() {
    for path in captures() {
        let whole: serde_json::Value =
            serde_json::from_str(&report(&path, &json::Json::default())).unwrap();
        let lines: Vec<serde_json::Value> = report(&path, &json::NdJson::default())
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let of = |kind: &str| lines.iter().filter(|l| l["type"] == kind).count();
        assert_eq!(of("capture"), 1);
        assert_eq!(
            of("connection"),
            whole["connections"].as_array().unwrap().len()
        );
        assert_eq!(of("stream"), whole["streams"].as_array().unwrap().len());
        assert!(lines.iter().all(|l| l["file"] == name(&path).as_str()));
    }
}

/// Cut at every byte, a capture gives what came before the cut, and never more.
#[test]
fn captures_cut_at_any_byte_still_read() {
    for sample in [
        "dtls-blocked.pcapng",
        "wrong-fingerprint.pcapng",
        "turn-bad-auth.pcapng",
    ] {
        let data = fs::read(Path::new(ROOT).join("samples").join(sample)).unwrap();
        let mut most = 0;
        for end in 0..=data.len() {
            let bytes = Cursor::new(data[..end].to_vec());
            let Ok(mut capture) = Capture::from_reader(Box::new(bytes)) else {
                continue;
            };
            let mut analyzer = Analyzer::new(Options::default());
            while let Some(frame) = capture.next_frame() {
                analyzer.push(&frame);
            }
            let packets = analyzer.finish().capture.packets;
            assert!(
                packets >= most,
                "{sample} cut at {end}: {packets} after {most}"
            );
            most = packets;
        }
        assert!(most > 10, "{sample}");
    }
}
