//! The binary as a stranger meets it: exit codes, one clear line for bad input, what can be read is
//! still shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sample(name: &str) -> String {
    Path::new(ROOT)
        .join("samples")
        .join(name)
        .display()
        .to_string()
}

fn rtcscope(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn stdout(o: &Output) -> String {
    String::from_utf8(o.stdout.clone()).unwrap()
}

fn stderr(o: &Output) -> String {
    String::from_utf8(o.stderr.clone()).unwrap()
}

fn scratch(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    (dir, path)
}

/// Nothing could be read: exit 3, one line on stderr that names the file and says this.
fn refused(path: &str, says: &str) {
    let o = rtcscope(&["stats", path]);
    let line = stderr(&o);
    assert_eq!(o.status.code(), Some(3), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.contains(path) && line.contains(says), "{line}");
    assert!(o.stdout.is_empty());
}

#[test]
fn what_cannot_be_read_gets_one_clear_line() {
    refused("no-such-file.pcap", "no such file");
    refused(ROOT, "directory");
    let (_d, text) = scratch("notes.txt", b"these are notes\nabout a call\n");
    refused(text.to_str().unwrap(), "text");
    let (_d, sdp) = scratch("offer.pcap", b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n");
    refused(sdp.to_str().unwrap(), "rtcscope lint");
    let (_d, empty) = scratch("empty.pcap", b"");
    refused(empty.to_str().unwrap(), "empty");
}

#[test]
fn what_can_be_read_is_shown_beside_what_cannot() {
    let o = rtcscope(&["stats", "gone.pcap", &sample("g722-dtmf.pcapng")]);
    assert_eq!(o.status.code(), Some(3));
    assert!(stdout(&o).contains("0x39112177"), "{}", stdout(&o));
    assert_eq!(stderr(&o).lines().count(), 1);
}

#[test]
fn a_damaged_file_names_its_problem_and_still_counts() {
    let o = rtcscope(&["stats", &sample("truncated.pcap")]);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("399 packets"), "{}", stdout(&o));
    assert!(
        stdout(&o).contains("the file ends inside packet 400"),
        "{}",
        stdout(&o)
    );

    let o = rtcscope(&["stats", &sample("snaplen-96.pcap")]);
    assert_eq!(o.status.code(), Some(0));
    assert!(
        stdout(&o).contains("cut short when captured"),
        "{}",
        stdout(&o)
    );

    // As JSON, the problem is in the document, and on stderr for whoever watches.
    let o = rtcscope(&["stats", "--format", "json", &sample("truncated.pcap")]);
    let document: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
    assert_eq!(document["capture"]["problems"][0]["code"], "truncated-file");
    assert_eq!(document["capture"]["problems"][0]["packet"], 400);
    assert!(stderr(&o).starts_with("warning: "), "{}", stderr(&o));
}

#[test]
fn compressed_and_piped_captures_read_like_plain_ones() {
    let plain = fs::read(sample("g722-dtmf.pcapng")).unwrap();
    let want = stdout(&rtcscope(&[
        "stats",
        "--format",
        "csv",
        &sample("g722-dtmf.pcapng"),
    ]));
    let rows = |text: &str| -> Vec<String> {
        text.lines()
            .map(|l| l.split_once(',').unwrap().1.to_owned())
            .collect()
    };
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&plain).unwrap();
    let gz = gz.finish().unwrap();
    let zst = zstd::encode_all(&plain[..], 1).unwrap();
    for input in [&plain, &gz, &zst] {
        let o = piped(&["stats", "--format", "csv", "-"], input);
        assert_eq!(o.status.code(), Some(0), "{}", stderr(&o));
        assert_eq!(rows(&stdout(&o)), rows(&want));
    }
    // Compressed and cut: what decompresses is shown.
    let o = piped(&["stats", "-"], &gz[..gz.len() / 2]);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("problem: "), "{}", stdout(&o));
    assert!(stdout(&o).contains("0x39112177"));
}

#[test]
fn an_empty_capture_is_no_error_and_says_so() {
    let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0";
    let o = piped(&["stats", "-"], header);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("no packets"), "{}", stdout(&o));
}

#[test]
fn a_link_type_that_is_not_read_is_named() {
    let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xbe\0\0\0".to_vec();
    file.extend(b"\0\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0abcd");
    let o = piped(&["stats", "-"], &file);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("link type 190"), "{}", stdout(&o));
}

#[test]
fn without_a_terminal_a_file_is_reported_as_text() {
    let file = sample("g722-dtmf.pcapng");
    let o = rtcscope(&[&file]);
    assert_eq!(o.status.code(), Some(0));
    assert_eq!(stdout(&o), stdout(&rtcscope(&["stats", &file])));
    assert!(!stdout(&o).contains('\x1b'), "no colour into a pipe");
    let colored = stdout(&rtcscope(&["--color", "always", "stats", &file]));
    assert!(colored.contains("\x1b[1m"));
}

#[test]
fn usage_errors_exit_with_2() {
    for args in [
        &["stats"][..],
        &["stats", "--format", "xml", "x"],
        &["--nonsense"],
        &[],
    ] {
        assert_eq!(rtcscope(args).status.code(), Some(2), "{args:?}");
    }
    let o = rtcscope(&["--help"]);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("Examples:"));
}

#[test]
fn a_misspelt_command_is_not_taken_for_a_file_only() {
    let o = rtcscope(&["stat", &sample("g722-dtmf.pcapng")]);
    assert_eq!(o.status.code(), Some(2));
    assert!(
        stderr(&o).contains("did you mean the command `stats`"),
        "{}",
        stderr(&o)
    );
}

#[test]
fn what_is_generated_is_whole() {
    for (which, file) in [
        ("stats", "stats-1"),
        ("timeline", "timeline-1"),
        ("manifest", "manifest-1"),
        ("lint", "lint-1"),
    ] {
        let schema = stdout(&rtcscope(&["schema", which]));
        let path = Path::new(ROOT).join(format!("docs/schema/{file}.json"));
        assert_eq!(schema, fs::read_to_string(path).unwrap());
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&rtcscope(&["completions", shell]));
        assert!(
            script.contains("stats") && script.contains("lint"),
            "{shell}"
        );
    }
    assert!(stdout(&rtcscope(&["man"])).contains(".TH rtcscope"));
    let page = stdout(&rtcscope(&["man", "stats"]));
    assert!(
        page.contains(".TH rtcscope-stats") && page.contains("series"),
        "{page}"
    );
}

/// `rtcscope … | head -1` ends quietly.
#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args([
            "stats",
            "--format",
            "json",
            "--series",
            "10ms",
            &sample("plain-opus-h264.pcapng"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let o = child.wait_with_output().unwrap();
    assert_eq!((o.status.code(), stderr(&o).as_str()), (Some(0), ""));
}

#[test]
fn the_same_capture_gives_the_same_bytes() {
    for format in ["text", "json", "ndjson", "csv"] {
        let args = ["stats", "--format", format, &sample("chromium-loss.pcapng")];
        assert_eq!(rtcscope(&args).stdout, rtcscope(&args).stdout, "{format}");
    }
}

#[test]
fn a_timeline_is_a_ladder_of_the_connections_asked_for() {
    let file = sample("chromium-loss.pcapng");
    let o = rtcscope(&["timeline", &file]);
    assert_eq!((o.status.code(), stderr(&o).as_str()), (Some(0), ""));
    let whole = stdout(&o);
    assert!(whole.contains("|------->|  ICE   first check"), "{whole}");
    assert!(
        whole.contains("setup  ICE 70.7 ms, DTLS 91.1 ms"),
        "{whole}"
    );
    assert!(!whole.contains('\x1b'), "no colour into a pipe");

    let colored = rtcscope(&["--color", "always", "timeline", &file]);
    assert!(stdout(&colored).contains("\x1b[32m"));

    // Piped in, and twice: the same, below each other.
    let piped = piped(&["timeline", "-"], &fs::read(&file).unwrap());
    let body = |text: &str| text.split_once("  1 000 packets").unwrap().1.to_owned();
    assert_eq!(body(&stdout(&piped)), body(&whole));
    let twice = stdout(&rtcscope(&["timeline", &file, &file]));
    assert_eq!(twice, format!("{whole}\n{whole}"));

    let narrow = stdout(&rtcscope(&["timeline", "--width", "60", &file]));
    assert!(narrow.contains("A>B    ICE"), "{narrow}");
}

#[test]
fn a_part_of_a_timeline_is_chosen_by_connection_and_time() {
    let file = sample("chromium-loss.pcapng");
    let times = |args: &[&str]| -> Vec<f64> {
        let args = [&["timeline", "--format", "ndjson", &file], args].concat();
        let text = stdout(&rtcscope(&args));
        let objects = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<serde_json::Value>>();
        assert_eq!(objects[0]["type"], "connection");
        objects[1..]
            .iter()
            .map(|event| {
                assert_eq!(event["type"], "event");
                assert_eq!(event["connectionId"], 1);
                event["time"].as_f64().unwrap()
            })
            .collect()
    };
    let all = times(&[]);
    assert!(all.len() > 3, "{all:?}");
    // The connection begins 3.1 ms after the capture.
    assert_eq!(times(&["--to", "0"]), all[..1]);
    assert_eq!(times(&["--from", "0.0001"]), all[1..]);
    assert!(times(&["--clock", "capture", "--to", "0.002"]).is_empty());
    assert_eq!(times(&["--clock", "capture", "--to", "0.004"]), all[..1]);

    let o = rtcscope(&["timeline", "--connection", "2", &file]);
    assert_eq!(o.status.code(), Some(2));
    assert_eq!(
        stderr(&o),
        format!("error: {file}: no connection 2: the capture has only connection 1\n")
    );
    for wrong in [
        &["--from", "2", "--to", "1"][..],
        &["--from", "soon"],
        &["--connection", "0"],
        &["--width", "3"],
    ] {
        let o = rtcscope(&[&["timeline", &file], wrong].concat());
        assert_eq!(o.status.code(), Some(2), "{wrong:?}");
        assert!(stderr(&o).starts_with("error: "), "{}", stderr(&o));
    }
}

#[test]
fn a_timeline_of_what_cannot_be_read_or_holds_nothing() {
    let o = rtcscope(&["timeline", "gone.pcap", &sample("ice-blocked.pcapng")]);
    assert_eq!(o.status.code(), Some(3));
    assert_eq!(stderr(&o), "error: gone.pcap: no such file\n");
    assert!(stdout(&o).contains("first check"), "{}", stdout(&o));
    let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0";
    let o = piped(&["timeline", "-"], header);
    assert_eq!(o.status.code(), Some(0));
    assert!(stdout(&o).contains("No peer connection"), "{}", stdout(&o));
}
