//! What keeps the linter on in a project that is not clean: configuration files, suppressions with
//! their reasons, baselines and fixes.
//!
//! Each file is judged by the nearest `rtcscope.toml` above it, so that an editor, a hook and CI
//! find the same wherever they are started; standard input by the working directory. What the
//! command line says wins.

mod args;
mod baseline;
mod comments;
mod date;
mod difference;
mod entry;
mod explain;
mod fixing;
mod init;
mod ledger;
mod mend;
mod pattern;
mod policy;
mod settings;
mod toml_reader;

pub(super) use args::KeepingArgs;
pub(super) use comments::Comments;
pub(super) use explain::explain;
pub(super) use fixing::Fixing;
pub(super) use init::init;
pub(super) use pattern::Includes;
pub(super) use policy::{Keeper, Place};
pub(super) use settings::Settings;
pub(super) use toml_reader::At;
