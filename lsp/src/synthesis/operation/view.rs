//! The readable state of a command, and its answer.

use std::ops::Range;

use codegen_core::Sampling;
use codegen_text::provenance::{self, Records, TurnState, TurnText};
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use super::{Operation, Progress};
use crate::generate::prepare::PreparedTurn;
use crate::protocol::commands::DEFAULT_COUNT;
use crate::synthesis::answer::{self, Outcome};
use crate::synthesis::purpose::Purpose;
use crate::synthesis::step::Step;

/// The sampling of a turn's candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    pub count: usize,
    /// The first of their seeds, if the user gave one.
    pub seed: Option<u64>,
    /// Whether even the first must not be the most likely text.
    pub another: bool,
}

impl<W> Operation<W> {
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    #[must_use]
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The responder of its request.
    #[must_use]
    pub fn responder(&self) -> &W {
        &self.responder
    }

    /// The responder of its request, for answering.
    #[must_use]
    pub fn into_waiter(self) -> W {
        self.responder
    }

    /// The token under which progress is reported.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The first line of the first prompt, which the user is shown.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The number of turns planned at the start.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The number of turns that have been started or skipped.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// The number of tokens generated so far.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The current turn.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.step.as_ref()
    }

    /// Whether the command ends, or leaves its turn, before anything else is done for it.
    #[must_use]
    pub fn is_breaking_off(&self) -> bool {
        self.ending.is_some() || self.leaving
    }

    /// Whether the turn of a prompt in this range is current or planned.
    #[must_use]
    pub fn covers(&self, prompt: &Range<usize>) -> bool {
        self.prompts().any(|own| provenance::overlap(own, prompt))
    }

    /// The ranges of the prompts of the current and the planned turns.
    pub fn prompts(&self) -> impl Iterator<Item = &Range<usize>> {
        self.step.iter().filter_map(|step| step.prompt.as_ref()).chain(&self.plan)
    }

    /// The sampling of the candidates for the turn `made`, by the model with the number `model`. `configured` is the
    /// number of candidates unless the command has its own.
    #[must_use]
    pub fn draw(&self, configured: usize, made: &(TurnText, PreparedTurn), model: &str, records: &Records) -> Draw {
        // The options asked for apply to the turn that the command was given for, not to those that follow it.
        let first = self.taken == 1;
        let count = match self.purpose {
            Purpose::Candidates { count, .. } => count,
            Purpose::Accept(_) | Purpose::Replace { which: Some(_), .. } => configured.max(DEFAULT_COUNT),
            _ => configured,
        };
        let seed = match self.purpose {
            Purpose::Regenerate { seed, .. } | Purpose::Candidates { seed, .. } if first => seed,
            _ => None,
        };
        let another = matches!(self.purpose, Purpose::Regenerate { .. })
            && first
            && (seed.is_some() || is_greedy(records, made, model));
        Draw { count, seed, another }
    }

    /// The message for the user at the end, if there is any.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        (!self.notes.is_empty()).then(|| merged(self.notes.iter()))
    }

    /// The answer to the request.
    #[must_use]
    pub fn answer(&self, outcome: Outcome) -> Value {
        let said = merged(self.told.iter().chain(&self.notes));
        let message = Some(said.as_str()).filter(|said| !said.is_empty());
        answer::answer(&self.purpose, outcome, message, &self.written, self.alternatives.as_ref())
    }
}

/// Whether greedy sampling would generate the turn's present code again.
fn is_greedy(records: &Records, (text, prepared): &(TurnText, PreparedTurn), model: &str) -> bool {
    let (TurnState::Generated, Some(record)) = records.state(text) else { return false };
    let made = &record.made;
    made.sampling == Sampling::GREEDY && made.model == model && made.max_tokens == prepared.max_tokens
}

/// Joins notes into one sentence; notes that are equal for several turns appear once.
fn merged<'n>(notes: impl Iterator<Item = &'n String>) -> String {
    let mut merged: Vec<(&str, usize)> = Vec::new();
    for note in notes {
        match merged.iter_mut().find(|(other, _)| other == note) {
            Some((_, times)) => *times += 1,
            None => merged.push((note, 1)),
        }
    }
    let merged = merged.into_iter().map(|(note, times)| match times {
        1 => note.to_owned(),
        _ => format!("{note} ({times} times)"),
    });
    merged.collect::<Vec<_>>().join("; ")
}
