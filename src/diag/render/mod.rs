//! Printing diagnostics, one format a file.
//!
//! To add a format: a file here and an arm in the command line's `--format`.

pub mod concise;
pub mod github;
pub mod json;
#[cfg(feature = "cli")]
pub mod text;

#[cfg(test)]
pub(crate) mod sample {
    //! Diagnostics for the renderers' tests.
    use crate::diag::{Diagnostic, Edit, Fix, Label, Safety, Severity};

    pub(crate) const TEXT: &[u8] =
        b"m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\nc=IN IP4 0.0.0.0\r\na=rtcp-fb:111 transport-cc\r\n";

    pub(crate) fn diagnostic() -> Diagnostic {
        Diagnostic {
            code: "SDP132",
            name: "rtcp-fb-unlisted-payload-type",
            severity: Severity::Warning,
            message: "`a=rtcp-fb` names payload type 111, which `m=audio` does not list".to_owned(),
            primary: Label {
                source: 0,
                span: 61..64,
                text: "no payload type 111 here".to_owned(),
            },
            secondary: vec![Label {
                source: 0,
                span: 28..31,
                text: "formats listed".to_owned(),
            }],
            help: vec![],
            fix: Some(Fix {
                title: "drop the line".to_owned(),
                safety: Safety::Unsafe,
                edits: vec![Edit {
                    span: 51..79,
                    replacement: String::new(),
                }],
            }),
            spec: &["RFC 4585"],
            fingerprint: 0x1234_5678_9abc_def0,
            suppression: None,
        }
    }
}
