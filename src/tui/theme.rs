//! How things look: colours by role, glyphs by what the terminal can show.
//!
//! Nothing on the screen depends on colour alone. Where colour is off, every colour stays
//! [`Color::Reset`] and only modifiers differ: with `NO_COLOR` set, crossterm would otherwise write
//! an empty colour sequence that resets reverse and bold with it.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen is; a theme gives each role a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Text,
    /// Labels and what is less important.
    Dim,
    /// The title line and the names of panes.
    Title,
    /// Lines between panes.
    Border,
    /// The name of the pane that has the keys.
    Focus,
    /// The selected row, and the bytes of the selected field.
    Select,
    /// Something went well.
    Ok,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
    /// The first chart.
    Series1,
    /// The second chart.
    Series2,
    /// The third chart.
    Series3,
}

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// 24-bit colours for a dark background.
    Dark,
    /// The sixteen colours of the terminal's own palette.
    Ansi16,
    /// No colours at all, only bold, dim, underlined and reversed.
    Mono,
}

impl Theme {
    /// The theme that `T` goes to from this one.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Dark => Self::Ansi16,
            Self::Ansi16 => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// The name shown when it changes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Ansi16 => "16 colours",
            Self::Mono => "mono",
        }
    }

    /// The style of a role.
    pub(crate) fn style(self, role: Role) -> Style {
        let style = Style::new().add_modifier(modifier(role));
        match self {
            Self::Mono => style,
            Self::Ansi16 => style.fg(ansi(role)),
            Self::Dark => style.fg(rgb(role)),
        }
    }
}

/// The part of a style that does not need colour.
fn modifier(role: Role) -> Modifier {
    match role {
        Role::Text | Role::Border | Role::Ok => Modifier::empty(),
        Role::Dim => Modifier::DIM,
        Role::Title | Role::Warn => Modifier::BOLD,
        Role::Focus => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Select => Modifier::REVERSED,
        Role::Error => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Series1 | Role::Series2 | Role::Series3 => Modifier::empty(),
    }
}

fn ansi(role: Role) -> Color {
    match role {
        Role::Text | Role::Dim | Role::Title | Role::Border | Role::Select => Color::Reset,
        Role::Focus | Role::Series1 => Color::Cyan,
        Role::Ok => Color::Green,
        Role::Warn | Role::Series2 => Color::Yellow,
        Role::Error | Role::Series3 => Color::Red,
    }
}

/// After Okabe and Ito's palette, which stays distinct for every kind of colour vision.
fn rgb(role: Role) -> Color {
    match role {
        Role::Text | Role::Dim | Role::Title | Role::Select => Color::Reset,
        Role::Border => Color::Rgb(0x6c, 0x6c, 0x6c),
        Role::Focus | Role::Series1 => Color::Rgb(0x56, 0xb4, 0xe9),
        Role::Ok => Color::Rgb(0x00, 0xb4, 0x86),
        Role::Warn | Role::Series2 => Color::Rgb(0xe6, 0x9f, 0x00),
        Role::Error | Role::Series3 => Color::Rgb(0xff, 0x6e, 0x30),
    }
}

/// Which characters the terminal's font can be trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Braille patterns: two by four dots in a cell.
    Braille,
    /// Block elements: eight levels in a cell.
    Block,
    /// ASCII only.
    Ascii,
}

impl Glyphs {
    /// Ends a text that was cut.
    pub(crate) fn ellipsis(self) -> char {
        match self {
            Self::Ascii => '~',
            _ => '…',
        }
    }

    /// Draws the line between panes.
    pub(crate) fn horizontal(self) -> char {
        match self {
            Self::Ascii => '-',
            _ => '─',
        }
    }

    /// Separates columns and marks the cursor.
    pub(crate) fn vertical(self) -> char {
        match self {
            Self::Ascii => '|',
            _ => '│',
        }
    }

    /// Where an axis meets its gutter.
    pub(crate) fn corner(self) -> char {
        match self {
            Self::Ascii => '+',
            _ => '└',
        }
    }

    /// The levels of a cell from the lowest that is not zero to full.
    pub(crate) fn levels(self) -> &'static [char] {
        match self {
            Self::Ascii => &['.', ':', '#'],
            _ => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        }
    }

    /// No sample: unlike zero.
    pub(crate) fn absent(self) -> char {
        match self {
            Self::Ascii => ' ',
            _ => '·',
        }
    }
}

/// Theme and glyphs together: all a widget needs to know about looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// The colours.
    pub(crate) theme: Theme,
    /// The characters.
    pub(crate) glyphs: Glyphs,
}

impl Look {
    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}

#[cfg(test)]
pub(crate) const ROLES: [Role; 12] = [
    Role::Text,
    Role::Dim,
    Role::Title,
    Role::Border,
    Role::Focus,
    Role::Select,
    Role::Ok,
    Role::Warn,
    Role::Error,
    Role::Series1,
    Role::Series2,
    Role::Series3,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_sets_no_colour_and_still_tells_what_matters() {
        for role in ROLES {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        let told = [Role::Text, Role::Select, Role::Focus, Role::Warn, Role::Dim];
        for (i, a) in told.iter().enumerate() {
            for b in told.iter().skip(i + 1) {
                assert_ne!(Theme::Mono.style(*a), Theme::Mono.style(*b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn sixteen_colours_are_the_terminals_own() {
        for role in ROLES {
            let fg = Theme::Ansi16.style(role).fg;
            assert!(
                !matches!(fg, Some(Color::Rgb(..) | Color::Indexed(_))),
                "{role:?}"
            );
        }
    }

    #[test]
    fn ascii_glyphs_are_ascii() {
        let g = Glyphs::Ascii;
        let all = [
            g.ellipsis(),
            g.horizontal(),
            g.vertical(),
            g.corner(),
            g.absent(),
        ];
        assert!(all.iter().chain(g.levels()).all(char::is_ascii));
    }
}
