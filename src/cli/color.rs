//! Whether to colour: `--color`, then NO_COLOR and CLICOLOR_FORCE, then whether it is a terminal.

use std::io::IsTerminal;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether standard output should be coloured.
pub(super) fn wanted(choice: Color) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    decide(
        choice,
        set("NO_COLOR"),
        std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0"),
        std::env::var_os("TERM").is_some_and(|v| v == "dumb"),
        std::io::stdout().is_terminal(),
    )
}

fn decide(choice: Color, no_color: bool, force: bool, dumb: bool, terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if no_color => false,
        Color::Auto => force || (terminal && !dumb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_beats_the_environment_and_no_color_beats_the_terminal() {
        assert!(decide(Color::Always, true, false, true, false));
        assert!(!decide(Color::Never, false, true, false, true));
        assert!(!decide(Color::Auto, true, true, false, true));
        assert!(decide(Color::Auto, false, true, false, false));
        assert!(decide(Color::Auto, false, false, false, true));
        assert!(!decide(Color::Auto, false, false, true, true));
        assert!(!decide(Color::Auto, false, false, false, false));
    }
}
