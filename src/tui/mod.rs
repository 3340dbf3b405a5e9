//! The terminal interface: connections, streams, charts and packets of one capture.
//!
//! Three threads and no runtime: one reads and analyses the capture and publishes what it has so far
//! (`loader`), one waits for keys, and this one draws. Nothing is drawn while nothing happens.
//! Used by `cli`.

mod app;
mod draw;
mod format;
mod history;
mod keys;
mod loader;
mod signals;
mod source;
mod term;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod views;
mod widgets;

pub use theme::Glyphs;

use crate::analysis::{Credentials, Descriptions};
use crate::keys::Secrets;
use app::{App, Request};
use crossterm::event::{Event as Input_, KeyEventKind};
use loader::Loader;
use ratatui::layout::Rect;
use signals::Signal;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use term::Screen;
use theme::{Look, Theme};

/// The least time between two drawings while something is worked on.
const FRAME: Duration = Duration::from_millis(40);

/// Where the capture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, a named pipe.
    File(PathBuf),
    /// Standard input; keys then come from the controlling terminal.
    Stdin,
}

/// How it looks and behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// ICE passwords and candidates that the user knows.
    pub credentials: Arc<Credentials>,
    /// Session descriptions that the user has.
    pub descriptions: Arc<Descriptions>,
    /// What to decrypt with.
    pub secrets: Arc<Secrets>,
    /// Whether colours are wanted.
    pub color: bool,
    /// The characters to draw with; `None` goes by the locale.
    pub glyphs: Option<Glyphs>,
    /// Whether the mouse is used.
    pub mouse: bool,
}

/// What wakes the interface.
enum Event {
    /// A key, the mouse, another size.
    Input(Input_),
    /// There will be no more keys.
    InputClosed,
    /// The loader has something new.
    Fresh,
    /// The loader panicked.
    LoaderDied,
    /// A signal.
    Signal(Signal),
}

/// Shows `input` until the user quits.
///
/// # Errors
/// If the capture cannot be opened or the terminal cannot be used.
pub fn run(input: Input, options: &Options) -> anyhow::Result<()> {
    let (name, opened) = loader::open(&input)?;
    let look = Look {
        theme: theme(options.color),
        glyphs: options.glyphs.unwrap_or_else(glyphs),
    };
    // Whether there are colours was decided above: crossterm's own answer to NO_COLOR loses
    // modifiers too.
    crossterm::style::force_color_output(true);
    let (sender, receiver) = channel();
    signals::watch(&sender)?;
    let mut screen = Screen::enter(options.mouse)?;
    let mut app = App::new(name, opened.bytes, look, screen.area()?);
    screen.draw(&app)?;
    let loader = Loader::start(
        opened.capture,
        opened.again,
        sender.clone(),
        crate::analysis::Options {
            credentials: Arc::clone(&options.credentials),
            descriptions: Arc::clone(&options.descriptions),
            secrets: Arc::clone(&options.secrets),
            ..crate::analysis::Options::default()
        },
    )?;
    read_keys(sender)?;
    let result = interact(&mut app, &mut screen, &loader, &receiver);
    loader.stop();
    match result {
        // The terminal went away: there is nobody to tell, and nothing was lost.
        Err(error) if is_hangup(&error) => Ok(()),
        result => result,
    }
}

/// Whether the terminal was closed: a broken pipe, or EIO, which a terminal without its other end
/// gives.
fn is_hangup(error: &anyhow::Error) -> bool {
    const EIO: i32 = 5;
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|e| e.kind() == ErrorKind::BrokenPipe || e.raw_os_error() == Some(EIO))
}

/// Waits for events and draws, until the user quits.
fn interact(
    app: &mut App,
    screen: &mut Screen,
    loader: &Loader,
    events: &Receiver<Event>,
) -> anyhow::Result<()> {
    let mut drawn = Instant::now();
    let mut dirty = true;
    let mut working = false;
    loop {
        let event = if working || dirty {
            let left = FRAME.saturating_sub(drawn.elapsed());
            match events.recv_timeout(if working { Duration::ZERO } else { left }) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        } else {
            match events.recv() {
                Ok(event) => Some(event),
                Err(_) => return Ok(()),
            }
        };
        let mut next = event;
        while let Some(event) = next {
            // A key is answered at once, what loads may wait for its frame.
            let urgent = matches!(event, Event::Input(_) | Event::Signal(_));
            match handle(event, app, screen, loader)? {
                Request::Quit => return Ok(()),
                Request::Suspend => screen.suspend()?,
                Request::Redraw => screen.clear()?,
                Request::Continue => {}
            }
            dirty = true;
            if urgent {
                drawn = drawn.checked_sub(FRAME).unwrap_or(drawn);
            }
            next = events.try_recv().ok();
        }
        working = app.work();
        dirty |= working;
        if dirty && drawn.elapsed() >= FRAME {
            screen.draw(app)?;
            drawn = Instant::now();
            dirty = working;
        }
    }
}

fn handle(
    event: Event,
    app: &mut App,
    screen: &mut Screen,
    loader: &Loader,
) -> anyhow::Result<Request> {
    Ok(match event {
        Event::Input(Input_::Key(key)) if key.kind != KeyEventKind::Release => app.key(key),
        Event::Input(Input_::Mouse(mouse)) => {
            app.mouse(mouse);
            Request::Continue
        }
        Event::Input(Input_::Resize(width, height)) => {
            app.resize(Rect::new(0, 0, width, height));
            Request::Continue
        }
        Event::Input(_) => Request::Continue,
        Event::Fresh => {
            let (analysis, load) = loader.take();
            app.set_load(load);
            if let Some(analysis) = analysis {
                app.set_analysis(analysis);
            }
            Request::Continue
        }
        Event::LoaderDied => {
            let words = term::last_words().unwrap_or_default();
            anyhow::bail!("reading stopped because of an internal error: {words}")
        }
        Event::InputClosed | Event::Signal(Signal::End) => Request::Quit,
        Event::Signal(Signal::Stop) => Request::Suspend,
        Event::Signal(Signal::Continue) => {
            screen.resume()?;
            app.resize(screen.area()?);
            Request::Redraw
        }
    })
}

/// Sends keys, mouse and resizes, for as long as there are any.
fn read_keys(sender: Sender<Event>) -> std::io::Result<()> {
    let read = move || {
        while let Ok(event) = crossterm::event::read() {
            if sender.send(Event::Input(event)).is_err() {
                return;
            }
        }
        // Nobody may be listening any more.
        let _ = sender.send(Event::InputClosed);
    };
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(read)
        .map(|_| ())
}

/// The theme that suits the terminal.
fn theme(color: bool) -> Theme {
    let truecolor = || {
        let value = std::env::var("COLORTERM").unwrap_or_default();
        value == "truecolor" || value == "24bit"
    };
    match color {
        false => Theme::Mono,
        true if truecolor() => Theme::Dark,
        true => Theme::Ansi16,
    }
}

/// Braille where the locale says UTF-8; the Linux console has no font for it.
fn glyphs() -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8");
    let console = std::env::var("TERM").is_ok_and(|term| term == "linux" || term == "dumb");
    if utf8 && !console {
        Glyphs::Braille
    } else {
        Glyphs::Ascii
    }
}
