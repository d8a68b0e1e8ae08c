//! What is known of turns beyond their text: who wrote the code, from what, and whether that still holds. Pure, in
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

/// How a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnState {
    /// It has no code.
    Empty,
    /// Its code was generated from its prompt and the turns before it as they are now.
    Generated,
    /// Its code was written or changed by hand.
    Edited,
    /// Its code was generated, but its prompt or a turn before it has changed since.
    Stale,
    /// It has no code, because the last attempt at it failed.
    Failed,
}

/// What made a piece of code.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationInfo {
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

/// A generated piece of code.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// The turn, with the code that was written into the buffer.
    pub turn: TurnText,
    /// What made it.
    pub made: GenerationInfo,
    /// The last line of the exception that the program raised when it was run.
    pub raised: Option<String>,
}

/// A piece of code that was sampled for a turn, whether or not it was written into the buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The code as [`TurnText::program`] has it once it is written; see [`crate::turns::written_text`].
    pub program: String,
    /// What was found out about it.
    pub ranked: Ranked,
    /// What made it.
    pub made: GenerationInfo,
}

/// What was sampled together for a prompt and the turns before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternatives {
    /// The turn; its code is the one that it had at the time.
    pub turn: TurnText,
    /// Best first.
    pub each: Vec<Alternative>,
}

impl Alternatives {
    /// The place of the one that a turn has as its code, by [`TurnText::program`].
    #[must_use]
    pub fn current(&self, program: &str) -> Option<usize> {
        let program = settled(program);
        self.each.iter().position(|alternative| settled(&alternative.program) == program)
    }

    /// The place of the one that was sampled with this number; see [`Ranked::index`].
    #[must_use]
    pub fn sampled_as(&self, index: usize) -> Option<usize> {
        self.each.iter().position(|alternative| alternative.ranked.index == index)
    }

    /// The place of the one after the turn's code, in a ring; the best if the code is none of them.
    /// `None` if there are none.
    #[must_use]
    pub fn next(&self, program: &str) -> Option<usize> {
        let count = self.each.len();
        (count > 0).then(|| self.current(program).map_or(0, |at| (at + 1) % count))
    }

    /// The place of the one before the turn's code, in a ring; the last if the code is none of them.
    /// `None` if there are none.
    #[must_use]
    pub fn previous(&self, program: &str) -> Option<usize> {
        let count = self.each.len();
        (count > 0).then(|| (self.current(program).unwrap_or(0) + count - 1) % count)
    }
}

/// All records of a server. Old ones go when there are too many.
///
/// Three things are kept, each for itself: what was written ([`Records::generated`]), why nothing was
/// ([`Records::failed`]), and what could be written instead ([`Records::sampled`]). Equal texts are equal turns, in
/// whatever file they stand.
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
    /// Notes what was written into a buffer. It ends the failure of earlier attempts at the turn.
    pub fn generated(&mut self, record: Provenance) {
        self.revision += 1;
        self.failures.remove(|failure| asks_the_same(&failure.turn, &record.turn), &record.turn.prompt);
        let same = |other: &Provenance| {
            asks_the_same(&other.turn, &record.turn) && settled(&other.turn.program) == settled(&record.turn.program)
        };
        self.written.remove(same, &record.turn.prompt);
        self.written.push(record);
    }

    /// Counts what was noted as written, which decides where turns are and what of them was generated.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Notes that an attempt at a turn failed, for a reason to show to the user.
    pub fn failed(&mut self, turn: &TurnText, reason: &str) {
        self.failures.remove(|failure| asks_the_same(&failure.turn, turn), &turn.prompt);
        // What stood there at the time is ignored.
        self.failures.push(Failure { turn: turn.with_program(""), reason: reason.to_owned() });
    }

    /// Notes what was sampled for a turn, best first. It takes the place of what was sampled for it before.
    pub fn sampled(&mut self, turn: &TurnText, each: Vec<Alternative>) {
        self.sampled.remove(|sampled| asks_the_same(&sampled.turn, turn), &turn.prompt);
        self.sampled.push(Alternatives { turn: turn.clone(), each });
    }

    /// What was sampled for the turn's prompt and the turns before it as they are now, whatever its code is.
    #[must_use]
    pub fn alternatives(&self, turn: &TurnText) -> Option<Arc<Alternatives>> {
        self.sampled.of_prompt(&turn.prompt).find(|sampled| asks_the_same(&sampled.turn, turn)).cloned()
    }

    /// All turns of a document with their texts, in the order of their prompts: those that syntax tells, and docstrings
    /// above bodies that were generated from them, which syntax cannot tell.
    #[must_use]
    pub fn texts(&self, document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText)> {
        key::of(document, self.linked(document, options), &|turn, text| self.generated_range(document, turn, text))
    }

    /// [`Records::texts`], and for each the number of its block: equal for turns that follow each other in one.
    #[must_use]
    pub fn blocks(&self, document: &Document, options: &TurnOptions) -> Vec<(Turn, TurnText, usize)> {
        let linked = self.linked(document, options);
        let blocks = turns::blocks(&linked);
        let generated = |turn: &Turn, text: &TurnText| self.generated_range(document, turn, text);
        let texts = key::of(document, linked, &generated).into_iter();
        texts.zip(blocks).map(|((turn, text), block)| (turn, text, block)).collect()
    }

    /// The lines below a prompt that are exactly what was generated for it: in this place, by the document's marks; or for
    /// this prompt below these turns, by what is known of them. A text that somebody wrote and that happens to be one that
    /// was generated for something else is not.
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

    /// How a turn stands, and the record it has or once had.
    ///
    /// Without code it is failed or empty. With one that is a record's it is generated or stale: a generated text
    /// stays one under a prompt that has been reworded. With any other it is edited, and its record is the last one for
    /// its prompt, if there ever was one.
    #[must_use]
    pub fn state(&self, turn: &TurnText) -> (TurnState, Option<Arc<Provenance>>) {
        let program = settled(&turn.program);
        if program.is_empty() {
            let state = if self.failure(turn).is_some() { TurnState::Failed } else { TurnState::Empty };
            return (state, None);
        }
        let best = |records: &mut dyn Iterator<Item = &Arc<Provenance>>| {
            // Of equals the first, which is the newest.
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

    /// Why the last attempt at a turn failed, whatever its code is; `None` if it did not.
    #[must_use]
    pub fn failure(&self, turn: &TurnText) -> Option<String> {
        let mut failures = self.failures.of_prompt(&turn.prompt);
        failures.find(|failure| asks_the_same(&failure.turn, turn)).map(|failure| failure.reason.clone())
    }
}

/// Whether the model is asked for the same: the prompt, and the turns before it.
fn asks_the_same(one: &TurnText, other: &TurnText) -> bool {
    one.predecessors == other.predecessors && settled(&one.prompt) == settled(&other.prompt)
}
