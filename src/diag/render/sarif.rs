//! SARIF 2.1.0, which code scanning reads. Regions are those of the file on disk; where it is not the
//! description's own text, the logical location says where in it, and properties say which line of
//! the description.

use super::json_model::write;
use super::sarif_model::{
    Artifact, Change, Configuration, Content, Fingerprints, Fix, FixProperties, Help, InSdp,
    Invocation, Location, Logical, Message, Notification, NotificationProperties, Outcome,
    Physical, Region, Replacement, Rule, RuleProperties, Suppression,
};
use super::{Checked, Format, Options, Render, RuleInfo, Tally};
use crate::diag::{Diagnostic, Label, Place, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "sarif",
    help: "SARIF 2.1.0, for code scanning",
    is_log: false,
    new: |options| Box::new(Sarif::new(options)),
};

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes results as they come.
#[derive(Debug)]
struct Sarif {
    rules: Vec<RuleInfo>,
    indices: BTreeMap<&'static str, usize>,
    any: bool,
}

impl Sarif {
    fn new(options: &Options<'_>) -> Self {
        let rules = (options.rules)();
        let indices = rules.iter().enumerate().map(|(i, r)| (r.code, i)).collect();
        Self {
            rules,
            indices,
            any: false,
        }
    }

    fn outcome<'a>(&self, checked: &'a Checked<'_>, d: &'a Diagnostic) -> Outcome<'a> {
        let mut text = match d.primary.text.as_str() {
            "" => d.message.clone(),
            fact => format!("{} ({fact})", d.message),
        };
        let title = d.fix.as_ref().map(|fix| &fix.title);
        for help in d.help.iter().chain(title) {
            let _ = write!(text, "\nhelp: {help}");
        }
        let related = d.secondary.iter().enumerate();
        Outcome {
            rule_id: d.code,
            rule_index: self.indices.get(d.code).copied(),
            level: level(d.severity),
            message: Message::new(text),
            locations: [location(checked, &d.primary)],
            related_locations: related
                .map(|(id, label)| Location {
                    id: Some(id),
                    message: Some(Message::new(label.text.as_str())),
                    ..location(checked, label)
                })
                .collect(),
            partial_fingerprints: Fingerprints {
                v1: format!("{:016x}", d.fingerprint),
            },
            fixes: fix(checked, d).into_iter().collect(),
            // All results of a run say it, or none.
            suppressions: d
                .suppression
                .iter()
                .map(|s| Suppression {
                    kind: if s.by == "comment" {
                        "inSource"
                    } else {
                        "external"
                    },
                    status: "accepted",
                    justification: &s.reason,
                })
                .collect(),
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn region(place: &Place<'_>) -> Region {
    Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        byte_offset: place.start.byte,
        byte_length: place.end.byte.saturating_sub(place.start.byte),
    }
}

fn location<'a>(checked: &'a Checked<'_>, label: &Label) -> Location<'a> {
    let source = checked.sources().of(label);
    let place = source.place(&label.span);
    let logical = source.pointer().map(|pointer| Logical {
        fully_qualified_name: pointer,
    });
    let at = source.position(label.span.start);
    Location {
        id: None,
        physical_location: Physical {
            artifact_location: Artifact {
                uri: uri(place.path),
            },
            region: region(&place),
        },
        logical_locations: logical.into_iter().collect(),
        message: None,
        properties: source.container().map(|_| InSdp {
            sdp_line: at.line,
            sdp_column: at.column,
        }),
    }
}

/// The fix, when the description stands in the file as it is: what was unescaped would have to be
/// escaped again.
fn fix<'a>(checked: &'a Checked<'_>, d: &'a Diagnostic) -> Option<Fix<'a>> {
    let source = checked.sources().of(&d.primary);
    let fix = d.fix.as_ref()?;
    if source.container().is_some() || fix.edits.is_empty() {
        return None;
    }
    let replacements = fix.edits.iter().map(|e| Replacement {
        deleted_region: region(&source.place(&e.span)),
        inserted_content: Content {
            text: &e.replacement,
        },
    });
    Some(Fix {
        description: Message::new(fix.title.as_str()),
        artifact_changes: [Change {
            artifact_location: Artifact {
                uri: uri(source.name()),
            },
            replacements: replacements.collect(),
        }],
        properties: FixProperties {
            safety: fix.safety.as_str(),
        },
    })
}

/// A path as a URI reference (RFC 3986): relative ones stay so.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'\\' if cfg!(windows) => out.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

impl Render for Sarif {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\n\
             \"tool\":{{\"driver\":{{\"name\":\"rtcscope\",\"semanticVersion\":\"{}\",\"rules\":[",
            env!("CARGO_PKG_VERSION")
        )?;
        for (i, rule) in self.rules.iter().enumerate() {
            out.write_all(if i > 0 { b",\n" } else { b"\n" })?;
            let reason = match rule.reason.as_str() {
                "" => &rule.summary,
                reason => reason,
            };
            let rule = Rule {
                id: rule.code,
                name: rule.name,
                short_description: Message::new(rule.summary.as_str()),
                full_description: Message::new(reason),
                help: Help {
                    text: &rule.page,
                    markdown: &rule.page,
                },
                default_configuration: Configuration {
                    level: level(rule.severity),
                },
                properties: RuleProperties {
                    group: rule.group,
                    spec: rule.spec,
                    tags: ["sdp", rule.group],
                    severity: match rule.severity {
                        Severity::Info => "recommendation",
                        severity => severity.as_str(),
                    },
                },
            };
            write(out, &rule)?;
        }
        out.write_all(
            b"\n]}},\n\"columnKind\":\"unicodeCodePoints\",\
              \"newlineSequences\":[\"\\r\\n\",\"\\n\",\"\\r\"],\n\"results\":[",
        )
    }

    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.with_suppressed() {
            out.write_all(if self.any { b",\n" } else { b"\n" })?;
            self.any = true;
            write(out, &self.outcome(checked, d))?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        let notifications = tally.unreadable.iter().map(|(input, reason)| Notification {
            level: "error",
            message: Message::new(format!("{input}: {reason}")),
            properties: NotificationProperties { input },
        });
        let invocation = Invocation {
            execution_successful: tally.unreadable.is_empty(),
            exit_code: tally.exit_code,
            tool_execution_notifications: notifications.collect(),
        };
        out.write_all(b"\n],\n\"invocations\":[")?;
        write(out, &invocation)?;
        out.write_all(b"]}]}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;
    use serde_json::{Value, json};

    /// Reads a document and holds it against the standard's schema.
    fn read(text: &str) -> Value {
        let value: Value = serde_json::from_str(text).unwrap();
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sarif-2.1.0.json");
        let schema = std::fs::read_to_string(schema).unwrap();
        let mut schema: Value = serde_json::from_str(&schema).unwrap();
        // No regular expression as ECMA-262 has them: a bracket too many. Nothing here is of it.
        for object in ["run", "toolComponent"] {
            let language = format!("/definitions/{object}/properties/language");
            let language = schema.pointer_mut(&language).unwrap();
            language.as_object_mut().unwrap().remove("pattern");
        }
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&schema).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?} in {text}");
        value
    }

    #[test]
    fn a_result_names_its_rule_and_its_places() {
        let mut suppressed = sample::diagnostic();
        suppressed.suppression = Some(crate::diag::Suppression {
            by: "comment",
            reason: "on purpose".to_owned(),
        });
        let two = [sample::diagnostic(), suppressed];
        let v = read(&sample::print(FORMAT, "./a b.sdp", sample::TEXT, &two));
        let run = &v["runs"][0];
        let result = &run["results"][0];
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.sdp");
        assert_eq!(
            place["region"],
            json!({"startLine":3,"startColumn":11,"endLine":3,"endColumn":14,
                   "byteOffset":61,"byteLength":3})
        );
        assert_eq!(
            result["relatedLocations"][0]["message"]["text"],
            "formats listed"
        );
        assert_eq!(
            result["partialFingerprints"]["rtcscope/v1"],
            "123456789abcdef0"
        );
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["deletedRegion"]["byteOffset"], 51);
        assert_eq!(change["deletedRegion"]["byteLength"], 28);
        assert_eq!(result["suppressions"], json!([]));
        let second = &run["results"][1]["suppressions"][0];
        assert_eq!(
            second,
            &json!({"kind":"inSource","status":"accepted","justification":"on purpose"})
        );
    }

    #[test]
    fn a_recording_has_logical_places_too() {
        let v = read(&sample::print_recorded(FORMAT));
        let result = &v["runs"][0]["results"][0];
        let place = &result["locations"][0];
        assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/b");
        assert_eq!(place["physicalLocation"]["region"]["startLine"], 2);
        assert_eq!(place["properties"], json!({"sdpLine":3,"sdpColumn":11}));
        let other = &result["relatedLocations"][0];
        assert_eq!(other["logicalLocations"][0]["fullyQualifiedName"], "/a");
        assert!(result.get("fixes").is_none(), "it would have to be escaped");
    }

    #[test]
    fn what_could_not_be_read_is_a_notification() {
        let tally = Tally {
            unreadable: vec![("gone.sdp".to_owned(), "no such file".to_owned())],
            exit_code: 3,
            ..Tally::default()
        };
        let v = read(&sample::print_all(FORMAT, &tally, &[]));
        let invocation = &v["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["exitCode"], 3);
        let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn hostile_text_is_still_valid() {
        let mut d = sample::diagnostic();
        d.message = "\u{0}\"\\\u{9b}".to_owned();
        d.code = "CFG001";
        let v = read(&sample::print(
            FORMAT,
            "/x\u{fffd}<%>#?.sdp",
            b"\xff\0",
            &[d],
        ));
        let result = &v["runs"][0]["results"][0];
        assert!(result.get("ruleIndex").is_none());
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "file:///x%EF%BF%BD%3C%25%3E%23%3F.sdp");
    }
}
