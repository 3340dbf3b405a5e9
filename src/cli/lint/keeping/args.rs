//! The arguments about configuration, suppressions, baselines and fixes.

use std::path::PathBuf;

/// Arguments that say what is mended, and what does not count.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeepingArgs {
    /// Apply fixes that keep the meaning
    #[arg(long, group = "mending")]
    pub fix: bool,
    /// Print what fixes would change, and change nothing
    #[arg(long, group = "mending", conflicts_with = "fix")]
    pub diff: bool,
    /// With --fix or --diff, also fixes that change what is negotiated
    #[arg(long, requires = "mending")]
    pub unsafe_fixes: bool,
    /// Use this configuration instead of the nearest rtcscope.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
    /// Do not count the findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// List all findings in this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// Take findings that are gone out of the baseline
    #[arg(long, requires = "baseline")]
    pub prune_baseline: bool,
    /// Fail when the baseline lists findings that are gone
    #[arg(long, requires = "baseline")]
    pub strict_baseline: bool,
    /// Write an rtcscope.toml to begin with
    #[arg(long)]
    pub init: bool,
    /// Say which configuration, rules and suppressions FILE is judged by, and why
    #[arg(long, value_name = "FILE")]
    pub explain_config: Option<PathBuf>,
}
