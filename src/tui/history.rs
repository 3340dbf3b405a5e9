//! Where a person is and came from: number keys begin anew, what opens a view puts it on top, and
//! Esc takes it away again.
//!
//! ```text
//! 1 Connections  --t-->  Timeline  --Enter-->  Packets  --s-->  charts
//!                <-Esc-            <--Esc----           <-Esc-
//! ```
//!
//! A jump to a list (`Timeline`, `Packets`) opens another of its kind on top, so that filters and
//! rows of the one left behind stay as they were. A number key makes those that are up the views of
//! their number keys: no place is lost by looking at something else.

use super::views::{Shared, VIEWS, View};

/// Views on top of each other; the lowest make room.
const DEPTH_MAX: usize = 100;
/// Number keys that the way back remembers.
const SWITCHES_MAX: usize = 100;

/// A view on top of others.
struct Layer {
    view: Box<dyn View>,
    /// The view of [`VIEWS`] that it is, or was opened from.
    tab: usize,
    /// What was selected where the jump began; `None` for what was opened from the view below, and
    /// follows its selection.
    before: Option<Box<Shared>>,
}

/// Where a way back leads.
#[derive(Debug)]
pub(super) enum Arrival {
    /// There is no way back.
    Nowhere,
    /// To the view below, with what is selected now.
    Here,
    /// To another place, with what was selected there.
    At(Box<Shared>),
}

/// All views there are, and which is up.
pub(super) struct History {
    /// One for each number key.
    homes: Vec<Box<dyn View>>,
    home: usize,
    layers: Vec<Layer>,
    /// The views that number keys left, and what was selected there.
    switches: Vec<(usize, Box<Shared>)>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            homes: VIEWS.iter().map(|entry| (entry.new)()).collect(),
            home: 0,
            layers: Vec::new(),
            switches: Vec::new(),
        }
    }
}

impl History {
    /// The view that is up.
    pub(super) fn top(&self) -> Option<&dyn View> {
        let opened = self.layers.last().map(|layer| &layer.view);
        opened
            .or_else(|| self.homes.get(self.home))
            .map(|view| &**view)
    }

    /// The view that is up.
    pub(super) fn top_mut(&mut self) -> Option<&mut (dyn View + 'static)> {
        match self.layers.last_mut() {
            Some(layer) => Some(&mut *layer.view),
            None => self.homes.get_mut(self.home).map(|view| &mut **view),
        }
    }

    /// The view of [`VIEWS`] that is up, or that what is up was opened from.
    pub(super) fn tab(&self) -> usize {
        self.layers.last().map_or(self.home, |layer| layer.tab)
    }

    /// Whether what is up was opened from another view.
    pub(super) fn is_open(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Puts a view on top that follows the selection of the one below.
    pub(super) fn open(&mut self, view: Box<dyn View>) {
        let tab = self.tab();
        self.push(Layer {
            view,
            tab,
            before: None,
        });
    }

    /// Goes to a view of [`VIEWS`], from where `before` is selected.
    pub(super) fn jump(&mut self, tab: usize, before: Shared) {
        let mut latest = self.layers.iter().rev().filter(|l| l.before.is_some());
        let like = latest.find(|l| l.tab == tab).map(|l| &l.view);
        let like = like.or_else(|| self.homes.get(tab));
        if let Some(view) = like.and_then(|view| view.another()) {
            self.push(Layer {
                view,
                tab,
                before: Some(Box::new(before)),
            });
        }
    }

    fn push(&mut self, layer: Layer) {
        if self.layers.len() >= DEPTH_MAX {
            self.layers.remove(0);
        }
        self.layers.push(layer);
    }

    /// Takes away the view on top.
    pub(super) fn close(&mut self) -> Arrival {
        match self.layers.pop() {
            None => Arrival::Nowhere,
            Some(Layer { before: None, .. }) => Arrival::Here,
            Some(Layer {
                before: Some(before),
                ..
            }) => Arrival::At(before),
        }
    }

    /// A number key: goes to a view of [`VIEWS`], and begins a new way.
    pub(super) fn switch(&mut self, tab: usize, now: &Shared) {
        if tab >= self.homes.len() {
            return;
        }
        if self.switches.len() >= SWITCHES_MAX {
            self.switches.remove(0);
        }
        self.switches.push((self.tab(), Box::new(now.clone())));
        for layer in self.layers.drain(..).filter(|l| l.before.is_some()) {
            if let Some(home) = self.homes.get_mut(layer.tab) {
                *home = layer.view;
            }
        }
        self.home = tab;
    }

    /// Goes back by one step, over number keys too.
    pub(super) fn back(&mut self) -> Arrival {
        if self.is_open() {
            return self.close();
        }
        match self.switches.pop() {
            None => Arrival::Nowhere,
            Some((tab, before)) => {
                self.home = tab;
                Arrival::At(before)
            }
        }
    }
}
