//! What is known of turns beyond their text: what made the code, from what, and whether that still holds. Pure, in
//! memory only, and keyed by content, so that it survives edits elsewhere, renames and reopening.

mod index;
mod key;
#[doc(hidden)]
pub mod testing;
#[cfg(test)]
mod tests;
mod turn_map;

use std::ops::Range;
use std::sync::Arc;

use codegen_core::{Completion, Sampling};

use crate::candidates::Ranked;
use crate::document::Document;
use crate::prompt::HistoryCut;
use crate::turns::{self, Linked, Turn, TurnOptions};
use index::Index;
pub use key::TurnText;
use key::settled;
#[cfg(test)]
pub use key::{text, texts};
pub use turn_map::{Mapped, TurnCache, TurnMap, overlap};

/// The state of a turn's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnState {
    /// The turn has no code.
    Empty,
    /// The code was generated from the prompt and the turns before it as they are now.
    Generated,
    /// The code was written or changed by hand.
    Edited,
    /// The code was generated, but the prompt or a turn before it has changed since.
    Stale,
    /// The turn has no code, because the last attempt at it failed.
    Failed,
}

/// The inputs and the result of the generation that made a piece of code.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationInfo {
    /// The model's name.
    pub model: String,
    /// The way in which tokens were sampled.
    pub sampling: Sampling,
    /// The limit on generated tokens.
    pub max_tokens: usize,
    /// The exact text that the model was shown.
    pub prompt: String,
    /// Prompts of the earlier turns that the model was shown, and of those that did not fit.
    pub history: HistoryCut,
    /// The completion, with its raw text.
    pub completion: Completion,
}

/// A generated piece of code.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// The turn, with the code that was written into the buffer.
    pub turn: TurnText,
    /// The generation that made it.
    pub made: GenerationInfo,
    /// The last line of the exception that the program raised when it was run.
    pub raised: Option<String>,
}

/// A piece of code that was sampled for a turn, whether or not it was written into the buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The code as [`TurnText::program`] has it once it is written; see [`crate::turns::written_text`].
    pub program: String,
    /// The candidate and its score.
    pub ranked: Ranked,
    /// The generation that made it.
    pub made: GenerationInfo,
}

/// The candidates that were sampled together for a prompt and the turns before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternatives {
    /// The turn, with the code that it had at the time.
    pub turn: TurnText,
    /// The alternatives, best first.
    pub each: Vec<Alternative>,
}

impl Alternatives {
    /// The index of the alternative that the turn has as its code, by [`TurnText::program`].
    #[must_use]
    pub fn current(&self, program: &str) -> Option<usize> {
        let program = settled(program);
        self.each.iter().position(|alternative| settled(&alternative.program) == program)
    }

    /// The index of the alternative that was sampled with this number; see [`Ranked::index`].
    #[must_use]
    pub fn sampled_as(&self, index: usize) -> Option<usize> {
        self.each.iter().position(|alternative| alternative.ranked.index == index)
    }

    /// The index of the alternative after the turn's code, in a ring; the best if the code is none of them. `None` if
    /// there are no alternatives.
    #[must_use]
    pub fn next(&self, program: &str) -> Option<usize> {
        let count = self.each.len();
        (count > 0).then(|| self.current(program).map_or(0, |at| (at + 1) % count))
    }

    /// The index of the alternative before the turn's code, in a ring; the last if the code is none of them. `None` if
    /// there are no alternatives.
    #[must_use]
    pub fn previous(&self, program: &str) -> Option<usize> {
        let count = self.each.len();
        (count > 0).then(|| (self.current(program).unwrap_or(0) + count - 1) % count)
    }
}

/// All records of a server. The oldest are dropped when there are too many.
///
/// Three kinds of records are kept: what was written ([`Records::generated`]), why nothing was ([`Records::failed`]),
/// and what could be written instead ([`Records::sampled`]). Turns with equal texts are equal, in whatever file they
/// are.
#[derive(Debug, Clone, Default)]
pub struct Records {
    written: Index<Provenance>,
    failures: Index<Failure>,
    sampled: Index<Alternatives>,
    revision: u64,
}

#[derive(Debug, Clone)]
struct Failure {
    turn: TurnText,
    reason: String,
}

impl Records {
    /// Records what was written into a buffer, and forgets the failure of earlier attempts at the turn.
    pub fn generated(&mut self, record: Provenance) {
        self.revision += 1;
        self.failures.remove(|failure| asks_the_same(&failure.turn, &record.turn), &record.turn.prompt);
        let same = |other: &Provenance| {
            asks_the_same(&other.turn, &record.turn) && settled(&other.turn.program) == settled(&record.turn.program)
        };
        self.written.remove(same, &record.turn.prompt);
        self.written.push(record);
    }

    /// A number that grows with every record of written code: these decide where turns are and which of their lines
    /// were generated.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Records that an attempt at a turn failed, with the reason to show to the user.
    pub fn failed(&mut self, turn: &TurnText, reason: &str) {
        self.failures.remove(|failure| asks_the_same(&failure.turn, turn), &turn.prompt);
        // The code at the time is ignored.
        self.failures.push(Failure { turn: turn.with_program(""), reason: reason.to_owned() });
    }

    /// Records what was sampled for a turn, best first, in place of what was sampled for it before.
    pub fn sampled(&mut self, turn: &TurnText, each: Vec<Alternative>) {
        self.sampled.remove(|sampled| asks_the_same(&sampled.turn, turn), &turn.prompt);
        self.sampled.push(Alternatives { turn: turn.clone(), each });
    }

    /// The alternatives for the turn's prompt and the turns before it as they are now, whatever its code is.
    #[must_use]
    pub fn alternatives(&self, turn: &TurnText) -> Option<Arc<Alternatives>> {
        self.sampled.of_prompt(&turn.prompt).find(|sampled| asks_the_same(&sampled.turn, turn)).cloned()
    }

    /// All turns of a document with their texts, in the order of their prompts: those found by syntax, and docstrings
    /// above bodies that were generated from them, which syntax cannot tell.
    #[must_use]
    pub fn texts(&self, document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText)> {
        key::of(document, self.linked(document, options), &|turn, text| self.generated_range(document, turn, text))
    }

    /// [`Records::texts`], each with the number of its block: equal for turns that follow each other in one block.
    #[must_use]
    pub fn blocks(&self, document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText, usize)> {
        let linked = self.linked(document, options);
        let blocks = turns::blocks(&linked);
        let generated = |turn: &Turn, text: &TurnText| self.generated_range(document, turn, text);
        let texts = key::of(document, linked, &generated).into_iter();
        texts.zip(blocks).map(|((turn, text), block)| (turn, text, block)).collect()
    }

    /// The lines below a prompt that are exactly what was generated for it: at this place, by the document's marks; or
    /// for this prompt below these turns, by the records. A text that the user wrote and that happens to equal one
    /// generated for another turn does not count.
    fn generated_range(&self, document: &Document, turn: &Turn, text: &TurnText) -> Option<Range<usize>> {
        let marked = document.marks().iter().filter(|mark| turn.program_range.contains(&mark.range.start));
        let mut marked = marked.filter_map(|mark| {
            turns::generated_range(document, turn, &mark.program).filter(|range| range.start == mark.range.start)
        });
        marked.next().or_else(|| {
            let records = self.written.of_prompt(&text.prompt).filter(|record| asks_the_same(&record.turn, text));
            let ranges = records.filter_map(|record| turns::generated_range(document, turn, &record.turn.program));
            ranges.max_by_key(|range| range.end)
        })
    }

    /// Marks what was generated for the turn whose prompt is in `prompt` in the document, if it stands there unchanged.
    pub fn mark(&self, document: &mut Document, prompt: &Range<usize>, program: &str, options: &TurnOptions) {
        let mut turns = self.linked(document, options).into_iter().map(|linked| linked.turn);
        let turn = turns.find(|turn| turn.prompt_range.start < prompt.end && prompt.start < turn.prompt_range.end);
        let range = turn.and_then(|turn| turns::generated_range(document, &turn, program));
        if let Some(range) = range {
            document.mark(range, program);
        }
    }

    fn linked(&self, document: &Document, options: &TurnOptions) -> Vec<Linked> {
        let known = |turn: &Turn, program: &str| {
            let own = key::alone(document, turn, program.to_owned(), key::NONE);
            let program = settled(program);
            let mut records = self.written.of_prompt(&own.prompt);
            records.any(|record| asks_the_same(&record.turn, &own) || settled(&record.turn.program) == program)
        };
        turns::linked(document, options, &known)
    }

    /// The state of a turn, and the record it has or once had.
    ///
    /// Without code, the turn is failed or empty. With the code of a record it is generated or stale: a generated text
    /// stays generated under a prompt that has been reworded. With any other code it is edited, and its record is the
    /// last one for its prompt, if there is any.
    #[must_use]
    pub fn state(&self, turn: &TurnText) -> (TurnState, Option<Arc<Provenance>>) {
        let program = settled(&turn.program);
        if program.is_empty() {
            let state = if self.failure(turn).is_some() { TurnState::Failed } else { TurnState::Empty };
            return (state, None);
        }
        let best = |records: &mut dyn Iterator<Item = &Arc<Provenance>>| {
            // Of equal ones the first is taken, which is the newest.
            records.min_by_key(|record| record.turn.predecessors != turn.predecessors).cloned()
        };
        let is_text = |record: &&Arc<Provenance>| settled(&record.turn.program) == program;
        if let Some(record) = best(&mut self.written.of_prompt(&turn.prompt).filter(is_text)) {
            let same = record.turn.predecessors == turn.predecessors;
            return (if same { TurnState::Generated } else { TurnState::Stale }, Some(record));
        }
        if let Some(record) = best(&mut self.written.of_program(&program).filter(is_text)) {
            return (TurnState::Stale, Some(record));
        }
        (TurnState::Edited, best(&mut self.written.of_prompt(&turn.prompt)))
    }

    /// The reason why the last attempt at a turn failed, whatever its code is; `None` if it did not.
    #[must_use]
    pub fn failure(&self, turn: &TurnText) -> Option<String> {
        let mut failures = self.failures.of_prompt(&turn.prompt);
        failures.find(|failure| asks_the_same(&failure.turn, turn)).map(|failure| failure.reason.clone())
    }
}

/// Whether two turns ask the model for the same: their prompts and the turns before them are equal.
fn asks_the_same(one: &TurnText, other: &TurnText) -> bool {
    one.predecessors == other.predecessors && settled(&one.prompt) == settled(&other.prompt)
}
