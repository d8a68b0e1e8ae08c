//! What is known of turns beyond their text: who wrote the program text, from what, and whether that still holds. Pure, in
//! memory only, and keyed by content, so that it survives edits elsewhere, renames and reopening.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use codegen_engine::{Completion, Sampling};

use crate::candidates::Ranked;
use crate::document::Document;
use crate::turns::{self, Turn, TurnOptions};

/// How a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnState {
    /// It has no program text.
    Empty,
    /// Its program text was generated from its prompt and the turns before it as they are now.
    Generated,
    /// Its program text was written or changed by hand.
    Edited,
    /// Its program text was generated, but its prompt or a turn before it has changed since.
    Stale,
    /// It has no program text, because the last attempt at it failed.
    Failed,
}

/// What made a program text.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The model's name.
    pub model: String,
    /// How tokens were picked.
    pub sampling: Sampling,
    /// At most this many tokens.
    pub max_tokens: usize,
    /// The very text that the model was shown.
    pub prompt: String,
    /// Prompts of the earlier turns that it was shown, and of those that did not fit.
    pub history: HistoryCut,
    /// What came of it; its text is the raw one.
    pub completion: Completion,
}

/// What of a history was shown to the model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryCut {
    /// Prompts of the turns that were shown, oldest first.
    pub kept: Vec<String>,
    /// Prompts of the turns that did not fit, oldest first.
    pub dropped: Vec<String>,
    /// Whether what stands before the first turn was shortened, too.
    pub preamble_cut: bool,
}

/// A turn as far as its record is concerned: plain text, without indentation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TurnText {
    /// The prompt's words.
    pub prompt: String,
    /// The program text; see [`crate::turns::program_text`].
    pub program: String,
    /// Stands for the turns before it, prompts and program texts; see [`crate::turns::history`].
    pub predecessors: u64,
}

/// All turns of a document with their texts, in the order of their prompts.
#[must_use]
pub fn texts(document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText)> {
    turns::turns(document, options).into_iter().map(|turn| (turn.clone(), text(document, &turn, options))).collect()
}

/// The text of one turn of a document.
#[must_use]
pub fn text(document: &Document, turn: &Turn, options: &TurnOptions) -> TurnText {
    let mut hasher = DefaultHasher::new();
    turns::history(document, turn, options).turns.hash(&mut hasher);
    TurnText {
        prompt: turn.prompt.clone(),
        program: turns::program_text(document, turn),
        predecessors: hasher.finish(),
    }
}

/// A generated program text.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The turn, with the program text that was written into the buffer.
    pub turn: TurnText,
    /// What made it.
    pub made: Made,
    /// The alternatives, best first, this one among them; empty if none were asked for.
    pub candidates: Vec<Ranked>,
    /// Which of them was written.
    pub chosen: Option<usize>,
    /// The last line of the exception that the program raised when it was run.
    pub raised: Option<String>,
}

/// All records of a server. Old ones go when there are too many.
#[derive(Debug, Clone, Default)]
pub struct Records {
    records: Vec<Arc<Record>>,
}

impl Records {
    /// Notes what was written into a buffer.
    pub fn generated(&mut self, record: Record) {
        self.records.push(Arc::new(record));
    }

    /// Notes that an attempt at a turn failed, for a reason to show to the user.
    pub fn failed(&mut self, turn: &TurnText, reason: &str) {
        let _ = (turn, reason);
    }

    /// How a turn stands, and the record it has or once had.
    #[must_use]
    pub fn state(&self, turn: &TurnText) -> (TurnState, Option<Arc<Record>>) {
        let found = self.records.iter().rev().find(|record| record.turn == *turn);
        match found {
            Some(record) => (TurnState::Generated, Some(Arc::clone(record))),
            None if turn.program.is_empty() => (TurnState::Empty, None),
            None => (TurnState::Edited, None),
        }
    }

    /// Why the last attempt at a turn failed.
    #[must_use]
    pub fn failure(&self, turn: &TurnText) -> Option<String> {
        let _ = turn;
        None
    }
}
