//! The terminal interface in a real terminal: tmux draws it, types into it and is read.
//!
//! Skips, and says so, where tmux or the sample is missing.
#![cfg(all(unix, feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test says why it fails, or is skipped

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A Chromium call with loss, in the file `name` of samples/.
fn sample(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name);
    if !path.exists() {
        println!("skipped: {} is missing", path.display());
        return None;
    }
    let tmux = Command::new("tmux").arg("-V").output();
    if !tmux.is_ok_and(|out| out.status.success()) {
        println!("skipped: tmux is missing");
        return None;
    }
    Some(path)
}

/// A tmux server of its own, with one shell in it.
struct Tmux {
    socket: String,
}

impl Tmux {
    fn start(name: &str, width: u16, height: u16) -> Self {
        let tmux = Self {
            socket: format!("rtcscope-{}-{name}", std::process::id()),
        };
        let size = [width.to_string(), height.to_string()];
        // A shell without a profile, so that the screen holds what the test put there.
        let shell = "env -u NO_COLOR -u COLORTERM LC_ALL=C.UTF-8 PS1='$ ' sh -i";
        let new = [
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &size[0],
            "-y",
            &size[1],
            shell,
        ];
        assert!(tmux.run(&new).status.success());
        tmux.wait_for("the shell", |screen| screen.contains('$'));
        tmux
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new("tmux")
            .args(["-L", &self.socket])
            .args(args)
            .output()
            .unwrap()
    }

    /// Types keys by tmux's names.
    fn keys(&self, keys: &[&str]) {
        let mut args = vec!["send-keys"];
        args.extend(keys);
        assert!(self.run(&args).status.success(), "{keys:?}");
    }

    /// Types a command and Enter.
    fn shell(&self, command: &str) {
        assert!(self.run(&["send-keys", "-l", command]).status.success());
        self.keys(&["Enter"]);
    }

    /// Starts rtcscope on a capture.
    fn rtcscope(&self, environment: &str, arguments: &str) {
        let mut command = String::new();
        let _ = write!(
            command,
            "{environment} {} {arguments}",
            env!("CARGO_BIN_EXE_rtcscope")
        );
        self.shell("clear; echo before");
        self.wait_for("the shell", |screen| {
            screen.trim_start().starts_with("before")
        });
        self.shell(&command);
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// The screen with its escape sequences.
    fn styled(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p", "-e"]).stdout).into_owned()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn wait_for(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(Instant::now() < end, "no {what} in\n{screen}");
            sleep(Duration::from_millis(30));
        }
    }

    #[track_caller]
    fn shows(&self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// Quits, and looks whether everything is as it was before.
    #[track_caller]
    fn quit(&self) {
        self.keys(&["q"]);
        self.shell_is_back();
    }

    #[track_caller]
    fn shell_is_back(&self) {
        let screen = self.wait_for("the shell's screen", |s| {
            s.trim_start().starts_with("before")
        });
        assert!(!screen.contains("Connections"), "{screen}");
        self.shell("stty -a | grep -c -w -e -icanon -e -echo; echo status $?");
        // Neither raw nor silent: grep finds none, which is its status 1.
        self.shows("status 1");
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn every_view_is_reached_by_its_key_and_the_screen_comes_back() {
    let Some(file) = sample("chromium-loss.pcapng") else {
        return;
    };
    for (width, height) in [(80u16, 24u16), (160, 45)] {
        let tmux = Tmux::start(&format!("views-{width}"), width, height);
        tmux.rtcscope("", &file.display().to_string());
        let connections = tmux.shows("connected");
        assert!(connections.contains("1 Connections  2 Timeline  3 Streams  4 Packets  5 Capture"));
        assert!(connections.contains("DTLS"), "{connections}");
        tmux.keys(&["3"]);
        let streams = tmux.shows("bit rate");
        assert!(
            streams.contains("video") && streams.contains('█'),
            "{streams}"
        );
        tmux.keys(&["Enter", "l"]);
        let charts = tmux.wait_for("a reading", |s| s.contains("jitter ms") && s.contains("t="));
        let dots = charts
            .chars()
            .filter(|c| ('\u{2801}'..='\u{28ff}').contains(c))
            .count();
        assert!(dots > 60, "{dots} cells of charts in\n{charts}");
        tmux.keys(&["4", "Down", "Enter"]);
        let packets = tmux.wait_for("fields and bytes", |s| {
            s.contains("Bytes") && s.contains("0000  ")
        });
        assert!(
            packets.contains("- STUN") || packets.contains("+ Frame"),
            "{packets}"
        );
        tmux.keys(&["5"]);
        tmux.shows("Problems of the file");
        tmux.keys(&["?"]);
        tmux.shows("Everywhere");
        tmux.quit();
    }
}

#[test]
fn suspended_it_gives_the_terminal_back_and_takes_it_again() {
    let Some(file) = sample("chromium-loss.pcapng") else {
        return;
    };
    let tmux = Tmux::start("suspend", 80, 24);
    tmux.rtcscope("", &file.display().to_string());
    tmux.shows("connected");
    tmux.keys(&["C-z"]);
    tmux.shell_is_back();
    tmux.shell("fg");
    tmux.shows("connected");
    tmux.keys(&["3"]);
    tmux.shows("bit rate");
    tmux.keys(&["C-c"]);
    tmux.wait_for("the shell's screen", |s| s.contains("before"));
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    let Some(file) = sample("chromium-loss.pcapng") else {
        return;
    };
    let tmux = Tmux::start("term", 80, 24);
    tmux.rtcscope("", &file.display().to_string());
    tmux.shows("connected");
    // tmux knows the shell, whose only child is the program.
    let shell = tmux.run(&["display-message", "-p", "#{pane_pid}"]).stdout;
    let shell = String::from_utf8_lossy(&shell).trim().to_owned();
    let child = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &shell])
        .output()
        .unwrap();
    let child = String::from_utf8_lossy(&child.stdout).trim().to_owned();
    assert!(
        Command::new("kill")
            .args(["-TERM", &child])
            .status()
            .unwrap()
            .success()
    );
    tmux.shell_is_back();
}

#[test]
fn without_colour_the_selection_is_still_marked() {
    let Some(file) = sample("chromium-loss.pcapng") else {
        return;
    };
    let tmux = Tmux::start("mono", 80, 24);
    tmux.rtcscope("NO_COLOR=1", &file.display().to_string());
    tmux.shows("connected");
    let styled = tmux.styled();
    let row = styled
        .lines()
        .find(|line| line.contains("connected"))
        .unwrap_or_default();
    assert!(
        row.contains("\u{1b}[7m") || row.contains("\u{1b}[0;7m"),
        "the selected row is not reversed: {row:?}"
    );
    // What follows each escape sequence's start, where it sets graphics: "7", "1;31".
    let graphics = styled
        .split("\u{1b}[")
        .skip(1)
        .filter_map(|rest| rest.split_once('m'));
    for parameter in graphics.flat_map(|(parameters, _)| parameters.split(';')) {
        let n: u32 = parameter.parse().unwrap_or(0);
        // 39 and 49 are the terminal's own colours.
        let colour = matches!(n, 30..=38 | 40..=48 | 90..=107);
        assert!(!colour, "colour {n} in {styled:?}");
    }
    tmux.quit();
}

#[test]
fn a_pipe_is_read_while_the_keys_come_from_the_terminal() {
    let Some(file) = sample("chromium-loss.pcapng") else {
        return;
    };
    let tmux = Tmux::start("pipe", 80, 24);
    tmux.rtcscope(&format!("cat {} |", file.display()), "tui -");
    tmux.shows("connected");
    tmux.keys(&["4", "Enter"]);
    tmux.wait_for("bytes of the spooled copy", |s| s.contains("0000  "));
    tmux.quit();
}

#[test]
fn what_cannot_be_opened_leaves_the_terminal_alone() {
    if sample("chromium-loss.pcapng").is_none() {
        return;
    }
    let tmux = Tmux::start("missing", 80, 24);
    tmux.rtcscope("", "tui no-such-file.pcap; echo status $?");
    let screen = tmux.shows("status 3");
    assert!(
        screen
            .lines()
            .any(|l| l.ends_with("no-such-file.pcap: no such file")),
        "{screen}"
    );
}

#[test]
fn a_filter_shows_whole_rows_while_it_is_typed() {
    let Some(file) = sample("turn-bad-auth.pcapng") else {
        return;
    };
    let tmux = Tmux::start("filter", 100, 30);
    tmux.rtcscope("", &file.display().to_string());
    tmux.shows("14 packets");
    for key in ["4", "G", "k", "k", "/", "4", "0", "1"] {
        tmux.keys(&[key]);
    }
    let screen = tmux.shows("filter: 401_  2 of 14");
    let rows = screen.lines().filter(|l| l.contains("A>B STUN"));
    assert_eq!(rows.filter(|l| l.contains("401 Un")).count(), 2, "{screen}");
    let selected = screen.lines().find(|l| l.starts_with('>'));
    let no = selected.and_then(|l| l.split_whitespace().nth(1));
    assert!(
        screen.contains(&format!("Packet {} ", no.unwrap_or("?"))),
        "{screen}"
    );
    tmux.keys(&["Enter"]);
    tmux.quit();
}
