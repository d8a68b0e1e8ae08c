//! What can be done with the turns of a document, for code lenses and code actions. Pure.

use std::sync::Arc;

use codegen_text::document::Document;
use codegen_text::provenance::{Mapped, Provenance, Records, TurnMap, TurnState};
use codegen_text::python;
use codegen_text::turns::{self, Insertion, Turn};
use serde_json::{Value, json};
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::protocol::commands;

#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub turn: Turn,
    /// Equal for turns that follow each other in one block.
    pub block: usize,
    pub state: TurnState,
    /// The record of the generation that made its code, or once made it.
    pub record: Option<Arc<Provenance>>,
    /// The changes since, if its code is stale.
    pub changed: Changed,
    /// The index of its code among its alternatives, the best being 0, and their number; `None` if it is none of them.
    pub place: Option<(usize, usize)>,
    /// The reason why the last attempt at it failed.
    pub failure: Option<String>,
    /// Whether a command is working on it.
    pub working: bool,
    /// Whether later turns of its block were generated, so that they can be regenerated with it.
    pub following: bool,
    /// The place where a piece of code for it may go.
    pub insertion: Insertion,
    /// Whether it asks for code of itself; see [`turns::offers`].
    pub offers: bool,
}

/// The changes of a turn since its code was generated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// Whether its prompt has changed.
    pub prompt: bool,
    /// Whether the prompt or the code of a turn before it has changed.
    pub before: bool,
}

impl Known {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.state, TurnState::Empty | TurnState::Failed)
    }

    /// Whether its code was written by hand, as far as is known.
    #[must_use]
    pub fn is_handwritten(&self) -> bool {
        self.state == TurnState::Edited && self.record.is_none()
    }

    /// Whether its code, or the beginning of it, is exactly what was generated for it, so that it may be replaced.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        matches!(self.insertion, Insertion::ReplaceGenerated { .. })
    }

    /// Whether it has a lens by itself: it asks for code, the user has asked for it, or a command worked on it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.working || self.offers || self.turn.asked || self.state == TurnState::Failed || self.has_record()
    }

    fn has_record(&self) -> bool {
        !self.is_empty() && !self.is_handwritten()
    }

    /// Whether it waits for code that `synthesizeAll` would write.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.offers && self.is_open() && !self.working
    }

    /// Whether code may be written for it without replacing other code.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.insertion, Insertion::Insert { .. } | Insertion::ReplacePlaceholder { .. })
    }

    /// The range of its prompt's first line, indentation and line end excluded.
    #[must_use]
    pub fn first_line(&self, document: &Document) -> std::ops::Range<usize> {
        let line = python::line_at(document, self.turn.prompt_range.start);
        line.text.max(self.turn.prompt_range.start)..line.end
    }
}

/// All turns of a document with their states, in the order of their prompts. `working` has the offsets of the prompts
/// that a command is working on.
#[must_use]
pub fn known(document: &Document, turns: &TurnMap, records: &Records, working: &[usize]) -> Vec<Known> {
    let options = turns.options();
    let mut all: Vec<_> = (turns.iter().cloned())
        .map(|Mapped { turn, text, block }| {
            let (state, record) = records.state(&text);
            let changed = record.as_ref().map_or_else(Changed::default, |record| Changed {
                prompt: record.turn.prompt != text.prompt,
                before: record.turn.predecessors != text.predecessors,
            });
            let working = working.contains(&turn.prompt_range.start);
            let alternatives = records.alternatives(&text);
            let place = alternatives.and_then(|known| Some((known.current(&text.program)?, known.each.len())));
            let failure = records.failure(&text);
            let insertion = turns::insertion(document, &turn);
            let offers = turns::offers(document, &turn, options);
            Known { turn, block, state, record, changed, place, failure, working, following: false, insertion, offers }
        })
        .collect();
    let mut generated = std::collections::HashSet::new();
    for known in all.iter_mut().rev() {
        known.following = generated.contains(&known.block);
        if known.is_generated() {
            generated.insert(known.block);
        }
    }
    all
}

/// The title of a command that replaces this many lines.
#[must_use]
pub fn replacing(lines: usize) -> String {
    match lines {
        1 => "Replace 1 line by generated code".to_owned(),
        _ => format!("Replace {lines} lines by generated code"),
    }
}

/// An action that is offered for a turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Offer {
    /// Writes its code.
    Synthesize,
    /// Writes the code of every turn of the document that has none; or of those in a range.
    SynthesizeAll(Option<lsp::Range>),
    /// Writes its code anew.
    Regenerate,
    /// Writes its code anew, and that of the generated turns after it.
    RegenerateFromHere,
    /// Writes its code in place of this many lines of the user's own.
    Replace(usize),
    Candidates,
    /// Writes the next alternative.
    NextCandidate,
    Cancel,
    /// Shows the prompt that the model is shown for it, and the generation that made its code.
    Explain,
}

impl Offer {
    /// Whether the model writes what it brings.
    #[must_use]
    pub fn generates(&self) -> bool {
        !matches!(self, Self::Cancel | Self::Explain)
    }

    /// The command of the action, for the turn at `position`.
    #[must_use]
    pub fn command(&self, title: String, uri: &Uri, position: lsp::Position) -> lsp::Command {
        let uri = uri.as_str();
        let turn = json!({ "uri": uri, "position": position });
        let with = |key: &str, value: Value| {
            let mut argument = turn.clone();
            argument[key] = value;
            argument
        };
        let (command, argument) = match self {
            Self::Synthesize => (commands::SYNTHESIZE, turn),
            Self::SynthesizeAll(None) => (commands::SYNTHESIZE_ALL, json!({ "uri": uri })),
            Self::SynthesizeAll(Some(range)) => (commands::SYNTHESIZE_ALL, json!({ "uri": uri, "range": range })),
            Self::Regenerate => (commands::REGENERATE, turn),
            Self::RegenerateFromHere => (commands::REGENERATE, with("following", json!(true))),
            Self::Replace(lines) => (commands::REPLACE, with("lines", json!(lines))),
            Self::Candidates => (commands::CANDIDATES, turn),
            Self::NextCandidate => (commands::ACCEPT, with("index", json!("next"))),
            Self::Cancel => (commands::CANCEL, turn),
            Self::Explain => (commands::EXPLAIN, turn),
        };
        lsp::Command { title, command: command.to_owned(), arguments: Some(vec![argument]) }
    }
}
