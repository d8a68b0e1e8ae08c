//! What others may read of a command, and what it answers.

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

/// How the candidates of a turn are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// How many.
    pub count: usize,
    /// The first of their seeds, if the user gave one.
    pub seed: Option<u64>,
    /// Whether not even the first may be the most likely text.
    pub another: bool,
}

impl<W> Operation<W> {
    /// Its buffer.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// What it is to do.
    #[must_use]
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Who waits for its answer.
    #[must_use]
    pub fn responder(&self) -> &W {
        &self.responder
    }

    /// Who waits for its answer, for giving it.
    #[must_use]
    pub fn into_waiter(self) -> W {
        self.responder
    }

    /// What progress is reported under.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The first line of the first prompt: what the user is shown.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// How many turns there were to be.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many have been begun or skipped.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Tokens generated so far.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The turn at work.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.step.as_ref()
    }

    /// Whether it ends, or leaves its turn, before anything else is done for it.
    #[must_use]
    pub fn is_breaking_off(&self) -> bool {
        self.ending.is_some() || self.leaving
    }

    /// Whether a turn whose prompt is there is at work or planned.
    #[must_use]
    pub fn covers(&self, prompt: &Range<usize>) -> bool {
        self.prompts().any(|own| provenance::overlap(own, prompt))
    }

    /// Where the prompts of the turns are that are at work or planned.
    pub fn prompts(&self) -> impl Iterator<Item = &Range<usize>> {
        self.step.iter().filter_map(|step| step.prompt.as_ref()).chain(&self.plan)
    }

    /// How the candidates of the turn are drawn of which the model `model` is asked `made`. `configured`: how many there are
    /// unless the command says otherwise.
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

    /// What the user is told in the end, if anything.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        (!self.notes.is_empty()).then(|| merged(self.notes.iter()))
    }

    /// What the command answers.
    #[must_use]
    pub fn answer(&self, outcome: Outcome) -> Value {
        let said = merged(self.told.iter().chain(&self.notes));
        let message = Some(said.as_str()).filter(|said| !said.is_empty());
        answer::answer(&self.purpose, outcome, message, &self.written, self.alternatives.as_ref())
    }
}

/// Whether the turn's code is just what greedy sampling would give again.
fn is_greedy(records: &Records, (text, prepared): &(TurnText, PreparedTurn), model: &str) -> bool {
    let (TurnState::Generated, Some(record)) = records.state(text) else { return false };
    let made = &record.made;
    made.sampling == Sampling::GREEDY && made.model == model && made.max_tokens == prepared.max_tokens
}

/// Notes as one sentence. What is to be said of several turns alike is said once.
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
