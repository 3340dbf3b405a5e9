//! Signals become events: stop, go on, end.

use super::Event;
use std::io;
use std::sync::mpsc::Sender;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTSTP: as Ctrl-Z in a program that is not in raw mode.
    Stop,
    /// SIGCONT: the shell's `fg`.
    Continue,
    /// SIGTERM, SIGINT, SIGHUP.
    End,
}

#[cfg(unix)]
mod imp {
    use super::{Event, Sender, Signal, io};
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
    use signal_hook::{flag, low_level};
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    const WATCHED: [(i32, Signal); 5] = [
        (SIGTSTP, Signal::Stop),
        (SIGCONT, Signal::Continue),
        (SIGTERM, Signal::End),
        (SIGINT, Signal::End),
        (SIGHUP, Signal::End),
    ];

    /// Sends an event for every signal from now on.
    pub(in crate::tui) fn watch(events: &Sender<Event>) -> io::Result<()> {
        let (mut wakes, waker) = UnixStream::pair()?;
        let mut flags = Vec::new();
        for (number, signal) in WATCHED {
            // The flag is set first: actions run in the order in which they were registered.
            let seen = Arc::new(AtomicBool::new(false));
            flag::register(number, Arc::clone(&seen))?;
            low_level::pipe::register(number, waker.try_clone()?)?;
            flags.push((seen, signal));
        }
        let events = events.clone();
        let wait = move || {
            let mut buffer = [0; 16];
            while wakes.read(&mut buffer).is_ok_and(|n| n > 0) {
                for (seen, signal) in &flags {
                    if seen.swap(false, Ordering::SeqCst)
                        && events.send(Event::Signal(*signal)).is_err()
                    {
                        return;
                    }
                }
            }
        };
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(wait)
            .map(|_| ())
    }

    /// Stops this process until it gets SIGCONT.
    pub(in crate::tui) fn stop_self() -> io::Result<()> {
        low_level::emulate_default_handler(SIGTSTP)
    }
}

#[cfg(not(unix))]
mod imp {
    use super::{Event, Sender, io};

    /// There are no such signals here.
    pub(in crate::tui) fn watch(_events: &Sender<Event>) -> io::Result<()> {
        Ok(())
    }

    /// There is no such thing here.
    pub(in crate::tui) fn stop_self() -> io::Result<()> {
        Ok(())
    }
}

pub(super) use imp::{stop_self, watch};
