//! The line in which a filter's words are typed, in every view that has a filter.

use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// A filter has no more bytes than this.
const BYTES_MAX: usize = 200;

/// Answers the keys of the prompt; says whether this was one. `editing` is whether the prompt is
/// open, `text` what it holds.
pub(super) fn answer(action: Action, editing: &mut bool, text: &mut String) -> bool {
    match action {
        Action::Filter => {
            *editing = true;
            // Room for one more word after those there are.
            if !text.is_empty() && !text.ends_with(char::is_whitespace) {
                text.push(' ');
            }
        }
        Action::PromptDone => *editing = false,
        Action::PromptCancel => {
            *editing = false;
            text.clear();
        }
        Action::PromptErase => {
            text.pop();
        }
        Action::PromptClear => text.clear(),
        _ => return false,
    }
    true
}

/// A character is typed.
pub(super) fn type_in(c: char, text: &mut String) {
    if text.len() < BYTES_MAX {
        text.push(c);
    }
}

/// The prompt in the last line of the screen, and behind it what the filter found.
pub(super) fn line(text: &str, editing: bool, found: String) -> Line {
    let cursor = if editing { "_" } else { "" };
    Line::default()
        .then(Role::Title, " filter: ")
        .then(Role::Text, format!("{text}{cursor}"))
        .then(Role::Dim, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_added_erased_and_given_up() {
        let (mut editing, mut text) = (false, "rtp".to_owned());
        assert!(answer(Action::Filter, &mut editing, &mut text));
        type_in('é', &mut text);
        assert_eq!((editing, text.as_str()), (true, "rtp é"));
        assert!(answer(Action::PromptErase, &mut editing, &mut text));
        assert!(answer(Action::PromptDone, &mut editing, &mut text));
        assert_eq!((editing, text.as_str()), (false, "rtp "));
        assert!(answer(Action::Filter, &mut editing, &mut text));
        assert_eq!((editing, text.as_str()), (true, "rtp "), "one space");
        assert!(answer(Action::PromptCancel, &mut editing, &mut text));
        assert_eq!((editing, text.as_str()), (false, ""));
        assert!(!answer(Action::Back, &mut editing, &mut text));
    }

    #[test]
    fn a_filter_does_not_grow_for_ever() {
        let mut text = String::new();
        (0..1000).for_each(|_| type_in('x', &mut text));
        assert_eq!(text.len(), BYTES_MAX);
    }
}
