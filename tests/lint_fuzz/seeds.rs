//! What inputs are made of: descriptions, and the files that hold some.

use crate::kit::shared::{files_below, shared};
use rtcscope::lint::RULES;
use rtcscope::lint::examples::examples;
use std::fs;
use std::path::Path;

/// Descriptions: of the samples and the examples of rules, and of the material beside the project.
pub(crate) fn descriptions() -> Vec<Vec<u8>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sdp");
    let mut files = files_below(&samples);
    for part in ["captures", "corpus/sdp", "corpus/fuzz"] {
        files.extend(
            shared(part)
                .map(|dir| files_below(&dir))
                .unwrap_or_default(),
        );
    }
    files.retain(|path| {
        let is_sdp = path.extension().is_some_and(|e| e == "sdp");
        is_sdp || path.to_string_lossy().contains("fuzz") && path.to_string_lossy().contains("sdp")
    });
    let mut all: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    all.retain(|text| !text.is_empty());
    for example in RULES.iter().flat_map(|rule| examples(rule.docs)) {
        all.push(example.sdp.into_bytes());
    }
    all
}

/// A kind of file with descriptions in it: its name, and how it is made of an offer and an answer.
pub(crate) type Host = (&'static str, fn(&str, &str) -> String);

/// One of each kind that is read, but for captures.
pub(crate) const HOSTS: &[Host] = &[
    ("x.json", |a, b| {
        format!(
            "[{{\"type\":\"offer\",\"sdp\":{}}},{{\"type\":\"answer\",\"sdp\":{}}}]",
            json(a),
            json(b)
        )
    }),
    ("dump.txt", |a, b| {
        let value =
            |role: &str, sdp: &str| json(&format!("{{\"type\":\"{role}\",\"sdp\":{}}}", json(sdp)));
        format!(
            "{{\"PeerConnections\":{{\"7-1\":{{\"updateLog\":[{{\"type\":\"setLocalDescription\",\"value\":{}}},\
             {{\"type\":\"setRemoteDescription\",\"value\":{}}}]}}}}}}",
            value("offer", a),
            json(&format!("type: answer, sdp: {b}"))
        )
    }),
    ("call.har", |a, b| {
        format!(
            "{{\"log\":{{\"entries\":[{{\"request\":{{\"method\":\"POST\",\"url\":\"https://x/whip\",\"postData\":\
             {{\"mimeType\":\"application/sdp\",\"text\":{}}}}},\"response\":{{\"status\":201,\"content\":\
             {{\"mimeType\":\"application/sdp\",\"text\":{}}}}}}}]}}}}",
            json(a),
            json(b)
        )
    }),
    ("x.ts", |a, b| {
        let lines: Vec<String> = b
            .lines()
            .map(|line| format!("  '{}\\r\\n'", line.replace('\'', "\\'")))
            .collect();
        format!(
            "const offer = `{}`;\nconst answer = {};\npc.setLocalDescription({{type: 'offer', sdp: {}}});\n",
            a.replace("192.0.2.1", "${address}"),
            lines.join(" +\n"),
            json(b)
        )
    }),
    ("x.py", |a, b| {
        format!("OFFER = \"\"\"{a}\"\"\"\nANSWER = ({})\n", json(b))
    }),
    ("README.md", |a, b| {
        format!(
            "# A call\n\n```sdp\n{a}```\n\n> ```\n> {}\n> ```\n",
            b.replace('\n', "\n> ")
        )
    }),
    ("x.html", |a, b| {
        format!(
            "<pre>{a}</pre>\n<textarea>{}</textarea>\n",
            b.replace('"', "&quot;")
        )
    }),
    ("sip.txt", |a, b| {
        format!(
            "INVITE sip:b@x SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{}SIP/2.0 200 OK\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{}",
            body(a),
            body(b)
        )
    }),
    ("server.log", |a, b| {
        let prefix = |line: &str| format!("2024-01-01 10:00:00.000 [info] {line}\n");
        let lines: String = a.lines().map(prefix).collect();
        format!(
            "{lines}2024-01-01 10:00:01.000 [info] answer: {}\n{}",
            json(b),
            a.replace("\r\n", "\\r\\n")
        )
    }),
];

fn body(sdp: &str) -> String {
    format!(
        "Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
