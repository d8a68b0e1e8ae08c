//! A turn at work, as data: what is known of it and how far it has come.

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

/// A turn at work.
pub struct Step {
    /// Its number; generations and background work report under it.
    pub id: u64,
    /// The buffer as it was when the turn's time came.
    pub snapshot: Document,
    /// The turn, in the snapshot, its target decided.
    pub turn: Turn,
    /// The turn as text.
    pub text: TurnText,
    /// Where the prompt is now.
    pub prompt: Option<Range<usize>>,
    /// Where the turn's lines are now; `None` once they were edited.
    pub place: Option<Edit>,
    /// What its edit would replace, where that is now; `None` once it was edited.
    pub target: Option<Edit>,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a turn has come.
pub enum Phase {
    /// Its history is being put together and counted in tokens.
    Preparing,
    /// The model is at work on it.
    Generating(Box<Generating>),
    /// What the model wrote is being selected, and perhaps run.
    Verifying(Verifying),
    /// Its edit is on the way; see [`super::pending_edit`].
    Applying,
}

/// One or several continuations of one prompt.
pub struct Generating {
    /// The turn as text.
    pub text: TurnText,
    /// What the model was asked.
    pub prepared: PreparedTurn,
    /// The model's name.
    pub model: String,
    /// The continuations.
    pub parts: Vec<Part>,
}

/// One continuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How its tokens are picked.
    pub sampling: Sampling,
    /// What there is so far.
    pub text: String,
    /// Tokens of it.
    pub tokens: usize,
    /// Whether no more will come.
    pub ended: bool,
    /// What came of it in the end, if it went well.
    pub completion: Option<Completion>,
}

impl Part {
    /// One that has no text yet.
    #[must_use]
    pub fn new(sampling: Sampling) -> Self {
        Self { sampling, text: String::new(), tokens: 0, ended: false, completion: None }
    }
}

/// Background work that stops when this goes.
#[derive(Debug, Default)]
pub struct Verifying(pub Arc<AtomicBool>);

impl Drop for Verifying {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What came of judging what was generated for a turn.
pub struct Selected {
    /// The turn as text.
    pub text: TurnText,
    /// The distinct ones that say something, best first.
    pub each: Vec<Alternative>,
    /// How many were sampled.
    pub sampled: usize,
    /// Why programs could not be run.
    pub unrunnable: Option<String>,
    /// What the programs were kept from, if any was run.
    pub isolation: Option<Isolation>,
}

impl Step {
    /// A turn of a document whose time has come, and its text.
    #[must_use]
    pub fn new(id: u64, snapshot: Document, (turn, text): (Turn, TurnText)) -> Self {
        // Where the edit goes does not depend on what is written.
        let target = turns::program_edit(&snapshot, &turn, "pass");
        let place = Edit { range: turn.prompt_range.start..turn.target.end, text: String::new() };
        let prompt = Some(turn.prompt_range.clone());
        Self { id, snapshot, turn, text, prompt, place: Some(place), target: Some(target), phase: Phase::Preparing }
    }

    /// Follows a change of the buffer.
    pub(super) fn follow(&mut self, change: &Edit) {
        self.prompt = self.prompt.take().and_then(|prompt| edit::map_range(&prompt, change));
        self.place = self.place.take().and_then(|place| edit::map_edit(&place, change));
        self.target = self.target.take().and_then(|target| edit::map_edit_strictly(&target, change));
    }

    /// Whether the turn was edited since its time came.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.place.is_none() || self.target.is_none()
    }

    /// The edit that writes `program`, where it belongs now; `None` if the turn was edited.
    #[must_use]
    pub fn edit(&self, program: &str) -> Option<Edit> {
        let range = self.target.as_ref().filter(|_| self.place.is_some())?.range.clone();
        Some(Edit { range, text: turns::program_edit(&self.snapshot, &self.turn, program).text })
    }
}
