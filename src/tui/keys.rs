//! The keys: one table that dispatch, the footer, help and `docs/keys.md` read.
//!
//! A new key is one row here and one arm in the view that answers its [`Action`].

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt::Write;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the long text of each row of KEYS says it
pub(crate) enum Action {
    SelectView,
    NextPane,
    PreviousPane,
    Open,
    Back,
    JumpBack,
    PreviousConnection,
    NextConnection,
    Help,
    Quit,
    Suspend,
    Redraw,
    Theme,
    Maximise,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    Sort,
    Metric,
    OneConnection,
    ZoomIn,
    ZoomOut,
    ZoomAll,
    PanLeft,
    PanRight,
    Cursor,
    GoToPackets,
    GoToStream,
    GoToStreams,
    GoToTimeline,
    Unfold,
    Grouping,
    Filter,
    TimeFormat,
    PromptDone,
    PromptCancel,
    PromptErase,
    PromptClear,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In every view, but not while typing.
    Global,
    /// Always, even while typing.
    Always,
    /// In lists and texts.
    Move,
    /// In views of several panes.
    Panes,
    /// In the list of connections.
    Connections,
    /// In the timeline.
    Timeline,
    /// In the list of streams.
    Streams,
    /// In the charts of a stream.
    Chart,
    /// In the packet view.
    Packets,
    /// While typing a filter.
    Prompt,
}

impl Scope {
    /// The heading of its keys in help.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Global | Self::Always => "Everywhere",
            Self::Move => "Move",
            Self::Panes => "Panes",
            Self::Connections => "Connections",
            Self::Timeline => "Timeline",
            Self::Streams => "Streams",
            Self::Chart => "Stream charts",
            Self::Packets => "Packets",
            Self::Prompt => "While typing a filter",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Key {
    /// Where it works.
    pub(crate) scope: Scope,
    /// The keys, apart by `|`: `"g|Home"`.
    pub(crate) chords: &'static str,
    /// What they ask for.
    pub(crate) action: Action,
    /// What the footer shows, keys included; empty when it is not shown there.
    pub(crate) footer: &'static str,
    /// What help says.
    pub(crate) help: &'static str,
    /// Order in the footer, lowest first.
    pub(crate) rank: u8,
}

macro_rules! keys {
    ($($scope:ident $chords:literal $action:ident $rank:literal $footer:literal $help:literal)*) => {
        &[$(Key {
            scope: Scope::$scope,
            chords: $chords,
            action: Action::$action,
            footer: $footer,
            help: $help,
            rank: $rank,
        }),*]
    };
}

/// Every key there is.
#[rustfmt::skip]
pub(crate) const KEYS: &[Key] = keys! {
    Connections "Enter"        Open               1 "Enter streams"  "Show the connection's streams"
    Connections "o"            Sort               2 "o sort"         "Sort by: failed first, number, packets"
    Connections "t"            GoToTimeline       3 "t timeline"     "Show the connection's timeline"
    Connections "p"            GoToPackets        0 ""               "Show the packets from the connection's start"

    Timeline "Enter"           Open               1 "Enter packet"   "Show the packet of the event"
    Timeline "/"               Filter             2 "/ filter"       "Show only events whose line has all these words"
    Timeline "t"               TimeFormat         5 "t time"         "Time: since the connection's start, the capture's, UTC"
    Timeline "s"               GoToStreams        6 "s streams"      "Show the connection's streams"
    Timeline "u"               Unfold             3 "u unfold"       "Each repeated event in a row of its own, or folded"
    Timeline "c"               Grouping           4 "c ports"        "A column for each host, or for each address and port"

    Streams "Enter"            Open               1 "Enter charts"   "Open the stream's charts"
    Streams "o"                Sort               2 "o sort"         "Sort by: number, loss, jitter, bit rate"
    Streams "b"                Metric             3 "b metric"       "Sparkline of: bit rate, loss, jitter"
    Streams "c"                OneConnection      4 "c all/one"      "Streams of all connections, or of the current one"
    Streams "p"                GoToPackets        0 ""               "Show the stream's packets"

    Chart "+|="                ZoomIn             1 "+/- zoom"       "Zoom in around the cursor, or the middle"
    Chart "-"                  ZoomOut            0 ""               "Zoom out"
    Chart "0"                  ZoomAll            2 "0 all"          "Show the whole connection"
    Chart "h|Left"             Left               3 "h/l cursor"      "Move the cursor to earlier"
    Chart "l|Right"            Right              0 ""               "Move the cursor to later"
    Chart "<|S-Left|H"         PanLeft            4 "</> pan"        "Pan to earlier"
    Chart ">|S-Right|L"        PanRight           0 ""               "Pan to later"
    Chart "."                  Cursor             0 ""               "Put the cursor in the middle, or away"
    Chart "p|Enter"            GoToPackets        5 "p packets"      "Show the stream's packets at the cursor"
    Chart "Up|k"               Up                 0 ""               "Previous stream"
    Chart "Down|j"             Down               0 ""               "Next stream"
    Chart "PgUp"               PageUp             0 ""               "Scroll the charts up"
    Chart "PgDn"               PageDown           0 ""               "Scroll the charts down"

    Packets "/"                Filter             1 "/ filter"       "Show only packets whose line has all these words"
    Packets "Enter"            Open               2 "Enter open"     "From the list to the fields; there: fold or unfold"
    Packets "Left|h"           Left               0 ""               "Fold the field's group; in the hex: previous field"
    Packets "Right|l"          Right              0 ""               "Unfold the field's group; in the hex: next field"
    Packets "s"                GoToStream         4 "s stream"       "Open the charts of the packet's stream at its time"
    Packets "t"                TimeFormat         5 "t time"         "Time: since start, since the packet before, UTC"

    Move "Up|k"                Up                 0 ""               "Up"
    Move "Down|j"              Down               0 ""               "Down"
    Move "PgUp|Ctrl-b|Ctrl-u"  PageUp             0 ""               "One page up"
    Move "PgDn|Ctrl-f|Ctrl-d"  PageDown           0 ""               "One page down"
    Move "g|Home"              First              0 ""               "To the first row"
    Move "G|End"               Last               0 ""               "To the last row"

    Panes "Tab"                NextPane           7 "Tab pane"       "Give the keys to the next pane"
    Panes "S-Tab"              PreviousPane       0 ""               "Give the keys to the previous pane"
    Panes "z"                  Maximise           0 ""               "Only the pane that has the keys, or all"

    Prompt "Enter"             PromptDone         1 "Enter done"     "Keep the filter"
    Prompt "Esc"               PromptCancel       2 "Esc clear"      "Remove the filter"
    Prompt "Backspace"         PromptErase        0 ""               "Erase a character"
    Prompt "Ctrl-u"            PromptClear        3 "Ctrl-u empty"   "Erase all"

    Global "1-5"               SelectView         0 ""               "Go to a view of the second line"
    Global "Esc|Backspace"     Back               8 "Esc back"       "Back to where this was opened from; first: close a pane, show all of a filtered list"
    Global "Ctrl-o"            JumpBack           0 ""               "Back at once, over number keys too"
    Global "["                 PreviousConnection 0 ""               "Previous connection, and only its streams"
    Global "]"                 NextConnection     0 ""               "Next connection, and only its streams"
    Global "T"                 Theme              0 ""               "Next colour theme"
    Global "Ctrl-l"            Redraw             0 ""               "Draw the screen anew"
    Global "?"                 Help               9 "? help"         "This list"
    Global "q"                 Quit              10 "q quit"         "Quit"
    Always "Ctrl-c"            Quit               0 ""               "Quit"
    Always "Ctrl-z"            Suspend            0 ""               "Suspend; `fg` comes back"
};

/// One key with its modifiers, as terminals report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chord {
    /// This key.
    One(KeyCode, KeyModifiers),
    /// Any of the digits 1 to 5, which the views have.
    Digits,
}

/// The keys of [`Chord::Digits`].
pub(crate) const DIGITS: &str = "1-5";

/// Reads one chord of [`Key::chords`].
pub(crate) fn parse_chord(text: &str) -> Option<Chord> {
    if text == DIGITS {
        return Some(Chord::Digits);
    }
    let (modifiers, name) = if let Some(rest) = text.strip_prefix("Ctrl-") {
        (KeyModifiers::CONTROL, rest)
    } else if let Some(rest) = text.strip_prefix("S-") {
        (KeyModifiers::SHIFT, rest)
    } else {
        (KeyModifiers::NONE, text)
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" if modifiers == KeyModifiers::SHIFT => {
            return Some(Chord::One(KeyCode::BackTab, KeyModifiers::NONE));
        }
        "Tab" => KeyCode::Tab,
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        _ => {
            let mut chars = name.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => KeyCode::Char(c),
                _ => return None,
            }
        }
    };
    Some(Chord::One(code, modifiers))
}

/// What to call a key that was pressed, as [`Key::chords`] would.
pub(crate) fn name_of(event: KeyEvent) -> String {
    let mut name = String::new();
    for (modifier, prefix) in [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
    ] {
        if event.modifiers.contains(modifier) {
            name.push_str(prefix);
        }
    }
    match event.code {
        KeyCode::Char(' ') => name.push_str("Space"),
        KeyCode::Char(c) => name.push(c),
        other => {
            let _ = write!(name, "{other}");
        }
    }
    name
}

/// Whether `event` is one of the chords of `key`.
fn matches(key: &Key, event: KeyEvent) -> bool {
    let interesting = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
    let mut modifiers = event.modifiers & interesting;
    // Shift is part of the character, and of BackTab.
    if matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab) {
        modifiers -= KeyModifiers::SHIFT;
    }
    key.chords.split('|').any(|chord| match parse_chord(chord) {
        Some(Chord::One(code, wanted)) => code == event.code && wanted == modifiers,
        Some(Chord::Digits) => {
            matches!(event.code, KeyCode::Char('1'..='5')) && modifiers.is_empty()
        }
        None => false,
    })
}

/// What `event` asks for where these scopes are active; the first scope that knows it wins.
pub(crate) fn lookup(scopes: &[Scope], event: KeyEvent) -> Option<Action> {
    scopes.iter().find_map(|scope| {
        KEYS.iter()
            .find(|key| key.scope == *scope && matches(key, event))
            .map(|key| key.action)
    })
}

/// From this rank on, footers show keys of all views.
const EVERYWHERE: u8 = 7;

/// The rows of these scopes that the footer shows in so many columns, most useful first. Where they
/// do not fit, the view's own give way, the least useful first.
pub(crate) fn footer(
    scopes: &[Scope],
    idle: impl Fn(Action) -> bool,
    columns: usize,
) -> Vec<&'static Key> {
    let mut keys: Vec<_> = KEYS
        .iter()
        .filter(|key| key.rank > 0 && scopes.contains(&key.scope) && !idle(key.action))
        .collect();
    keys.sort_by_key(|key| key.rank);
    // Nothing follows the last.
    while keys.iter().map(|k| k.footer.len() + 2).sum::<usize>() > columns + 2 {
        match keys.iter().rposition(|key| key.rank < EVERYWHERE) {
            Some(last) => drop(keys.remove(last)),
            None => break,
        }
    }
    keys
}

/// The chords as people read them: `g, Home`.
pub(crate) fn chord_names(key: &Key) -> String {
    key.chords.replace('|', ", ").replace("S-", "Shift-")
}

/// `docs/keys.md`.
#[cfg(test)]
fn markdown() -> String {
    let mut out = String::from(
        "# Keys\n\n<!-- Generated from src/tui/keys.rs: UPDATE_DOCS=1 cargo test keys -->\n\n\
         `?` in the terminal interface lists the keys that work where you are.\n",
    );
    let mut heading = "";
    let mut rows: Vec<_> = KEYS.iter().collect();
    rows.sort_by_key(|key| {
        (
            key.scope.heading() != "Everywhere",
            key.scope != Scope::Move,
        )
    });
    for key in rows {
        if key.scope.heading() != heading {
            heading = key.scope.heading();
            let _ = write!(out, "\n## {heading}\n\n| keys | |\n|---|---|\n");
        }
        let names: Vec<_> = key
            .chords
            .split('|')
            .map(|c| format!("`{}`", c.replace("S-", "Shift-")))
            .collect();
        let _ = writeln!(out, "| {} | {} |", names.join(" "), key.help);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::views::stream::StreamCharts;
    use crate::tui::views::{VIEWS, View};

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn every_chord_parses() {
        for key in KEYS {
            for chord in key.chords.split('|') {
                assert!(parse_chord(chord).is_some(), "{chord} of {:?}", key.action);
            }
        }
    }

    #[test]
    fn the_digits_are_those_of_the_views() {
        assert_eq!(DIGITS, format!("1-{}", VIEWS.len()));
        let at = |c| {
            lookup(
                &[Scope::Global],
                press(KeyCode::Char(c), KeyModifiers::NONE),
            )
        };
        for c in '0'..='9' {
            let has_view = (1..=VIEWS.len()).contains(&(c as usize - '0' as usize));
            assert_eq!(at(c) == Some(Action::SelectView), has_view, "{c}");
        }
    }

    #[test]
    fn no_chord_means_two_things_in_one_place() {
        let charts: Box<dyn View> = Box::<StreamCharts>::default();
        for view in VIEWS.iter().map(|entry| (entry.new)()).chain([charts]) {
            let scopes = crate::tui::app::scopes_of(&*view);
            let mut seen: Vec<(&str, Action)> = Vec::new();
            for scope in &scopes {
                for key in KEYS.iter().filter(|k| k.scope == *scope) {
                    for chord in key.chords.split('|') {
                        assert!(
                            !seen.iter().any(|(c, _)| *c == chord),
                            "{chord} twice in {:?}",
                            view.scopes()
                        );
                        seen.push((chord, key.action));
                    }
                }
            }
        }
    }

    #[test]
    fn footers_begin_with_their_key_and_fit_in_80_columns() {
        let charts: Box<dyn View> = Box::<StreamCharts>::default();
        let views = VIEWS.iter().map(|entry| (entry.new)()).chain([charts]);
        for view in views {
            let scopes = crate::tui::app::scopes_of(&*view);
            let keys = footer(&scopes, |_| false, 79);
            let width: usize = keys.iter().map(|k| k.footer.len() + 2).sum();
            assert!(width <= 79 + 2, "{:?} need {width} columns", view.scopes());
            // Only keys of the timeline that are idle as a rule make others give way.
            let idle = |action| matches!(action, Action::Unfold | Action::Grouping);
            let all = footer(&scopes, idle, 500);
            assert_eq!(footer(&scopes, idle, 79).len(), all.len());
            assert_eq!(keys.last().unwrap().footer, "q quit");
        }
        for key in KEYS {
            assert_eq!(key.footer.is_empty(), key.rank == 0, "{:?}", key.action);
            let first = key.chords.split('|').next().unwrap();
            assert!(
                key.rank == 0 || key.footer.starts_with(first),
                "{}",
                key.footer
            );
        }
    }

    #[test]
    fn shift_is_part_of_a_character() {
        let scopes = [
            Scope::Packets,
            Scope::Move,
            Scope::Panes,
            Scope::Global,
            Scope::Always,
        ];
        let at = |code, modifiers| lookup(&scopes, press(code, modifiers));
        assert_eq!(
            at(KeyCode::Char('G'), KeyModifiers::SHIFT),
            Some(Action::Last)
        );
        assert_eq!(
            at(KeyCode::BackTab, KeyModifiers::SHIFT),
            Some(Action::PreviousPane)
        );
        assert_eq!(
            at(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Some(Action::Quit)
        );
        assert_eq!(at(KeyCode::Char('c'), KeyModifiers::NONE), None);
        assert_eq!(
            at(KeyCode::Char('3'), KeyModifiers::NONE),
            Some(Action::SelectView)
        );
    }

    #[test]
    fn the_documented_keys_are_these() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(kept, markdown(), "run UPDATE_DOCS=1 cargo test keys");
    }
}
