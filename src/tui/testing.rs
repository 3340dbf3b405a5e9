//! Small calls to draw in tests, keys to press, and ways to read what was drawn.
//!
//! ```text
//! call().size(80, 24).ui().press("2").press("Enter").has("bit rate kb/s");
//! ```

use super::app::{App, Load, Request};
use super::keys::{Chord, parse_chord};
use super::source::{FrameBytes, PlainFile};
use super::theme::{Glyphs, Look, Theme};
use crate::analysis::{Analyzer, Credentials, FileFacts, Options, PacketRef, Series};
use crate::capture::{Capture, Frame, LinkType, Problem};
use crate::time::{Span, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A capture time.
pub(crate) fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_nanos(ms * 1_000_000)
}

/// A series of 100 ms buckets from (ms, packets of 125 bytes, lost).
pub(crate) fn series(samples: &[(i64, u32, i32)]) -> Series {
    let mut series = Series::new(at_ms(0), Span::from_millis(100), 4096);
    for &(ms, packets, lost) in samples {
        let bucket = series.at(at_ms(ms));
        bucket.packets += packets;
        bucket.bytes += packets * 125;
        bucket.lost += lost;
        bucket.jitter_max_ns = 1_000_000 + packets * 10_000;
    }
    series
}

/// Looks without colour.
pub(crate) fn look(glyphs: Glyphs) -> Look {
    Look {
        theme: Theme::Mono,
        glyphs,
    }
}

/// The rows of a screen, without the spaces at their ends.
pub(crate) fn rows_of(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.y..area.bottom())
        .map(|y| {
            let row: String = (area.x..area.right())
                .filter_map(|x| buffer.cell((x, y)).map(|c| c.symbol()))
                .collect();
            row.trim_end().to_owned()
        })
        .collect()
}

/// A capture made of frames of raw IPv4, kept in memory.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    frames: Vec<(Timestamp, Vec<u8>)>,
    theme: Theme,
    glyphs: Glyphs,
    size: (u16, u16),
    complete: bool,
    problems: Vec<Problem>,
}

/// Ten seconds between two hosts: a check and its answer, audio both ways, of which one direction
/// loses a packet at 5 s, and video with a pause from 6 s to 8 s; and one host whose checks nobody
/// answers.
pub(crate) fn call() -> Call {
    let mut frames = Vec::new();
    let mut add = |ms: i64, src: (u8, u16), dst: (u8, u16), payload: &[u8]| {
        frames.push((at_ms(ms), ipv4(src, dst, payload)));
    };
    let (a, b, c, d) = ((1, 5000), (2, 6000), (8, 7000), (9, 8000));
    add(0, a, b, &binding(0x0001, 1, b"b:aa"));
    add(12, b, a, &binding(0x0101, 1, b""));
    for i in 0..500u16 {
        let ms = i64::from(i) * 20 + 100;
        if i != 250 {
            add(ms, a, b, &rtp(0, i, u32::from(i) * 160, 0x1111_1111, 160));
        }
        add(
            ms + 3,
            b,
            a,
            &rtp(8, i, u32::from(i) * 160, 0x2222_2222, 160),
        );
        if !(6_000..8_000).contains(&ms) {
            add(
                ms + 7,
                a,
                b,
                &rtp(96, i, u32::from(i) * 1_800, 0x3333_3333, 700),
            );
        }
        if i % 100 == 0 {
            add(
                ms + 8,
                c,
                d,
                &binding(0x0001, 100 + (i / 100) as u8, b"d:cc"),
            );
        }
    }
    Call {
        frames,
        theme: Theme::Mono,
        glyphs: Glyphs::Braille,
        size: (80, 24),
        complete: true,
        problems: Vec::new(),
    }
}

/// A capture without packets.
pub(crate) fn nothing() -> Call {
    Call {
        frames: Vec::new(),
        ..call()
    }
}

impl Call {
    /// With this theme.
    pub(crate) fn theme(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// With these glyphs.
    pub(crate) fn glyphs(self, glyphs: Glyphs) -> Self {
        Self { glyphs, ..self }
    }

    /// On a screen of this size.
    pub(crate) fn size(self, width: u16, height: u16) -> Self {
        Self {
            size: (width, height),
            ..self
        }
    }

    /// Of a file that ends in the middle of a packet.
    pub(crate) fn cut(mut self) -> Self {
        self.problems.push(Problem {
            code: "truncated-file",
            message: "the file ends in the middle of a packet".to_owned(),
            packet: None,
            offset: Some(1234),
        });
        self
    }

    /// Where a stream ends at this moment.
    pub(crate) fn ending(mut self, ssrc: u32, ms: i64) -> Self {
        // Behind 20 bytes of IPv4 and 8 of UDP, the SSRC is at 8 of RTP.
        let has = |data: &[u8]| data.get(36..40) == Some(ssrc.to_be_bytes().as_slice());
        self.frames
            .retain(|(ts, data)| *ts < at_ms(ms) || !has(data));
        self
    }

    /// As long as it is still being read.
    pub(crate) fn loading(self) -> Self {
        Self {
            complete: false,
            ..self
        }
    }

    /// The application that shows it.
    pub(crate) fn app(self) -> App {
        let mut analyzer = Analyzer::new(Options {
            series_width: Span::from_millis(100),
            series_limit: 4096,
            packet_index: 100_000,
            ..Options::default()
        });
        for (no, (ts, data)) in (1..).zip(&self.frames) {
            analyzer.push(&Frame {
                no,
                ts: *ts,
                link: LinkType::RAW,
                wire_len: data.len() as u32,
                offset: no - 1,
                data,
            });
        }
        analyzer.describe_file(FileFacts {
            problems: self.problems,
            ..FileFacts::default()
        });
        let look = Look {
            theme: self.theme,
            glyphs: self.glyphs,
        };
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let analysis = if self.complete {
            analyzer.finish()
        } else {
            analyzer.snapshot()
        };
        let load = match self.complete {
            true => Load::Done,
            false => Load::Reading {
                read: 52,
                total: Some(100),
            },
        };
        let mut app = App::new(
            "call.pcap".to_owned(),
            Box::new(Memory(self.frames)),
            look,
            area,
        );
        app.set_analysis(Arc::new(analysis));
        app.set_load(load);
        app
    }

    /// The application, to press keys of.
    pub(crate) fn ui(self) -> Ui {
        let size = self.size;
        Ui {
            app: self.app(),
            size,
        }
    }
}

/// A file of samples/ on a screen of this size, read as the program reads it.
pub(crate) fn sample(name: &str, size: (u16, u16), credentials: Credentials) -> Ui {
    told_sample(
        name,
        size,
        Options {
            credentials: Arc::new(credentials),
            ..Options::default()
        },
    )
}

/// The same with what the user knows in `told`.
pub(crate) fn told_sample(name: &str, size: (u16, u16), told: Options) -> Ui {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name);
    let mut capture = Capture::open(&path).unwrap();
    let mut analyzer = Analyzer::new(Options {
        series_width: Span::from_millis(100),
        series_limit: 4096,
        packet_index: 100_000,
        ..told
    });
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
    }
    analyzer.describe_file(FileFacts::of(&capture));
    let bytes = PlainFile::new(File::open(&path).unwrap());
    let area = Rect::new(0, 0, size.0, size.1);
    let look = look(Glyphs::Braille);
    let mut app = App::new(name.to_owned(), Box::new(bytes), look, area);
    app.set_analysis(Arc::new(analyzer.finish()));
    app.set_load(Load::Done);
    Ui { app, size }
}

/// The frames, found by their number less one.
#[derive(Debug)]
struct Memory(Vec<(Timestamp, Vec<u8>)>);

impl FrameBytes for Memory {
    fn read(&self, row: &PacketRef) -> Result<Vec<u8>, String> {
        let frame = self.0.get(row.offset as usize).ok_or("gone")?;
        Ok(frame.1.clone())
    }
}

fn ipv4(src: (u8, u16), dst: (u8, u16), payload: &[u8]) -> Vec<u8> {
    let udp = (8 + payload.len()) as u16;
    let mut out = vec![0x45, 0];
    out.extend((20 + udp).to_be_bytes());
    out.extend([0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, src.0, 192, 0, 2, dst.0]);
    out.extend(src.1.to_be_bytes());
    out.extend(dst.1.to_be_bytes());
    out.extend(udp.to_be_bytes());
    out.extend([0, 0]);
    out.extend(payload);
    out
}

fn rtp(payload_type: u8, seq: u16, ts: u32, ssrc: u32, len: usize) -> Vec<u8> {
    let mut out = vec![0x80, payload_type];
    out.extend(seq.to_be_bytes());
    out.extend(ts.to_be_bytes());
    out.extend(ssrc.to_be_bytes());
    out.resize(12 + len, 0xd5);
    out
}

/// A Binding message with a USERNAME of four bytes, or none.
fn binding(message_type: u16, transaction: u8, username: &[u8]) -> Vec<u8> {
    let mut attributes = Vec::new();
    if !username.is_empty() {
        attributes.extend([0, 6, 0, 4]);
        attributes.extend(username);
    }
    let mut out = message_type.to_be_bytes().to_vec();
    out.extend((attributes.len() as u16).to_be_bytes());
    out.extend([0x21, 0x12, 0xa4, 0x42]);
    out.extend([transaction; 12]);
    out.extend(attributes);
    out
}

/// An application and a screen, in the manner of a person at it: press, then look.
pub(crate) struct Ui {
    /// The application.
    pub(crate) app: App,
    size: (u16, u16),
}

impl Ui {
    /// Presses a key, by its name in the key table.
    pub(crate) fn press(mut self, chord: &str) -> Self {
        let event = match parse_chord(chord) {
            Some(Chord::One(code, modifiers)) => KeyEvent::new(code, modifiers),
            _ => panic!("{chord} is no key"),
        };
        assert_eq!(self.app.key(event), Request::Continue, "{chord}");
        while self.app.work() {}
        self
    }

    /// Presses a key several times.
    pub(crate) fn times(self, n: usize, chord: &str) -> Self {
        (0..n).fold(self, |ui, _| ui.press(chord))
    }

    /// Types a text.
    pub(crate) fn type_text(mut self, text: &str) -> Self {
        for c in text.chars() {
            self.app
                .key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        while self.app.work() {}
        self
    }

    /// Gives the screen another size.
    pub(crate) fn resize(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self.app.resize(Rect::new(0, 0, width, height));
        self
    }

    /// What is drawn.
    pub(crate) fn buffer(&self) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        self.app.draw(&mut buffer);
        buffer
    }

    /// The rows of the screen.
    pub(crate) fn rows(&self) -> Vec<String> {
        rows_of(&self.buffer())
    }

    /// Asserts that a text is on the screen.
    #[track_caller]
    pub(crate) fn has(self, text: &str) -> Self {
        let rows = self.rows();
        assert!(
            rows.iter().any(|row| row.contains(text)),
            "no {text:?} in\n{}",
            rows.join("\n")
        );
        self
    }

    /// Asserts that a text is not on the screen.
    #[track_caller]
    pub(crate) fn has_not(self, text: &str) -> Self {
        let rows = self.rows();
        assert!(
            !rows.iter().any(|row| row.contains(text)),
            "{text:?} in\n{}",
            rows.join("\n")
        );
        self
    }

    /// Asserts that the selected row of a list, which is reversed and begins with `>`, has a text.
    #[track_caller]
    pub(crate) fn selected(self, text: &str) -> Self {
        let buffer = self.buffer();
        let rows = rows_of(&buffer);
        let selected = rows.iter().zip(0u16..).find(|(row, y)| {
            row.starts_with('>')
                && buffer
                    .cell((0, *y))
                    .is_some_and(|cell| cell.modifier.contains(Modifier::REVERSED))
        });
        match selected {
            Some((row, _)) if row.contains(text) => {}
            other => panic!("{text:?} is not in {other:?}\n{}", rows.join("\n")),
        }
        self
    }

    /// Compares the screen with a kept one; `UPDATE_SCREENS=1` keeps what is drawn now.
    #[track_caller]
    pub(crate) fn screen(self, name: &str) -> Self {
        let path = format!("{}/src/tui/screens/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let drawn = self.rows().join("\n") + "\n";
        if std::env::var_os("UPDATE_SCREENS").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == drawn,
            "{name} changed; UPDATE_SCREENS=1 keeps this:\n{drawn}\nwas:\n{kept}"
        );
        self
    }
}
