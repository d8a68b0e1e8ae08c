//! What a command answers.

use codegen_core::Completion;
use codegen_text::candidates::Score;
use codegen_text::provenance::Alternative;
use serde_json::{Value, json};
use tower_lsp::ls_types::MessageType;

use super::purpose::Purpose;
use crate::generate::prepare;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Done,
    /// There was nothing to do.
    Nothing,
    /// The user or the client did not want it any more.
    Cancelled,
    /// It would have cost code that was not generated here, or not been Python.
    Refused,
    /// A later command for one of its turns took over.
    Superseded,
    /// The turn was edited meanwhile.
    Dropped,
    /// The document is gone.
    Closed,
    /// The client did not apply an edit.
    NotApplied,
    /// The model or the document is unusable.
    Failed,
}

impl Outcome {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
            Self::Dropped => "dropped",
            Self::Closed => "closed",
            Self::NotApplied => "not applied",
            Self::Failed => "failed",
        }
    }

    /// How loudly the user is told.
    #[must_use]
    pub fn loudness(self) -> MessageType {
        match self {
            Self::Failed => MessageType::ERROR,
            Self::Dropped | Self::NotApplied | Self::Refused => MessageType::WARNING,
            _ => MessageType::INFO,
        }
    }
}

/// A piece of code that was written, or should have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The turn's prompt.
    pub prompt: String,
    /// The completion, its text tidied.
    pub completion: Completion,
    /// What was found out about it.
    pub score: Score,
}

/// Alternatives as they are answered.
pub struct Sampled {
    /// Best first.
    pub each: Vec<Alternative>,
    /// The turn's code at the time.
    pub present: String,
    /// Lines that were not generated here and that an alternative could only be written in place of.
    pub replaces: usize,
}

/// What a command of this purpose answers before it has come to anything.
#[must_use]
pub fn empty_answer(purpose: &Purpose, outcome: Outcome, message: Option<&str>) -> Value {
    answer(purpose, outcome, message, &[], None)
}

/// What a command of this purpose answers with what it has come to.
pub(super) fn answer(
    purpose: &Purpose,
    outcome: Outcome,
    message: Option<&str>,
    written: &[Written],
    sampled: Option<&Sampled>,
) -> Value {
    match purpose {
        Purpose::Candidates { .. } => candidates(outcome, message, sampled),
        _ => turns_answer(outcome, message, written),
    }
}

fn turns_answer(outcome: Outcome, message: Option<&str>, written: &[Written]) -> Value {
    let turns = written.iter().map(|written| {
        json!({
            "prompt": written.prompt,
            "text": written.completion.text,
            "stats": prepare::stats(&written.completion),
            "score": prepare::score_json(&written.score, written.completion.mean_logprob),
        })
    });
    json!({ "outcome": outcome.name(), "message": message, "turns": turns.collect::<Vec<_>>() })
}

fn candidates(outcome: Outcome, message: Option<&str>, sampled: Option<&Sampled>) -> Value {
    let candidates = sampled.into_iter().flat_map(|sampled| {
        sampled.each.iter().map(|alternative| {
            let mut value = prepare::candidate(&alternative.ranked);
            value["current"] = (alternative.program == sampled.present).into();
            value
        })
    });
    json!({
        "outcome": outcome.name(),
        "message": message,
        "candidates": candidates.collect::<Vec<_>>(),
        "replaces": sampled.map_or(0, |sampled| sampled.replaces),
    })
}
