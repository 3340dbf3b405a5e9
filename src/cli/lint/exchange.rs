//! Descriptions that were said to each other but lie in different files: `--pair` and `--sequence`.

use super::inputs::Input;
use crate::diag::Source;
use crate::hosts::Found;
use crate::lint::{Part, Role};
use std::path::PathBuf;

/// Arguments that say which descriptions answer each other.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ExchangeArgs {
    /// Check an offer and its answer, alone and beside each other
    #[arg(long, num_args = 2, value_names = ["OFFER", "ANSWER"], conflicts_with_all = ["paths", "sequence"])]
    pub pair: Vec<PathBuf>,
    /// Check the offers and answers of one session, in the order in which they were said
    #[arg(long, num_args = 1.., value_name = "FILE", conflicts_with = "paths")]
    pub sequence: Vec<PathBuf>,
}

impl ExchangeArgs {
    /// The files of the one session that was asked for, when one was.
    pub(super) fn paths(&self) -> Option<&[PathBuf]> {
        match (self.pair.is_empty(), self.sequence.is_empty()) {
            (false, _) => Some(&self.pair),
            (true, false) => Some(&self.sequence),
            (true, true) => None,
        }
    }

    /// What to say of a pair whose files tell that it was given the wrong way round.
    pub(super) fn swapped(&self, inputs: &[Input]) -> Option<&'static str> {
        let roles: Vec<_> = descriptions(inputs).iter().map(|(_, f)| f.role).collect();
        let is_swapped = roles == [Some(Role::Answer), Some(Role::Offer)];
        (is_swapped && !self.pair.is_empty()).then_some(
            "note: the files say that the first is the answer and the second the offer: \
             --pair OFFER ANSWER",
        )
    }

    /// The descriptions in `inputs` as those of one session. A file may hold several of them.
    ///
    /// What a file says of roles counts; of a pair the place does, too. Which end wrote a
    /// description is told apart by one file alone: two files may both call their own end local.
    pub(super) fn parts<'i>(&self, inputs: &'i [Input]) -> Vec<Part<'i>> {
        let all = descriptions(inputs);
        let is_pair = !self.pair.is_empty() && all.len() == 2;
        let one_file = inputs.len() == 1;
        let each = all.into_iter().enumerate().map(|(i, (input, found))| {
            let (text, range) = input.text_of(found);
            let by_place = match i {
                0 => Role::Offer,
                _ => Role::Answer,
            };
            Part {
                role: found.role.or(is_pair.then_some(by_place)),
                side: found.side.filter(|_| one_file),
                holes: &found.holes,
                is_fragment: found.is_fragment,
                ..Part::new(text, range)
            }
        });
        each.collect()
    }
}

/// What to say of an input with an offer and an answer that nothing says belong together.
pub(super) fn hint(input: &Input) -> Option<String> {
    let [first, second] = input.found.as_slice() else {
        return None;
    };
    let is_pair = (first.role, second.role) == (Some(Role::Offer), Some(Role::Answer));
    let is_apart = first.thread.is_none() && second.thread.is_none();
    (is_pair && is_apart).then(|| {
        let name = &input.name;
        format!(
            "note: {name}: 2 descriptions look like an offer and its answer; \
             --sequence {name} checks them beside each other"
        )
    })
}

/// What renderers need of each description in `inputs`; `files` are those as a whole.
pub(super) fn sources<'i>(inputs: &'i [Input], files: &'i [Source<'i>]) -> Vec<Source<'i>> {
    let each = inputs.iter().zip(files);
    each.flat_map(|(input, file)| input.found.iter().map(move |f| input.source_of(f, file)))
        .collect()
}

fn descriptions(inputs: &[Input]) -> Vec<(&Input, &Found)> {
    let each = inputs.iter();
    each.flat_map(|input| input.found.iter().map(move |found| (input, found)))
        .collect()
}
