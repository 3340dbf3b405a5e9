//! The terminal: taken over, and given back whatever happens.
//!
//! Raw mode, the alternate screen and the mouse are undone when the [`Screen`] is dropped, when
//! there is a panic (before its message is printed, so that it can be read), and while suspended.

use super::app::App;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Backend = CrosstermBackend<BufWriter<Stdout>>;

/// The terminal while it is ours.
pub(super) struct Screen {
    /// Never dropped: its drop prints to standard error when the terminal is gone, which panics when
    /// that was the terminal too. What it would do, [`give_back`] does.
    terminal: ManuallyDrop<Terminal<Backend>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        take(mouse)?;
        let out = BufWriter::with_capacity(1 << 16, io::stdout());
        let screen = Terminal::new(CrosstermBackend::new(out)).map(|terminal| Self {
            terminal: ManuallyDrop::new(terminal),
            mouse,
        });
        if screen.is_err() {
            give_back();
        }
        screen
    }

    /// Its size.
    pub(super) fn area(&self) -> io::Result<Rect> {
        self.terminal
            .size()
            .map(|size| Rect::new(0, 0, size.width, size.height))
    }

    /// Draws what changed.
    pub(super) fn draw(&mut self, app: &App) -> io::Result<()> {
        self.terminal
            .draw(|frame| app.draw(frame.buffer_mut()))
            .map(|_| ())
    }

    /// Forgets what is on the screen, so that all of it is drawn next.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        // Not `clear()`: that asks the terminal where the cursor is, and the answer would go to the
        // thread that reads keys.
        let area = self.area()?;
        self.terminal.resize(area)
    }

    /// Gives the terminal back, stops, and takes it again when told to go on.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        super::signals::stop_self()?;
        self.resume()
    }

    /// Takes the terminal again, which the shell had in the meantime.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        give_back();
        take(self.mouse)?;
        self.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, cursor::Hide)?;
    if mouse {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// Undoes [`take`], if that was not done yet. There is nobody to tell of errors.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// What a thread other than that of the interface said when it panicked.
static LAST_WORDS: Mutex<Option<String>> = Mutex::new(None);

/// Takes what a thread said when it panicked.
pub(super) fn last_words() -> Option<String> {
    LAST_WORDS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
}

/// The interface's own panic gives the terminal back and prints. Another thread's is kept, for the
/// interface to end with: that thread must neither print into the screen nor wait for the lock of
/// standard output, which the interface may hold.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    let interface = std::thread::current().id();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == interface {
                give_back();
                before(info);
            } else if TAKEN.load(Ordering::SeqCst) {
                let mut words = LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner);
                *words = Some(info.to_string());
            } else {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::call;
    use crate::tui::theme::Theme;

    /// The bytes that reach the terminal for one screen.
    fn bytes(theme: Theme) -> String {
        let app = call().theme(theme).app();
        let area = Rect::new(0, 0, 80, 24);
        let mut out = Vec::new();
        let options = ratatui::TerminalOptions {
            viewport: ratatui::Viewport::Fixed(area),
        };
        let backend = CrosstermBackend::new(&mut out);
        let mut terminal = Terminal::with_options(backend, options).unwrap();
        terminal.draw(|frame| app.draw(frame.buffer_mut())).unwrap();
        drop(terminal);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn without_colour_no_colour_is_written_and_no_modifier_is_lost() {
        crossterm::style::force_color_output(true);
        let mono = bytes(Theme::Mono);
        // What follows each escape sequence's start, if it sets graphics: "7", "38;2;1;2;3".
        let graphics = mono.split("\u{1b}[").filter_map(|rest| {
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let (parameters, rest) = rest.split_at(end);
            rest.starts_with('m').then_some(parameters)
        });
        for parameters in graphics {
            // Modifiers on and off, and the return to the terminal's own colours.
            let plain = ["0", "1", "2", "4", "7", "22", "24", "27", "39", "49", "59"];
            assert!(plain.contains(&parameters), "{parameters:?} in {mono:?}");
        }
        assert!(mono.contains("\u{1b}[7m"), "the selected row is reversed");
        assert!(bytes(Theme::Dark).contains("38;2;"));
    }
}
