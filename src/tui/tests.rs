//! The interface as a person meets it: keys pressed, screens read.

use super::testing::{Ui, call, nothing, sample, told_sample};
use super::theme::Glyphs;
use crate::analysis::Credentials;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The views and how they are reached.
const REACHED: [(&str, &[&str]); 8] = [
    ("connections", &["1"]),
    ("timeline", &["2", "j"]),
    ("streams", &["3"]),
    ("stream", &["3", "Enter", "Right"]),
    ("packets", &["4", "Enter"]),
    ("capture", &["5"]),
    ("help", &["?"]),
    ("filter", &["4", "/"]),
];

fn reach(ui: Ui, keys: &[&str]) -> Ui {
    keys.iter().fold(ui, |ui, key| press(ui, key))
}

/// A digit is the one key that its row of the table does not name alone.
fn press(mut ui: Ui, key: &str) -> Ui {
    match key
        .parse::<u32>()
        .ok()
        .and_then(|n| char::from_digit(n, 10))
    {
        Some(digit) => {
            ui.app
                .key(KeyEvent::new(KeyCode::Char(digit), KeyModifiers::NONE));
            while ui.app.work() {}
            ui
        }
        None => ui.press(key),
    }
}

#[test]
fn a_packet_that_a_key_opens_shows_what_it_holds() {
    use crate::keys::{GivenKey, KeyOrigin, Secrets};
    let key = b"123456789012345678901234567890";
    let mut told = crate::analysis::Options::default();
    for known in [false, true] {
        let ui = told_sample("sdes-srtp.pcapng", (110, 44), told.clone());
        let ui = reach(ui, &["4", "/"]).type_text("rtp");
        let ui = ui.press("Enter").press("Enter").has("sequence number");
        if !known {
            ui.has_not("decrypted").has("payload");
            let srtp = GivenKey::of_any_profile(key, KeyOrigin::Explicit);
            told.secrets = std::sync::Arc::new(Secrets {
                srtp,
                ..Secrets::default()
            });
            continue;
        }
        let ui = ui.has("(SRTP: decrypted)").has_not("Bytes: decrypted");
        let ui = ui.press("G").has("tag, and MKI if there is one  10 bytes");
        ui.press("Up")
            .has("Bytes: decrypted RTP")
            .press("g")
            .has("Bytes ");
    }
}

#[test]
fn header_extensions_have_names_in_a_packet() {
    let ui = sample("chromium-loss.pcapng", (110, 50), Credentials::default());
    let ui = reach(ui, &["4", "/"]).type_text("rtp");
    ui.press("Enter").press("Enter").has("abs-send-time");
}

#[test]
fn the_readme_shows_the_charts_as_they_are() {
    let ui = sample("chromium-loss.pcapng", (100, 26), Credentials::default());
    let ui = reach(ui, &["3"]).press("G").press("Enter");
    let shown = ui.rows().join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let mut readme = std::fs::read_to_string(path).unwrap();
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        // The block that begins with the interface's first row.
        let start = readme.find(" rtcscope  chromium-loss.pcapng").unwrap();
        let (before, block) = readme.split_at(start);
        let (_, after) = block.split_once("```").unwrap();
        readme = format!("{before}{shown}```{after}");
        std::fs::write(path, &readme).unwrap();
    }
    assert!(
        readme.contains(&shown),
        "README.md shows other charts than these: UPDATE_SCREENS=1 cargo test --lib tui\n{shown}"
    );
}

#[test]
fn with_passwords_the_details_say_how_many_checks_verify() {
    let ui = |password: Option<&str>| {
        let mut credentials = Credentials::default();
        if let Some(password) = password {
            credentials.add_password(None, password);
        }
        sample("chromium-loss.pcapng", (100, 60), credentials)
    };
    ui(None).has("round trip").has_not("integrity");
    ui(Some("not the password of any side"))
        .has("integrity")
        .has("do not, first in packet");
}

#[test]
fn every_view_at_its_usual_sizes() {
    for (name, keys) in REACHED {
        reach(call().ui(), keys).screen(&format!("{name}-80x24"));
    }
    for (name, keys) in &REACHED[..5] {
        reach(call().size(160, 45).ui(), keys).screen(&format!("{name}-160x45"));
    }
}

#[test]
fn calls_come_before_stray_checks_and_lead_to_their_streams() {
    call()
        .ui()
        .selected("connected")
        .press("j")
        .selected("checking")
        .has("no answer")
        .has("Connection 2")
        .press("k")
        .press("Enter")
        .has("0x11111111")
        .has("of connection 1")
        .press("c")
        .has("of all connections");
}

#[test]
fn a_stream_zooms_pans_and_hands_its_time_to_the_packets() {
    let ui = reach(call().ui(), &["3", "Enter"]);
    let ui = ui
        .has("bit rate kb/s")
        .has("loss %")
        .has("jitter ms")
        .has(" 5 s");
    // Zoomed in four times, a sixteenth of ten seconds is shown.
    let ui = ui.times(4, "+").has_not(" 5 s").press("0").has(" 5 s");
    let ui = ui.press("Right").has("t=5.0").has("kb/s").has("packets");
    let cursor = ui.app.shared().cursor.unwrap();
    let ui = ui
        .press("Enter")
        .has("filter: 0x11111111")
        .selected("0x11111111");
    let at = ui.app.shared().packet;
    let ui = ui.press("s").has("bit rate kb/s");
    let back = ui.app.shared().cursor.unwrap();
    assert!(
        (back - cursor).seconds().abs() < 0.1,
        "packet {at} is at the cursor"
    );
}

#[test]
fn esc_leads_back_along_every_jump_to_the_same_row() {
    // Connections, the second row, to its streams and back.
    let ui = call().ui().press("j").selected("checking");
    let ui = ui.press("Enter").has("of connection 2").press("Esc");
    let ui = ui.selected("checking").press("k").selected("connected");
    // Over the timeline to a packet; there, the pane and the filter go first.
    let ui = ui.press("t").press("j").selected("first check answered");
    let ui = ui.press("Enter").has("Packet 2 ").times(3, "j");
    let ui = ui.press("/").type_text("stun").press("Enter").press("Tab");
    let ui = ui.press("Esc").has("filter: stun").press("Esc");
    let ui = ui.has_not("filter:").has("Bytes").press("Esc");
    let ui = ui.selected("first check answered").press("Esc");
    let ui = ui.selected("connected").has("Connection 1 ");
    // Over the streams and the charts to packets; the jump's filter goes with the jump.
    let ui = ui.press("Enter").press("j").selected("0x22222222");
    let ui = ui.press("Enter").has("bit rate kb/s").press("p");
    let ui = ui.has("filter: 0x22222222").press("/").type_text("a>b");
    let ui = ui.press("Enter").press("Esc").has("filter: 0x22222222");
    let ui = ui.press("Esc").has("bit rate kb/s").press("Backspace");
    let ui = ui
        .selected("0x22222222")
        .press("p")
        .has("filter: 0x22222222");
    let ui = ui.press("s").has("bit rate kb/s").press("Esc").press("Esc");
    let ui = ui.selected("0x22222222").press("Esc").selected("connected");
    // Straight to packets; help is only a view on top.
    let ui = ui.press("p").has("Bytes").press("?").press("Esc");
    let ui = ui.has("Bytes").press("Esc").selected("connected");
    ui.press("Esc").has("nothing to go back to; q quits");
}

#[test]
fn a_number_key_begins_a_new_way_and_keeps_the_places() {
    let ui = call().ui().press("t").press("j").press("Enter");
    let ui = press(ui.has("Packet 2 "), "2");
    let ui = ui.selected("first check answered").press("Esc");
    let ui = ui.has("nothing to go back to").selected("first check");
    // What a jump asked for is an ordinary filter now.
    let ui = press(press(ui, "3").press("p"), "1");
    let ui = press(ui, "4").has("filter: 0x11111111").press("Esc");
    ui.has_not("filter:")
        .press("Esc")
        .has("nothing to go back to");
}

#[test]
fn ctrl_o_goes_back_at_once_and_over_number_keys() {
    let ui = call().ui().press("Enter").press("p").press("Tab");
    let ui = ui.press("Ctrl-o").selected("0x11111111");
    let ui = ui.press("Ctrl-o").selected("connected").press("j");
    let ui = press(press(ui, "4"), "5").press("Ctrl-o").has("Bytes");
    let ui = ui.press("Ctrl-o").selected("checking");
    ui.press("Ctrl-o").has("nothing to go back to");
}

#[test]
fn jumps_without_end_stay_bounded() {
    let ui = (0..200).fold(call().ui(), |ui, _| press(ui.press("t").press("s"), "1"));
    let ui = (0..80).fold(ui.press("p"), |ui, _| ui.press("s").press("p"));
    ui.times(150, "Ctrl-o").has("Connection");
}

#[test]
fn loss_shows_in_the_row_the_chart_and_the_reading() {
    let ui = reach(call().ui(), &["3"]).press("o").selected("0x11111111");
    let ui = ui.has("0.20").has("lost 1 (0.20 %)").press("Enter");
    // From the middle, where the cursor appears, to the column with the loss.
    let mut ui = ui.press("Right");
    let found = (0..20).any(|_| {
        let row = ui.rows().into_iter().nth(22).unwrap_or_default();
        ui.app
            .key(KeyEvent::new(KeyCode::Char('l'), KeyModifiers::NONE));
        row.contains("lost 1 (")
    });
    assert!(found, "{:#?}", ui.rows());
}

#[test]
fn a_stream_that_ends_before_its_connection_shows_as_empty_afterwards() {
    let early = || reach(call().ending(0x1111_1111, 4_000).ui(), &["3"]);
    let rows = early().rows();
    let row = |ssrc: &str| rows.iter().find(|r| r.contains(ssrc)).unwrap().clone();
    // The sparklines of all streams have one axis.
    let bars = |row: String| row.chars().filter(|c| ('▁'..='█').contains(c)).count();
    assert!(
        bars(row("0x11111111")) * 2 < bars(row("0x22222222")),
        "{rows:#?}"
    );
    let early = early()
        .has("ends 6.107 s before its connection")
        .press("Enter")
        .has(" 5 s");
    // From the middle, which is after its last packet.
    let early = early.press("Right").has("t=5.0").has("no packets");
    // A stream that goes on to the end does not say so.
    early
        .press("Down")
        .has("0x22222222")
        .press("Esc")
        .has_not("before its connection");
}

#[test]
fn up_and_down_in_the_charts_go_from_stream_to_stream() {
    reach(call().ui(), &["3", "Enter"])
        .has("0x11111111")
        .press("Down")
        .has("0x22222222")
        .times(5, "Down")
        .has("0x33333333")
        .press("Esc")
        .selected("0x33333333");
}

#[test]
fn list_fields_and_bytes_of_a_packet_mark_each_other() {
    let ui = reach(call().ui(), &["4"]).times(3, "Down").press("Enter");
    let ui = ui.selected("RTP").times(9, "Down");
    let buffer = ui.buffer();
    let reversed = |y: u16| {
        (0..80)
            .filter_map(|x| buffer.cell((x, y)))
            .filter(|c| c.modifier.contains(Modifier::REVERSED))
            .count()
    };
    let rows = ui.rows();
    let hex = rows.iter().position(|row| row.contains("Bytes")).unwrap() as u16;
    let marked: usize = (hex + 1..22).map(reversed).sum();
    assert!(marked > 0, "{rows:#?}");
    // Folding hides the fields of the group.
    let before = rows.iter().filter(|row| row.contains("SSRC")).count();
    let after = ui.press("Left").press("Left").rows();
    assert!(
        after.iter().filter(|row| row.contains("SSRC")).count() < before,
        "{after:#?}"
    );
}

#[test]
fn a_filter_takes_words_shows_its_count_and_goes_away() {
    reach(call().ui(), &["4", "/"])
        .type_text("stun")
        .has("filter: stun_")
        .has("7 of")
        .press("Enter")
        .selected("STUN")
        .press("G")
        .selected("STUN")
        .press("/")
        .press("Ctrl-u")
        .type_text("rtp 0x33333333")
        .has("400 of")
        .press("Esc")
        .has_not("filter:");
    reach(call().ui(), &["4", "/"])
        .type_text("no such words")
        .has("no packet found");
    // While typing, letters are letters.
    reach(call().ui(), &["4", "/"])
        .type_text("q1?")
        .has("filter: q1?_");
}

#[test]
fn the_packet_below_a_filtered_list_is_the_one_selected_in_it() {
    let ui = reach(call().ui(), &["4"]).press("G").press("k").press("/");
    // Nothing is found yet after each letter: the rows and the fields wait for the same packets.
    let ui = ui.type_text("stun").selected("STUN").has("A>B STUN");
    let at = ui.app.shared().packet;
    let ui = ui.has(&format!("Packet {at} ")).has("Binding request");
    // Nothing found, nothing shown below.
    ui.type_text("xyz")
        .has("no packet found")
        .has_not("Packet ")
        .has_not("Bytes");
}

#[test]
fn a_filter_goes_on_with_another_word() {
    let ui = reach(call().ui(), &["3"]).press("p");
    let ui = ui.has("filter: 0x11111111  499 of").press("/");
    ui.has("499 of")
        .type_text("a>b")
        .has("filter: 0x11111111 a>b_  499 of");
}

#[test]
fn what_is_not_known_is_no_zero() {
    let ui = reach(nothing().ui(), &["1"]).has("no WebRTC or RTP connections");
    let ui = reach(ui, &["3"]).has("no RTP streams");
    let ui = reach(ui, &["4"]).has("no packets");
    reach(ui, &["5"]).has("--");
    // The sender whose checks nobody answers has no round trip.
    call().ui().press("j").has("-- (no answered check)");
}

#[test]
fn a_capture_that_is_still_read_says_so() {
    call()
        .loading()
        .ui()
        .has("loading 52 %")
        .selected("connected");
    nothing().loading().ui().has("no connections so far");
}

#[test]
fn a_damaged_file_says_so_on_every_page() {
    for (_, keys) in REACHED {
        let ui = reach(call().cut().ui(), keys);
        let title = ui.rows().into_iter().next().unwrap_or_default();
        assert!(title.ends_with("! 1 problem: 5"), "{title}");
    }
    call()
        .cut()
        .loading()
        .ui()
        .has("! 1 problem: 5 loading 52 %");
    reach(call().cut().ui(), &["5"]).has("truncated-file");
    call().ui().has_not("problem:");
}

#[test]
fn help_lists_the_keys_of_the_view_it_was_asked_in() {
    reach(call().ui(), &["3", "Enter"])
        .press("?")
        .has("Zoom in around the cursor")
        .has_not("Fold the field's group")
        .press("Esc")
        .has("bit rate kb/s");
}

#[test]
fn a_key_that_does_nothing_says_where_the_keys_are() {
    let ui = call().ui().press("y").has("no key `y` here, ? lists them");
    // The next key that does something takes it away.
    let ui = ui.press("j").has_not("no key");
    let ui = ui.press("Ctrl-x").has("no key `Ctrl-x` here, ? lists them");
    // While typing, `?` is a letter, and so is any other.
    let ui = reach(ui, &["4", "/"]).press("y").has_not("no key");
    ui.press("Ctrl-x")
        .has("no key `Ctrl-x` here")
        .has_not("lists them");
}

#[test]
fn a_small_screen_says_what_it_needs() {
    call()
        .size(59, 15)
        .ui()
        .has("needs 60x16, has 59x15")
        .resize(60, 16)
        .has("connected");
}

#[test]
fn maximised_the_pane_has_the_whole_body() {
    let ui = reach(call().ui(), &["4"])
        .has("Bytes")
        .press("z")
        .has_not("Bytes");
    ui.press("Esc").has("Bytes");
}

#[test]
fn the_wheel_moves_and_a_click_selects() {
    let mut ui = call().ui();
    let mut mouse = |kind, column, row| {
        ui.app.mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        });
    };
    mouse(MouseEventKind::Down(MouseButton::Left), 30, 1);
    mouse(MouseEventKind::Down(MouseButton::Left), 5, 4);
    ui = ui.selected("0x22222222");
    ui.app.mouse(MouseEvent {
        kind: MouseEventKind::ScrollUp,
        column: 5,
        row: 4,
        modifiers: KeyModifiers::NONE,
    });
    ui.selected("0x11111111");
}

#[test]
fn ascii_screens_are_ascii() {
    for (name, keys) in REACHED {
        for row in reach(call().glyphs(Glyphs::Ascii).ui(), keys).rows() {
            assert!(row.is_ascii(), "{name}: {row}");
        }
    }
}

/// Every key there is, as terminals report it.
fn keys() -> Vec<KeyEvent> {
    let mut all: Vec<_> = super::keys::KEYS
        .iter()
        .flat_map(|key| key.chords.split('|'))
        .filter(|chord| *chord != super::keys::DIGITS && *chord != "Ctrl-z")
        .filter_map(|chord| match super::keys::parse_chord(chord)? {
            super::keys::Chord::One(code, modifiers) => Some(KeyEvent::new(code, modifiers)),
            super::keys::Chord::Digits => None,
        })
        .collect();
    all.extend(
        "123456789xé日 0"
            .chars()
            .map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)),
    );
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_keys_at_any_size_are_drawn_without_panic(
        steps in proptest::collection::vec((0usize..200, proptest::option::weighted(0.2, (1u16..=250, 1u16..=80))), 1..60),
        empty in proptest::bool::weighted(0.1),
    ) {
        let keys = keys();
        let mut ui = if empty { nothing().ui() } else { call().ui() };
        for (key, size) in steps {
            if let Some((width, height)) = size {
                ui = ui.resize(width, height);
            }
            ui.app.key(keys[key % keys.len()]);
            ui.app.mouse(MouseEvent {
                kind: if key % 2 == 0 { MouseEventKind::ScrollDown } else { MouseEventKind::Down(MouseButton::Left) },
                column: (key * 7 % 90) as u16,
                row: (key % 30) as u16,
                modifiers: KeyModifiers::NONE,
            });
            ui.app.work();
            ui.buffer();
        }
        prop_assert!(ui.app.shared().packet >= 1);
    }
}

#[test]
fn drawing_is_within_its_budget() {
    for (name, keys) in REACHED {
        let ui = reach(call().size(200, 60).ui(), keys);
        let mut buffer = ratatui::buffer::Buffer::empty(Rect::new(0, 0, 200, 60));
        let start = std::time::Instant::now();
        for _ in 0..10 {
            ui.app.draw(&mut buffer);
        }
        // 8 ms a frame; ten times as much in a debug build on a busy machine.
        assert!(
            start.elapsed().as_millis() < 10 * 80,
            "{name}: {:?}",
            start.elapsed() / 10
        );
    }
}
