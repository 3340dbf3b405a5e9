//! The JSON Schemas of our formats, as checked in under docs/schema/.

/// Of `stats --format json`: `rtcscope.stats/1`.
pub const STATS: &str = include_str!("../../docs/schema/stats-1.json");

/// Of `timeline --format json`: `rtcscope.timeline/1`.
pub const TIMELINE: &str = include_str!("../../docs/schema/timeline-1.json");

/// Of `messages --format json`: `rtcscope.messages/1`.
pub const MESSAGES: &str = include_str!("../../docs/schema/messages-1.json");

/// Of the manifest that `extract` writes: `rtcscope.manifest/1`.
pub const MANIFEST: &str = include_str!("../../docs/schema/manifest-1.json");

/// Of `sdp --format json`: `rtcscope.sdp/1`.
pub const SDP: &str = include_str!("../../docs/schema/sdp-1.json");

/// Of `lint --format json` and `jsonl`: `rtcscope.lint/1`.
pub const LINT: &str = include_str!("../../docs/schema/lint-1.json");
