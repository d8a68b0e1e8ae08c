//! The current turn of a command, as data: its text and its phase.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codegen_core::{Completion, Sampling};
use codegen_sandbox::Isolation;
use codegen_text::document::Document;
use codegen_text::edit::{self, Edit};
use codegen_text::provenance::{Alternative, TurnText};
use codegen_text::turns::{self, Turn};

use crate::generate::prepare::PreparedTurn;

/// The current turn of a command.
pub struct Step {
    /// The number under which generations and background work report.
    pub id: u64,
    /// The buffer when the turn became current.
    pub snapshot: Document,
    /// The turn in the snapshot, with its target decided.
    pub turn: Turn,
    pub text: TurnText,
    /// The range of the prompt in the present version.
    pub prompt: Option<Range<usize>>,
    /// The turn's lines in the present version; `None` once they were edited.
    pub place: Option<Edit>,
    /// The text that the edit would replace, in the present version; `None` once it was edited.
    pub target: Option<Edit>,
    pub phase: Phase,
}

pub enum Phase {
    /// The history is being built and its tokens counted.
    Preparing,
    /// The model is generating.
    Generating(Box<Generating>),
    /// The candidates are being selected, and perhaps run.
    Verifying(Verifying),
    /// The edit is pending; see [`super::pending_edit`].
    Applying,
}

/// One or several continuations of one prompt, being generated.
pub struct Generating {
    pub text: TurnText,
    /// The prompt that the model was given.
    pub prepared: PreparedTurn,
    pub model: String,
    /// The continuations, in the order of their numbers.
    pub parts: Vec<Part>,
}

/// One continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The way in which its tokens are sampled.
    pub sampling: Sampling,
    /// The text so far.
    pub text: String,
    /// The number of tokens so far.
    pub tokens: usize,
    /// Whether the generation has ended.
    pub ended: bool,
    /// The completion, if the generation ended without an error.
    pub completion: Option<Completion>,
}

impl Part {
    /// A continuation without text.
    #[must_use]
    pub fn new(sampling: Sampling) -> Self {
        Self { sampling, text: String::new(), tokens: 0, ended: false, completion: None }
    }
}

/// A cancellation flag that is set when this is dropped, which stops the background work.
#[derive(Debug, Default)]
pub struct Verifying(pub Arc<AtomicBool>);

impl Drop for Verifying {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The result of the selection among the candidates of a turn.
pub struct Selected {
    pub text: TurnText,
    /// The distinct candidates that have code, best first.
    pub each: Vec<Alternative>,
    /// The number of sampled candidates.
    pub sampled: usize,
    /// The reason why programs could not be run.
    pub unrunnable: Option<String>,
    /// The isolation of the programs, if any was run.
    pub isolation: Option<Isolation>,
}

impl Step {
    /// The step for a turn of a document, with its text.
    #[must_use]
    pub fn new(id: u64, snapshot: Document, (turn, text): (Turn, TurnText)) -> Self {
        // The place of the edit does not depend on the code.
        let target = turns::program_edit(&snapshot, &turn, "pass");
        let place = Edit { range: turn.prompt_range.start..turn.target.end, text: String::new() };
        let prompt = Some(turn.prompt_range.clone());
        Self { id, snapshot, turn, text, prompt, place: Some(place), target: Some(target), phase: Phase::Preparing }
    }

    /// Moves the step past a change of the buffer.
    pub(super) fn follow(&mut self, change: &Edit) {
        self.prompt = self.prompt.take().and_then(|prompt| edit::map_range(&prompt, change));
        self.place = self.place.take().and_then(|place| edit::map_edit(&place, change));
        self.target = self.target.take().and_then(|target| edit::map_edit_strictly(&target, change));
    }

    /// Whether the turn was edited since it became current.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.place.is_none() || self.target.is_none()
    }

    /// The edit that writes `program` in the present version; `None` if the turn was edited.
    #[must_use]
    pub fn edit(&self, program: &str) -> Option<Edit> {
        let range = self.target.as_ref().filter(|_| self.place.is_some())?.range.clone();
        Some(Edit { range, text: turns::program_edit(&self.snapshot, &self.turn, program).text })
    }
}
