//! The views: one file each, one line in [`VIEWS`] for those that the second line of the screen
//! lists. How to add one: docs/adding/tui-view.md.

pub(crate) mod capture;
pub(crate) mod connections;
mod dtls_facts;
pub(crate) mod extension_facts;
pub(crate) mod facts;
mod feedback_facts;
mod filter_prompt;
pub(crate) mod help;
mod ice_facts;
pub(crate) mod packet_fields;
pub(crate) mod packet_filter;
mod packet_insight;
mod packet_list;
pub(crate) mod packets;
mod path_facts;
mod sctp_facts;
pub(crate) mod stream;
pub(crate) mod stream_facts;
pub(crate) mod stream_table;
pub(crate) mod streams;
pub(crate) mod timeline;
mod timeline_facts;
mod timeline_rows;

use super::keys::{Action, Scope};
use super::source::FrameBytes;
use super::theme::Look;
use super::widgets::text::Line;
use crate::analysis::model::{Connection, Stream, Transport};
use crate::analysis::{Analysis, ConnectionId, StreamId};
use crate::capture::PacketNo;
use crate::time::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// A view that has a number key.
pub(crate) struct Entry {
    /// What [`Effect::Show`] calls it.
    pub(crate) name: &'static str,
    /// What the second line of the screen calls it.
    pub(crate) title: &'static str,
    /// Makes it.
    pub(crate) new: fn() -> Box<dyn View>,
}

/// The views, in the order of their number keys.
#[rustfmt::skip]
pub(crate) const VIEWS: &[Entry] = &[
    Entry { name: "connections", title: "Connections", new: || Box::<connections::Connections>::default() },
    Entry { name: "timeline", title: "Timeline", new: || Box::<timeline::Timeline>::default() },
    Entry { name: "streams", title: "Streams", new: || Box::<streams::Streams>::default() },
    Entry { name: "packets", title: "Packets", new: || Box::<packets::Packets>::default() },
    Entry { name: "capture", title: "Capture", new: || Box::<capture::Capture>::default() },
];

/// A screen: state that keys change, drawn from the newest analysis.
pub(crate) trait View {
    /// The keys it answers, besides those that work everywhere; the first that knows a key wins.
    fn scopes(&self) -> &'static [Scope];

    /// Answers a key.
    fn update(&mut self, action: Action, shared: &mut Shared, cx: &Ctx<'_>) -> Effect;

    /// Brings the state in line with the analysis and the size of the screen. Called after every
    /// event, before drawing.
    fn refresh(&mut self, shared: &mut Shared, cx: &Ctx<'_>);

    /// Draws the body.
    fn draw(&self, buffer: &mut Buffer, shared: &Shared, cx: &Ctx<'_>);

    /// The line above the keys: where the selection is, what was typed.
    fn status(&self, shared: &Shared, cx: &Ctx<'_>) -> Line;

    /// Answers a click.
    fn click(&mut self, _at: Position, _shared: &mut Shared, _cx: &Ctx<'_>) {}

    /// Takes a typed character; only while [`Scope::Prompt`] is among its scopes.
    fn text(&mut self, _c: char) {}

    /// A fresh one with the same settings, for a jump to it; `None` for what no jump leads to.
    fn another(&self) -> Option<Box<dyn View>> {
        None
    }

    /// Whether a key would do nothing now: the footer then leaves it out.
    fn idle(&self, _action: Action) -> bool {
        false
    }

    /// Does a little of what takes long; `false` when there was nothing to do.
    fn work(&mut self, _cx: &Ctx<'_>) -> bool {
        false
    }
}

/// What a view asks of the application.
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// Leave this view, if it was opened from another.
    Back,
    /// Show a view of [`VIEWS`] on top of this one; Esc leads back to what was selected here.
    Show(&'static str),
    /// Open a view on top of this one.
    Open(Box<dyn View>),
}

/// What all views look at together: one selection, one time axis, one cursor.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// The current connection.
    pub(crate) connection: Option<ConnectionId>,
    /// Whether only its streams are listed.
    pub(crate) one_connection: bool,
    /// The current stream.
    pub(crate) stream: Option<StreamId>,
    /// The time the charts are zoomed to.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    /// The moment looked at.
    pub(crate) cursor: Option<Timestamp>,
    /// The current packet, from 1.
    pub(crate) packet: PacketNo,
    /// A filter that the packet view shall take over when it comes up.
    pub(crate) filter: Option<String>,
    /// Whether only the pane that has the keys is shown.
    pub(crate) maximised: bool,
}

impl Shared {
    /// Takes over what was selected at an earlier place; zoom and panes stay.
    pub(crate) fn return_to(&mut self, before: Self) {
        *self = Self {
            window: self.window,
            maximised: self.maximised,
            filter: None,
            ..before
        };
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            connection: None,
            one_connection: false,
            stream: None,
            window: None,
            cursor: None,
            packet: 1,
            filter: None,
            maximised: false,
        }
    }
}

/// What a view may read.
pub(crate) struct Ctx<'a> {
    /// The newest analysis.
    pub(crate) analysis: &'a Analysis,
    /// The bytes of packets.
    pub(crate) bytes: &'a dyn FrameBytes,
    /// Colours and characters.
    pub(crate) look: Look,
    /// Where the view is drawn.
    pub(crate) area: Rect,
    /// Whether the view was opened from another, to which Esc leads back.
    pub(crate) opened: bool,
}

impl Ctx<'_> {
    /// Room for two panes side by side.
    pub(crate) fn is_wide(&self) -> bool {
        self.area.width >= 140
    }

    /// Room for a third pane.
    pub(crate) fn is_large(&self) -> bool {
        self.area.width >= 160 && self.area.height >= 36
    }
}

/// The connection of this number.
pub(crate) fn connection(analysis: &Analysis, id: ConnectionId) -> Option<&Connection> {
    let guess = usize::try_from(id.0).ok()?.checked_sub(1)?;
    match analysis.connections.get(guess) {
        Some(found) if found.id == id => Some(found),
        _ => analysis.connections.iter().find(|c| c.id == id),
    }
}

/// The stream of this number.
pub(crate) fn stream(analysis: &Analysis, id: StreamId) -> Option<&Stream> {
    let guess = usize::try_from(id.0).ok()?.checked_sub(1)?;
    match analysis.streams.get(guess) {
        Some(found) if found.id == id => Some(found),
        _ => analysis.streams.iter().find(|s| s.id == id),
    }
}

/// The transport of this index, and its connection.
pub(crate) fn transport(analysis: &Analysis, index: u32) -> Option<(&Connection, &Transport)> {
    analysis.connections.iter().find_map(|c| {
        let transport = c.transports.iter().find(|t| t.index == index)?;
        Some((c, transport))
    })
}

/// `A>B` from the lower to the higher address, `B>A` the other way.
pub(crate) fn direction(reverse: bool) -> &'static str {
    if reverse { "B>A" } else { "A>B" }
}

/// The direction of a stream.
pub(crate) fn stream_direction(stream: &Stream) -> &'static str {
    direction(stream.path.canonical().1)
}

/// How far an action moves in a list of `len` rows, `page` of them on the screen.
pub(crate) fn step(action: Action, page: usize, len: usize) -> Option<isize> {
    let page = isize::try_from(page.saturating_sub(1).max(1)).unwrap_or(1);
    let all = isize::try_from(len).unwrap_or(isize::MAX);
    Some(match action {
        Action::Up => -1,
        Action::Down => 1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::First => -all,
        Action::Last => all,
        _ => return None,
    })
}

/// The panes of a body in two parts: beside each other where it is wide, else the second below the
/// first, which gets `first_rows` rows but at most half of the height.
pub(crate) fn split(cx: &Ctx<'_>, first_rows: usize) -> (Rect, Rect) {
    let area = cx.area;
    if cx.is_wide() {
        let width = area.width * 11 / 20;
        let first = Rect { width, ..area };
        let second = Rect {
            x: area.x + width + 1,
            width: area.width.saturating_sub(width + 1),
            ..area
        };
        return (first, second);
    }
    let wanted = u16::try_from(first_rows).unwrap_or(u16::MAX);
    let height = wanted.clamp(4, (area.height / 2).max(4)).min(area.height);
    let first = Rect { height, ..area };
    let second = Rect {
        y: area.y.saturating_add(height),
        height: area.height.saturating_sub(height),
        ..area
    };
    (first, second)
}
